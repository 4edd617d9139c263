import { describe, expect, it } from 'vitest';
import { match } from './fuzzy';

const best = (query: string, titles: string[]) =>
  titles
    .map((title) => ({ title, points: match(query, title) }))
    .filter(({ points }) => points !== null)
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0))
    .map(({ title }) => title);

describe('what was typed', () => {
  it('is found by the beginnings of words before letters inside them', () => {
    expect(best('gt', ['Right of the list', 'Go to Terms'])[0]).toBe('Go to Terms');
    expect(best('term', ['Determine the scope', 'Go to Terms'])[0]).toBe('Go to Terms');
  });

  it('must be there with all of its letters and words', () => {
    expect(match('termsx', 'Go to Terms')).toBeNull();
    expect(match('go issues', 'Go to Terms')).toBeNull();
    expect(match('terms go', 'Go to Terms')).not.toBeNull();
  });

  it('does not care for case, width or accents', () => {
    expect(match('ipm', '文化財ＩＰＭ')).not.toBeNull();
    expect(match('resume', 'Résumé')).not.toBeNull();
    expect(match('相対湿度', '相対湿度')).not.toBeNull();
  });

  it('prefers the shorter of two equal answers', () => {
    expect(best('log', ['Log of the last run', 'Log'])[0]).toBe('Log');
  });
});
