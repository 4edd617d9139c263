// How long something took. Time that the machine slept is not time that the work took (C5).
import type { RunView, StageView } from '../ipc/bindings';
import { span } from './format';
import { isLive } from './glossary';

/** From this on, waiting for a stop is long enough to offer one that does not wait. */
export const FORCE_AFTER_MS = 10_000;

/** Work of a run so far, or in all; null before it began. */
export function runTime(
  run: Pick<RunView, 'started_at' | 'finished_at' | 'suspended_ms'>,
  now: Date,
): number | null {
  if (!run.started_at) return null;
  return Math.max(0, span(run.started_at, run.finished_at ?? now) - run.suspended_ms);
}

/** Work of a stage; null if it never began, or if the run ended without saying when the stage did. */
export function stageTime(
  stage: Pick<StageView, 'started_at' | 'finished_at' | 'suspended_ms'>,
  now: Date,
  live: boolean,
): number | null {
  if (!stage.started_at || (!stage.finished_at && !live)) return null;
  return Math.max(0, span(stage.started_at, stage.finished_at ?? now) - stage.suspended_ms);
}

/** Whether a requested stop has taken so long that "Force stop" is offered. */
export function canForce(
  run: Pick<RunView, 'status' | 'cancelling' | 'cancel_requested_at'>,
  now: Date,
): boolean {
  if (!isLive(run.status) || !run.cancelling || !run.cancel_requested_at) return false;
  return span(run.cancel_requested_at, now) >= FORCE_AFTER_MS;
}

/** Units that were computed in this run: done, and neither taken from an earlier run nor impossible. */
export function computed(stage: Pick<StageView, 'done' | 'reused' | 'missing'>): number {
  return Math.max(0, stage.done - stage.reused - stage.missing);
}
