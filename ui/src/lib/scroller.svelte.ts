// The moving part of a virtual list: keeps the virtual top exact for wheel and keys, and follows the
// scrollbar by proportion when the list is taller than an element may be.
import {
  clamp,
  furthest,
  headTop,
  reveal,
  rowTop,
  scrollHeight,
  toScroll,
  toVirtual,
  virtualHeight,
  visible,
  type Extent,
} from './window';

export class Scroller {
  top = $state(0);
  viewport = $state(0);
  rowHeight = $state(0);
  readonly #rows: () => number;
  readonly #heads: () => readonly number[];
  #element: HTMLElement | null = null;
  /** where our own writing put the scrollbar: its echo is not the user's hand */
  #written = -1;

  constructor(rowHeight: number, rows: () => number, heads: () => readonly number[] = () => []) {
    this.rowHeight = rowHeight;
    this.#rows = rows;
    this.#heads = heads;
  }

  get extent(): Extent {
    const { rowHeight, viewport } = this;
    return { rows: this.#rows(), rowHeight, viewport, heads: this.#heads() };
  }

  get height(): number {
    return scrollHeight(this.extent);
  }

  get range(): { first: number; end: number } {
    return visible(this.top, this.extent);
  }

  /** How far the element itself is scrolled. */
  get scrolled(): number {
    return toScroll(this.top, this.extent);
  }

  /** Where a row is drawn in the scrolled element. */
  offset(row: number): number {
    return rowTop(row, this.extent) - this.top + this.scrolled;
  }

  /** Where a head is drawn in it. */
  headOffset(n: number): number {
    return headTop(n, this.extent) - this.top + this.scrolled;
  }

  /** Whether there is less than is scrolled past. */
  get isPast(): boolean {
    return virtualHeight(this.extent) < this.top;
  }

  attach = (element: HTMLElement) => {
    this.#element = element;
    const observer = new ResizeObserver(() => {
      this.viewport = element.clientHeight;
    });
    observer.observe(element);
    this.viewport = element.clientHeight;
    return () => {
      observer.disconnect();
      this.#element = null;
    };
  };

  onscroll = () => {
    // A scroll event may still arrive for an element that is gone.
    if (!this.#element) return;
    const at = this.#element.scrollTop;
    if (Math.abs(at - this.#written) < 1) return;
    this.#written = -1;
    this.top = toVirtual(at, this.extent);
  };

  /** Needed only when the scrollbar is compressed: one notch of the wheel stays one notch. */
  onwheel = (event: WheelEvent) => {
    const extent = this.extent;
    if (virtualHeight(extent) <= scrollHeight(extent) || event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.viewport : 1;
    this.to(this.top + event.deltaY * unit);
  };

  to(top: number): void {
    const extent = this.extent;
    this.top = clamp(top, 0, furthest(extent));
    if (!this.#element) return;
    this.#element.scrollTop = toScroll(this.top, extent);
    this.#written = this.#element.scrollTop;
  }

  toRow(row: number): void {
    this.to(rowTop(row, this.extent));
  }

  reveal(row: number): void {
    const next = reveal(row, this.top, this.extent);
    if (next !== this.top) this.to(next);
  }

  toHead(n: number): void {
    this.to(headTop(n, this.extent));
  }

  toEnd(): void {
    this.to(furthest(this.extent));
  }
}
