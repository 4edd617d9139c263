import { expect, it } from 'vitest';
import type { RunStatus, RunView } from '../ipc/bindings';
import { accept, activeRun, lastRun, newest, shownState, type RunBook } from './runs';

function run(part: Partial<RunView>): RunView {
  return {
    id: 'r1',
    project_id: 'a',
    project_name: 'A',
    scope: 'full',
    trigger: 'user',
    status: 'running',
    cancelling: false,
    engine: 'embedded',
    model: null,
    app_version: '0',
    created_at: '2026-11-20T10:00:00.000Z',
    started_at: null,
    finished_at: null,
    stages: [],
    error: null,
    revision: 1,
    ...part,
  };
}

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
