// What is known about runs. Every RunView from anywhere (a list, an answer, an event) goes through
// accept(); everything shown is read from here. So a late event of another run cannot change this one,
// and after a terminal status nothing shows Running again.
import type { ProjectState, RunStatus, RunView } from '../ipc/bindings';
import { isLive } from '../lib/glossary';

export type RunBook = Map<string, RunView>;

/** True if the view was news. */
export function accept(book: RunBook, run: RunView): boolean {
  const known = book.get(run.id);
  if (known && !isNews(known, run)) return false;
  book.set(run.id, run);
  return true;
}

/** The end counts whatever its revision; before and after it the higher revision does. */
function isNews(known: RunView, run: RunView): boolean {
  if (isLive(known.status) !== isLive(run.status)) return isLive(known.status);
  return run.revision > known.revision || (run.revision === known.revision && moved(known, run));
}

/** A place in the queue changes because of other runs: the run itself has no new revision then. */
function moved(known: RunView, run: RunView): boolean {
  if (known.status !== 'pending' || run.status !== 'pending' || !run.waiting) return false;
  const { waiting } = known;
  return (
    waiting?.ahead !== run.waiting.ahead ||
    waiting.running !== run.waiting.running ||
    waiting.limit !== run.waiting.limit
  );
}

export function newest(book: RunBook, run: RunView): RunView {
  const known = book.get(run.id);
  return known && !isNews(known, run) ? known : run;
}

export function lastRun(book: RunBook, projectId: string): RunView | null {
  let last: RunView | null = null;
  for (const run of book.values()) {
    if (run.project_id !== projectId) continue;
    if (
      !last ||
      run.created_at > last.created_at ||
      (run.created_at === last.created_at && run.id > last.id)
    ) {
      last = run;
    }
  }
  return last;
}

export function activeRun(book: RunBook, projectId: string): RunView | null {
  for (const run of book.values()) {
    if (run.project_id === projectId && isLive(run.status)) return run;
  }
  return null;
}

/** Active runs of all projects: those at work first, oldest first, then the queue in its order. */
export function activeRuns(book: RunBook): RunView[] {
  const place = (run: RunView) =>
    run.status === 'running' ? -1 : (run.waiting?.ahead ?? Number.MAX_SAFE_INTEGER);
  return [...book.values()]
    .filter((run) => isLive(run.status))
    .sort(
      (a, b) =>
        place(a) - place(b) || a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id),
    );
}

const AFTER: Partial<Record<RunStatus, ProjectState>> = {
  completed: 'up_to_date',
  partial: 'partial',
  failed: 'failed',
  interrupted: 'interrupted',
};

/**
 * The state to show: a live run outweighs what was stored, and once it ended "running" is never shown,
 * even before the project is read again. A cancelled run changed nothing: the state is the one from before.
 */
export function shownState(
  stored: ProjectState,
  book: RunBook,
  projectId: string,
  before: ProjectState = 'needs_rerun',
): ProjectState {
  if (activeRun(book, projectId)) return 'running';
  if (stored !== 'running') return stored;
  const last = lastRun(book, projectId);
  return (last && AFTER[last.status]) ?? before;
}
