import { describe, expect, it } from 'vitest';
import { anchorAt, around, topOf } from './flow';
import { furthest, visible } from './window';

const extent = { rows: 48_000, rowHeight: 20, viewport: 600 };

describe('a list of lines of different heights', () => {
  it('has its first line at the top, and its last one at the bottom', () => {
    expect(anchorAt(0, extent)).toEqual({ part: 0, row: 0, into: 0 });
    expect(anchorAt(furthest(extent), extent)).toEqual({ part: 1, row: 47_999, into: 1 });
  });

  it('stands where a list of equal lines stands while all are equal', () => {
    for (const top of [0, 7, 4_321, 480_000, 959_390]) {
      const { part, row, into } = anchorAt(top, extent);
      expect((row + into) * 20 - part * extent.viewport).toBeCloseTo(top, 4);
    }
  });

  it('draws all that can be seen, and not much more', () => {
    for (const top of [0, 4_321, 480_000, furthest(extent)]) {
      const drawn = around(anchorAt(top, extent), extent, 20);
      const seen = visible(top, extent, 0);
      expect(drawn.first).toBeLessThanOrEqual(seen.first);
      expect(drawn.end).toBeGreaterThanOrEqual(seen.end);
      expect(drawn.end - drawn.first).toBeLessThan(45);
    }
  });

  it('finds the place of each line', () => {
    for (const row of [0, 1, 24_000, 47_999])
      expect(anchorAt(topOf(row, extent), extent).row).toBe(row);
  });

  it('that fits is not scrolled at all', () => {
    const few = { ...extent, rows: 12 };
    expect(anchorAt(0, few)).toEqual({ part: 0, row: 0, into: 0 });
    expect(around(anchorAt(0, few), few, 20)).toEqual({ first: 0, end: 12 });
    expect(anchorAt(0, { ...extent, rows: 0 })).toEqual({ part: 0, row: 0, into: 0 });
  });
});
