// A part of a whole as a percentage that says no more than is true.

/**
 * Whole per cent; null when there is no whole (D11: no data is not 0 %). 0 and 100 are kept for none and all:
 * what rounds to them is 1 or 99.
 */
export function percent(part: number, whole: number): number | null {
  if (whole <= 0) return null;
  if (part <= 0) return 0;
  if (part >= whole) return 100;
  return Math.min(99, Math.max(1, Math.round((100 * part) / whole)));
}

/** Width of a bar in per cent; empty when there is no whole. */
export function fill(part: number, whole: number): string {
  return `${whole > 0 ? Math.min(100, (100 * part) / whole) : 0}%`;
}
