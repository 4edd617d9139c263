// Runs of other projects and processes: the queue says why a run waits, and a run of the command line is shown live.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { commandLine, sampleFolder, startApp } from './app.mjs';
import { assertNothingRuns, choose, createProject, largeFolder, logRows, openLog, openProject, STOPPED, statuses, waitForState } from './steps.mjs';

let app;
const WAITING = /^Waiting: .*1 of 1.*next in line$/m;
const large = largeFolder(3000);

before(async () => {
  app = await startApp();
});
after(() => app?.close());

test('with one run at a time the second project waits, says why, and then runs by itself', async () => {
  // The first start has nothing but its two buttons.
  await app.run(() => (location.hash = '#/settings'));
  await choose(app, 'parallel-runs', '1');
  await app.click('home');
  await createProject(app, { name: 'Large', folder: large });
  await app.click('run');
  await waitForState(app, ['running']);
  await app.click('home');
  await createProject(app, { name: 'Small', folder: sampleFolder() });
  await app.click('run');
  await app.waitForText('waiting', WAITING);
  await app.click('state-badge');
  assert.match(await app.text('state-pop'), WAITING);
  await app.click('home');
  await app.waitFor(async () => (await app.all('active-run')).length === 2, { what: 'both runs on the first page' });
  assert.deepEqual(
    await app.run(() => [...document.querySelectorAll('[data-testid="active-run"]')].map((row) => row.dataset.status)),
    ['running', 'pending'],
    'the folder must be large enough',
  );
  await app.screenshot('queue');
  await app.click('stop-active');
  await openProject(app, 'Small');
  await waitForState(app, ['up_to_date']);
  await app.waitFor(() => statuses(app).join() === 'completed,cancelled', { what: 'both ends in the database' });
});

test('a run of the command line is shown live, and is stopped from here', async () => {
  await app.click('home');
  await openProject(app, 'Large');
  await openLog(app);
  const other = spawn(commandLine, ['run', large], { stdio: 'ignore', env: { ...process.env, GENGLOSSARY_HOME: app.home } });
  const end = once(other, 'exit');
  await waitForState(app, ['running']);
  await app.waitForText('run-owner', /command line/);
  await app.waitFor(async () => (await logRows(app)).length > 0, { what: 'its log' });
  const progress = () => app.run(() => document.querySelector('[data-testid^="stage-"][data-status="running"]')?.style.getPropertyValue('--p'));
  const first = await app.waitFor(progress, { what: 'its progress' });
  await app.waitFor(async () => (await progress()) !== first, { what: 'its progress to grow' });
  await app.click('stop');
  await waitForState(app, STOPPED);
  const [code] = await end;
  assert.equal(code, 130, 'the command line says that it was stopped');
  await assertNothingRuns(app);
  assert.equal(statuses(app)[0], 'cancelled');
});
