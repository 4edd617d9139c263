// E15: however the app is told to end during a run, the run stops at a safe point and nothing is left that says it runs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from './app.mjs';
import { assertNothingRuns, createProject, largeFolder, lastRun, openProject, statuses, waitForState } from './steps.mjs';

let app;

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'Large', folder: largeFolder() });
});
after(() => app?.close());

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} during a run cancels it, and the app ends within five seconds`, async () => {
    await app.click('run');
    await waitForState(app, ['running']);
    const asked = Date.now();
    await app.end(signal);
    assert.ok(Date.now() - asked < 6_000, `it took ${Date.now() - asked} ms`);
    assert.equal(statuses(app)[0], 'cancelled');
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
  assert.ok(!statuses(app).includes('running'));
});
