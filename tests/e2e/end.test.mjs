// E15: however the app is told to end during a run, the run stops at a safe point and nothing is left that says it runs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { filesBelow, startApp } from './app.mjs';
import { assertNothingRuns, createProject, largeFolder, lastRun, openProject, waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'Large', folder: largeFolder() });
});
after(() => app?.close());

/** What the database says about the runs, newest first. Read by another process, as after a crash. */
function statuses() {
  const database = filesBelow(app.home).find((file) => file.endsWith('.db') || file.endsWith('.sqlite'));
  const listed = execFileSync('sqlite3', ['-readonly', database, 'SELECT status FROM run ORDER BY id DESC'], { encoding: 'utf8' });
  return listed.trim().split('\n');
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} during a run cancels it, and the app ends within five seconds`, async () => {
    await app.click('run');
    await waitForState(app, ['running']);
    const asked = Date.now();
    await app.end(signal);
    assert.ok(Date.now() - asked < 6_000, `it took ${Date.now() - asked} ms`);
    assert.equal(statuses()[0], 'cancelled');
    await app.start();
    await openProject(app, 'Large');
    await assertNothingRuns(app);
    assert.match(await lastRun(app), /Cancelled/);
  });
}

test('a second signal ends the app at once', async () => {
  await app.click('run');
  await waitForState(app, ['running']);
  await app.end('SIGTERM', 'SIGINT');
  await app.start();
  await openProject(app, 'Large');
  await assertNothingRuns(app);
  assert.ok(!statuses().includes('running'));
});
