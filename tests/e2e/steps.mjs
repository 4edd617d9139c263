// What a researcher does in the app, in the words of the tests.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, sampleFolder, startApp, temporaryFolder } from './app.mjs';

/** From the list of projects to the new, open project. */
export async function createProject(app, { name, folder }) {
  await app.click('new-project');
  await app.type('project-folder', folder);
  await app.type('project-name', name);
  await app.click('create-project');
  await app.byTestId('state-badge');
}

/** From the list of projects to the project of that name. */
export async function openProject(app, name) {
  await app.waitFor(
    async () => {
      for (const row of await app.all('project-row')) {
        if ((await row.getText()).includes(name)) {
          await row.click();
          return true;
        }
      }
      return false;
    },
    { what: `the project ${name} in the list` },
  );
  await app.click('open-project');
  await app.byTestId('state-badge');
}

export async function chooseScope(app, scope) {
  await app.click('scope');
  await app.click(`scope-${scope}`);
}

/** Chooses an option of a field of that test id. */
export async function choose(app, id, value) {
  await app.click(id);
  await app.click(`${id}-${value}`);
  await app.waitFor(async () => (await app.attribute(id, 'data-value')) === value, { what: `${id} to be ${value}` });
}

/** What the rows of a list say. The driver leaves out text that is cut off by its column. */
export const rowTexts = (app, id) =>
  app.run((id) => [...document.querySelectorAll(`[data-testid="${id}"]`)].map((row) => row.innerText), id);

/** The row of a list that says this, clicked. */
export async function pick(app, id, pattern) {
  await app.waitFor(
    async () => {
      const at = (await rowTexts(app, id)).findIndex((text) => pattern.test(text));
      if (at < 0) return false;
      await (await app.all(id))[at].click();
      return true;
    },
    { what: `${id} that says ${pattern}` },
  );
}

/** Looks a term up: it is in the list, or it is not. */
export async function assertTerm(app, term, there) {
  await app.click('tab-terms');
  await app.type('term-search', term);
  await app.waitFor(async () => (await rowTexts(app, 'term-row')).some((text) => text.toLowerCase().includes(term)) === there, {
    what: `${term} ${there ? 'in the list' : 'gone from the list'}`,
  });
}

/** A run that was stopped changed nothing: the state is that of the results from before. */
export const STOPPED = ['not_run', 'needs_rerun', 'cancelled'];

export const state = (app) => app.attribute('state-badge', 'data-shown');

export async function waitForState(app, wanted, { timeout = 120_000 } = {}) {
  let last = '';
  await app.waitFor(async () => wanted.includes((last = await state(app))), {
    what: () => `the state ${wanted}, it is ${last}`,
    timeout,
  });
  return last;
}

export async function openLog(app) {
  if ((await app.attribute('log-dock', 'data-open')) !== 'true') await app.click('toggle-log');
  await app.waitFor(async () => (await app.attribute('log-dock', 'data-open')) === 'true', { what: 'the open log' });
}

/** The sequence numbers of the log rows that are drawn. */
export const logRows = (app) =>
  app.run(() => [...document.querySelectorAll('[data-testid="log-row"]')].map((row) => Number(row.dataset.seq)).sort((a, b) => a - b));

/** W6: after the end, nothing on the page says or shows that something runs. Lists that are still being read may move. */
export async function assertNothingRuns(app) {
  await app.waitFor(async () => (await app.run(() => document.querySelectorAll('.skel').length)) === 0, { what: 'the lists to be read' });
  const found = await app.run(() => ({
    marked: [...document.querySelectorAll('[data-status="running"], [data-shown="running"], [data-state="live"]')].map((each) => each.dataset.testid),
    said: [...document.querySelectorAll('header, nav, [data-testid="stages"], [data-testid="log-dock"] h2 ~ *')]
      .map((each) => each.innerText)
      .filter((text) => /\bRunning\b|\bCancelling\b|実行中|中止しています/.test(text)),
    turning: document.getAnimations().filter((each) => each.playState === 'running' && each.effect.getTiming().iterations === Infinity).length,
    stoppable: document.querySelector('[data-testid="stop"]')?.disabled === false,
  }));
  assert.deepEqual(found, { marked: [], said: [], turning: 0, stoppable: false }, 'a run that ended must not look as if it ran');
}

/** Notes every state, stage and log position that the page shows from now on, however short it is there. */
export async function watch(app) {
  await app.run(() => {
    const seen = (window.__seen = { states: [], stages: [], progress: [], log: [] });
    const note = (list, value) => value != null && value !== list.at(-1) && list.push(value);
    const look = () => {
      note(seen.states, document.querySelector('[data-testid="state-badge"]')?.dataset.shown);
      const stage = document.querySelector('[data-testid^="stage-"][data-status="running"]');
      note(seen.stages, stage?.dataset.testid);
      note(seen.progress, stage && `${stage.dataset.testid} ${stage.style.getPropertyValue('--p')}`);
      const rows = [...document.querySelectorAll('[data-testid="log-row"]')].map((row) => Number(row.dataset.seq));
      if (rows.length > 0) note(seen.log, Math.max(...rows));
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  });
}

export const watched = (app) => app.run(() => window.__seen);

/** What the history of runs says of the newest one. */
export async function lastRun(app) {
  await app.click('tab-runs');
  return app.text('run-list-row');
}

/** What the database says about the runs, newest first. Read by another process, as after a crash. */
export function statuses(app) {
  const database = filesBelow(app.home).find((file) => file.endsWith('.db') || file.endsWith('.sqlite'));
  const listed = execFileSync('sqlite3', ['-readonly', database, 'SELECT status FROM run ORDER BY id DESC'], { encoding: 'utf8' });
  return listed.trim().split('\n');
}

/** Goes on with the run that is offered on the page, and waits for its end. */
export async function resume(app) {
  await app.click('resume');
  await waitForState(app, ['up_to_date']);
  await assertNothingRuns(app);
  assert.equal(await app.shown('run-banner'), false, 'what was taken up again is not offered any more');
}

/** The app on a private copy of the sample that ran, at a tab with rows. */
export async function startOnSample({ tab, row }) {
  const app = await startApp();
  await createProject(app, { name: 'Seed bank', folder: sampleFolder() });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click(tab);
  await app.waitFor(async () => (await app.all(row)).length > 3, { what: `rows of ${tab}` });
  return app;
}

/** How many units of a stage the newest run took over, as its pane says. */
export async function reusedUnits(app, stage) {
  await app.click('tab-runs');
  await app.click('run-list-row');
  const said = await app.text(`run-stage-${stage}`);
  return Number(/([\d,]+) reused/.exec(said)?.[1].replaceAll(',', '') ?? 0);
}

/** The run is far enough to have finished units. */
export async function waitForWork(app) {
  await app.waitFor(
    () =>
      app.run(() => {
        const done = document.querySelector('[data-testid="stage-load"]')?.dataset.status === 'completed';
        return done && parseInt(document.querySelector('[data-testid="stage-extract"]').style.getPropertyValue('--p')) > 10;
      }),
    { what: 'units of the second stage' },
  );
}

/** A folder that takes a while: many documents, all different, with terms and defining sentences. */
export function largeFolder(documents = 1500) {
  const folder = temporaryFolder('large');
  const stems = ['germination', 'accession', 'viability', 'moisture', 'storage', 'dormancy', 'regeneration', 'collection'];
  const heads = ['test', 'record', 'curve', 'threshold', 'protocol', 'index', 'chamber', 'sample'];
  for (let i = 0; i < documents; i += 1) {
    const lines = [`# Report ${i}`, ''];
    for (let k = 0; k < 60; k += 1) {
      const term = `${stems[(i + k) % 8]} ${heads[(i * 3 + k) % 8]} ${String.fromCharCode(97 + ((i + k) % 26))}${(i * 7 + k) % 400}`;
      lines.push(`A ${term} is a ${heads[k % 8]} that the laboratory keeps for lot ${i}-${k}. The ${term} was read again on day ${k}.`);
      lines.push(`発芽試験${(i + k) % 500}とは、種子の生存率を確かめるための試験である。第${k}回の発芽試験${(i + k) % 500}を行った。`);
    }
    const part = join(folder, `part-${i % 10}`);
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, `report-${i}.md`), lines.join('\n'));
  }
  return folder;
}
