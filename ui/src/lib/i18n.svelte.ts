// The language in use, and t(): reading either inside a component follows a change at once.
import { type Lang } from './format';
import { word, type Filling, type MessageKey } from './messages';

export type { MessageKey } from './messages';

let current = $state<Lang>('en');

export const i18n = {
  get lang(): Lang {
    return current;
  },
  set lang(lang: Lang) {
    current = lang;
    document.documentElement.lang = lang;
  },
};

/** Sentences in a row: English puts a space between them, Japanese does not. */
export function sentences(...parts: (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(current === 'ja' ? '' : ' ');
}

export function t<K extends MessageKey>(key: K, ...params: Filling<K>): string {
  return word(current, key, ...params);
}
