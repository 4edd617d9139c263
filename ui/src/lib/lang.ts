import type { Language } from '../ipc/bindings';

/** A language of the engine as `lang` names it. */
export const langTag = (language: Language | null | undefined): 'ja' | 'en' =>
  language === 'japanese' ? 'ja' : 'en';

/**
 * The language of a term that comes without it, for `lang`: kana or kanji make it Japanese. The same character is
 * drawn and read otherwise in another language.
 */
export function langOf(text: string): 'ja' | 'en' {
  return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text) ? 'ja' : 'en';
}
