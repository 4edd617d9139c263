import { describe, expect, it } from 'vitest';
import type { Counts, ProjectSummary, ScopeDurations } from '../ipc/bindings';
import { aRun } from '../state/sample';
import {
  cellWidth,
  endedInAll,
  groupProject,
  isStale,
  SILENCE_MS,
  totals,
  typical,
  unitsOf,
} from './board';

const NONE: Counts = {
  documents: null,
  skipped: null,
  terms: null,
  provisional: null,
  issues: null,
  open_issues: null,
  refined: null,
  defined: null,
};

function project(id: string, counts: Partial<Counts>): ProjectSummary {
  return {
    id,
    name: id,
    folder: `/${id}`,
    created_at: '2026-11-20T10:00:00.000Z',
    state: 'up_to_date',
    counts: { ...NONE, ...counts },
    last_run: null,
  };
}

const stage = {
  stage: 'load' as const,
  status: 'running' as const,
  done: 3,
  total: 10,
  reused: 0,
  missing: 0,
  item: null,
  started_at: null,
  finished_at: null,
  suspended_ms: 0,
};

it('D11: what ended is the denominator, however it ended', () => {
  expect(endedInAll({ completed: 0, partial: 1, failed: 2, cancelled: 3, interrupted: 4 })).toBe(
    10,
  );
});

describe('totals over projects', () => {
  it('leave out what was never made', () => {
    const sum = totals([
      project('a', { refined: 10, defined: 8, issues: 3, open_issues: 0 }),
      project('b', { provisional: 5, defined: 0 }),
      project('c', {}),
    ]);
    expect(sum).toEqual({
      projects: 2,
      entries: 15,
      defined: 8,
      reviewed: 1,
      open: 0,
      withOpen: 0,
    });
  });
});

describe('D12: a stage', () => {
  it('that failed or still runs is never drawn as full', () => {
    const done = { ...stage, done: 10 };
    for (const status of ['running', 'failed', 'cancelled'] as const)
      expect(cellWidth(aRun({ stages: [{ ...done, status }] }), 0)).toBeLessThan(100);
    expect(cellWidth(aRun({ stages: [{ ...done, status: 'completed' }] }), 0)).toBe(100);
  });
  it('without units is full once it completed, and empty before', () => {
    const empty = { ...stage, done: 0, total: 0 };
    expect(cellWidth(aRun({ stages: [{ ...empty, status: 'completed' }] }), 0)).toBe(100);
    expect(cellWidth(aRun({ stages: [empty] }), 0)).toBe(0);
  });
});

it('units that are missing are not done', () => {
  const run = aRun({
    stages: [
      { ...stage, done: 10, missing: 2 },
      { ...stage, done: 0, total: 0 },
    ],
  });
  expect(unitsOf(run)).toEqual({ done: 8, total: 10 });
});

describe('what is shown is old', () => {
  const now = 1_000_000;
  it('when a run at work was not heard of for a while', () => {
    expect(isStale([aRun({})], now - SILENCE_MS - 1, now)).toBe(true);
    expect(isStale([aRun({})], now - SILENCE_MS, now)).toBe(false);
  });
  it('never while nothing is at work', () => {
    expect(isStale([], 0, now)).toBe(false);
    expect(isStale([aRun({ status: 'pending' })], 0, now)).toBe(false);
  });
});

describe('the groups are those of', () => {
  const projects = [project('a', {}), project('b', { documents: 3 }), project('c', {})];
  it('the chosen project, then that at work, then one that has results', () => {
    const active = [aRun({ project_id: 'c' })];
    expect(groupProject('a', active, projects)?.id).toBe('a');
    expect(groupProject(null, active, projects)?.id).toBe('c');
    expect(groupProject(null, [], projects)?.id).toBe('b');
    expect(groupProject(null, [], [])).toBeNull();
  });
});

it('full runs stand for the durations, or else what ran most', () => {
  const all = { runs: 1, median_ms: 1, p90_ms: 1 };
  const of = (scope: ScopeDurations['scope']): ScopeDurations => ({
    scope,
    engine: 'e',
    model: null,
    all,
    trend: [],
  });
  expect(typical({ durations: [of('review'), of('full')] })?.scope).toBe('full');
  expect(typical({ durations: [of('review'), of('refine')] })?.scope).toBe('review');
  expect(typical({ durations: [] })).toBeNull();
});
