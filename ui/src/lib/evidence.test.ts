import { describe, expect, it } from 'vitest';
import { numbered } from './evidence';

describe('the numbers of quotes in a definition', () => {
  it('stand behind the words that the quote supports', () => {
    expect(numbered('A pod is a unit. It is small.', ['A pod is a unit.', 'It is small'])).toEqual([
      { text: 'A pod is a unit.', refs: [1] },
      { text: ' It is small.', refs: [2] },
    ]);
    expect(numbered('種子の割合をいう。', ['種子の割合をいう。'])).toEqual([
      { text: '種子の割合をいう。', refs: [1] },
    ]);
  });

  it('stand at the end where the words are not those of the quote', () => {
    expect(numbered('A pod.', ['Something else', 'A pod'])).toEqual([
      { text: 'A pod.', refs: [1, 2] },
    ]);
    expect(numbered('A pod.', [''])).toEqual([{ text: 'A pod.', refs: [1] }]);
  });

  it('lose nothing of the definition', () => {
    const text = 'One. Two. Three.';
    const pieces = numbered(text, ['Two.', 'One', 'nowhere']);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.flatMap((piece) => piece.refs).sort()).toEqual([1, 2, 3]);
  });
});
