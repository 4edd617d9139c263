// What the address asks of the browser twin, and how it answers.
import type * as B from '../bindings';
import type { Result } from '../contract';

type Answer<T> = Promise<Result<T, B.IpcError>>;
export type State =
  | 'done'
  | 'running'
  | 'failed'
  | 'pending'
  | 'partial'
  | 'cancelled'
  | 'interrupted'
  | 'stale'
  | 'cancelling'
  | 'cli'
  | 'asleep'
  | 'paused';

export const asked = new URLSearchParams(globalThis.location?.search ?? '');
export const data = asked.get('data') ?? 'few';
export const state = (asked.get('state') ?? 'done') as State;
const slow = Number(asked.get('slow') ?? 0);
export const TERMS = data === 'many' ? 100_000 : 24;
export const DOCUMENTS = data === 'many' ? 5_000 : 41;
export const ISSUES = data === 'many' ? 20_000 : 9;
export const STAGES: B.Stage[] = ['load', 'extract', 'define', 'review', 'refine'];
export const START = Date.now() - 41 * 60_000 - 20_000;

class Refusal extends Error {
  constructor(readonly error: B.IpcError) {
    super(error.code);
  }
}

export function refuse(
  code: string,
  params: Record<string, string> = {},
  detail: string | null = null,
): never {
  throw new Refusal({ code, params, detail });
}

export async function answer<T>(make: () => T): Answer<T> {
  if (slow) await new Promise((done) => setTimeout(done, slow));
  try {
    return { status: 'ok', data: structuredClone(make()) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { status: 'error', error: thrown.error };
    throw thrown;
  }
}

/** Listeners of one event. */
export class Channel<T> {
  #receivers = new Set<(event: { payload: T }) => void>();

  listen = async (receive: (event: { payload: T }) => void) => {
    this.#receivers.add(receive);
    return () => this.#receivers.delete(receive);
  };

  emit(payload: T) {
    for (const receive of this.#receivers) receive({ payload: structuredClone(payload) });
  }
}
