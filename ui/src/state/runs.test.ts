import { expect, it } from 'vitest';
import type { RunStatus } from '../ipc/bindings';
import { accept, activeRun, activeRuns, lastRun, newest, shownState, type RunBook } from './runs';
import { aRun as run } from './sample';

it('ignores a view that is older than what is known', () => {
  const book: RunBook = new Map();
  expect(accept(book, run({ revision: 5 }))).toBe(true);
  expect(accept(book, run({ revision: 4, status: 'pending' }))).toBe(false);
  expect(accept(book, run({ revision: 5 }))).toBe(false);
  expect(book.get('r1')?.revision).toBe(5);
});

it.each(['completed', 'partial', 'failed', 'cancelled', 'interrupted'] as RunStatus[])(
  'never shows Running after %s (W6)',
  (status) => {
    const book: RunBook = new Map();
    accept(book, run({ status, revision: 7 }));
    expect(accept(book, run({ status: 'running', revision: 8 }))).toBe(false);
    expect(activeRun(book, 'a')).toBeNull();
    expect(shownState('running', book, 'a')).not.toBe('running');
  },
);

it('takes the end also when a late stop told of the same revision (E2)', () => {
  const book: RunBook = new Map();
  accept(book, run({ cancelling: true, revision: 7 }));
  const end = run({ status: 'completed', revision: 7 });
  expect(newest(book, end)).toBe(end);
  expect(accept(book, end)).toBe(true);
  expect(activeRun(book, 'a')).toBeNull();
});

it('keeps an event of another project or run away from this one (W7)', () => {
  const book: RunBook = new Map();
  accept(book, run({ id: 'r1', project_id: 'a', revision: 3 }));
  accept(book, run({ id: 'r2', project_id: 'b', status: 'completed', revision: 9 }));
  expect(activeRun(book, 'a')?.id).toBe('r1');
  expect(activeRun(book, 'b')).toBeNull();
  expect(shownState('up_to_date', book, 'a')).toBe('running');
  expect(shownState('up_to_date', book, 'b')).toBe('up_to_date');
});

it('finishing a run of A while B is looked at changes A', () => {
  const book: RunBook = new Map();
  accept(book, run({ id: 'r1', project_id: 'a' }));
  accept(book, run({ id: 'r1', project_id: 'a', status: 'failed', revision: 2 }));
  expect(shownState('running', book, 'a')).toBe('failed');
});

it('shows the state from before the run at once when it was cancelled', () => {
  const book: RunBook = new Map();
  accept(book, run({ id: 'r1', project_id: 'a', status: 'cancelled', revision: 2 }));
  expect(shownState('running', book, 'a', 'not_run')).toBe('not_run');
  expect(shownState('running', book, 'a', 'up_to_date')).toBe('up_to_date');
});

it('finds the last run by its creation', () => {
  const book: RunBook = new Map();
  accept(book, run({ id: 'new', created_at: '2026-11-20T11:00:00.000Z', status: 'completed' }));
  accept(book, run({ id: 'old', created_at: '2026-11-19T11:00:00.000Z', status: 'failed' }));
  expect(lastRun(book, 'a')?.id).toBe('new');
});

it('prefers what is known to an older row of a list', () => {
  const book: RunBook = new Map();
  accept(book, run({ status: 'completed', revision: 4 }));
  expect(newest(book, run({ revision: 2 })).status).toBe('completed');
});

it('takes the new place in the queue of a run that waits', () => {
  const book: RunBook = new Map();
  const waits = (ahead: number) =>
    run({ status: 'pending', waiting: { running: 2, limit: 2, ahead } });
  accept(book, waits(2));
  expect(accept(book, waits(2))).toBe(false);
  expect(accept(book, waits(1))).toBe(true);
  expect(book.get('r1')?.waiting?.ahead).toBe(1);
  accept(book, run({ revision: 2 }));
  expect(accept(book, waits(0))).toBe(false);
});

it('lists what is active: at work first, then the queue in its order', () => {
  const book: RunBook = new Map();
  const waiting = (ahead: number) => ({ running: 1, limit: 1, ahead });
  accept(book, run({ id: 'late', project_id: 'a', status: 'pending', waiting: waiting(1) }));
  accept(book, run({ id: 'next', project_id: 'b', status: 'pending', waiting: waiting(0) }));
  accept(book, run({ id: 'works', project_id: 'c', owner: 'command_line' }));
  accept(book, run({ id: 'ended', project_id: 'd', status: 'completed' }));
  expect(activeRuns(book).map((each) => each.id)).toEqual(['works', 'next', 'late']);
});
