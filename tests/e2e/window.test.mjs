// The app among the windows of the desktop: one for a data folder, links, a log in a window of its own, its size.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { sampleFolder, startApp } from './app.mjs';
import { createProject, waitForState } from './steps.mjs';

let app;
let run;

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'First', folder: sampleFolder() });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  await app.click('tab-runs');
  run = await app.waitFor(() => app.run(() => document.querySelector('[data-testid="run-list-row"]')?.dataset.key ?? null), { what: 'the run in the list' });
});
after(() => app?.close());

const project = () => app.run(() => location.hash.split('/')[2] ?? null);
const name = () => app.run(() => document.querySelector('.name')?.textContent ?? '');

test('a second start ends at once and shows its folder in the first', async () => {
  const first = await project();
  assert.equal(await app.startAgain(sampleFolder()), 0);
  await app.waitFor(async () => (await project()) !== first && (await name()) !== 'First', { what: 'the other project' });
  assert.equal(await app.windows(), 1);
});

test('a link opens the log of its run at the record', async () => {
  const home = await app.run(() => location.hash);
  assert.ok(home.startsWith('#/project/'));
  const of = await app.run(async (run) => (await window.__TAURI_INTERNALS__.invoke('get_run', { runId: run })).run.project_id, run);
  assert.equal(await app.startAgain(`genglossary://project/${of}/run/${run}#3`), 0);
  const record = await app.waitForText('log-record', /^3\b/);
  assert.ok(record);
  assert.equal(await project(), of);
});

test('what is no link of ours is refused with a sentence', async () => {
  assert.equal(await app.startAgain('genglossary://project/1/run/2'), 0);
  await app.waitForText('toast', /is not a link of GenGlossary/);
});

test('the log opens in a window of its own, and goes with the app', async () => {
  await app.click('log-window');
  await app.waitFor(async () => (await app.windows()) === 2, { what: 'a second window' });
  // The same log, the same window.
  await app.click('log-window');
  await app.run(() => new Promise((done) => setTimeout(done, 500)));
  assert.equal(await app.windows(), 2);
});

// W12. A page that went away listens to nothing: its listeners and channels are gone with it.
test('a hundred reloads and a hundred runs leave nothing behind in the app', async () => {
  const reload = async (times) => {
    for (let round = 0; round < times; round += 1) {
      await app.driver.navigate().refresh();
      await app.waitFor(async () => (await name()) !== '', { what: `the page after reload ${round}` });
    }
  };
  // The shell names the listeners of an event to the page: those that the page does not have are of pages before it.
  const lost = (projectId) =>
    app.run(async (id) => {
      const events = window.__internal_unstable_listeners_object_id__;
      const lost = new Set();
      for (const event of Object.getOwnPropertyNames(events))
        Object.setPrototypeOf(events[event], new Proxy({}, { get: (_, listener) => void lost.add(listener) }));
      const ask = window.__TAURI_INTERNALS__.invoke;
      const { id: runId } = await ask('start_run', { projectId: id, scope: 'full', requestId: crypto.randomUUID() });
      while (!(await ask('get_run', { runId })).run.finished_at) await new Promise((done) => setTimeout(done, 20));
      return { events: Object.getOwnPropertyNames(events), lost: lost.size };
    }, projectId);
  const held = () => ({
    files: readdirSync(`/proc/${app.pid()}/fd`).length,
    threads: readdirSync(`/proc/${app.pid()}/task`).length,
  });
  const id = await project();
  const runs = async (times) => {
    for (let round = 0; round < times; round += 1) {
      await app.run(async (projectId) => {
        const ask = window.__TAURI_INTERNALS__.invoke;
        const { id: runId } = await ask('start_run', { projectId, scope: 'full', requestId: crypto.randomUUID() });
        for (;;) {
          const { run } = await ask('get_run', { runId });
          if (run.finished_at) return run.status;
          await new Promise((done) => setTimeout(done, 20));
        }
      }, id);
    }
  };
  await reload(10);
  await runs(10);
  const before = held();
  await reload(90);
  await runs(90);
  const after = held();
  const { events, lost: listeners } = await lost(id);
  assert.ok(events.includes('run-changed'), `the page listens to ${events}`);
  // A page that is reloaded while it subscribes cannot end what it does not have yet.
  assert.ok(listeners < 10, `${listeners} listeners of pages that are gone`);
  // Threads of a pool come and go; a leak would be one or more for each reload or run.
  for (const what of ['files', 'threads']) assert.ok(after[what] < before[what] + 30, `${what}: ${before[what]}, then ${after[what]}`);
});

test('the window opens where and as large as it was closed', async () => {
  await app.driver.manage().window().setRect({ width: 1111, height: 720 });
  await app.waitFor(() => app.run(() => innerWidth === 1111), { what: 'the new size' });
  await app.requestClose();
  await app.ended();
  await app.start();
  await app.byTestId('new-project');
  assert.equal(await app.run(() => innerWidth), 1111);
});

test('larger text takes effect at once and is kept', async () => {
  const before = await app.run(() => innerWidth);
  await app.run(() => (location.hash = '#/settings'));
  await app.click('text-size');
  await app.click('text-size-150');
  await app.waitFor(() => app.run((before) => Math.abs(innerWidth * 1.5 - before) < 3, before), { what: 'the text to grow' });
  await app.restart();
  await app.byTestId('new-project');
  assert.ok(Math.abs((await app.run(() => innerWidth)) * 1.5 - before) < 3, 'and it is so after a restart');
});
