import { describe, expect, it } from 'vitest';
import type { Estimate, Plan, RunView, StageView } from '../ipc/bindings';
import { canForce, computed, remaining, runTime, stageTime, still } from './times';

const at = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 10, 20, 10, minute, second)).toISOString();
const now = new Date(at(30));

describe('durations leave out the time that the machine slept (C5)', () => {
  it('of a run that ended', () => {
    const run = { started_at: at(0), finished_at: at(20), suspended_ms: 12 * 60_000, paused: null };
    expect(runTime(run, now)).toBe(8 * 60_000);
  });

  it('of a run that is at work', () => {
    const run = { started_at: at(10), finished_at: null, suspended_ms: 60_000, paused: null };
    expect(runTime(run, now)).toBe(19 * 60_000);
  });

  it('of a stage', () => {
    const stage = { started_at: at(0), finished_at: at(3), suspended_ms: 30_000, paused: null };
    expect(stageTime(stage, now, false)).toBe(150_000);
  });

  it('never below nothing', () => {
    const run = { started_at: at(0), finished_at: at(1), suspended_ms: 90_000, paused: null };
    expect(runTime(run, now)).toBe(0);
  });

  it('stand still while the run waits for an answer', () => {
    const paused = { spent: 5, budget: 5, again: 5, since: at(12) };
    const run = { started_at: at(10), finished_at: null, suspended_ms: 60_000, paused };
    expect(runTime(run, now)).toBe(60_000);
    expect(still({ paused }, now).toISOString()).toBe(new Date(at(12)).toISOString());
    expect(still({ paused: null }, now)).toBe(now);
  });

  it('and are unknown before the beginning, and for a stage that an ended run left open', () => {
    expect(
      runTime({ started_at: null, finished_at: null, suspended_ms: 0, paused: null }, now),
    ).toBeNull();
    const open = { started_at: at(0), finished_at: null, suspended_ms: 0, paused: null };
    expect(stageTime(open, now, false)).toBeNull();
    expect(stageTime(open, now, true)).toBe(30 * 60_000);
  });
});

describe('Force stop', () => {
  const run = { status: 'running' as const, cancelling: true, cancel_requested_at: at(29, 50) };

  it('is offered ten seconds after the request', () => {
    expect(canForce(run, now)).toBe(true);
    expect(canForce({ ...run, cancel_requested_at: at(29, 51) }, now)).toBe(false);
  });

  it('is not offered without a request, or after the end', () => {
    expect(canForce({ ...run, cancelling: false, cancel_requested_at: null }, now)).toBe(false);
    expect(canForce({ ...run, status: 'cancelled' }, now)).toBe(false);
  });
});

it('counts as computed what was neither reused nor impossible', () => {
  expect(computed({ done: 10, reused: 6, missing: 1 })).toBe(3);
});

describe('what a run still takes', () => {
  const estimate = (seconds: number): Estimate => ({
    from_ms: seconds * 1000,
    to_ms: seconds * 2000,
    samples: 3,
  });
  const plan = (known: Record<string, number>) =>
    ({
      scopes: Object.entries(known).map(([scope, seconds]) => ({
        scope,
        estimate: estimate(seconds),
      })),
    }) as unknown as Plan;
  const stage = (name: string, more: Partial<StageView>) =>
    ({
      stage: name,
      done: 0,
      reused: 0,
      missing: 0,
      total: 0,
      suspended_ms: 0,
      ...more,
    }) as StageView;
  const run = (stages: StageView[], more: Partial<RunView> = {}) =>
    ({
      status: 'running',
      scope: 'provisional_to_refined',
      started_at: at(0),
      stages,
      ...more,
    }) as RunView;
  const waiting = stage('refine', { status: 'waiting' });

  it('is the pace of the stage at work and what the others took before', () => {
    const half = { status: 'running' as const, done: 50, total: 100, started_at: at(20) };
    const left = remaining(run([stage('review', half), waiting]), plan({ refine: 30 }), now);
    expect(left).toMatchObject({ from_ms: 480_000 + 30_000, to_ms: 780_000 + 60_000 });
  });

  it('takes the estimate until there is a pace', () => {
    const begun = { status: 'running' as const, done: 1, total: 100, started_at: at(29, 50) };
    const left = remaining(
      run([stage('review', begun), waiting]),
      plan({ review: 60, refine: 30 }),
      now,
    );
    expect(left).toMatchObject({ from_ms: 50_000 + 30_000, to_ms: 110_000 + 60_000 });
  });

  it('is not said when a part of it has no basis, while it stops, and after the end', () => {
    const half = { status: 'running' as const, done: 50, total: 100, started_at: at(20) };
    const stages = [stage('review', half), waiting];
    expect(remaining(run(stages), plan({ review: 60 }), now)).toBeNull();
    expect(remaining(run(stages), null, now)).toBeNull();
    expect(remaining(run(stages, { cancelling: true }), plan({ refine: 1 }), now)).toBeNull();
    expect(remaining(run(stages, { status: 'failed' }), plan({ refine: 1 }), now)).toBeNull();
  });
});
