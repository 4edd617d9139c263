// A model of a server writes the definitions: set up, tried, asked, stopped in the middle of its calls, and counted.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { commandLine, Key, sampleFolder, startApp } from './app.mjs';
import { createProject, rowTexts, statuses, waitForState } from './steps.mjs';

let app;
let writing;
const servers = [];

/** A model server of this machine that follows a script. Returns its address. */
async function serve(script) {
  const server = spawn(join(dirname(commandLine), 'genglossary-model-server'), [JSON.stringify(script)], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  process.once('exit', () => server.kill('SIGKILL'));
  const [line] = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(data.toString().split('\n'))));
  return line.trim();
}

const KEY = 'sk-0123456789';
const tell = async (url, what) => (await fetch(`${url}/${what}`, { headers: { authorization: `Bearer ${KEY}`, connection: 'close' } })).json();
const counts = (url) => tell(url, '_counts');

before(async () => {
  app = await startApp();
  await createProject(app, { name: 'Seed bank', folder: sampleFolder() });
  await app.click('run');
  await waitForState(app, ['up_to_date']);
});
after(async () => {
  await app?.close();
  for (const server of servers) server.kill();
});

test('a server is set up, and trying it says what is missing and then that everything works', async () => {
  const url = await serve({ key: KEY, models: ['writer'] });
  await app.click('tab-settings');
  await app.click('set-engine');
  await app.click('set-engine-openai');
  await app.type('set-base_url', url);
  await app.type('set-model', 'writer');
  await app.click('test-model');
  await app.waitForText('model-problem', /asks for a key/);
  await app.type('set-key', KEY);
  await app.click('keep-key');
  await app.waitForText('key-place', /Kept in/);
  await app.click('test-model');
  await app.waitForText('model-check', /Answers in JSON/);
  await app.waitFor(async () => !(await app.shown('model-problem')), { what: 'no problem any more' });
  await app.click('save-engine');
  await app.waitForText('toast', /saved/i);
  await waitForState(app, ['needs_rerun']);
});

test('a run is stopped in the middle of its calls, and the glossary is as it was', async () => {
  const slow = await serve({ latency_ms: 8000, key: KEY, models: ['writer'] });
  await app.type('set-base_url', slow);
  await app.type('set-key', KEY);
  await app.click('keep-key');
  await app.waitForText('key-place', /Kept in/);
  await app.click('save-engine');
  await app.click('run');
  await app.waitFor(async () => (await counts(slow)).open >= 3, { what: 'open calls' });
  await app.click('stop');
  await app.waitFor(async () => (await counts(slow)).sockets === 1, { what: 'closed sockets, but for the one that asks' });
  await waitForState(app, ['needs_rerun']);
});

test('definitions that a model wrote say so, and the run says what they took', async () => {
  const url = (writing = await serve({ key: KEY, models: ['writer'] }));
  await app.click('tab-settings');
  await app.type('set-base_url', url);
  await app.type('set-key', KEY);
  await app.click('keep-key');
  await app.waitForText('key-place', /Kept in/);
  await app.click('set-keep_calls');
  await app.click('save-engine');
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  const { calls } = await counts(url);
  assert.ok(calls > 10, `${calls} calls`);
  await app.click('tab-provisional');
  await app.waitForText('writer', /Written by writer/);
  await app.click('tab-runs');
  await app.click('run-list-row');
  await app.waitForText('use-questions', new RegExp(`^${calls.toLocaleString('en')}$`));
  await app.click('model-call');
  await app.waitForText('model-turn', /material-[0-9a-f]{32} begin/);
});

test('another definition of one term is one question, and the way back costs none', async () => {
  const { calls } = await counts(writing);
  const runs = statuses(app).length;
  const completed = (more) =>
    app.waitFor(() => statuses(app).length === runs + more && statuses(app)[0] === 'completed', { what: `run ${more} to be completed` });
  await app.click('tab-provisional');
  await app.click('regenerate');
  await app.waitForText('toast', /Another definition of “.+” was asked for/);
  await completed(1);
  // The definition, and the review of what it changed.
  const after = (await counts(writing)).calls;
  assert.ok(after > calls && after < calls + calls / 2, `${after - calls} more than ${calls}`);
  await waitForState(app, ['up_to_date']);
  await app.click('undo');
  await completed(2);
  assert.equal((await counts(writing)).calls, after);
  await waitForState(app, ['up_to_date']);
});

test('a category of the project’s own is a reason to ask again, goes to the model, and is chosen by hand in Terms', async () => {
  await app.click('tab-settings');
  await app.type('category-name', 'Facility');
  await app.type('category-about', 'rooms and machines');
  await app.click('save-category');
  await app.waitForText('own-category', /Facility\s+rooms and machines/);
  // A name that is taken is refused at its field, and can be corrected there.
  await app.type('category-name', 'facility');
  await app.keys(Key.ENTER);
  await app.waitForText('category-refused', /There is a category “facility” already/);
  await app.type('category-name', 'Plant part');
  await app.keys(Key.ENTER);
  await app.waitFor(async () => (await app.all('own-category')).length === 2, { what: 'the second category' });
  await waitForState(app, ['needs_rerun']);
  await app.click('state-badge');
  await app.waitForText('reasons', /The project’s categories changed/);
  await app.keys(Key.ESCAPE);
  await app.screenshot('own-categories');
  const before = (await tell(writing, '_requests')).length;
  await app.click('run');
  await waitForState(app, ['up_to_date']);
  const sent = (await tell(writing, '_requests')).slice(before).filter(({ body }) => body.includes('rooms and machines'));
  assert.ok(sent.length > 0 && sent.every(({ body }) => body.includes('Plant part')));

  await app.click('tab-terms');
  await (await app.all('term-row'))[0].click();
  await app.click('choose-category');
  await app.click('choose-category-:Plant part');
  await app.waitFor(async () => (await rowTexts(app, 'term-row'))[0].includes('Plant part'), { what: 'the category in the list' });
  await app.click('undo');
  await app.waitFor(async () => !(await rowTexts(app, 'term-row'))[0].includes('Plant part'), { what: 'the one from before' });
});

test('a run that has spent its budget asks, and goes on where it was when it is told to', async () => {
  const url = await serve({ key: KEY, models: ['writer'] });
  await app.click('tab-settings');
  await app.type('set-base_url', url);
  await app.type('set-key', KEY);
  await app.click('keep-key');
  await app.waitForText('key-place', /Kept in/);
  // Other answers than those that are known, each for more than the budget.
  await app.type('set-seed', '9');
  await app.type('set-parallel', '1');
  await app.type('set-price_in', '1000000');
  await app.type('set-budget', '2.5');
  await app.click('save-engine');
  await app.waitForText('toast', /saved/i);
  await app.click('run');
  await app.waitForText('pause-banner', /The budget of 2\.5 is spent\.[^]*Terms: \d+ of \d+ done/);
  await app.waitForText('state-badge', /Waiting for you/);
  await app.waitForText('paused', /Waiting for you/);
  assert.equal((await counts(url)).calls, 1);
  assert.equal(statuses(app)[0], 'running');
  await app.screenshot('models-paused');
  const elapsed = () => app.run(() => document.querySelector('.strip .times')?.innerText);
  const before = await elapsed();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(await elapsed(), before, 'the time stands still');
  assert.equal((await counts(url)).calls, 1, 'nothing is asked meanwhile');

  assert.match(await app.text('continue-run'), /Continue with another 2\.5/);
  await app.click('continue-run');
  await app.waitFor(async () => (await counts(url)).calls === 2, { what: 'one question more' });
  await app.waitForText('pause-banner', /The budget of [\d,.]+ is spent/);
  await app.click('continue-no-limit');
  await waitForState(app, ['up_to_date']);
  assert.equal(statuses(app)[0], 'completed');
  await app.click('tab-runs');
  await app.click('run-list-row');
  const { calls } = await counts(url);
  await app.waitForText('use-questions', new RegExp(`^${calls.toLocaleString('en')}$`));
  await app.waitForText('run-asleep', /stood still for/);
});
