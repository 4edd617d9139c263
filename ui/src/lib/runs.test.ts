import { expect, it } from 'vitest';
import type { DiffRow, RunDiff } from '../ipc/bindings';
import { aRun } from '../state/sample';
import { changeOf, comparable, countOf, diffKey, firstKind, isBack, previousOf } from './runs';

const at = (hour: number, part = {}) =>
  aRun({
    id: `r${hour}`,
    created_at: `2026-11-20T${hour}:00:00.000Z`,
    status: 'completed',
    has_results: true,
    ...part,
  });

it('compares with the last run before it that has results', () => {
  const runs = [at(14), at(13), at(12, { has_results: false, status: 'failed' }), at(11)];
  expect(previousOf(at(14), runs)?.id).toBe('r13');
  expect(previousOf(at(13), runs)?.id).toBe('r11');
  expect(previousOf(at(11), runs)).toBeNull();
  expect(comparable(at(13), runs).map((run) => run.id)).toEqual(['r14', 'r11']);
});

it('adds up the ways in which definitions differ, and begins with what there is', () => {
  const diff: RunDiff = {
    before: at(11),
    after: at(12),
    causes: [],
    terms_added: 0,
    terms_removed: 0,
    definitions_changed: 4,
    definitions_added: 2,
    definitions_removed: 1,
    issues_fixed: 3,
    issues_new: 0,
  };
  expect(countOf(diff, 'definitions')).toBe(7);
  expect(countOf(diff, 'issues_fixed')).toBe(3);
  expect(firstKind(diff)).toBe('definitions');
});

it('tells a definition that appeared from one that changed or is gone', () => {
  expect(changeOf({ before: null, after: 'x' })).toBe('added');
  expect(changeOf({ before: 'x', after: null })).toBe('removed');
  expect(changeOf({ before: 'x', after: 'y' })).toBe('changed');
});

it('tells two issues of one term apart', () => {
  const row: DiffRow = {
    key: 'k',
    term: 'k',
    language: 'english',
    before: null,
    after: null,
    finding: { kind: 'undefined', occurrences: 3 },
    severity: 'high',
    cause: 'unknown',
  };
  const other: DiffRow = { ...row, finding: { kind: 'missing_related', related: 'm' } };
  expect(diffKey(row)).not.toBe(diffKey(other));
});

it('knows older results that were taken back from newest ones that were', () => {
  const older = { restored: true, current_run: 'r11', previous: at(12) };
  expect(isBack(older)).toBe(true);
  expect(isBack({ restored: true, current_run: 'r12', previous: at(11) })).toBe(false);
  expect(isBack({ ...older, restored: false })).toBe(false);
  expect(isBack({ ...older, previous: null })).toBe(false);
  expect(isBack(null)).toBe(false);
});
