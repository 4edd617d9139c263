// E11: what could not be done is listed with its reason, and a retry does only that.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp, unprivilegedProgram } from './app.mjs';
import { assertNothingRuns, assertTerm, createProject, reusedUnits, waitForState } from './steps.mjs';

let app;
let locked;

before(async () => {
  const folder = sampleFolder();
  locked = join(folder, 'locked.md');
  writeFileSync(locked, 'A permafrost vault is a store in ground that never thaws. The permafrost vault needs no cooling.\n');
  chmodSync(locked, 0o000);
  app = await startApp({ program: unprivilegedProgram() });
  await createProject(app, { name: 'Seeds', folder });
});
after(async () => {
  await app?.close();
  chmodSync(locked, 0o644);
});

test('a document that cannot be read makes the run partial, and is named with the reason', async () => {
  await app.click('run');
  await waitForState(app, ['partial']);
  await assertNothingRuns(app);
  assert.match(await app.text('run-banner'), /1 item could not be done/);
  assert.match(await app.text('missing-list'), /locked\.md/);
  assert.match(await app.text('missing-list'), /[Pp]ermission/);
  await app.click('tab-refined');
  await app.waitFor(async () => (await app.all('entry-row')).length > 3, { what: 'everything else in the glossary' });
});

test('after the cause is gone, the retry makes it up to date and does little else', async () => {
  chmodSync(locked, 0o644);
  assert.equal(await app.text('retry-missing'), 'Retry the 1 missing');
  await app.click('retry-missing');
  await waitForState(app, ['up_to_date']);
  await assertNothingRuns(app);
  assert.ok((await reusedUnits(app, 'extract')) > 0, 'the other documents are not done again');
  await assertTerm(app, 'permafrost vault', true);
});
