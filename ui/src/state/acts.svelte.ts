// What the researcher does with runs and results: start, take up, retry, stop, restore. Each is done once per
// click, shows its effect at once where it can, and says what went wrong.
import { api, AppError, resumeRun, retryMissing, startRun } from '../ipc/client';
import type { Pause, ProjectDetail, RunView, Scope } from '../ipc/bindings';
import { t } from '../lib/i18n.svelte';
import { app, refreshSoon, remember, stops, takeDetail } from './app.svelte';
import { dock } from './dock.svelte';
import { requestStop } from './stops';
import { showError, toast } from './toasts.svelte';

let starting = $state.raw<ReadonlySet<string>>(new Set());

export function isStarting(projectId: string): boolean {
  return starting.has(projectId);
}

async function begin(projectId: string, call: () => Promise<RunView>): Promise<boolean> {
  if (starting.has(projectId) || app.active(projectId)) return false;
  starting = new Set([...starting, projectId]);
  try {
    remember(await call());
    dock.follow();
    return true;
  } catch (thrown) {
    showError(thrown);
    refreshSoon(projectId);
    return false;
  } finally {
    starting = new Set([...starting].filter((id) => id !== projectId));
  }
}

/** Starts a run once per click; answers whether it runs now. */
export function start(projectId: string, scope: Scope): Promise<boolean> {
  return begin(projectId, () => startRun(projectId, scope));
}

export function resume(run: RunView): Promise<boolean> {
  return begin(run.project_id, () => resumeRun(run.id));
}

export function retry(run: RunView): Promise<boolean> {
  return begin(run.project_id, () => retryMissing(run.id));
}

let answering = $state.raw<Pause | null>(null);

/** An answer to this pause is under way. */
export function isGoingOn(pause: Pause): boolean {
  return answering?.since === pause.since;
}

/** Lets a run go on that has spent its budget: with `more`, or without a limit. */
export async function goOn(run: RunView, pause: Pause, more: number | null): Promise<void> {
  if (isGoingOn(pause)) return;
  answering = pause;
  try {
    const outcome = await api.continueRun(run.id, pause.since, more);
    if (outcome === 'not_paused') toast(t('pause.answered'));
    remember((await api.getRun(run.id)).run);
  } catch (thrown) {
    showError(thrown);
  } finally {
    answering = null;
  }
}

export function stop(run: RunView): Promise<void> {
  return requestStop(stops, run, {
    cancel: (runId) => api.cancelRun(runId),
    read: async (runId) => (await api.getRun(runId)).run,
    remember,
    late: () => toast(t('run.already_finished')),
    failed: showError,
  });
}

/** Ends a run that does not stop, without waiting for the work in progress. */
export async function forceStop(run: RunView): Promise<void> {
  try {
    const outcome = await api.forceStopRun(run.id);
    if (outcome === 'already_finished') toast(t('run.already_finished'));
    remember((await api.getRun(run.id)).run);
  } catch (thrown) {
    showError(thrown);
  }
}

/** Makes older results current again; the notice offers the way back. */
export async function restore(projectId: string, runId: string): Promise<void> {
  const before = app.detail(projectId)?.current_run ?? null;
  if (!(await takeResults(projectId, runId))) return;
  toast(t('restore.done'), {
    undo: before === null || before === runId ? null : () => void takeResults(projectId, before),
  });
}

async function takeResults(projectId: string, runId: string): Promise<boolean> {
  let detail: ProjectDetail;
  try {
    detail = await api.restoreResults(projectId, runId);
  } catch (thrown) {
    showError(AppError.from(thrown));
    return false;
  }
  takeDetail(detail);
  refreshSoon(projectId);
  return true;
}
