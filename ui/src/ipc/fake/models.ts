// A model server for the browser twin: it has two models and can get others, and answers whoever asks at an address that
// is not "down". Hosts other than this machine ask for a key.
import type * as B from '../bindings';
import { answer, asked, refuse } from './asked';
import { ollamaChanged, pullChanged } from './world';

const keys = new Map<string, string>();

const name = (settings: B.ModelSettings) => `${settings.provider} ${settings.base_url}`;
const address = (settings: B.ModelSettings) => settings.base_url.trim().replace(/\/+$/, '');

const USUAL: Record<B.ModelProvider, string> = {
  ollama: 'http://localhost:11434',
  openai: 'https://api.openai.com/v1',
  azure: '',
};

const BYTES = 5.2e9;
const MODELS: B.ModelRow[] = [
  {
    name: 'gemma3:12b',
    bytes: 8.1e9,
    parameters: '12.2B',
    quantisation: 'Q4_K_M',
    context: 131_072,
  },
  {
    name: 'qwen3:8b',
    bytes: BYTES,
    parameters: '8.2B',
    quantisation: 'Q4_K_M',
    context: 40_960,
  },
];

function message(code: string, settings: B.ModelSettings): B.Message {
  return {
    code,
    params: { server: settings.base_url, model: settings.model },
    detail: `It says this of ${settings.base_url}.`,
  };
}

export function usual(provider: B.ModelProvider): B.ModelSettings {
  return {
    provider,
    base_url: USUAL[provider],
    api_version: '',
    model: '',
    temperature: 0,
    price_in: null,
    price_out: null,
    budget: null,
    keep_calls: false,
    seed: 1,
    context: provider === 'ollama' ? 8_192 : 32_768,
    parallel: 4,
    timeout_s: 300,
    keep_alive_min: 10,
    output: 'document',
  };
}

/** What a project keeps that asks one of them. */
export const KEPT: B.ModelSettings = { ...usual('ollama'), model: 'qwen3:8b' };

/** The most that a run asks. */
export const QUESTIONS = 438;

/** What its run asked. */
export const USE: B.ModelUse = {
  stage: 'define',
  questions: 22,
  cached: 416,
  failed: 0,
  repaired: 1,
  truncated: 0,
  calls: 24,
  retries: 2,
  tokens_in: 31_240,
  tokens_out: 1_905,
  estimated: false,
  time_ms: 96_300,
  cost: 0.0214,
};

/** What each of its stages asked. */
export const USES: B.ModelUse[] = [
  {
    ...USE,
    stage: 'extract',
    questions: 5,
    cached: 2,
    calls: 5,
    retries: 0,
    repaired: 0,
    tokens_in: 8_120,
    tokens_out: 940,
    time_ms: 21_400,
    cost: 0.0052,
  },
  USE,
  {
    ...USE,
    stage: 'review',
    questions: 6,
    cached: 0,
    calls: 6,
    retries: 0,
    repaired: 0,
    tokens_in: 9_870,
    tokens_out: 610,
    time_ms: 18_900,
    cost: 0.0058,
  },
  {
    ...USE,
    stage: 'refine',
    questions: 3,
    cached: 0,
    calls: 3,
    retries: 0,
    repaired: 0,
    tokens_in: 2_310,
    tokens_out: 240,
    time_ms: 8_700,
    cost: 0.0016,
  },
];

/** Two answers were known before: the words of one are still kept. */
export const CALLS: B.ModelCallRow[] = [
  '乾燥剤',
  'craquelure',
  'bronze disease',
  'relative humidity',
  'フォクシング',
].map((item, at) => ({
  id: String(at + 1),
  stage: 'define',
  item,
  at: '2026-09-02T09:14:07.120Z',
  known: at < 2,
  attempt: at < 2 ? 0 : at === 3 ? 2 : 1,
  status: at < 2 ? null : 200,
  tokens_in: at < 2 ? 0 : 1_204 + at * 87,
  tokens_out: at < 2 ? 0 : 68,
  estimated: false,
  time_ms: at < 2 ? 0 : 2_140 + at * 300,
  error: null,
}));

const SAID: Omit<B.ModelCall, 'row' | 'asked_at'> = {
  messages: [
    { role: 'system', content: 'You write the entries of a glossary for researchers.' },
    {
      role: 'user',
      content:
        'material-5f0c begin\nTerm: bronze disease\n\n[1] Bronze disease is active corrosion.\nmaterial-5f0c end',
    },
  ],
  reply: '{"definition": "Active corrosion of copper alloys.", "sources": [1], "confidence": 0.9}',
};

const pulls = new Map<string, B.PullView>();

/** A step of a pull; at 100 percent the server has the model. */
export function pulled(server: string, percent: number): void {
  const pull = pulls.get(server);
  if (!pull) return;
  Object.assign(pull, {
    status: percent < 100 ? 'pulling a3de86cd1c13' : 'success',
    completed: (BYTES * percent) / 100,
    total: BYTES,
  });
  if (percent >= 100) {
    MODELS.push({
      name: pull.model,
      bytes: BYTES,
      parameters: null,
      quantisation: null,
      context: null,
    });
    end(server, 'done');
  } else pullChanged.emit(pull);
}

function end(server: string, state: B.PullState, error: B.Message | null = null): void {
  const pull = pulls.get(server);
  pulls.delete(server);
  if (pull) pullChanged.emit({ ...pull, state, error });
}

function pull(settings: B.ModelSettings): B.PullView {
  const server = address(settings);
  const going = pulls.get(server);
  if (going && going.model !== settings.model)
    refuse('pull_active', { server, model: going.model });
  const made: B.PullView = going ?? {
    server,
    model: settings.model,
    state: 'active',
    status: 'pulling manifest',
    completed: 0,
    total: 0,
    error: null,
  };
  pulls.set(server, made);
  if (!going) pullChanged.emit(made);
  if (settings.model.includes('nobody'))
    setTimeout(() => end(server, 'failed', message('model_unknown', settings)), 10);
  return made;
}

if (asked.has('pull')) {
  pull({ ...KEPT, model: 'llama3.3:70b' });
  pulled(USUAL.ollama, Number(asked.get('pull') || 40));
}

const ollama = {
  running: false,
  lines: [] as string[],
};
const isLocal = (url: string) => /^https?:\/\/(localhost|127\.|\[::1\])/.test(url);
const isDown = (settings: B.ModelSettings) =>
  settings.base_url.includes('down') ||
  (asked.has('ollama') && settings.base_url === USUAL.ollama && !ollama.running);

function view(settings: B.ModelSettings): B.OllamaView {
  const here = asked.has('ollama') && settings.provider === 'ollama' && isLocal(settings.base_url);
  return {
    program: here ? '/usr/local/bin/ollama' : null,
    answers: !isDown(settings),
    running: ollama.running,
    lines: ollama.lines.length,
  };
}

function say(...lines: string[]): void {
  ollama.lines.push(...lines);
  ollamaChanged.emit(null);
}

export const commands = {
  listModelCalls: (_runId: string, filter: B.CallFilter, offset: number, limit: number) =>
    answer((): B.ModelCalls => {
      const kept = asked.has('model') ? CALLS : [];
      const known = kept.filter((row) => row.known);
      const rows =
        filter === 'all' ? kept : kept.filter((row) => row.known === (filter === 'known'));
      return {
        rows: rows.slice(offset, offset + limit),
        asked: kept.length - known.length,
        known: known.length,
        offset,
      };
    }),
  getModelCall: (_runId: string, id: string) =>
    answer((): B.ModelCall => {
      const row = CALLS.find((candidate) => candidate.id === id) ?? refuse('call_not_found');
      if (id === '1') return { row, asked_at: null, messages: [], reply: '' };
      return { ...SAID, row, asked_at: row.known ? '2026-08-28T16:02:44.010Z' : null };
    }),
  getUsualModel: (provider: B.ModelProvider) => answer(() => usual(provider)),
  listModels: (settings: B.ModelSettings) =>
    answer(() => {
      if (isDown(settings)) refuse('model_unreachable', { server: settings.base_url });
      return MODELS;
    }),
  checkModel: (settings: B.ModelSettings) =>
    answer((): B.ModelCheck => {
      const reachable = !isDown(settings);
      const authorised = reachable && (settings.provider === 'ollama' || keys.has(name(settings)));
      const known = authorised && MODELS.some((row) => row.name === settings.model);
      const code = !reachable
        ? 'model_unreachable'
        : !authorised
          ? 'model_no_key'
          : 'model_unknown';
      return {
        passed: known ? 'works' : authorised ? 'authorised' : reachable ? 'reachable' : 'nothing',
        json: known ? 'schema' : null,
        latency_ms: reachable ? 3 : null,
        answer_ms: known ? 840 : null,
        error: known ? null : message(code, settings),
      };
    }),
  setModelKey: (settings: B.ModelSettings, key: string | null) =>
    answer((): B.KeyPlace => {
      if (key?.includes(' ')) refuse('bad_key');
      if (key === null) keys.delete(name(settings));
      else keys.set(name(settings), key);
      return key === null ? 'nowhere' : 'keychain';
    }),
  getModelServer: (settings: B.ModelSettings) =>
    answer((): B.ModelServer => ({
      key: keys.has(name(settings)) ? 'keychain' : 'nowhere',
      local: settings.base_url === '' ? null : isLocal(settings.base_url),
    })),
  startPull: (settings: B.ModelSettings) => answer(() => pull(settings)),
  cancelPull: (server: string) =>
    answer(() => {
      end(server, 'cancelled');
      return null;
    }),
  listPulls: () => answer(() => [...pulls.values()]),
  getOllama: (settings: B.ModelSettings) => answer(() => view(settings)),
  startOllama: (settings: B.ModelSettings) =>
    answer(() => {
      ollama.running = true;
      say(
        'time=2026-11-18T14:26:35.871+09:00 level=INFO source=routes.go:1332 msg="Listening on 127.0.0.1:11434 (version 0.12.6)"',
        'time=2026-11-18T14:26:35.902+09:00 level=INFO source=types.go:131 msg="inference compute" id=cpu library=cpu total="31.2 GiB" available="22.8 GiB"',
      );
      return view(settings);
    }),
  stopOllama: () =>
    answer(() => {
      ollama.running = false;
      say('[ollama serve: stopped]');
      return null;
    }),
  readOllamaLog: () => answer((): B.OllamaLog => ({ dropped: 0, lines: ollama.lines })),
};
