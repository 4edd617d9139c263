// Rows of a long list, pulled in pages and kept by page. While a reload is under way the last good rows
// stay, so a list never flickers empty.
import { SvelteMap } from 'svelte/reactivity';
import { AppError } from '../ipc/client';
import type { Page } from '../ipc/bindings';

export type Load<T> = (offset: number, limit: number) => Promise<Page<T>>;

/** Rows per call when a long range is read at once. The engine may give fewer. */
const SLICE = 1000;

export class Paged<T> {
  /** null until the first page is in */
  total = $state<number | null>(null);
  failure = $state.raw<AppError | null>(null);
  readonly size: number;

  #load: Load<T> | null = null;
  #pages = new SvelteMap<number, T[]>();
  #pending = new Map<number, Promise<void>>();
  #generation = 0;
  #keep: number;

  constructor(size = 100, keep = 60) {
    this.size = size;
    this.#keep = keep;
  }

  /** Asks another question (search, sort, filter): the rows of the old one are of no use any more. */
  query(load: Load<T>): Promise<void> {
    this.#load = load;
    return this.#restart([0], true);
  }

  /** The same question again, for the pages around what is looked at. */
  reload(first: number, end: number): Promise<void> {
    const from = Math.floor(first / this.size);
    const to = Math.floor(Math.max(first, end - 1) / this.size);
    return this.#restart(
      Array.from({ length: to - from + 1 }, (_, i) => from + i),
      false,
    );
  }

  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** Index of a row among the pages that are held, or -1. */
  find(match: (row: T) => boolean): number {
    for (const [number, rows] of this.#pages) {
      const at = rows.findIndex(match);
      if (at >= 0) return number * this.size + at;
    }
    return -1;
  }

  *held(): Iterable<T> {
    for (const rows of this.#pages.values()) yield* rows;
  }

  /** Pulls what is missing in [first, end). */
  async ensure(first: number, end: number): Promise<void> {
    const pulls: Promise<void>[] = [];
    for (let n = Math.floor(first / this.size); n * this.size < end; n += 1) {
      if (!this.#pages.has(n)) pulls.push(this.#pull(n));
    }
    await Promise.all(pulls);
  }

  /** The rows of [first, end) in order; what is not held is read, and not kept. */
  async slice(first: number, end: number): Promise<T[]> {
    const load = this.#load;
    const held = Array.from({ length: Math.max(0, end - first) }, (_, i) => this.row(first + i));
    if (!load || held.every((row) => row !== undefined)) return held as T[];
    const rows: T[] = [];
    while (first + rows.length < end) {
      const at = first + rows.length;
      const page = await load(at, Math.min(SLICE, end - at));
      if (page.rows.length === 0) break;
      rows.push(...page.rows);
    }
    return rows;
  }

  async #restart(numbers: number[], fresh: boolean): Promise<void> {
    const load = this.#load;
    if (!load) return;
    this.#generation += 1;
    this.#pending.clear();
    const generation = this.#generation;
    try {
      const answers = await Promise.all(
        numbers.map(async (n) => [n, await load(n * this.size, this.size)] as const),
      );
      if (generation !== this.#generation) return;
      this.#pages.clear();
      for (const [n, page] of answers) this.#pages.set(n, page.rows);
      this.total = answers[0]?.[1].total ?? 0;
      this.failure = null;
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.failure = AppError.from(thrown);
      if (fresh) {
        this.#pages.clear();
        this.total = null;
      }
    }
  }

  #pull(n: number): Promise<void> {
    const pending = this.#pending.get(n);
    if (pending) return pending;
    const load = this.#load;
    if (!load) return Promise.resolve();
    const generation = this.#generation;
    const pull = load(n * this.size, this.size)
      .then((page) => {
        if (generation !== this.#generation) return;
        this.#pending.delete(n);
        this.#pages.set(n, page.rows);
        this.total = page.total;
        for (const oldest of this.#pages.keys()) {
          if (this.#pages.size <= this.#keep) break;
          this.#pages.delete(oldest);
        }
      })
      .catch((thrown: unknown) => {
        if (generation !== this.#generation) return;
        this.failure = AppError.from(thrown);
        // A page that failed may be asked for again, but not in the same breath.
        setTimeout(() => {
          if (generation === this.#generation) this.#pending.delete(n);
        }, 1000);
      });
    this.#pending.set(n, pull);
    return pull;
  }
}
