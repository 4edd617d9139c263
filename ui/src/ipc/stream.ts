// One run's log as a window over records: positions are pulled in pages, the tail arrives as events.
// Subscribe first, then take the snapshot, then drop what the snapshot already holds; a jump in the
// sequence numbers is closed by a new snapshot, so nothing is missing and nothing is there twice.
import type { LogCounts, LogLevel, LogPage, LogQuery, LogRecord, RunStatus } from './bindings';
import { api, listen } from './client';
import type { LogAppended, LogEnded } from './contract';

export const PAGE = 200;
const PAGES_KEPT = 50;

export interface LogSource {
  read(query: LogQuery): Promise<LogPage>;
  /** `ready` settles once events arrive for certain. */
  subscribe(
    appended: (event: Pick<LogAppended, 'records' | 'total'>) => void,
    ended: (event: Pick<LogEnded, 'status' | 'total'>) => void,
  ): { ready: Promise<void>; stop: () => void };
}

/** The log of a run as the engine gives it; events of other runs and projects are not for this viewer. */
export function sourceOf(runId: string): LogSource {
  return {
    read: (query) => api.readLog(runId, query),
    subscribe(appended, ended) {
      const lines = listen('logAppended', (event) => {
        if (event.run_id === runId) appended(event);
      });
      const end = listen('logEnded', (event) => {
        if (event.run_id === runId) ended(event);
      });
      return {
        ready: Promise.all([lines.ready, end.ready]).then(() => undefined),
        stop() {
          lines.stop();
          end.stop();
        },
      };
    },
  };
}

export class LogStream {
  /** records in the log */
  total = 0;
  /** records that pass the level filter */
  matching = 0;
  counts: LogCounts = { debug: 0, info: 0, warn: 0, error: 0 };
  ended: RunStatus | null = null;
  /** false until the first snapshot is in */
  loaded = false;
  failure: unknown = null;

  readonly #source: LogSource;
  readonly #changed: () => void;
  #levels: LogLevel[] | null = null;
  /** page number -> records; the last page of the log may be short */
  #pages = new Map<number, LogRecord[]>();
  #wanted = new Set<number>();
  /** page number -> records that the log had when it was last read: the same question is not asked twice */
  #asked = new Map<number, number>();
  #waiting: LogRecord[] = [];
  #promised = 0;
  #snapshot: Promise<void> | null = null;
  /** answers to a question about another filter are dropped */
  #generation = 0;
  #stop: (() => void) | null = null;
  #later: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(source: LogSource, changed: () => void) {
    this.#source = source;
    this.#changed = changed;
  }

  async open(): Promise<void> {
    const subscription = this.#source.subscribe(
      (event) => this.#append(event.records, event.total),
      (event) => this.#end(event.status, event.total),
    );
    this.#stop = subscription.stop;
    await subscription.ready.catch((thrown: unknown) => this.#fail(thrown));
    await this.#refresh();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#later);
    this.#stop?.();
  }

  /** Reads again after a failure. */
  retry(): Promise<void> {
    this.failure = null;
    return this.#refresh();
  }

  get levels(): LogLevel[] | null {
    return this.#levels;
  }

  async setLevels(levels: LogLevel[] | null): Promise<void> {
    this.#levels = levels;
    this.#generation += 1;
    this.#pages.clear();
    this.#wanted.clear();
    this.#asked.clear();
    this.#snapshot = null;
    this.matching = 0;
    this.#changed();
    await this.#refresh();
  }

  /** The records at positions [from, to) of the filtered log; undefined = on its way. */
  window(from: number, to: number): (LogRecord | undefined)[] {
    const rows: (LogRecord | undefined)[] = [];
    for (let at = from; at < Math.min(to, this.matching); at += 1) {
      const number = Math.floor(at / PAGE);
      const record = this.#pages.get(number)?.[at % PAGE];
      if (!record) void this.#fetch(number);
      rows.push(record);
    }
    return rows;
  }

  /** Reads up to `limit` records from a position, beside the cache: for copying. */
  read(from: number, limit: number): Promise<LogPage> {
    return this.#source.read({ from, limit, levels: this.#levels });
  }

  #append(records: LogRecord[], total: number): void {
    if (this.#closed) return;
    this.#promised = Math.max(this.#promised, total);
    this.#waiting.push(...records);
    if (this.loaded && !this.#snapshot) {
      this.#drain();
      if (this.total < this.#promised) void this.#refresh();
    }
    this.#changed();
  }

  #end(status: RunStatus, total: number): void {
    if (this.#closed) return;
    this.#promised = Math.max(this.#promised, total);
    this.ended = status;
    if (this.total < this.#promised) void this.#refresh();
    this.#changed();
  }

  /** Takes the waiting records that continue the log; stops at the first jump. */
  #drain(): void {
    this.#waiting.sort((a, b) => a.seq - b.seq);
    let taken = 0;
    for (const record of this.#waiting) {
      if (record.seq > this.total + 1) break;
      taken += 1;
      if (record.seq <= this.total) continue;
      this.total = record.seq;
      this.counts = { ...this.counts, [record.level]: this.counts[record.level] + 1 };
      if (this.#levels && !this.#levels.includes(record.level)) continue;
      this.#place(this.matching, record);
      this.matching += 1;
    }
    this.#waiting.splice(0, taken);
  }

  #place(at: number, record: LogRecord): void {
    const number = Math.floor(at / PAGE);
    const page = this.#pages.get(number);
    // A page that is not held is read when it is looked at; half a page would hide that it is missing.
    if (page && page.length === at % PAGE) page.push(record);
    else if (!page && at % PAGE === 0) this.#pages.set(number, [record]);
  }

  /** Reads the tail again: totals, counts and the last page. One at a time; repeated while it lags. */
  #refresh(): Promise<void> {
    this.#snapshot ??= this.#readTail(this.#generation);
    return this.#snapshot;
  }

  async #readTail(generation: number): Promise<void> {
    try {
      // The second reading is bounded: a log that grows faster than it is read is caught up by its next event.
      for (let round = 0; round < 2; round += 1) {
        const known =
          this.loaded && this.matching > 0 ? Math.floor(this.matching / PAGE) * PAGE : 0;
        let page = await this.#ask(known);
        if (generation !== this.#generation || this.#closed) return;
        const last = Math.floor(Math.max(0, page.matching - 1) / PAGE) * PAGE;
        if (last > page.from + page.records.length) {
          page = await this.#ask(last);
          if (generation !== this.#generation || this.#closed) return;
        }
        this.#take(page);
        this.#drain();
        if (this.total >= this.#promised) break;
      }
      this.failure = null;
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      if (generation === this.#generation) {
        this.#snapshot = null;
        if (this.total < this.#promised && !this.failure)
          this.#later = setTimeout(() => void this.#refresh(), 250);
      }
      this.#changed();
    }
  }

  #ask(from: number): Promise<LogPage> {
    return this.#source.read({ from, limit: PAGE, levels: this.#levels });
  }

  #take(page: LogPage): void {
    this.#store(page);
    if (page.total >= this.total) {
      this.total = page.total;
      this.matching = page.matching;
      this.counts = page.counts;
    }
    if (page.ended) this.ended = page.ended;
    this.loaded = true;
  }

  #store(page: LogPage): void {
    const number = Math.floor(page.from / PAGE);
    const held = this.#pages.get(number);
    if (!held || held.length <= page.records.length) this.#pages.set(number, page.records);
    while (this.#pages.size > PAGES_KEPT) {
      const oldest = this.#pages.keys().next().value;
      if (oldest === undefined) break;
      this.#pages.delete(oldest);
    }
  }

  async #fetch(number: number): Promise<void> {
    if (this.#wanted.has(number) || this.failure) return;
    if (this.#pages.has(number) && this.#asked.get(number) === this.matching) return;
    this.#wanted.add(number);
    this.#asked.set(number, this.matching);
    const generation = this.#generation;
    try {
      const page = await this.#ask(number * PAGE);
      if (generation !== this.#generation || this.#closed) return;
      this.#store(page);
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      if (generation === this.#generation) this.#wanted.delete(number);
      this.#changed();
    }
  }

  #fail(thrown: unknown): void {
    this.failure = thrown;
  }
}
