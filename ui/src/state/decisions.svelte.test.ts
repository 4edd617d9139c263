// @vitest-environment happy-dom
// Every decision is told with the way back, and the last one is taken back first.
import { beforeEach, describe, expect, it, vi } from 'vitest';

const api = {
  decideTerms: vi.fn(),
  undoChange: vi.fn(),
  answerIssues: vi.fn(),
  requireTerm: vi.fn(),
};
vi.mock('../ipc/client', async (original) => ({ ...(await original<object>()), api }));
vi.mock('./app.svelte', () => ({ refreshSoon: vi.fn() }));

async function open() {
  vi.resetModules();
  const [decisions, { toasts }] = await Promise.all([
    import('./decisions.svelte'),
    import('./toasts.svelte'),
  ]);
  return { ...decisions, toasts };
}

const required = { kind: 'verdict', verdict: 'required' } as const;

describe('decisions', () => {
  beforeEach(() => vi.clearAllMocks());

  it('are taken back in turn, and a change that did nothing is not offered', async () => {
    const { decide, undoLast, canUndo, toasts } = await open();
    api.decideTerms.mockResolvedValueOnce({ id: 'a', count: 1 });
    api.decideTerms.mockResolvedValueOnce({ id: null, count: 0 });
    api.decideTerms.mockResolvedValueOnce({ id: 'b', count: 2 });
    for (const key of ['x', 'y', 'z']) await decide('p', [key], required, key);
    expect(toasts.list.map((item) => item.text)).toEqual(['x', 'z']);
    api.undoChange.mockResolvedValue({ id: null, count: 1 });
    await undoLast('p');
    await undoLast('p');
    expect(api.undoChange.mock.calls.map((call) => call[1])).toEqual(['b', 'a']);
    expect(canUndo('p')).toBe(false);
    expect(canUndo('q')).toBe(false);
  });

  it('that were decided over stay on the list and say so', async () => {
    const { decide, undoLast, canUndo, toasts } = await open();
    api.decideTerms.mockResolvedValueOnce({ id: 'a', count: 1 });
    await decide('p', ['x'], required, 'said');
    const { AppError } = await import('../ipc/client');
    const since = new AppError({ code: 'decided_since', params: { term: 'x' }, detail: null });
    api.undoChange.mockRejectedValueOnce(since);
    await undoLast('p');
    expect(canUndo('p')).toBe(true);
    expect(toasts.list.at(-1)?.tone).toBe('bad');
    const gone = new AppError({ code: 'change_gone', params: {}, detail: null });
    api.undoChange.mockRejectedValueOnce(gone);
    await undoLast('p');
    expect(canUndo('p')).toBe(false);
  });
});
