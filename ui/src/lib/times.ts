// How long something took. Time in which nothing could go on, because the machine slept or the run waited for an answer, is
// not time that the work took (C5).
import type { Estimate, Plan, RunView, StageView } from '../ipc/bindings';
import { span } from './format';
import { isLive, stagesOf } from './glossary';

/** From this on, waiting for a stop is long enough to offer one that does not wait. */
export const FORCE_AFTER_MS = 10_000;

/** Work of a run so far, or in all; null before it began. */
export function runTime(
  run: Pick<RunView, 'started_at' | 'finished_at' | 'suspended_ms' | 'paused'>,
  now: Date,
): number | null {
  if (!run.started_at) return null;
  return Math.max(0, span(run.started_at, run.finished_at ?? still(run, now)) - run.suspended_ms);
}

/** Now, for a run: in a pause the time stands still. */
export function still(run: Pick<RunView, 'paused'>, now: Date): Date {
  return run.paused ? new Date(run.paused.since) : now;
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

/** A pace is believed from this many units and this much time on. */
const PACE_UNITS = 5;
const PACE_MS = 3000;

/**
 * What a run at work still takes, at least and at most: the stage at work by its own pace, those to come by what they
 * took before. Nothing when a part of it has no basis.
 */
export function remaining(run: RunView, plan: Plan | null, now: Date): Estimate | null {
  if (!isLive(run.status) || run.cancelling || run.paused || !run.started_at) return null;
  const sum: Estimate = { from_ms: 0, to_ms: 0, samples: 0 };
  for (const name of stagesOf(run.scope)) {
    const stage = run.stages.find((candidate) => candidate.stage === name);
    if (stage && stage.status !== 'running' && stage.status !== 'waiting') continue;
    const before = plan?.scopes.find(({ scope }) => scope === name)?.estimate ?? null;
    const part = (stage?.status === 'running' && pace(stage, before, now)) || before;
    if (!part) return null;
    sum.from_ms += part.from_ms;
    sum.to_ms += part.to_ms;
    sum.samples += part.samples;
  }
  return sum;
}

function pace(stage: StageView, before: Estimate | null, now: Date): Estimate | null {
  const spent = stageTime(stage, now, true) ?? 0;
  const units = computed(stage);
  if (units >= PACE_UNITS && spent >= PACE_MS && stage.total > 0) {
    const left = ((stage.total - stage.done) * spent) / units;
    return { from_ms: 0.8 * left, to_ms: 1.3 * left, samples: 1 };
  }
  if (!before) return null;
  const less = (ms: number) => Math.max(0, ms - spent);
  return { ...before, from_ms: less(before.from_ms), to_ms: less(before.to_ms) };
}
