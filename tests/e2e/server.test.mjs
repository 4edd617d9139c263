// The server around a model: Ollama started by the app and ended with it, and models that it gets.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { commandLine, sampleFolder, startApp, temporaryFolder } from './app.mjs';
import { createProject, openProject } from './steps.mjs';

const program = join(dirname(commandLine), 'genglossary-model-server');
const bin = temporaryFolder('bin');
const pidFile = join(bin, 'pid');
let app;
let port;
let script;

/** A port that is free now. */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const counts = async () => (await fetch(`http://127.0.0.1:${port}/_counts`, { headers: { connection: 'close' } })).json();
const alive = (pid) => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
const pid = () => Number(readFileSync(pidFile, 'utf8'));

/** The settings of a project whose model is on this computer. */
async function settings() {
  await app.click('tab-settings');
  await app.click('set-engine');
  await app.click('set-engine-ollama');
  await app.type('set-base_url', `http://127.0.0.1:${port}`);
}

/** Clicks what may be half behind the edge of the page. */
async function click(id) {
  await app.byTestId(id);
  await app.run((id) => document.querySelector(`[data-testid="${id}"]`).scrollIntoView({ block: 'center' }), id);
  await app.click(id);
}

before(async () => {
  port = await freePort();
  script = JSON.stringify({ port, models: ['writer:1b'], pulls: ['qwen3:8b', 'slow'], pull_steps: 20, pull_ms: 150 });
  // As the real one, it listens where OLLAMA_HOST says, talks of what it does, and starts a program of its own.
  writeFileSync(
    join(bin, 'ollama'),
    `#!/bin/sh
[ "$*" = serve ] || { echo "unknown command $*" >&2; exit 2; }
[ "$OLLAMA_HOST" = "127.0.0.1:${port}" ] || { echo "listens at $OLLAMA_HOST" >&2; exit 3; }
echo $$ > '${pidFile}'
echo "Listening on $OLLAMA_HOST" >&2
'${program}' '${script}' &
wait
`,
    { mode: 0o755 },
  );
  app = await startApp({ env: { PATH: `${bin}:${process.env.PATH}` } });
  await createProject(app, { name: 'Seed bank', folder: sampleFolder() });
  await settings();
});
after(async () => {
  await app?.close();
  // The driver ends the app without a warning when a test failed in the middle.
  if (existsSync(pidFile) && alive(pid())) process.kill(-pid());
});

test('an Ollama that is installed and does not run is started, and its output is shown', async () => {
  await app.waitForText('server-place', /on this computer/);
  await app.waitForText('ollama-state', /not running/);
  await click('start-ollama');
  await app.waitForText('ollama-state', /started by GenGlossary/);
  assert.ok(alive(pid()), 'the program runs');
  await click('ollama-output');
  await app.waitForText('ollama-log', new RegExp(`Listening on 127.0.0.1:${port}`));
});

test('a model is chosen from the list of the server', async () => {
  await click('list-models');
  await app.waitForText('model-row', /writer:1b/);
  await app.waitForText('model-row', /7\.6B/);
  await click('model-row');
  await click('test-model');
  await app.waitForText('model-check', /Answers in JSON/);
  await app.waitFor(async () => !(await app.shown('model-problem')), { what: 'no problem' });
});

test('a model that the server lacks is got with progress, also while another tab is open', async () => {
  await app.type('set-model', 'qwen3:8b');
  await click('test-model');
  await app.waitForText('model-problem', /has no model/);
  await click('pull-model');
  await app.waitForText('pull-stage', /of 4\.7 GB \(\d+ %\)/);
  await click('tab-files');
  await app.waitFor(async () => !(await app.shown('pull')), { what: 'another view' });
  await click('tab-settings');
  await app.waitForText('pull-stage', /of 4\.7 GB \(\d+ %\)/);
  await app.waitForText('toast', /qwen3:8b is ready/);
  await app.waitFor(async () => !(await app.shown('pull')), { what: 'the end of the progress' });
});

test('a pull is cancelled, which closes its connection', async () => {
  await settings();
  await app.type('set-model', 'slow');
  await click('test-model');
  await app.waitForText('model-problem', /has no model “slow”/);
  await click('pull-model');
  await app.waitForText('pull-stage', /Downloading/);
  await click('cancel-pull');
  await app.waitForText('toast', /Stopped getting slow/);
  await app.waitFor(async () => (await counts()).sockets === 1, { what: 'closed sockets, but for the one that asks' });
});

test('what the app started is stopped by its button, with what that started', async () => {
  const before = pid();
  await click('stop-ollama');
  await app.waitForText('ollama-state', /not running/);
  await app.waitFor(async () => !alive(before), { what: 'the end of the program' });
  await assert.rejects(counts(), 'the server that it started is gone too');
});

for (const [how, end] of [
  ['by a signal', () => app.end('SIGTERM')],
  ['at once by two', () => app.end('SIGTERM', 'SIGINT')],
  ['as its window is closed', async () => {
    await app.requestClose();
    await app.ended();
  }],
]) {
  test(`it ends with the app that ends ${how}`, async () => {
    await click('start-ollama');
    await app.waitForText('ollama-state', /started by GenGlossary/);
    const started = pid();
    assert.ok(alive(started));
    await end();
    assert.ok(!alive(started), 'it ended');
    await assert.rejects(counts());
    await app.start();
    await openProject(app, 'Seed bank');
    await settings();
  });
}

test('one that somebody else started is left alone', async () => {
  const other = spawn(program, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => other.kill('SIGKILL'));
  await new Promise((done) => other.stdout.once('data', done));
  await click('list-models');
  await app.waitForText('model-row', /writer:1b/);
  await app.waitFor(async () => !(await app.shown('start-ollama')), { what: 'no offer' });
  await app.requestClose();
  await app.ended();
  assert.ok(alive(other.pid), 'it goes on');
  other.kill();
});
