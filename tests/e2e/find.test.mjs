// Finding one's way: to a letter of a long list, to a run by a column, to a line of the log by an expression.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseScope, openLog, rowTexts, startOnSample, waitForState } from './steps.mjs';

const KANA = 'あかさたなはまやらわ';
let app;

before(async () => {
  app = await startOnSample({ tab: 'tab-refined', row: 'entry-row' });
});
after(() => app?.close());

test('a row of kana leads to its first entry', async () => {
  await app.byTestId('jumps');
  const letters = await app.run(() => [...document.querySelectorAll('[data-testid="jumps"] > *')].map((each) => each.textContent));
  assert.ok(letters.some((letter) => /[A-Z]/.test(letter)), `${letters}`);
  const to = letters.findIndex((letter) => KANA.includes(letter));
  assert.ok(to > 0, `${letters}`);
  await app.run((at) => document.querySelectorAll('[data-testid="jumps"] > *')[at].click(), to);
  await app.waitFor(
    () =>
      app.run((letter) => {
        const head = [...document.querySelectorAll('[data-testid="entry-head"]')].find((each) => each.textContent.trim() === letter);
        const row = document.querySelector('[data-testid="entry-row"][aria-selected="true"]');
        return !!head && !!row && Math.abs(head.getBoundingClientRect().bottom - row.getBoundingClientRect().top) <= 1;
      }, letters[to]),
    { what: `the first entry under ${letters[to]}` },
  );
});

test('runs are sorted by a column, the other way round, and as before', async () => {
  await chooseScope(app, 'review');
  await app.click('run');
  await app.click('tab-runs');
  await app.waitFor(async () => (await app.all('run-list-row')).length === 2, { what: 'two runs' });
  await waitForState(app, ['up_to_date']);
  const scopes = async () => (await rowTexts(app, 'run-list-row')).map((text) => (/Full/.test(text) ? 'full' : 'part'));
  const are = (wanted) => app.waitFor(async () => (await scopes()).join() === wanted, { what: `runs in the order ${wanted}` });
  await are('part,full');
  await app.click('sort-scope');
  await are('full,part');
  await app.click('sort-scope');
  await are('part,full');
});

test('the log is searched for an expression, and a broken one says so', async () => {
  await openLog(app);
  await app.click('log-regex');
  await app.type('log-search', '(defin');
  await app.waitForText('log-refused', /Not a regular expression: unclosed group/);
  await app.type('log-search', 'stage|run$|\\d+ terms');
  await app.waitForText('log-hits', /hit/);
  assert.equal(await app.shown('log-refused'), false);
  await app.click('log-regex');
  await app.waitForText('log-hits', /No hit/);
});
