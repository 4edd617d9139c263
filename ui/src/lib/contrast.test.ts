import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';

const clashes = (first: string, second: string, lang = 'en') =>
  contrast(first, second, lang).map((side) =>
    side.filter(({ clash }) => clash).map(({ text }) => text.trim()),
  );

describe('two quotes that contradict each other', () => {
  it('have the words marked in which they differ, when they are much the same', () => {
    expect(
      clashes('The paste is stirred for ten minutes.', 'The paste is stirred for an hour.'),
    ).toEqual([['ten minutes'], ['an hour']]);
    expect(clashes('紙資料は45〜55%に保つ。', '紙資料は40〜60%に保つ。', 'ja')).toEqual([
      ['45〜55'],
      ['40〜60'],
    ]);
  });

  it('have the numbers marked that the other does not give, when their words are others', () => {
    expect(
      clashes(
        'Paper-based collections are stored at a relative humidity of 45–55 %, read every 7 days.',
        'Works on paper travel and hang at 40–60 %, measured inside the frame every 7 days.',
      ),
    ).toEqual([['45–55 %'], ['40–60 %']]);
  });

  it('have nothing marked that is only written otherwise', () => {
    expect(
      clashes(
        '収蔵庫の温度は１８〜２２℃とする。',
        'In all of our stores objects rest at 18–22 ℃, never at 25 ℃ as upstairs.',
        'ja',
      ),
    ).toEqual([[], ['25 ℃']]);
  });

  it('have nothing marked when they have nothing to set against each other', () => {
    expect(
      clashes(
        'フォクシングは、紙の中の微量の鉄が湿気により酸化して生じる。',
        'その主な原因は、好乾性のかびの代謝物である。',
        'ja',
      ),
    ).toEqual([[], []]);
  });

  it('lose no letter', () => {
    const pairs = [
      ['The paste is stirred for ten minutes.', 'The paste is stirred for an hour.'],
      ['At 45–55 % all year', 'Somewhere else entirely: 40 % or 60 %.'],
      ['', 'x 1'],
    ] as const;
    for (const pair of pairs)
      expect(
        contrast(pair[0], pair[1], 'en').map((side) => side.map(({ text }) => text).join('')),
      ).toEqual([...pair]);
  });
});
