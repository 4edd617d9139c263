// The words of the interface: compiled functions, one per message and language. What is written here is the
// way to them by key, with keys and parameters checked by the compiler.
import all from 'virtual:messages';
import type { m } from '../paraglide/messages.js';
import { number, type Lang } from './format';

/** The compiler offers each message under a name of JavaScript too; the key is the one with dots. */
export type MessageKey = Extract<keyof typeof m, `${string}.${string}`>;
export type Params = Record<string, string | number>;

type Inputs<K extends MessageKey> = Parameters<(typeof m)[K]>[0];
/** Of several possible keys, what any of them takes. */
type Needs<K extends MessageKey> = (
  K extends MessageKey ? (needs: { [P in keyof Inputs<K>]: string | number }) => void : never
) extends (needs: infer I) => void
  ? I
  : never;
export type Filling<K extends MessageKey> =
  object extends Needs<K> ? [params?: Params] : [params: Needs<K>];
/** A key that was put together while running: whoever sent its parameters is trusted with them. */
export type FoundKey = { [K in MessageKey]: object extends Inputs<K> ? K : never }[MessageKey];

const PLACES: Record<Lang, 0 | 1> = { en: 0, ja: 1 };
/** The name that the compiler gives to a key. */
const named = (key: string) => key.replaceAll('.', '_');

export function has(key: string): key is FoundKey {
  return key.includes('.') && named(key) in all;
}

/** Reads as the language writes a number, and still is one where the singular is chosen. */
class Written {
  constructor(
    private readonly value: number,
    private readonly lang: Lang,
  ) {}
  valueOf = () => this.value;
  toString = () => number(this.value, this.lang);
}

export function word<K extends MessageKey>(lang: Lang, key: K, ...[params]: Filling<K>): string {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params ?? {}))
    filled[name] = typeof value === 'number' ? new Written(value, lang) : value;
  return all[named(key)]?.[PLACES[lang]](filled) ?? key;
}
