// The numbers of a dashboard, kept up to date by events: a burst of them costs one reading, and nothing is
// asked for while nothing happens.
import type {
  Dashboard,
  HistoryQuery,
  RunOrder,
  RunStatus,
  RunView,
  Scope,
  Trigger,
  Window,
} from '../ipc/bindings';
import { untrack } from 'svelte';
import { api, AppError, listen } from '../ipc/client';
import { isLive } from '../lib/glossary';
import { remember } from './app.svelte';

export interface Filter {
  statuses: RunStatus[];
  trigger: Trigger | null;
  scope: Scope | null;
  engine: string | null;
  order: RunOrder | null;
}
export const NO_FILTER: Filter = {
  statuses: [],
  trigger: null,
  scope: null,
  engine: null,
  order: null,
};

/** Runs that the history reads at once. */
const PAGE = 50;
const DEBOUNCE_MS = 300;

/** What was chosen stays while the window is open, also when another view is looked at meanwhile. */
let chosenWindow = $state<Window>('month');
let chosenProject = $state<string | null>(null);
let filter = $state.raw<Filter>(NO_FILTER);

export const choice = {
  get window() {
    return chosenWindow;
  },
  set window(next: Window) {
    chosenWindow = next;
  },
  get project() {
    return chosenProject;
  },
  set project(next: string | null) {
    chosenProject = next;
  },
  get filter() {
    return filter;
  },
  set filter(next: Filter) {
    filter = next;
  },
};

export class Board {
  data = $state.raw<Dashboard | null>(null);
  failure = $state.raw<AppError | null>(null);
  rows = $state.raw<RunView[]>([]);
  /** null until the history was read */
  total = $state<number | null>(null);
  /** grows when something ended or changed: what shows more than numbers reads itself again */
  beat = $state(0);
  /** when an event came for the last time */
  heardAt = $state(Date.now());

  #ask: () => { window: Window; project: string | null; filter: Filter | null };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];
  /** an answer to an older question is dropped */
  #question = 0;
  #known = new Map<string, string>();

  /** `filter` is null for a board that shows no history. */
  constructor(ask: () => { window: Window; project: string | null; filter: Filter | null }) {
    this.#ask = ask;
  }

  /** Listens until the answer is called. */
  open(): () => void {
    this.#listen();
    return () => {
      clearTimeout(this.#timer);
      this.#question += 1;
      this.#stops.forEach((stop) => stop());
      this.#stops = [];
    };
  }

  #listen(): void {
    this.#stops.forEach((stop) => stop());
    const run = listen('runChanged', (view) => {
      this.heardAt = Date.now();
      // Progress changes no number; a beginning and an end do.
      const state = `${view.status} ${view.pinned}`;
      if (this.#known.get(view.id) === state) return;
      if (isLive(view.status)) this.#known.set(view.id, state);
      else this.#known.delete(view.id);
      this.soon();
    });
    const project = listen('projectChanged', () => {
      this.heardAt = Date.now();
      this.soon();
    });
    for (const { ready } of [run, project])
      ready.catch((thrown: unknown) => (this.failure = AppError.from(thrown)));
    this.#stops = [run.stop, project.stop];
  }

  /** Listens and reads anew, when nothing was heard for too long. */
  async reconnect(): Promise<void> {
    this.#listen();
    try {
      (await api.listActiveRuns()).forEach(remember);
      this.heardAt = Date.now();
    } catch (thrown) {
      this.failure = AppError.from(thrown);
    }
    await this.read();
  }

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), DEBOUNCE_MS);
  }

  /** Reads the numbers, and as much of the history as is shown. What was there stays until the answer is in. */
  read(): Promise<void> {
    // Who asks from an effect must not depend on what was answered before.
    return untrack(() => this.#read());
  }

  async #read(): Promise<void> {
    const question = (this.#question += 1);
    const { window, project, filter } = this.#ask();
    try {
      const [data, page] = await Promise.all([
        api.getDashboard(window, project),
        filter && this.#history(window, project, filter, Math.max(PAGE, this.rows.length)),
      ]);
      if (question !== this.#question) return;
      this.data = data;
      if (page) {
        this.rows = page.rows;
        this.total = page.total;
      }
      this.failure = null;
      this.beat += 1;
    } catch (thrown) {
      if (question === this.#question) this.failure = AppError.from(thrown);
    }
  }

  /** The first `wanted` runs of the history, which the engine gives in parts. */
  async #history(window: Window, project: string | null, filter: Filter, wanted: number) {
    const first = await api.listHistory(query(window, project, filter, 0, wanted));
    const rows = [...first.rows];
    while (rows.length < Math.min(wanted, first.total)) {
      const left = wanted - rows.length;
      const more = await api.listHistory(query(window, project, filter, rows.length, left));
      const known = new Set(rows.map((run) => run.id));
      const fresh = more.rows.filter((run) => !known.has(run.id));
      if (fresh.length === 0) break;
      rows.push(...fresh);
    }
    return { rows, total: first.total };
  }

  /** Another question: its history begins at the top. */
  ask(): void {
    untrack(() => (this.rows = this.rows.slice(0, PAGE)));
    void this.read();
  }

  /** Reads the next runs of the history. */
  async more(): Promise<void> {
    const { window, project, filter } = this.#ask();
    const question = this.#question;
    if (!filter || this.total === null || this.rows.length >= this.total) return;
    try {
      const page = await api.listHistory(query(window, project, filter, this.rows.length, PAGE));
      if (question !== this.#question) return;
      const known = new Set(this.rows.map((run) => run.id));
      this.rows = [...this.rows, ...page.rows.filter((run) => !known.has(run.id))];
      this.total = page.total;
    } catch (thrown) {
      this.failure = AppError.from(thrown);
    }
  }
}

function query(
  window: Window,
  project: string | null,
  filter: Filter,
  offset: number,
  limit: number,
): HistoryQuery {
  return { window, project_id: project, ...filter, offset, limit };
}
