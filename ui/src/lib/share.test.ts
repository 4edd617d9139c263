import { describe, expect, it } from 'vitest';
import { fill, percent } from './share';

describe('D11: a percentage', () => {
  it('of nothing is no percentage', () => {
    expect(percent(0, 0)).toBeNull();
  });
  it('of 0 is 0 %', () => {
    expect(percent(0, 7)).toBe(0);
  });
  it('is 100 % only for all, and 0 % only for none', () => {
    expect(percent(9_999, 10_000)).toBe(99);
    expect(percent(1, 10_000)).toBe(1);
    expect(percent(10_000, 10_000)).toBe(100);
  });
  it('is rounded to the nearest in between', () => {
    expect(percent(39, 48)).toBe(81);
    expect(percent(1, 8)).toBe(13);
  });
});

it('a bar is never longer than its track, and empty before anything is counted', () => {
  expect(fill(5, 4)).toBe('100%');
  expect(fill(1, 0)).toBe('0%');
});
