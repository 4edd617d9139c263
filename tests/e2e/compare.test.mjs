// Two runs of a folder that changed in between: what differs is shown, and the results of the first can be brought back.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp } from './app.mjs';
import { assertTerm, createProject, pick, waitForState } from './steps.mjs';

const OLD = 'Germplasm is living material, such as seed or tissue, from which a new plant can be raised.';
const NEW = 'Germplasm is living material, such as seed or pollen, from which a new plant can be raised.';

let app;
let folder;

before(async () => {
  folder = sampleFolder();
  app = await startApp();
  await createProject(app, { name: 'Seeds', folder });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
});
after(() => app?.close());

test('documents that were added and changed are named by the badge, and its button does the repair', async () => {
  const page = join(folder, 'onboarding.md');
  const text = readFileSync(page, 'utf8').replace(/\r\n/g, '\n');
  const changed = text.replace(OLD, NEW);
  assert.notEqual(changed, text, 'the sample has the sentence');
  writeFileSync(page, changed);
  writeFileSync(
    join(folder, 'vault.md'),
    'A permafrost vault is a store in ground that never thaws. The permafrost vault needs no cooling.\n'.repeat(3),
  );
  await app.run(() => window.dispatchEvent(new Event('focus')));
  await waitForState(app, ['needs_rerun']);
  await app.click('state-badge');
  const reasons = await app.waitForText('reasons', /1 document added: vault\.md/);
  assert.match(reasons, /1 document changed: onboarding\.md/);
  await app.screenshot('badge');
  await app.click('repair');
  await waitForState(app, ['running', 'up_to_date']);
  await waitForState(app, ['up_to_date']);
  await assertTerm(app, 'permafrost vault', true);
});

test('the comparison says what was added, what changed word by word, and why', async () => {
  await app.click('tab-runs');
  await app.waitFor(async () => (await app.all('run-list-row')).length === 2, { what: 'both runs' });
  await app.click('compare');
  const causes = await app.text('diff-causes');
  assert.match(causes, /1 document added: vault\.md/);
  assert.match(causes, /1 document changed: onboarding\.md/);
  await app.click('diff-terms_added');
  await pick(app, 'diff-row', /permafrost vault/i);
  assert.match(await app.text('diff-detail'), /documents changed/);
  const counted = Number(/\d+/.exec(await app.text('diff-terms_added'))[0]);
  assert.equal((await app.all('diff-row')).length, counted, 'the count is that of the rows');
  await app.click('diff-definitions');
  await pick(app, 'diff-row', /germplasm/i);
  const words = await app.waitFor(
    () =>
      app.run(() => {
        const diff = [...document.querySelectorAll('p[data-testid="diff"]')][0];
        const of = (tag) => [...(diff?.querySelectorAll(tag) ?? [])].map((each) => each.innerText.trim());
        return diff && { del: of('del'), ins: of('ins') };
      }),
    { what: 'the word diff' },
  );
  assert.deepEqual(words, { del: ['tissue'], ins: ['pollen'] });
  await app.screenshot('compare');
  await app.click('diff-close');
});

test('the previous glossary is restored, and Undo brings the new one back', async () => {
  await app.click('state-badge');
  await app.click('restore-previous');
  await assertTerm(app, 'permafrost vault', false);
  assert.match(await app.text('restored-line'), /These results were restored/);
  await app.click('undo');
  await assertTerm(app, 'permafrost vault', true);
  await app.waitFor(async () => !(await app.shown('restored-line')), { what: 'the line of the restored results to go' });
  await waitForState(app, ['up_to_date']);
});

test('a document that is added while the app is not looked at is named after a reload', async () => {
  appendFileSync(join(folder, 'later.md'), 'A seed passport is a record that travels with a seed lot. Every seed passport has a number.\n');
  await app.driver.navigate().refresh();
  await waitForState(app, ['needs_rerun']);
  await app.click('state-badge');
  await app.waitForText('reasons', /1 document added: later\.md/);
});
