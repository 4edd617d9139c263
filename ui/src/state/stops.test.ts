import { describe, expect, it, vi } from 'vitest';
import type { RunView } from '../ipc/bindings';
import { accept, type RunBook } from './runs';
import { requestStop, withStop, type Stops } from './stops';
import { aRun } from './sample';

const now = new Date('2026-11-20T10:00:05.000Z');

function ports(part: Partial<Parameters<typeof requestStop>[2]> = {}) {
  return {
    cancel: vi.fn(async () => 'cancelling' as const),
    read: vi.fn(async () => aRun({ cancelling: true, revision: 2 })),
    remember: vi.fn(),
    late: vi.fn(),
    failed: vi.fn(),
    ...part,
  };
}

describe('a stop', () => {
  it('is drawn before the call answers', async () => {
    const stops: Stops = new Map();
    const run = aRun({});
    let release = () => {};
    const slow = ports({
      cancel: () => new Promise((done) => (release = () => done('cancelling'))),
    });
    const asking = requestStop(stops, run, slow, now);
    expect(withStop(stops, run)).toMatchObject({
      cancelling: true,
      cancel_requested_at: now.toISOString(),
    });
    release();
    await asking;
    expect(withStop(stops, run).cancelling).toBe(true);
  });

  it('is taken back with an error when the call fails', async () => {
    const stops: Stops = new Map();
    const failing = ports({ cancel: vi.fn().mockRejectedValue(new Error('gone')) });
    await requestStop(stops, aRun({}), failing, now);
    expect(failing.failed).toHaveBeenCalledOnce();
    expect(withStop(stops, aRun({})).cancelling).toBe(false);
  });

  it('is asked for once per run', async () => {
    const stops: Stops = new Map();
    const calls = ports();
    await Promise.all([
      requestStop(stops, aRun({}), calls, now),
      requestStop(stops, aRun({}), calls, now),
    ]);
    expect(calls.cancel).toHaveBeenCalledOnce();
  });

  it('is not undone by a late event that knows nothing of it (W7)', async () => {
    const stops: Stops = new Map();
    const book: RunBook = new Map();
    accept(book, aRun({}));
    await requestStop(stops, aRun({}), ports(), now);
    accept(book, aRun({ revision: 2 }));
    expect(withStop(stops, book.get('r1') as RunView).cancelling).toBe(true);
  });

  it('is over when the run is, whichever way it ended (E2, W6)', async () => {
    const stops: Stops = new Map();
    await requestStop(stops, aRun({}), ports(), now);
    const end = aRun({ status: 'completed', revision: 3 });
    expect(withStop(stops, end)).toBe(end);
  });

  it('keeps the time that the engine knows', () => {
    const stops: Stops = new Map([['r1', now.toISOString()]]);
    const known = aRun({ cancelling: true, cancel_requested_at: '2026-11-20T10:00:01.000Z' });
    expect(withStop(stops, known)).toBe(known);
  });

  it('says when the run had ended before (E5)', async () => {
    const late = ports({ cancel: vi.fn(async () => 'already_finished' as const) });
    await requestStop(new Map(), aRun({}), late, now);
    expect(late.late).toHaveBeenCalledOnce();
    expect(late.failed).not.toHaveBeenCalled();
  });
});
