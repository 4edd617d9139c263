// E15: closing the window during a run is a question, and each answer does what it says.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp, until } from './app.mjs';
import { assertNothingRuns, createProject, largeFolder, lastRun, openProject, resume, state, STOPPED, statuses, waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'Large', folder: largeFolder(2500) });
});
after(() => app?.close());

test('"Don’t close" keeps the window and the run', async () => {
  await app.click('run');
  await waitForState(app, ['running']);
  await app.requestClose();
  assert.match(await app.text('close-dialog'), /A run is in progress/);
  assert.match(await app.text('close-run'), /Large/);
  await app.click('close-stay');
  await app.waitFor(async () => !(await app.shown('close-dialog')), { what: 'the dialog to go' });
  assert.equal(await state(app), 'running', 'the folder must be large enough');
  assert.equal(statuses(app)[0], 'running');
});

test('"Stop at a safe point and close" ends the app, and after a restart Resume completes the run', async () => {
  await app.requestClose();
  await app.click('close-stop');
  await app.ended();
  assert.equal(statuses(app)[0], 'cancelled');
  await app.start();
  await openProject(app, 'Large');
  await waitForState(app, STOPPED);
  await assertNothingRuns(app);
  assert.match(await lastRun(app), /Cancelled/);
  assert.match(await app.text('run-stop-reason'), /because the app was closed/);
  await resume(app);
});

test('"Keep running in the background" lets the run finish', async () => {
  await app.click('home');
  await createProject(app, { name: 'Background', folder: largeFolder(800) });
  await app.click('run');
  await waitForState(app, ['running']);
  await app.requestClose();
  await app.click('close-background');
  assert.equal(statuses(app)[0], 'running', 'the folder must be large enough');
  await until(() => statuses(app)[0] !== 'running', { what: 'the end of the run', timeout: 60_000 });
  assert.equal(statuses(app)[0], 'completed');
});

test('a window without a run closes without a question', async () => {
  await app.end('SIGTERM');
  await app.start();
  await app.byTestId('project-list');
  await app.requestClose();
  await app.ended();
});
