import { describe, expect, it } from 'vitest';
import {
  furthest,
  HEAD,
  headTop,
  nearEnd,
  reveal,
  rowTop,
  scrollHeight,
  TALLEST,
  toScroll,
  toVirtual,
  visible,
  type Extent,
} from './window';

const list: Extent = { rows: 1_000, rowHeight: 20, viewport: 400 };
const log: Extent = { rows: 1_000_000, rowHeight: 20, viewport: 400 };

describe('visible', () => {
  it('draws the rows in view and a margin on both sides', () => {
    expect(visible(2_000, list, 5)).toEqual({ first: 95, end: 125 });
  });

  it('never leaves the list', () => {
    expect(visible(0, list)).toEqual({ first: 0, end: 26 });
    expect(visible(furthest(list), list).end).toBe(1_000);
    expect(visible(500, { ...list, rows: 0 })).toEqual({ first: 0, end: 0 });
    expect(visible(0, { ...list, rows: 3 })).toEqual({ first: 0, end: 3 });
  });
});

describe('a list taller than an element may be', () => {
  it('keeps the element below the limit of browsers', () => {
    expect(scrollHeight(list)).toBe(20_000);
    expect(scrollHeight(log)).toBe(TALLEST);
    expect(TALLEST).toBeLessThan(16_000_000);
  });

  it('reaches the first and the last row at the ends of the scrollbar', () => {
    expect(toVirtual(0, log)).toBe(0);
    expect(toVirtual(TALLEST - 400, log)).toBe(furthest(log));
    expect(toScroll(furthest(log), log)).toBeCloseTo(TALLEST - 400);
  });

  it('comes back to the same place', () => {
    expect(toVirtual(toScroll(12_345_678, log), log)).toBeCloseTo(12_345_678);
  });

  it('does not compress a list that fits', () => {
    expect(toVirtual(1_234, list)).toBe(1_234);
    expect(toScroll(1_234, list)).toBe(1_234);
  });
});

describe('reveal', () => {
  it('does not move for a row in view', () => {
    expect(reveal(10, 100, list)).toBe(100);
  });

  it('moves by the least for a row above or below', () => {
    expect(reveal(2, 100, list)).toBe(40);
    expect(reveal(50, 100, list)).toBe(620);
  });
});

describe('following', () => {
  it('holds within 60 px of the end', () => {
    expect(nearEnd(furthest(list) - 60, list)).toBe(true);
    expect(nearEnd(furthest(list) - 61, list)).toBe(false);
  });

  it('holds for a list that does not fill the viewport', () => {
    expect(nearEnd(0, { ...list, rows: 3 })).toBe(true);
  });
});

describe('a list with heads', () => {
  const headed: Extent = { ...list, heads: [0, 3, 990] };

  it('has room for each above its first row', () => {
    expect([0, 1, 2].map((n) => headTop(n, headed))).toEqual([0, 60 + HEAD, 990 * 20 + 2 * HEAD]);
    expect(rowTop(0, headed)).toBe(HEAD);
    expect(rowTop(2, headed)).toBe(40 + HEAD);
    expect(rowTop(3, headed)).toBe(60 + 2 * HEAD);
    expect(scrollHeight(headed)).toBe(20_000 + 3 * HEAD);
  });

  it('draws every row that is in view, wherever it is scrolled to', () => {
    for (let top = 0; top <= furthest(headed); top += 7) {
      const { first, end } = visible(top, headed, 0);
      for (let row = Math.max(0, first - 2); row < Math.min(1000, end + 2); row += 1) {
        const at = rowTop(row, headed);
        const seen = at < top + 400 && at + 20 > top;
        if (seen) expect(row >= first && row < end, `row ${row} at ${top}`).toBe(true);
      }
      expect(end - first).toBeLessThanOrEqual(22);
    }
  });

  it('shows a row together with its head', () => {
    expect(reveal(3, 500, headed)).toBe(60 + HEAD);
    expect(reveal(4, 500, headed)).toBe(80 + 2 * HEAD);
    expect(reveal(999, 0, headed)).toBe(furthest(headed));
  });
});
