// Three journeys without a pointer, and a Japanese conversion.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Key, sampleFolder, startApp } from './app.mjs';
import { waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
});
after(() => app?.close());

const selected = (list) =>
  app.run((list) => document.querySelector(`[data-testid="${list}-row"][aria-selected="true"]`)?.dataset.key ?? null, list);

test('by keys alone: a project is made, run and read', async () => {
  const folder = sampleFolder();
  // The list of projects or its empty place is there.
  await app.byTestId('new-project');
  await app.press(Key.CONTROL, 'n');
  await app.byTestId('new-project-dialog');
  await app.waitFor(async () => ['project-folder', 'project-name'].includes(await app.focused()), { what: 'a field to have the focus' });
  for (let turn = 0; (await app.focused()) !== 'project-folder' && turn < 6; turn += 1) await app.keys(Key.TAB);
  await app.keys(folder);
  for (let turn = 0; (await app.focused()) !== 'project-name' && turn < 6; turn += 1) await app.keys(Key.TAB);
  await app.keys('Keys');
  await app.keys(Key.ENTER);
  await app.byTestId('state-badge');
  await app.keys(Key.F5);
  await waitForState(app, ['up_to_date']);
  await app.waitForText('tab-terms', /\d/);

  await app.press(Key.CONTROL, '2');
  await app.byTestId('term');
  const first = await app.waitFor(() => selected('term'), { what: 'a term to be selected' });
  await app.keys(Key.ARROW_DOWN);
  const second = await app.waitFor(async () => ((await selected('term')) !== first ? selected('term') : null), { what: 'the next term' });
  await app.keys(Key.ARROW_UP);
  await app.waitFor(async () => (await selected('term')) === first, { what: 'the first term again' });
  assert.notEqual(second, first);
});

test('by keys alone: the palette goes to a tab and to a term', async () => {
  await app.press(Key.CONTROL, 'k');
  await app.byTestId('palette');
  await app.keys('go issues');
  await app.waitFor(async () => (await app.attribute('palette-item', 'data-command')) === 'go.issues', { what: 'the tab to be the first answer' });
  await app.keys(Key.ENTER);
  await app.waitFor(async () => (await app.attribute('tab-issues', 'aria-current')) === 'page', { what: 'the tab of issues' });

  await app.press(Key.CONTROL, 'k');
  await app.byTestId('palette');
  await app.keys('accession');
  const term = await app.waitFor(
    () => app.run(() => document.querySelector('[data-command^="term."]')?.dataset.command.slice(5) ?? null),
    { what: 'a term among the answers' },
  );
  await app.keys(Key.ENTER);
  await app.waitFor(async () => (await selected('term')) === term, { what: 'the term to be selected' });
});

test('by keys alone: the log is opened, searched and closed', async () => {
  await app.press(Key.CONTROL, 'l');
  await app.byTestId('log');
  for (let turn = 0; (await app.focused()) !== 'log-search' && turn < 60; turn += 1) await app.keys(Key.TAB);
  assert.equal(await app.focused(), 'log-search');
  await app.keys('md');
  await app.waitForText('log-hits', /^[1-9][\d,]* hits?$/);
  await app.keys(Key.ENTER);
  // The search begins at what is in view: the end, while the log is followed.
  const shown = await app.waitForText('log-hits', /^hit [1-9][\d,]* of [1-9]/);
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="log"] mark.now') !== null), { what: 'the hit to be marked' });
  await app.keys(Key.ENTER);
  await app.waitFor(async () => (await app.text('log-hits')) !== shown, { what: 'the next hit' });
  await app.press(Key.CONTROL, 'l');
  await app.waitFor(async () => (await app.attribute('log-dock', 'data-open')) === 'false', { what: 'the log to close' });
});

test('Enter that ends a Japanese conversion chooses nothing in the palette', async () => {
  await app.press(Key.CONTROL, 'k');
  await app.byTestId('palette');
  const before = await app.run(() => location.hash);
  const enter = (more) =>
    app.run((more) => {
      const field = document.querySelector('[data-testid="palette-field"]');
      const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more });
      // WebKit reports the closing Enter after the conversion, with this code.
      if (more.code229) Object.defineProperty(event, 'keyCode', { value: 229 });
      field.dispatchEvent(event);
    }, more);
  await enter({ isComposing: true });
  await enter({ code229: true });
  assert.ok(await app.shown('palette'), 'the palette is still open');
  assert.equal(await app.run(() => location.hash), before);
  await app.keys(Key.ESCAPE);
  await app.waitFor(async () => !(await app.shown('palette')), { what: 'the palette to close' });
});
