// Decisions about terms: they are made in the list, taken back, and survive a run. By mouse and by key alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Key } from './app.mjs';
import { rowTexts, startOnSample, waitForState } from './steps.mjs';

let app;

before(async () => (app = await startOnSample({ tab: 'tab-terms', row: 'term-row' })));
after(() => app?.close());

const focusList = () => app.run(() => document.querySelector('[data-testid="term"]').focus());
const firstTerm = () => app.run(() => document.querySelector('[data-testid="term-row"] .t').innerText);

test('a term is renamed in the list, and undo gives it its name again', async () => {
  const before = await firstTerm();
  await (await app.all('term-row'))[0].click();
  await app.click('term-more');
  await app.click('term-more-rename');
  // The whole name is selected: what is typed takes its place.
  await (await app.byTestId('name-field')).sendKeys(`${before} (ours)`);
  await app.run(() => document.querySelector('[data-testid="name-field"]').blur());
  await app.waitFor(async () => (await firstTerm()) === `${before} (ours)`, { what: 'the new name in the list' });
  await app.click('undo');
  await app.waitFor(async () => (await firstTerm()) === before, { what: 'the old name again' });
});

test('two marked terms become one entry with a synonym after a run', async () => {
  const texts = await app.run(() => [...document.querySelectorAll('[data-testid="term-row"] .t')].slice(0, 2).map((each) => each.innerText));
  await focusList();
  await app.keys(Key.HOME);
  await app.press(Key.SHIFT, Key.ARROW_DOWN);
  await app.byTestId('marked-terms');
  await app.click('marked-merge');
  await app.byTestId('merge-dialog');
  await app.click('confirm-merge');
  await app.waitFor(async () => (await rowTexts(app, 'term-row')).some((row) => row.includes(`→ ${texts[0]}`)), { what: 'the mark of a synonym' });
  await waitForState(app, ['needs_rerun']);
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('tab-refined');
  await app.type('entry-search', texts[0]);
  // The list draws what is in sight only.
  await app.waitFor(
    () =>
      app.run((term) => {
        const row = [...document.querySelectorAll('[data-testid="entry-row"]')].find((each) => each.querySelector('.clip, .grow')?.textContent.trim() === term);
        if (row) row.click();
        else document.querySelector('[data-testid="entry"]').scrollTop += 300;
        return row !== undefined;
      }, texts[0]),
    { what: `the entry ${texts[0]}` },
  );
  await app.waitForText('synonyms', new RegExp(texts[1].replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  await app.screenshot('merged');
});

test('by keys alone: exclude a term, and Ctrl+Z takes it back', async () => {
  await app.click('tab-terms');
  await app.waitFor(async () => (await app.all('term-row')).length > 3, { what: 'terms' });
  await focusList();
  await app.keys(Key.HOME);
  await app.keys(Key.ARROW_DOWN);
  await app.keys(Key.ARROW_DOWN);
  await app.waitFor(async () => app.shown('term-detail'), { what: 'the term' });
  await app.press(Key.ALT, 'x');
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="term-row"].excluded') !== null), { what: 'an excluded row' });
  await focusList();
  await app.press(Key.CONTROL, 'z');
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="term-row"].excluded') === null), { what: 'the exclusion to be gone' });
});

test('an occurrence opens the document at its place', async () => {
  await focusList();
  await app.keys(Key.HOME);
  await app.click('occurrence');
  await app.waitFor(() => app.run(() => location.hash.includes('/documents')), { what: 'the viewer' });
});
