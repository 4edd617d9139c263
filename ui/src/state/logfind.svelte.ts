// A search in the log of a run: the engine answers in parts, and goes on as the log grows. The first hits are
// there before the last part is.
import { api, AppError } from '../ipc/client';
import type { LogHit, LogHits, LogLevel, LogSearch } from '../ipc/bindings';

/** How a text is looked for. */
export type How = Pick<LogSearch, 'match_case' | 'regex'>;
export const PLAIN: How = { match_case: false, regex: false };

/** More are not walked through one by one; the count then says "more than". */
export const MOST_HITS = 10_000;

export class LogFind {
  text = $state('');
  hits = $state.raw<LogHit[]>([]);
  /** index of the hit that is shown, or -1 */
  current = $state(-1);
  searching = $state(false);
  failure = $state.raw<AppError | null>(null);

  readonly #search: (query: LogSearch) => Promise<LogHits>;
  #levels: LogLevel[] | null = null;
  #how = $state.raw(PLAIN);
  /** What an expression found in each record; only the engine can say it. */
  readonly #found = $derived(
    new Map(this.#how.regex ? this.hits.map(({ seq, found }) => [seq, found]) : []),
  );
  #seen = 0;
  #turn = 0;

  constructor(runId: string, search?: (query: LogSearch) => Promise<LogHits>) {
    this.#search = search ?? ((query) => api.searchLog(runId, query));
  }

  get hit(): LogHit | null {
    return this.hits[this.current] ?? null;
  }

  get full(): boolean {
    return this.hits.length >= MOST_HITS;
  }

  /** Looks for another text, among other levels, or otherwise. */
  async find(text: string, levels: LogLevel[] | null, how = PLAIN): Promise<void> {
    this.text = text;
    this.#how = how;
    this.#levels = levels;
    this.#seen = 0;
    this.#turn += 1;
    this.hits = [];
    this.current = -1;
    this.failure = null;
    await this.more();
  }

  /** Takes in what the log has gained since. */
  async more(): Promise<void> {
    // What was refused would be refused again.
    if (this.text === '' || this.full || this.failure?.code === 'bad_search') {
      this.searching = false;
      return;
    }
    const turn = ++this.#turn;
    this.searching = true;
    try {
      for (let done = false; !done && !this.full;) {
        const part = await this.#search({
          text: this.text,
          ...this.#how,
          levels: this.#levels,
          after: this.#seen,
        });
        if (turn !== this.#turn) return;
        if (part.hits.length > 0) this.hits = [...this.hits, ...part.hits];
        this.#seen = part.seen;
        done = part.done;
      }
    } catch (thrown) {
      if (turn === this.#turn) this.failure = AppError.from(thrown);
    } finally {
      if (turn === this.#turn) this.searching = false;
    }
  }

  /** The text of a record in pieces, every second one a place of what is looked for. */
  cut(text: string, seq: number): string[] {
    return pieces(text, ...this.#wanted(seq));
  }

  /** The same, beginning shortly before the first place. */
  cutNear(text: string, seq: number): string[] {
    return piecesNear(text, ...this.#wanted(seq));
  }

  #wanted(seq: number): [wanted: string, matchCase: boolean] {
    const { regex, match_case } = this.#how;
    return regex ? [this.#found.get(seq) ?? '', true] : [this.text, match_case];
  }

  /** The next or the previous hit, seen from the shown one, or from a row when none is. */
  step(by: 1 | -1, row: number): LogHit | null {
    const { length } = this.hits;
    if (length === 0) return null;
    if (this.current >= 0) this.current = (this.current + by + length) % length;
    else {
      const after = this.hits.findIndex((hit) => hit.at >= row);
      const next = after < 0 ? length : after;
      this.current = (by > 0 ? next : next - 1 + length) % length;
    }
    return this.hit;
  }

  show(index: number): LogHit | null {
    this.current = index;
    return this.hit;
  }
}

/** A text in pieces, every second one a place of what is looked for. */
export function pieces(text: string, wanted: string, matchCase = false): string[] {
  const lower = matchCase ? text : text.toLowerCase();
  const needle = matchCase ? wanted : wanted.toLowerCase();
  // A few letters change their length with their case: then no place can be named.
  if (needle === '' || lower.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length));
    from = at + needle.length;
  }
  return [...parts, text.slice(from)];
}

/** Letters that are shown before the first place where there is little room. */
const LEAD = 12;

/** The same, beginning shortly before the first place. */
export function piecesNear(text: string, wanted: string, matchCase = false): string[] {
  const [before = '', ...rest] = pieces(text, wanted, matchCase);
  const letters = [...before];
  if (rest.length === 0 || letters.length <= LEAD + 1) return [before, ...rest];
  return [`…${letters.slice(-LEAD).join('')}`, ...rest];
}
