// Arithmetic of a virtual list. Places are counted in rows and in virtual pixels (row * height); the
// element that scrolls may be shorter, because browsers stop at about 16 million pixels.

/** Far enough below the limit of every engine. */
export const TALLEST = 8_000_000;

export interface Extent {
  rows: number;
  rowHeight: number;
  viewport: number;
}

export function virtualHeight(extent: Extent): number {
  return extent.rows * extent.rowHeight;
}

/** Height of the scrolled element. */
export function scrollHeight(extent: Extent): number {
  return Math.min(virtualHeight(extent), TALLEST);
}

export function furthest(extent: Extent): number {
  return Math.max(0, virtualHeight(extent) - extent.viewport);
}

/** Virtual pixels per scrolled pixel: 1 until the list is taller than TALLEST. */
function ratio(extent: Extent): number {
  const room = scrollHeight(extent) - extent.viewport;
  return room > 0 ? furthest(extent) / room : 1;
}

export function toVirtual(scrollTop: number, extent: Extent): number {
  return clamp(scrollTop * ratio(extent), 0, furthest(extent));
}

export function toScroll(virtualTop: number, extent: Extent): number {
  return clamp(virtualTop, 0, furthest(extent)) / ratio(extent);
}

/** The rows to draw, [first, end), with a margin on both sides. */
export function visible(
  virtualTop: number,
  extent: Extent,
  margin = 6,
): { first: number; end: number } {
  const first = Math.floor(virtualTop / extent.rowHeight) - margin;
  const end = Math.ceil((virtualTop + extent.viewport) / extent.rowHeight) + margin;
  return { first: clamp(first, 0, extent.rows), end: clamp(end, 0, extent.rows) };
}

/** The nearest virtual top that shows a row in full. */
export function reveal(row: number, virtualTop: number, extent: Extent): number {
  const top = row * extent.rowHeight;
  const lowest = top + extent.rowHeight - extent.viewport;
  return clamp(Math.min(Math.max(virtualTop, lowest), top), 0, furthest(extent));
}

/** Following means that the end is within 60 px of the viewport's bottom. */
export function nearEnd(virtualTop: number, extent: Extent): boolean {
  return furthest(extent) - virtualTop <= 60;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
