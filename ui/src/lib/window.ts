// Arithmetic of a virtual list. Places are counted in rows and in virtual pixels (row * height); the
// element that scrolls may be shorter, because browsers stop at about 16 million pixels.

/** Far enough below the limit of every engine. */
export const TALLEST = 8_000_000;

export interface Extent {
  rows: number;
  rowHeight: number;
  viewport: number;
  /** rows that a head stands above, in order */
  heads?: readonly number[];
}

/** Height of a head. */
export const HEAD = 24;

export function virtualHeight({ rows, rowHeight, heads = [] }: Extent): number {
  return rows * rowHeight + heads.length * HEAD;
}

/** Where a head begins, by its number. */
export function headTop(n: number, { rowHeight, heads = [] }: Extent): number {
  return (heads[n] ?? 0) * rowHeight + n * HEAD;
}

/** Where a row begins, below its own head. */
export function rowTop(row: number, { rowHeight, heads = [] }: Extent): number {
  let above = 0;
  while (above < heads.length && (heads[above] ?? 0) <= row) above += 1;
  return row * rowHeight + above * HEAD;
}

/** The row at a place, in parts of a row; at a head, the row below it. */
function rowAt(place: number, extent: Extent): number {
  const { rowHeight, heads = [] } = extent;
  let above = 0;
  while (above < heads.length && headTop(above, extent) <= place) above += 1;
  return Math.max(heads[above - 1] ?? 0, (place - above * HEAD) / rowHeight);
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
  const first = Math.floor(rowAt(virtualTop, extent)) - margin;
  const end = Math.ceil(rowAt(virtualTop + extent.viewport, extent)) + margin;
  return { first: clamp(first, 0, extent.rows), end: clamp(end, 0, extent.rows) };
}

/** The nearest virtual top that shows a row in full, with its head. */
export function reveal(row: number, virtualTop: number, extent: Extent): number {
  const top = rowTop(row, extent);
  const lowest = top + extent.rowHeight - extent.viewport;
  const highest = extent.heads?.includes(row) ? top - HEAD : top;
  return clamp(Math.min(Math.max(virtualTop, lowest), highest), 0, furthest(extent));
}

/** Following means that the end is within 60 px of the viewport's bottom. */
export function nearEnd(virtualTop: number, extent: Extent): boolean {
  return furthest(extent) - virtualTop <= 60;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
