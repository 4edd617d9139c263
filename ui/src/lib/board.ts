// What a dashboard makes of its numbers: totals, choices and short texts.
import type {
  Dashboard,
  EndedCounts,
  ProjectSummary,
  RunStatus,
  RunView,
  ScopeDurations,
  Window,
} from '../ipc/bindings';
import { isLive } from './glossary';

export const WINDOWS: Window[] = ['day', 'week', 'month', 'quarter'];
export const ENDS: RunStatus[] = ['completed', 'partial', 'failed', 'cancelled', 'interrupted'];

/** Longer than this without an event while a run is at work, and what is shown may be old. */
export const SILENCE_MS = 15_000;

/** D11: everything that ended is the denominator, and nothing else. */
export function endedInAll(ended: EndedCounts): number {
  return ended.completed + ended.partial + ended.failed + ended.cancelled + ended.interrupted;
}

/** The durations that stand for all: those of full runs, or else of what ran most. */
export function typical(board: Pick<Dashboard, 'durations'>): ScopeDurations | null {
  return board.durations.find((group) => group.scope === 'full') ?? board.durations[0] ?? null;
}

export function groupKey(group: Pick<ScopeDurations, 'scope' | 'engine' | 'model'>): string {
  return `${group.scope}|${group.engine}|${group.model ?? ''}`;
}

export interface Totals {
  /** projects with a glossary */
  projects: number;
  entries: number;
  defined: number;
  /** projects whose last review is there */
  reviewed: number;
  open: number;
  /** reviewed projects with open issues */
  withOpen: number;
}

/** Sums over projects; what was never made is in no denominator. */
export function totals(projects: ProjectSummary[]): Totals {
  const sum: Totals = { projects: 0, entries: 0, defined: 0, reviewed: 0, open: 0, withOpen: 0 };
  for (const { counts } of projects) {
    const entries = counts.refined ?? counts.provisional;
    if (entries !== null) {
      sum.projects += 1;
      sum.entries += entries;
      sum.defined += counts.defined ?? 0;
    }
    if (counts.open_issues !== null) {
      sum.reviewed += 1;
      sum.open += counts.open_issues;
      if (counts.open_issues > 0) sum.withOpen += 1;
    }
  }
  return sum;
}

/** Units that were done, of those that were counted. */
export function unitsOf(run: Pick<RunView, 'stages'>): { done: number; total: number } {
  let [done, total] = [0, 0];
  for (const stage of run.stages) {
    done += Math.max(0, stage.done - stage.missing);
    total += stage.total;
  }
  return { done, total };
}

/** D12: how one cell of a pipeline is drawn; only what completed is full. */
export function cellWidth(run: RunView, at: number): number {
  const stage = run.stages[at];
  if (!stage) return 0;
  if (stage.status === 'completed') return 100;
  if (stage.total === 0) return 0;
  // Something is left to do as long as it is not completed.
  return Math.min(99, (100 * stage.done) / stage.total);
}

/** Whether a run that is at work was not heard of for so long that its numbers may be old. */
export function isStale(active: RunView[], heardAt: number, now: number): boolean {
  const working = active.some((run) => run.status === 'running');
  return working && now - heardAt > SILENCE_MS;
}

/** The project whose groups are shown: the chosen one, or that of the run at work, or of the last run. */
export function groupProject(
  chosen: string | null,
  active: RunView[],
  projects: ProjectSummary[],
): ProjectSummary | null {
  const id = chosen ?? active.find((run) => isLive(run.status))?.project_id;
  const found = projects.find((project) => project.id === id);
  if (found) return found;
  return projects.find((project) => project.counts.documents !== null) ?? null;
}
