// A model server for the browser twin: it has two models, and answers whoever asks at an address that is not "down".
import type * as B from '../bindings';
import { answer, refuse } from './asked';

const keys = new Map<string, string>();

const name = (settings: B.ModelSettings) => `${settings.provider} ${settings.base_url}`;

const USUAL: Record<B.ModelProvider, string> = {
  ollama: 'http://localhost:11434',
  openai: 'https://api.openai.com/v1',
  azure: '',
};

const MODELS: B.ModelRow[] = [
  {
    name: 'gemma3:12b',
    bytes: 8.1e9,
    parameters: '12.2B',
    quantisation: 'Q4_K_M',
    context: 131_072,
  },
  { name: 'qwen3:8b', bytes: 5.2e9, parameters: '8.2B', quantisation: 'Q4_K_M', context: 40_960 },
];

function message(code: string, settings: B.ModelSettings): B.Message {
  return {
    code,
    params: { server: settings.base_url, model: settings.model },
    detail: `Nobody answers at ${settings.base_url}.`,
  };
}

export function usual(provider: B.ModelProvider): B.ModelSettings {
  return {
    provider,
    base_url: USUAL[provider],
    api_version: '',
    model: '',
    temperature: 0,
    seed: 1,
    context: provider === 'ollama' ? 8_192 : 32_768,
    parallel: 4,
    timeout_s: 300,
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
  calls: 24,
  retries: 2,
  tokens_in: 31_240,
  tokens_out: 1_905,
  estimated: false,
  time_ms: 96_300,
};

export const commands = {
  getUsualModel: (provider: B.ModelProvider) => answer(() => usual(provider)),
  listModels: (settings: B.ModelSettings) =>
    answer(() => {
      if (settings.base_url.includes('down'))
        refuse('model_unreachable', { server: settings.base_url });
      return MODELS;
    }),
  checkModel: (settings: B.ModelSettings) =>
    answer((): B.ModelCheck => {
      const reachable = !settings.base_url.includes('down');
      const authorised = reachable && (settings.provider === 'ollama' || keys.has(name(settings)));
      const known = authorised && MODELS.some((row) => row.name === settings.model);
      const code = !reachable ? 'model_unreachable' : !authorised ? 'model_key' : 'model_unknown';
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
  getModelKeyPlace: (settings: B.ModelSettings) =>
    answer((): B.KeyPlace => (keys.has(name(settings)) ? 'keychain' : 'nowhere')),
};
