// Lines of different heights in a list that is as long as if all were alike. How far the list is scrolled, from 0 to 1,
// says which place of it stands at that part of the viewport: the first line at its top, the last one at its bottom.
// Only the lines around it are drawn, and only they are measured.
import { clamp, furthest, type Extent } from './window';

export interface Anchor {
  /** the part that is scrolled, 0 to 1 */
  part: number;
  /** the line that stands there */
  row: number;
  /** and how much of it is above that place, 0 to 1 */
  into: number;
}

export function anchorAt(top: number, extent: Extent): Anchor {
  const most = furthest(extent);
  const part = most > 0 ? clamp(top / most, 0, 1) : 0;
  const place = part * extent.rows;
  const row = clamp(Math.floor(place), 0, extent.rows - 1);
  return { part, row, into: place - row };
}

/** The lines to draw, [first, end): none is lower than `least`. */
export function around({ part, row }: Anchor, extent: Extent, least: number, margin = 3) {
  const lines = extent.viewport / least;
  return {
    first: clamp(row - Math.ceil(part * lines) - margin, 0, extent.rows),
    end: clamp(row + Math.ceil((1 - part) * lines) + margin + 1, 0, extent.rows),
  };
}

/** How far the list is scrolled when this line stands at its place, all of it in view. */
export function topOf(row: number, extent: Extent): number {
  return (row / Math.max(1, extent.rows - 1)) * furthest(extent);
}
