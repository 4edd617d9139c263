import { describe, expect, it } from 'vitest';
import { canForce, computed, runTime, stageTime } from './times';

const at = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 10, 20, 10, minute, second)).toISOString();
const now = new Date(at(30));

describe('durations leave out the time that the machine slept (C5)', () => {
  it('of a run that ended', () => {
    const run = { started_at: at(0), finished_at: at(20), suspended_ms: 12 * 60_000 };
    expect(runTime(run, now)).toBe(8 * 60_000);
  });

  it('of a run that is at work', () => {
    const run = { started_at: at(10), finished_at: null, suspended_ms: 60_000 };
    expect(runTime(run, now)).toBe(19 * 60_000);
  });

  it('of a stage', () => {
    const stage = { started_at: at(0), finished_at: at(3), suspended_ms: 30_000 };
    expect(stageTime(stage, now, false)).toBe(150_000);
  });

  it('never below nothing', () => {
    const run = { started_at: at(0), finished_at: at(1), suspended_ms: 90_000 };
    expect(runTime(run, now)).toBe(0);
  });

  it('and are unknown before the beginning, and for a stage that an ended run left open', () => {
    expect(runTime({ started_at: null, finished_at: null, suspended_ms: 0 }, now)).toBeNull();
    const open = { started_at: at(0), finished_at: null, suspended_ms: 0 };
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
