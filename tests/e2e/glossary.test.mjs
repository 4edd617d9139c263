import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { filesBelow, sampleFolder, startApp } from './app.mjs';
import { assertNothingRuns, choose, createProject, logRows, openLog, openProject, waitForState, watch, watched } from './steps.mjs';

let app;
let folder;
const NAME = 'Seed bank 種子銀行';
const STAGES = ['load', 'extract', 'define', 'review', 'refine'];

before(async () => {
  folder = sampleFolder();
  app = await startApp();
  await app.run(() => {
    window.__refused = [];
    document.addEventListener('securitypolicyviolation', (event) => window.__refused.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
});
after(() => app?.close());

test('a new project on a folder opens and has not run', async () => {
  await createProject(app, { name: NAME, folder });
  assert.equal(await waitForState(app, ['not_run']), 'not_run');
  assert.match(await app.pageText(), /Seed bank 種子銀行/);
});

test('a full run moves the bar, grows the log and ends up to date', async () => {
  await openLog(app);
  await watch(app);
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  const seen = await watched(app);
  assert.ok(seen.states.includes('running'), `the badge never said that it runs: ${seen.states}`);
  assert.ok(seen.stages.length >= 2, `the bar never moved: ${seen.stages}`);
  assert.ok(seen.log.length >= 2, `the log never grew while it was watched: ${seen.log}`);
  for (const stage of STAGES) assert.equal(await app.attribute(`stage-${stage}`, 'data-status'), 'completed', stage);
  await app.screenshot('full-run');
});

test('W6: after the end nothing says that it runs', () => assertNothingRuns(app));

test('the log is complete: its first and its last record can be read', async () => {
  await app.waitFor(async () => (await app.attribute('log-state', 'data-state')) === 'ended', { what: 'the end of the log' });
  const last = Math.max(...(await logRows(app)));
  assert.ok(last >= STAGES.length, `only ${last} records`);
  await app.run(() => {
    const log = document.querySelector('[data-testid="log"]');
    log.scrollTop = 0;
  });
  await app.waitFor(async () => (await logRows(app))[0] <= 1, { what: 'the first record' });
});

test('W11: the log stays when the page changes', async () => {
  for (const tab of ['files', 'terms', 'provisional', 'issues', 'refined', 'runs', 'settings']) {
    await app.click(`tab-${tab}`);
    await app.waitFor(async () => (await logRows(app)).length > 0, { what: `the log beside ${tab}` });
  }
});

test('the glossary can be read: entries, definitions and where they come from', async () => {
  await app.click('tab-refined');
  await app.waitFor(async () => (await app.all('entry-row')).length > 3, { what: 'entries' });
  await app.waitFor(async () => (await app.text('entry-detail')).length > 20, { what: 'an entry to read' });
  await app.screenshot('refined');
  await app.click('tab-issues');
  await app.waitFor(async () => (await app.all('issue-row')).length > 0, { what: 'issues' });
  await app.click('tab-terms');
  await app.waitFor(async () => (await app.all('term-row')).length > 3, { what: 'terms' });
});

test('one tab runs again by itself', async () => {
  const before = (await logRows(app)).length;
  assert.ok(before > 0);
  await app.click('tab-issues');
  await watch(app);
  await app.click('rerun-issues');
  await app.waitFor(async () => (await watched(app)).states.includes('running'), { what: 'the run of one stage' });
  await app.waitFor(async () => (await app.attribute('state-badge', 'data-shown')) !== 'running', { what: 'its end', timeout: 60_000 });
  assert.deepEqual((await watched(app)).stages.filter((stage) => stage !== 'stage-review'), [], 'only the review runs');
  await assertNothingRuns(app);
  await app.click('tab-runs');
  await app.waitFor(async () => (await app.all('run-list-row')).length === 2, { what: 'both runs in the history' });
});

test('the language changes at once, and is kept', async () => {
  await app.click('tab-settings');
  await choose(app, 'language', 'ja');
  await app.waitForText('tab-terms', /用語/);
  assert.equal(await app.run(() => document.documentElement.lang), 'ja');
  await app.screenshot('japanese');
});

test('in all these views nothing was refused by the security policy', async () => {
  assert.deepEqual(await app.run(() => window.__refused), []);
});

test('after a restart everything is there: project, glossary, runs, log, language', async () => {
  await app.restart();
  await openProject(app, NAME);
  await waitForState(app, ['up_to_date', 'needs_rerun']);
  await app.waitForText('tab-terms', /用語/);
  await app.click('tab-refined');
  await app.waitFor(async () => (await app.all('entry-row')).length > 3, { what: 'entries' });
  await openLog(app);
  await app.waitFor(async () => (await logRows(app)).length > 0, { what: 'the log of the last run' });
  await app.click('tab-runs');
  await app.waitFor(async () => (await app.all('run-list-row')).length === 2, { what: 'both runs in the history' });
  await assertNothingRuns(app);
});

test('D13: everything the app wrote is in its data folder, and the documents are untouched', () => {
  assert.ok(filesBelow(app.home).some((file) => /\.(db|sqlite3?)$/.test(file)), 'the database is in GENGLOSSARY_HOME');
  assert.deepEqual(
    filesBelow(folder).map((file) => file.slice(folder.length)).sort(),
    filesBelow(sampleFolder()).map((file) => file.replace(/^.*?\/seed-bank/, '')).sort(),
  );
});
