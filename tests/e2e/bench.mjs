// The numbers of the interface in the real webview, on a release build; see scripts/bench-ui.sh. Ends with 1 when one of
// them is over its limit.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, pause, root, startApp, temporaryFolder } from './app.mjs';

const TERMS = 20_000;
const STARTS = 5;
const EMPTY = join(root, 'target/release/examples/empty-window');
const results = [];

function note(what, value, limit, unit) {
  results.push({ what, value: Math.round(value * 10) / 10, limit: Math.round(limit * 10) / 10, unit });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Documents with many different terms, each used a few times. */
function corpus() {
  const folder = temporaryFolder('corpus');
  mkdirSync(folder, { recursive: true });
  const parts = ['al', 'ber', 'cor', 'dan', 'el', 'fir', 'gon', 'hal', 'ir', 'jun', 'kel', 'lor', 'mer', 'nor', 'os', 'pal', 'ren', 'sil', 'tor', 'ul', 'ven', 'wil', 'yor', 'zan'];
  const word = (n) => [1, 24, 576, 13_824].map((place) => parts[Math.floor(n / place) % 24]).join('') + 'ite';
  // How many terms are listed depends on the length of the corpus: each is told of in about a hundred words.
  const about = (n) =>
    [
      `A ${word(n)} is a mineral that forms near the ${word(n + 7)}.`,
      `The ${word(n)} was found twice in the upper layers of the old quarry, and once below them.`,
      `Where the ${word(n)} meets water it turns grey, and the ${word(n + 3)} beside it keeps its colour for many years.`,
      `Nobody had described the ${word(n)} before the second survey of the valley, which took three summers and two winters.`,
      `In the collection the ${word(n)} lies in the same drawer as the ${word(n + 11)}, with a label that is hard to read.`,
      `Polished plates of the ${word(n)} were sold at the market until the road to the quarry was closed.`,
    ].join(' ');
  let n = 0;
  for (let file = 0; n < TERMS * 1.3; file += 1) {
    const lines = [];
    for (let line = 0; line < 100; line += 1, n += 1) {
      lines.push(about(n));
    }
    writeFileSync(join(folder, `notes-${String(file).padStart(4, '0')}.md`), lines.join('\n\n'));
  }
  return folder;
}

/** Ids of a process and of everything that it started. */
function family(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1].split(' ');
      parents.set(Number(entry), Number(fields[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [pid];
  for (let at = 0; at < found.length; at += 1) {
    for (const [child, parent] of parents) if (parent === found[at]) found.push(child);
  }
  return found;
}

/** Memory of a process and its children in MB; what they share counts once. */
function memory(pid) {
  return family(pid)
    .map((each) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1000)
    .reduce((a, b) => a + b, 0);
}

/** Time on a processor in ms, of a process and its children. */
function processor(pid) {
  return family(pid)
    .map((each) => readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' '))
    .reduce((sum, fields) => sum + 10 * (Number(fields[11]) + Number(fields[12])), 0);
}

/** When the process began, in ms since 1970. */
function began(pid) {
  const ticks = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19]);
  const boot = Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))[1]);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  // The time of the boot is in whole seconds; the time since is not.
  return Math.max(boot * 1000, Date.now() - uptime * 1000) + ticks * 10;
}

async function start(options, ready) {
  const app = await startApp(options);
  const shown = await app.waitFor(() => app.run(ready), { what: 'the window to be ready' });
  return { app, time: shown - began(app.pid()) };
}

const HOME = () => {
  const mark = performance.getEntriesByName('usable')[0];
  return document.querySelector('[data-testid="new-project"]') && mark ? performance.timeOrigin + mark.startTime : 0;
};
const BLANK = () => (document.readyState === 'complete' ? performance.timeOrigin + (performance.getEntriesByType('navigation')[0]?.loadEventEnd ?? 0) : 0);

const home = temporaryFolder('home');
const times = { app: [], empty: [] };
const memories = { app: [], empty: [] };
for (let turn = 0; turn < STARTS; turn += 1) {
  for (const [kind, options, ready] of [
    ['empty', { home, program: EMPTY }, BLANK],
    ['app', { home }, HOME],
  ]) {
    const { app, time } = await start(options, ready);
    times[kind].push(time);
    await pause(1500);
    memories[kind].push(memory(app.pid()));
    await app.close();
  }
}
note('start to a usable home', median(times.app), 1.5 * median(times.empty), 'ms');
note('  an empty window', median(times.empty), Infinity, 'ms');
note('idle memory over an empty window', median(memories.app) - median(memories.empty), 60, 'MB');

const folder = corpus();
execFileSync(commandLine, ['run', folder], { env: { ...process.env, GENGLOSSARY_HOME: home }, stdio: 'inherit' });
const app = await startApp({ home });
await app.byTestId('project-row');
const project = await app.run(() => document.querySelector('[data-testid="project-row"]').dataset.key);

/** Inside the page: does something, and tells how long until `done`, and how long the page was blocked at most. */
const measure = (act, done, ...args) =>
  app.driver.executeAsyncScript(
    // Nothing may be evaluated inside the page, so both are part of what the driver runs.
    `const [args, answer] = arguments;
     const act = ${act}, done = ${done};
     const begin = performance.now();
     let last = begin, worst = 0, shown = 0;
     const channel = new MessageChannel();
     channel.port1.onmessage = () => {
       const now = performance.now();
       worst = Math.max(worst, now - last);
       last = now;
       if (!shown && done(...args)) shown = now - begin;
       if (now - begin > 2000) answer({ shown: shown || 9999, worst });
       else setTimeout(() => channel.port2.postMessage(0), 0);
     };
     channel.port2.postMessage(0);
     act(...args);`,
    args,
  );

const listed = () => document.querySelector('[data-testid="term-row"]:not(.loading)') !== null;
await pause(1000);
const opened = await measure((project) => (location.hash = `#/project/${project}/terms`), listed, project);
note('opening the list of terms', opened.shown, 150, 'ms');
const total = await app.run(() => Number(document.querySelector('.count').textContent.replace(/\D/g, '')));
if (total < TERMS) throw new Error(`only ${total} terms`);

const scrolled = await measure(
  () => {
    const list = document.querySelector('[data-testid="term"]');
    let frames = 0;
    const step = () => {
      list.scrollTop += 900;
      if ((frames += 1) < 110) requestAnimationFrame(step);
    };
    step();
  },
  () => true,
);
note('scrolling blocks at most', scrolled.worst, 50, 'ms');

const first = () => document.querySelector('[data-testid="term-row"]')?.dataset.key;
await app.run(() => (document.querySelector('[data-testid="term"]').scrollTop = 0));
await pause(500);
const sorted = await measure(
  () => {
    window.before = document.querySelector('[data-testid="term-row"]')?.dataset.key;
    document.querySelector('[data-testid="sort-term"]').click();
  },
  () => document.querySelector('[data-testid="term-row"]:not(.loading)')?.dataset.key !== window.before,
);
note('sorting blocks at most', sorted.worst, 50, 'ms');
note('sorting shows the new order', sorted.shown, 100, 'ms');

const wanted = (await app.run(first)).slice(0, 5);
const typed = await measure(
  (text) => {
    const field = document.querySelector('[data-testid="term-search"]');
    field.value = text;
    window.rows = document.querySelector('[data-testid="term"]').getAttribute('aria-rowcount');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  },
  () => document.querySelector('[data-testid="term"]')?.getAttribute('aria-rowcount') !== window.rows,
  wanted,
);
note('typing in the search shows results', typed.shown, 100, 'ms');

// A run that has enough to do to be stopped in the middle.
for (const file of readdirSync(folder)) appendFileSync(join(folder, file), '\n\nNobody looked at the labels again.\n');
await app.run(
  (projectId) =>
    window.__TAURI_INTERNALS__.invoke('start_run', { projectId, scope: 'full', requestId: crypto.randomUUID() }),
  project,
);
const shown = () => document.querySelector('[data-testid="state-badge"]').dataset.shown;
await app.waitFor(async () => (await app.run(shown)) === 'running', { what: 'the run' });
await pause(500);
const stopped = await measure(
  () => document.querySelector('[data-testid="stop"]').click(),
  () => document.querySelector('[data-testid="state-badge"]').dataset.shown !== 'running',
);
note('Stop is acknowledged', stopped.shown, 100, 'ms');

await app.run(() => (location.hash = '#/'));
await pause(5000);
const pid = app.pid();
const before = processor(pid);
await pause(10_000);
note('work while idle for 10 s', processor(pid) - before, 100, 'ms');
await app.close();

console.log(`\n${total} terms\n`);
for (const { what, value, limit, unit } of results) {
  const bound = limit === Infinity ? '' : `   at most ${limit}`;
  console.log(`${value > limit ? 'OVER' : 'ok  '}  ${what.padEnd(38)} ${String(value).padStart(8)} ${unit}${bound}`);
}
process.exit(results.some(({ value, limit }) => value > limit) ? 1 : 0);
