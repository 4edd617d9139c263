// The words of the interface, without any state: a message and what fills it.
import en from '../../messages/en.json';
import ja from '../../messages/ja.json';
import { number, type Lang } from './format';

/** Keys ending in `_one` are the singular of their stem, chosen when {n} is 1. */
export type MessageKey = Exclude<keyof typeof en, `${string}_one`>;
export type Params = Record<string, string | number>;

const words: Record<Lang, Record<string, string>> = { en, ja };

export function has(key: string): key is MessageKey {
  return key in en;
}

export function word(lang: Lang, key: MessageKey, params: Params = {}): string {
  const table = words[lang];
  const text = (params.n === 1 ? table[`${key}_one`] : undefined) ?? table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined) return '…';
    return typeof value === 'number' ? number(value, lang) : value;
  });
}
