// @vitest-environment happy-dom
// The engine of a project against the browser twin: a server, its models, and getting another one.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, failNext, forget, one, press, said, settled, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '') {
  const parts = await twin(`?data=few&lang=en&state=done${search}`);
  const { listenForPulls } = await import('../state/pulls.svelte');
  const { default: View } = await import('../views/SettingsView.svelte');
  const { default: Toasts } = await import('./Toasts.svelte');
  const stop = listenForPulls();
  const view = parts.mount(View, { target: document.body, props: { project: parts.project.id } });
  const toasts = parts.mount(Toasts, { target: document.body });
  close = async () => {
    stop();
    await parts.unmount(view);
    await parts.unmount(toasts);
  };
  await settled();
  return parts;
}

/** Chooses with the keyboard, as the list of a field is opened by key. */
async function choose(id: string, value: string) {
  one(id).focus();
  await press(one(id), 'ArrowDown');
  one(`${id}-${value}`).dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
  await settled();
}

const name = () => (one('set-model') as HTMLInputElement).value;
const rows = () =>
  all('model-row').map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim());

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('the engine of a project', () => {
  const model = (api: Awaited<ReturnType<typeof open>>['api'], id: string) =>
    api.getProjectSettings(id).then((settings) => settings.model);

  it('becomes a model of a server, with its usual settings to begin with', async () => {
    const { api, project } = await open();
    expect(said('set-engine')).toBe('Embedded engine');
    expect(all('test-model')).toHaveLength(0);
    await choose('set-engine', 'ollama');
    expect((one('set-base_url') as HTMLInputElement).value).toBe('http://localhost:11434');
    expect(one('save-engine')).toHaveProperty('disabled', true);
    await click(one('list-models'));
    expect(said('models-found')).toBe('2 models');
    await press(one('set-model'), 'ArrowDown');
    await press(one('set-model'), 'Enter');
    expect(name()).toBe('gemma3:12b');
    await type(one('set-parallel'), '８');
    await click(one('save-engine'));
    expect(await model(api, project.id)).toMatchObject({
      provider: 'ollama',
      model: 'gemma3:12b',
      parallel: 8,
    });
    await choose('set-engine', 'embedded');
    await click(one('save-engine'));
    expect(await model(api, project.id)).toBeNull();
  });

  it('is not kept with a value that is not possible, and keeps what was typed for another one', async () => {
    await open();
    await choose('set-engine', 'ollama');
    await type(one('set-model'), 'mine');
    await type(one('set-context'), '12');
    expect(one('set-context').getAttribute('aria-invalid')).toBe('true');
    expect(one('save-engine')).toHaveProperty('disabled', true);
    await choose('set-engine', 'openai');
    await choose('set-engine', 'ollama');
    expect(name()).toBe('mine');
  });

  it('is tried step by step, and the first step that fails says what to do', async () => {
    await open();
    await choose('set-engine', 'openai');
    await type(one('set-model'), 'gemma3:12b');
    await click(one('test-model'));
    expect(said('model-problem')).toContain('asks for a key');
    await type(one('set-key'), 'sk-123');
    await click(one('keep-key'));
    expect((one('set-key') as HTMLInputElement).value).toBe('');
    expect(said('key-place')).toContain('keychain');
    await click(one('test-model'));
    expect(all('model-problem')).toHaveLength(0);
    expect(said('model-check')).toContain('Answers in JSON');
    await click(one('forget-key'));
    expect(said('key-place')).toContain('No key is kept');
    await type(one('set-base_url'), 'http://down:1');
    expect(all('model-check'), 'says nothing of another server').toHaveLength(0);
    await click(one('test-model'));
    expect(said('model-problem')).toContain('Nobody answers at http://down:1');
  });

  it('leaves what is typed in the other fields alone', async () => {
    const { api, project } = await open();
    await type(one('set-max_terms'), '77');
    await choose('set-engine', 'ollama');
    await type(one('set-model'), 'mine');
    await click(one('save-engine'));
    expect((one('set-max_terms') as HTMLInputElement).value).toBe('77');
    await click(one('save-settings'));
    const kept = await api.getProjectSettings(project.id);
    expect([kept.max_terms, kept.model?.model]).toEqual([77, 'mine']);
  });
});

describe('the list of models', () => {
  it('says of each what the server says, and is chosen from with the keyboard', async () => {
    await open();
    await choose('set-engine', 'ollama');
    await press(one('set-model'), 'ArrowDown');
    expect(rows()[0]).toBe('gemma3:12b12.2BQ4_K_M8.1 GBcontext 131,072');
    await press(one('set-model'), 'ArrowDown');
    await press(one('set-model'), 'ArrowDown');
    const active = one('set-model').getAttribute('aria-activedescendant');
    expect(document.getElementById(active ?? '')?.textContent).toContain('qwen3:8b');
    await press(one('set-model'), 'Enter');
    expect([name(), rows()]).toEqual(['qwen3:8b', []]);
  });

  it('leaves out what does not match the letters, and Escape leaves them', async () => {
    await open();
    await choose('set-engine', 'ollama');
    await click(one('list-models'));
    await type(one('set-model'), 'QW');
    expect(rows()).toHaveLength(1);
    await press(one('set-model'), 'Escape');
    expect([name(), rows()]).toEqual(['QW', []]);
  });

  it('that cannot be had says why', async () => {
    await open();
    await choose('set-engine', 'ollama');
    await type(one('set-base_url'), 'http://down:1');
    await click(one('list-models'));
    expect(said('model-refused')).toContain('Nobody answers at http://down:1');
    expect(rows()).toEqual([]);
  });
});

describe('a model that the server lacks', () => {
  async function ask(model: string) {
    const parts = await open();
    await choose('set-engine', 'ollama');
    await type(one('set-model'), model);
    await click(one('test-model'));
    expect(said('model-problem')).toContain(`has no model “${model}”`);
    await click(one('pull-model'));
    const { pulled } = await import('../ipc/fake/models');
    return { ...parts, pulled };
  }
  const SERVER = 'http://localhost:11434';

  it('is got with its progress, and is there for the next test', async () => {
    const { pulled } = await ask('llama3.3:70b');
    expect(said('pull-stage')).toBe('Looking it up');
    pulled(SERVER, 50);
    await settled();
    expect(said('pull-stage')).toBe('Downloading2.6 GB of 5.2 GB (50 %)');
    expect(all('pull-model'), 'one at a time').toHaveLength(0);
    pulled(SERVER, 100);
    await settled();
    expect(said('toast')).toContain('llama3.3:70b is ready to use.');
    expect([all('pull'), all('model-problem')]).toEqual([[], []]);
    await click(one('test-model'));
    expect(said('model-check')).toContain('Answers in JSON');
  });

  it('can be cancelled', async () => {
    await ask('llama3.3:70b');
    await click(one('cancel-pull'));
    expect(said('toast')).toContain('Stopped getting llama3.3:70b');
    expect(all('pull')).toHaveLength(0);
  });

  it('that cannot be got says why', async () => {
    await ask('nobody');
    expect(said('toast')).toContain('has no model “nobody”');
    expect(all('pull')).toHaveLength(0);
  });

  it('is still on its way when the settings are opened again', async () => {
    await open('&model&pull=40');
    expect(said('pull')).toContain('llama3.3:70b');
    expect(said('pull-stage')).toContain('2.1 GB of 5.2 GB (40 %)');
    await choose('set-engine', 'embedded');
    expect(all('pull'), 'also with another server in the fields').toHaveLength(1);
  });
});

describe('the Ollama of this computer', () => {
  it('is offered to be started where it does not run, and says what it does', async () => {
    await open('&model&ollama');
    expect(said('ollama-state')).toContain('is not running');
    await click(one('start-ollama'));
    expect(said('ollama-state')).toContain('started by GenGlossary');
    await click(one('ollama-output'));
    expect(said('ollama-log')).toContain('Listening on 127.0.0.1:11434');
    await click(one('stop-ollama'));
    expect(said('ollama-state')).toContain('is not running');
    expect(said('ollama-log')).toContain('[ollama serve: stopped]');
  });

  it('that does not start says so with its output', async () => {
    await open('&model&ollama');
    await failNext('startOllama', 'ollama_failed');
    await click(one('start-ollama'));
    expect(said('ollama-failed')).toContain('does not answer');
  });

  it('is not mentioned where it is not installed', async () => {
    await open('&model');
    expect(all('ollama')).toHaveLength(0);
  });
});

it('a server says whether what it is asked leaves this computer', async () => {
  await open('&model');
  expect(said('server-place')).toContain('nothing leaves it');
  await type(one('set-base_url'), 'http://192.168.1.5:11434');
  expect(said('server-place')).toContain('is not on this computer');
});
