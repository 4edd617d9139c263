// The first minutes of a researcher: the sample, its run, what the dashboard says of it, and a deletion that is taken back.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { filesBelow, startApp } from './app.mjs';
import { assertNothingRuns, rowTexts, waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
});
after(() => app?.close());

const count = async (id) => (await app.all(id)).length;

async function deleteFirstProject() {
  await app.click('project-more');
  await app.click('delete-project');
  await app.byTestId('first-start');
}

test('the first start has two ways to begin, and the sample can be edited', async () => {
  await app.byTestId('first-start');
  assert.equal(await app.run(() => document.querySelectorAll('button').length), 2, 'nothing else');
  await app.click('open-sample');
  await app.byTestId('state-badge');
  const sample = join(app.home, 'sample/seed-bank');
  assert.ok(existsSync(join(sample, 'faq.txt')) && filesBelow(sample).length > 10);
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await assertNothingRuns(app);
});

test('the first page says how many of how many runs completed', async () => {
  await app.click('home');
  await app.waitForText('kpi-completed', /100\s*%[^]*1 of 1 finished/);
  assert.match((await rowTexts(app, 'kpi-median'))[0], /\d+\.\d s[^]*1 completed/);
  await app.waitForText('kpi-running', /^[^\d]*0/);
  await app.waitForText('recent-run', /Completed/);
});

test('the number opens the runs behind it, and the run shows what happened in it', async () => {
  await app.run(() => document.querySelector('[data-testid="kpi-completed"] button').click());
  await app.byTestId('dashboard');
  await app.byTestId('clear-filter');
  assert.equal(await app.attribute('filter-completed', 'aria-pressed'), 'true');
  await app.waitFor(async () => (await count('history-row')) === 1, { what: 'the run' });
  await app.click('history-row');
  await app.waitForText('history-detail', /Pending[^]*Running[^]*Completed/);
  await app.waitForText('history-detail', /Files[^]*Terms[^]*Provisional[^]*Issues[^]*Refined/);
  await app.waitFor(async () => (await rowTexts(app, 'group')).some((text) => /\d+ \/ \d+/.test(text)), {
    what: 'the definitions by category',
  });
  await app.click('window-day');
  await app.waitForText('history-count', /1 of 1 finished in 24 hours/);
  assert.equal(await app.shown('stale'), false, 'nothing runs, so silence is no news');
});

test('a deleted project is gone at once, and comes back with its results', async () => {
  await app.click('to-projects');
  await app.byTestId('project-row');
  await deleteFirstProject();
  await app.click('undo');
  await app.waitFor(async () => (await rowTexts(app, 'project-row')).some((text) => /Up to date/.test(text)), {
    what: 'the project as it was',
  });
});

test('a deletion that nobody takes back stands after a restart, and the documents are there', async () => {
  await deleteFirstProject();
  await app.restart();
  await app.byTestId('first-start');
  assert.ok(existsSync(join(app.home, 'sample/seed-bank/faq.txt')));
});
