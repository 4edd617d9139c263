// Keeping order: runs that are pinned and deleted, a project that is copied, and one that is deleted where it is open.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { filesBelow, sampleFolder, startApp } from './app.mjs';
import { assertTerm, createProject, openProject, pick, rowTexts, waitForState } from './steps.mjs';

let app;
let folder;

const runs = () => app.run(() => [...document.querySelectorAll('[data-testid="run-list-row"]')].map((row) => row.dataset.key));
const logs = () => filesBelow(app.home).filter((file) => /\/logs\/.+/.test(file));
const project = () => app.run(() => location.hash.split('/')[2] ?? null);
/** Takes back what the notice of these words says. Older notices may still be there. */
const undo = (said) =>
  app.waitFor(
    () =>
      app.run((said) => {
        const toast = [...document.querySelectorAll('[data-testid="toast"]')].find((each) => each.innerText.includes(said));
        const button = toast?.querySelector('[data-testid="undo"]');
        button?.click();
        return button !== undefined && button !== null;
      }, said),
    { what: `the notice "${said}"` },
  );
const waitForRuns = (count) => app.waitFor(async () => (await runs()).length === count, { what: `${count} runs` });

before(async () => {
  folder = sampleFolder();
  app = await startApp();
  await createProject(app, { name: 'Seed bank', folder });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  appendFileSync(join(folder, 'onboarding.md'), '\nA seed passport is a record that travels with a seed lot.\n');
  await waitForState(app, ['needs_rerun']);
  await app.click('run');
  await waitForState(app, ['running', 'up_to_date']);
  await waitForState(app, ['up_to_date']);
  await app.click('tab-runs');
  await waitForRuns(2);
});
after(() => app?.close());

test('a run that is pinned stays pinned after a restart', async () => {
  const [, older] = await runs();
  await (await app.all('run-list-row'))[1].click();
  await app.waitFor(async () => (await app.attribute('pin-run', 'aria-pressed')) === 'false', { what: 'the older run' });
  await app.click('pin-run');
  await app.waitFor(async () => (await app.attribute('pin-run', 'aria-pressed')) === 'true', { what: 'the pin' });
  await app.restart();
  await openProject(app, 'Seed bank');
  await app.click('tab-runs');
  await waitForRuns(2);
  assert.equal((await runs())[1], older);
  assert.equal(await app.run(() => [...document.querySelectorAll('[data-testid="run-list-row"]')].map((row) => row.querySelector('[title="Pinned"]') !== null).join()), 'false,true');
});

test('the run whose results are shown cannot be deleted, and says why', async () => {
  await (await app.all('run-list-row'))[0].click();
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="delete-run"]')?.disabled === true), { what: 'the button that is off' });
  const tip = await app.run(() => document.querySelector('[data-testid="delete-run"]').closest('[data-tip]').dataset.tip);
  assert.match(tip, /results/i);
});

test('a deleted run is gone at once, and Undo brings it back with its log', async () => {
  const before = logs().length;
  await (await app.all('run-list-row'))[1].click();
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="delete-run"]')?.disabled === false), { what: 'the older run' });
  await app.click('delete-run');
  await waitForRuns(1);
  await undo('Run deleted');
  await waitForRuns(2);
  assert.equal(logs().length, before);
  await (await app.all('run-list-row'))[1].click();
  await app.click('show-log');
  await app.waitFor(async () => (await app.all('log-row')).length > 5, { what: 'the log of the run that came back' });
  await app.click('toggle-log');
});

test('a deletion that is not taken back stands after a restart, and the glossary with it', async () => {
  await (await app.all('run-list-row'))[1].click();
  await app.waitFor(() => app.run(() => document.querySelector('[data-testid="delete-run"]')?.disabled === false), { what: 'the older run' });
  await app.click('delete-run');
  await waitForRuns(1);
  await app.restart();
  await openProject(app, 'Seed bank');
  await app.click('tab-runs');
  await waitForRuns(1);
  await assertTerm(app, 'accession', true);
});

test('a copy of a project takes over its decisions and settings, in a folder of its own', async () => {
  await app.click('tab-terms');
  await app.type('term-search', 'dormancy');
  await pick(app, 'term-row', /^dormancy/);
  await app.click('exclude');
  await app.waitFor(async () => (await app.attribute('exclude', 'aria-pressed')) === 'true', { what: 'the decision' });
  await app.click('tab-settings');
  await app.type('set-stop_words', 'coffee');
  await app.click('save-settings');
  const first = await project();

  await app.click('project-menu');
  await app.click('project-menu-duplicate');
  await app.type('project-folder', folder);
  await app.click('create-project');
  await app.waitForText('folder-error', /Seed bank/);
  await app.type('project-folder', sampleFolder());
  await app.type('project-name', 'Second bank');
  await app.click('create-project');
  await app.waitFor(async () => (await project()) !== first, { what: 'the copy' });
  await waitForState(app, ['not_run']);

  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('tab-terms');
  await app.type('term-search', 'dormancy');
  await app.waitFor(async () => (await rowTexts(app, 'term-row')).some((text) => /^dormancy[^]*Excluded/.test(text)), { what: 'the decision in the copy' });
  await app.click('tab-settings');
  assert.equal(await app.run(() => document.querySelector('[data-testid="set-stop_words"]').value), 'coffee');
});

test('a project that is deleted from its own bar is left, and Undo brings it back as it was', async () => {
  await app.click('tab-terms');
  await app.click('project-menu');
  await app.click('project-menu-delete');
  await app.waitFor(async () => (await rowTexts(app, 'project-row')).length === 1, { what: 'one project less' });
  await undo('Second bank');
  await app.waitFor(async () => (await rowTexts(app, 'project-row')).some((text) => /Second bank[^]*Up to date/.test(text)), { what: 'the project as it was' });
});

test('every tab is left for the projects with a click', async () => {
  await openProject(app, 'Second bank');
  for (const tab of ['files', 'terms', 'provisional', 'issues', 'refined', 'documents', 'runs', 'settings']) {
    await app.click(`tab-${tab}`);
    await app.click('home');
    await app.byTestId('new-project');
    await app.click('open-project');
    await app.byTestId('state-badge');
  }
});

test('a deleted project is gone after a restart, and its documents are not', async () => {
  await app.click('project-menu');
  await app.click('project-menu-delete');
  await app.waitFor(async () => (await rowTexts(app, 'project-row')).length === 1, { what: 'one project less' });
  await app.restart();
  await app.waitFor(async () => (await rowTexts(app, 'project-row')).length === 1, { what: 'the other project alone' });
  assert.ok(existsSync(join(folder, 'onboarding.md')));
});
