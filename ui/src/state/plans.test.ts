import { beforeEach, expect, it, vi } from 'vitest';
import type { Plan, ProjectState } from '../ipc/bindings';
import { PLAN_DELAY_MS, PlanBook, type KnownPlan } from './plans';

const plan = (state: ProjectState): Plan => ({
  state,
  reasons: [],
  scope: null,
  asks: false,
  scopes: [],
});

let asked: string[];
let answers: ((plan: Plan) => void)[];
let book: PlanBook;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = [];
  book = new PlanBook({
    read(projectId) {
      asked.push(projectId);
      return new Promise((done) => answers.push(done));
    },
    news: new Map(),
    plans: new Map<string, KnownPlan>(),
  });
});

async function answer(at: number, value: Plan) {
  answers[at]?.(value);
  await vi.advanceTimersByTimeAsync(0);
}

it('asks at once when a project is opened, and shows the answer', async () => {
  book.watch('a');
  expect(asked).toEqual(['a']);
  expect(book.current('a')).toBeNull();
  await answer(0, plan('needs_rerun'));
  expect(book.current('a')?.state).toBe('needs_rerun');
});

it('asks once for a burst of causes', async () => {
  book.watch('a');
  for (let i = 0; i < 5; i += 1) book.askSoon();
  await vi.advanceTimersByTimeAsync(PLAN_DELAY_MS);
  expect(asked).toHaveLength(2);
});

it('ignores a late answer for another project (W7)', async () => {
  book.watch('a');
  book.watch('b');
  await answer(0, plan('needs_rerun'));
  await answer(1, plan('up_to_date'));
  expect(book.current('a')).toBeNull();
  expect(book.current('b')?.state).toBe('up_to_date');
});

it('ignores an answer that a later question has overtaken', async () => {
  book.watch('a');
  book.askSoon();
  await vi.advanceTimersByTimeAsync(PLAN_DELAY_MS);
  await answer(1, plan('up_to_date'));
  await answer(0, plan('needs_rerun'));
  expect(book.current('a')?.state).toBe('up_to_date');
});

it('gives way to what was stored after it was asked for', async () => {
  book.watch('a');
  await answer(0, plan('needs_rerun'));
  book.heard('a');
  expect(book.current('a')).toBeNull();
  book.askSoon();
  await vi.advanceTimersByTimeAsync(PLAN_DELAY_MS);
  await answer(1, plan('partial'));
  expect(book.current('a')?.state).toBe('partial');
});

it('does not ask for a project that was left', async () => {
  book.watch('a');
  book.askSoon();
  book.watch(null);
  await vi.advanceTimersByTimeAsync(PLAN_DELAY_MS);
  expect(asked).toEqual(['a']);
});

it('asks again after a failure', async () => {
  const failing = new PlanBook({
    read: vi.fn().mockRejectedValueOnce(new Error('gone')).mockResolvedValue(plan('up_to_date')),
    news: new Map(),
    plans: new Map(),
  });
  failing.watch('a');
  await vi.advanceTimersByTimeAsync(0);
  expect(failing.current('a')).toBeNull();
  failing.askSoon();
  await vi.advanceTimersByTimeAsync(PLAN_DELAY_MS);
  expect(failing.current('a')?.state).toBe('up_to_date');
});
