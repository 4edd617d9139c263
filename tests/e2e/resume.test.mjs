// A run that ended too early, by a cancel or by a crash, is taken up again with one click and loses nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from './app.mjs';
import {
  assertNothingRuns,
  createProject,
  largeFolder,
  lastRun,
  openProject,
  resume,
  reusedUnits,
  state,
  STOPPED,
  statuses,
  waitForState,
  waitForWork,
  watch,
  watched,
} from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
});
after(() => app?.close());

test('a cancel is acknowledged at once, and Resume does only what is left', async () => {
  await createProject(app, { name: 'Stopped', folder: largeFolder() });
  await app.click('run');
  await waitForWork(app);
  await watch(app);
  await app.click('stop');
  const stopped = await waitForState(app, STOPPED);
  await assertNothingRuns(app);
  const { states } = await watched(app);
  assert.deepEqual(states, ['running', 'cancelling', stopped], 'the badge says so in this order');
  assert.match(await lastRun(app), /Cancelled/);
  await resume(app);
  assert.ok((await reusedUnits(app, 'extract')) > 0, 'finished units are not done again');
  assert.match(await app.text('run-resumes'), /Takes up run/);
  assert.deepEqual(statuses(app), ['completed', 'cancelled']);
});

test('C1: after a crash in the middle of a run, one click completes it', async () => {
  await app.click('home');
  await createProject(app, { name: 'Crashed', folder: largeFolder() });
  await app.click('run');
  await waitForWork(app);
  assert.equal(await state(app), 'running');
  await app.kill();
  await app.start();
  await openProject(app, 'Crashed');
  await waitForState(app, ['interrupted']);
  await assertNothingRuns(app);
  assert.match(await app.text('run-banner'), /The app ended in the middle of the last run; last sign of life/);
  await resume(app);
  assert.ok((await reusedUnits(app, 'extract')) > 0, 'finished units are not done again');
  assert.deepEqual(statuses(app).slice(0, 2), ['completed', 'interrupted']);
  await app.click('tab-refined');
  await app.waitFor(async () => (await app.all('entry-row')).length > 3, { what: 'the glossary' });
});
