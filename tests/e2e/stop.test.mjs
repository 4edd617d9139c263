import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp, temporaryFolder } from './app.mjs';
import { assertNothingRuns, createProject, largeFolder, lastRun, logRows, openLog, openProject, state, STOPPED, waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
});
after(() => app?.close());

test('a run is stopped at once, is cancelled and not failed, and its log stays', async () => {
  await createProject(app, { name: 'Large', folder: largeFolder() });
  await openLog(app);
  await app.click('run');
  await app.waitFor(async () => (await logRows(app)).length > 0, { what: 'the first line' });
  assert.equal(await state(app), 'running', 'the folder must be large enough to be stopped');
  const asked = Date.now();
  await app.click('stop');
  await waitForState(app, STOPPED, { timeout: 15_000 });
  assert.ok(Date.now() - asked < 3_000, `stopping took ${Date.now() - asked} ms`);
  await assertNothingRuns(app);
  assert.match(await lastRun(app), /Cancelled/);
  assert.ok((await logRows(app)).length > 0);
  await app.screenshot('cancelled');
});

test('an app that dies in the middle of a run finds it interrupted, with its log, and can run again', async () => {
  await app.click('run');
  await waitForState(app, ['running']);
  await app.waitFor(async () => (await logRows(app)).length > 0, { what: 'the first line' });
  await app.kill();
  await app.start();
  await openProject(app, 'Large');
  await waitForState(app, ['interrupted']);
  await assertNothingRuns(app);
  await openLog(app);
  await app.waitFor(async () => (await logRows(app)).length > 0, { what: 'the log of the interrupted run' });
  await app.screenshot('interrupted');
  await app.click('run');
  await waitForState(app, ['running']);
  await app.click('stop');
  await waitForState(app, STOPPED);
});

test('two projects run at the same time, and the first is not disturbed', async () => {
  await app.click('run');
  await waitForState(app, ['running']);
  await app.click('home');
  await createProject(app, { name: 'Small', folder: sampleFolder() });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('home');
  await openProject(app, 'Large');
  if ((await state(app)) === 'running') await app.click('stop');
  await waitForState(app, [...STOPPED, 'up_to_date']);
});

test('a folder without documents fails with a sentence that says so', async () => {
  await app.click('home');
  await createProject(app, { name: 'Empty', folder: temporaryFolder('empty') });
  await app.click('run');
  await waitForState(app, ['failed']);
  assert.match(await app.text('run-banner'), /No documents/);
  await assertNothingRuns(app);
});

test('a folder that does not exist makes no project', async () => {
  await app.click('home');
  await app.click('new-project');
  await app.type('project-folder', '/no/such/folder');
  await app.type('project-name', 'Nowhere');
  await app.click('create-project');
  await app.waitForText('folder-error', /does not exist/);
});

test('a folder named on the command line is opened as a project', async () => {
  await app.restart({ args: [sampleFolder()] });
  await waitForState(app, ['not_run']);
  assert.match(await app.pageText(), /seed-bank/);
});
