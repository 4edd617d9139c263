import { describe, expect, it } from 'vitest';
import { diffWords, type Change } from './diff';

function side(changes: Change[], kind: 'ins' | 'del'): string {
  return changes
    .filter((change) => change.kind === kind || change.kind === 'same')
    .map((change) => change.text)
    .join('');
}

describe('diffWords', () => {
  it('says nothing about equal texts', () => {
    expect(diffWords('a b', 'a b', 'en')).toEqual([{ kind: 'same', text: 'a b' }]);
  });

  it('shows an addition in place', () => {
    expect(diffWords('kept at 45 %.', 'kept at 45 % in storage.', 'en')).toEqual([
      { kind: 'same', text: 'kept at 45 %' },
      { kind: 'ins', text: ' in storage' },
      { kind: 'same', text: '.' },
    ]);
  });

  it('joins changes that only a short word separates', () => {
    const kinds = diffWords('red fox of old', 'grey wolf of new', 'en').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'same')).toEqual(['del', 'ins']);
  });

  it('splits Japanese by word, without spaces', () => {
    const changes = diffWords('紙に生じる褐色の斑点をいう', '紙に生じる黒色の斑点をいう', 'ja');
    expect(side(changes, 'ins')).toContain('黒色');
    expect(side(changes, 'del')).toContain('褐色');
    expect(changes[0]?.kind).toBe('same');
  });

  it('keeps every word of both sides', () => {
    const before = 'Copper corrodes in moist air, and which is green.';
    const after = 'Copper slowly corrodes in damp air and turns green.';
    const plain = (text: string) => text.replace(/\s+/g, '');
    const changes = diffWords(before, after, 'en');
    expect(plain(side(changes, 'del'))).toBe(plain(before));
    expect(plain(side(changes, 'ins'))).toBe(plain(after));
  });
});
