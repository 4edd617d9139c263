import { expect, it } from 'vitest';
import { langOf } from './lang';

it.each(['ブロンズ病', '腐食', 'さび', 'ｶﾋﾞ', 'RH計', '佐々木'])(
  'a term with kana or kanji is Japanese: %s',
  (text) => expect(langOf(text)).toBe('ja'),
);

it.each(['bronze disease', 'Oddy test', 'naïve', 'RH 42 %', '「42」', ''])(
  'a term without them is not: %s',
  (text) => expect(langOf(text)).toBe('en'),
);
