// The settings of a model as the fields hold them, and what is wrong with what was typed.
import type { ModelProvider, ModelRow, ModelSettings, OutputLanguage } from '../ipc/bindings';

export const MODEL_FIELDS = [
  'base_url',
  'api_version',
  'model',
  'parallel',
  'timeout_s',
  'keep_alive_min',
  'context',
  'temperature',
  'seed',
  'price_in',
  'price_out',
  'budget',
] as const;
export type ModelField = (typeof MODEL_FIELDS)[number];
export type ModelDraft = Record<ModelField, string> & {
  provider: ModelProvider;
  output: OutputLanguage;
  keep_calls: boolean;
};

export function draftOfModel(model: ModelSettings): ModelDraft {
  return {
    provider: model.provider,
    output: model.output,
    base_url: model.base_url,
    api_version: model.api_version,
    model: model.model,
    parallel: String(model.parallel),
    timeout_s: String(model.timeout_s),
    keep_alive_min: String(model.keep_alive_min),
    context: String(model.context),
    temperature: textOf(model.temperature),
    seed: textOf(model.seed),
    price_in: textOf(model.price_in),
    price_out: textOf(model.price_out),
    budget: textOf(model.budget),
    keep_calls: model.keep_calls,
  };
}

export function modelOf(draft: ModelDraft): ModelSettings {
  return {
    provider: draft.provider,
    base_url: draft.base_url.trim(),
    api_version: draft.api_version.trim(),
    model: draft.model.trim(),
    temperature: numberOf(draft.temperature),
    seed: maybe(draft.seed),
    price_in: maybe(draft.price_in),
    price_out: maybe(draft.price_out),
    budget: maybe(draft.budget),
    keep_calls: draft.keep_calls,
    context: numberOf(draft.context),
    parallel: numberOf(draft.parallel),
    timeout_s: numberOf(draft.timeout_s),
    keep_alive_min: numberOf(draft.keep_alive_min),
    output: draft.output,
  };
}

/** The same server, whatever is wrong in the other fields: for its key and its models. */
export function serverOf(draft: ModelDraft): ModelSettings {
  const model = modelOf(draft);
  return {
    ...model,
    temperature: 0,
    seed: null,
    price_in: null,
    price_out: null,
    budget: null,
    context: 4_096,
    parallel: 1,
    timeout_s: 30,
    keep_alive_min: 10,
  };
}

export function problemsOfModel(draft: ModelDraft): Set<ModelField> {
  const model = modelOf(draft);
  const whole = (value: number, low: number, high: number) =>
    Number.isInteger(value) && value >= low && value <= high;
  const price = (value: number | null) => value === null || (value >= 0 && value <= 1e6);
  const kept: Record<ModelField, boolean> = {
    base_url: model.base_url !== '',
    api_version: true,
    model: model.model !== '',
    parallel: whole(model.parallel, 1, 64),
    timeout_s: whole(model.timeout_s, 1, 3_600),
    keep_alive_min: whole(model.keep_alive_min, 0, 1_440),
    context: whole(model.context, 4_096, 2_000_000),
    temperature: model.temperature >= 0 && model.temperature <= 2,
    seed: model.seed === null || whole(model.seed, 0, 4_294_967_295),
    price_in: price(model.price_in),
    price_out: price(model.price_out),
    // Without a price there is nothing to count.
    budget:
      model.budget === null ||
      (price(model.budget) &&
        model.budget > 0 &&
        (model.price_in !== null || model.price_out !== null)),
  };
  return new Set(MODEL_FIELDS.filter((field) => !kept[field]));
}

/** Whether a server has a model: a name without a tag means the latest one. */
export function hasModel(models: ModelRow[], name: string): boolean {
  return models.some((row) => row.name === name || row.name === `${name}:latest`);
}

/** A number as somebody would type it: single precision has more digits than that. */
function textOf(value: number | null): string {
  return value === null ? '' : String(Number(value.toPrecision(7)));
}

/** A number that may be left out. */
function maybe(text: string): number | null {
  return text.trim() === '' ? null : numberOf(text);
}

/** A number, also in full-width digits; NaN for anything else. */
function numberOf(text: string): number {
  const plain = text.normalize('NFKC').replaceAll(',', '').trim();
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
}
