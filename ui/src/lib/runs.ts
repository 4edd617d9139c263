// Which runs can be compared with which.
import type { DiffKind, DiffRow, ProjectDetail, RunDiff, RunView } from '../ipc/bindings';

export const DIFF_KINDS: DiffKind[] = [
  'terms_added',
  'terms_removed',
  'definitions',
  'issues_fixed',
  'issues_new',
];

/** The run that one is compared with unless another is chosen: the last one before it that has results. */
export function previousOf(run: RunView, others: RunView[]): RunView | null {
  return comparable(run, others).find((other) => isBefore(other, run)) ?? null;
}

/** Runs with results other than this one, newest first. */
export function comparable(run: Pick<RunView, 'id'>, others: RunView[]): RunView[] {
  return others
    .filter((other) => other.id !== run.id && other.has_results)
    .sort((a, b) => (isBefore(a, b) ? 1 : -1));
}

export function isBefore(a: RunView, b: RunView): boolean {
  return a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id);
}

export function countOf(diff: RunDiff, kind: DiffKind): number {
  if (kind !== 'definitions') return diff[kind];
  return diff.definitions_changed + diff.definitions_added + diff.definitions_removed;
}

/** The first kind that has something to show. */
export function firstKind(diff: RunDiff): DiffKind {
  return DIFF_KINDS.find((kind) => countOf(diff, kind) > 0) ?? 'terms_added';
}

/** Two issues may be about one term. */
export function diffKey(row: DiffRow): string {
  return row.finding ? `${row.key}\n${JSON.stringify(row.finding)}` : row.key;
}

/** What became of a definition. */
export function changeOf(row: Pick<DiffRow, 'before' | 'after'>): 'added' | 'removed' | 'changed' {
  return row.before === null ? 'added' : row.after === null ? 'removed' : 'changed';
}

/**
 * Older results were taken back, and newer ones wait to be shown again. After going back to the newest this is
 * over, although they too were restored. Ids are made in the order of time (UUIDv7).
 */
export function isBack(
  detail: Pick<ProjectDetail, 'restored' | 'previous' | 'current_run'> | null,
): boolean {
  if (!detail?.restored || !detail.previous || !detail.current_run) return false;
  return detail.previous.id > detail.current_run;
}
