// Typed calls to the Rust side. A call answers with its data or throws an AppError; nothing else in the
// interface knows about Tauri, results or transports.
import { isTauri } from '@tauri-apps/api/core';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { open, save } from '@tauri-apps/plugin-dialog';
import * as bindings from './bindings';
import type { IpcError, RunView, Scope } from './bindings';
import type { Backend, Commands, Drag, Events, Result, SaveFilter } from './contract';

export type { EntryStage, LogAppended, LogEnded } from './contract';

export class AppError extends Error {
  readonly code: string;
  readonly params: Record<string, string>;
  readonly detail: string | null;

  constructor(error: IpcError) {
    super(error.code);
    this.code = error.code;
    this.params = error.params;
    this.detail = error.detail;
  }

  /** Anything that was thrown, as an AppError: what did not come from a command is `internal`. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new AppError({ code: 'internal', params: {}, detail });
  }
}

type Data<T> = T extends Promise<Result<infer D, IpcError>> ? D : never;
type Call<K extends keyof Commands> = (
  ...args: Parameters<Commands[K]>
) => Promise<Data<ReturnType<Commands[K]>>>;
export type Api = { [K in keyof Commands]: Call<K> };

type Generated = typeof bindings extends { commands: infer C; events: infer E }
  ? { commands: C; events: E }
  : { commands: Commands; events: Events };

function tauriBackend(): Backend {
  const { commands, events } = bindings as unknown as Generated;
  return {
    commands,
    events,
    dialogs: {
      pickFolder: (title) => open({ title, directory: true, multiple: false }),
      pickFiles: async (title) => (await open({ title, multiple: true })) ?? [],
      pickSavePath: (title, defaultPath, filters) => save({ title, defaultPath, filters }),
    },
    drags: (receive) => {
      // Moves carry no paths: those that came in are still the ones.
      let paths: string[] = [];
      return getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === 'leave') return receive({ type: 'leave' });
        if (payload.type !== 'over') paths = payload.paths;
        receive({ type: payload.type === 'drop' ? 'drop' : 'over', paths });
      });
    },
  };
}

let backend: Backend | null = null;

/** Chooses the other side: Rust in the app, the browser twin in a development server. */
export async function connect(): Promise<void> {
  const twin = import.meta.env.DEV || import.meta.env.MODE === 'snapshots';
  if (twin && !isTauri()) {
    backend = (await import('./fake')).fakeBackend();
    return;
  }
  backend = tauriBackend();
  // The shell goes on telling a page that was reloaded, until somebody says that it is gone.
  globalThis.addEventListener?.('pagehide', () => subscriptions.forEach((end) => end()));
}

function connected(): Backend {
  if (!backend) throw new Error('connect() comes before the first call');
  return backend;
}

export const api = new Proxy({} as Api, {
  get(_target, name: string) {
    return async (...args: unknown[]) => {
      const command = connected().commands[name as keyof Commands] as (
        ...args: unknown[]
      ) => Promise<Result<unknown, IpcError>>;
      const result = await command(...args);
      if (result.status === 'error') throw new AppError(result.error);
      return result.data;
    };
  },
});

/**
 * A call that starts a run. One that was lost on the way (no answer from a command, so not an AppError) is
 * sent once more under the same request id, and the engine answers with the run that it already started.
 */
async function sentTwice(call: (requestId: string) => Promise<RunView>): Promise<RunView> {
  const requestId = crypto.randomUUID();
  try {
    return await call(requestId);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    return call(requestId);
  }
}

export function startRun(projectId: string, scope: Scope): Promise<RunView> {
  return sentTwice((requestId) => api.startRun(projectId, scope, requestId));
}

/** Takes up again what a run did not finish. */
export function resumeRun(runId: string): Promise<RunView> {
  return sentTwice((requestId) => api.resumeRun(runId, requestId));
}

/** Does what a partial run left out. */
export function retryMissing(runId: string): Promise<RunView> {
  return sentTwice((requestId) => api.retryMissing(runId, requestId));
}

export function pickFolder(title: string): Promise<string | null> {
  return connected().dialogs.pickFolder(title);
}

export function pickFiles(title: string): Promise<string[]> {
  return connected().dialogs.pickFiles(title);
}

export function pickSavePath(
  title: string,
  name: string,
  filters: SaveFilter[],
): Promise<string | null> {
  return connected().dialogs.pickSavePath(title, name, filters);
}

/** What ends every subscription that is open. */
const subscriptions = new Set<() => void>();

/** Listens to an event of the engine; the answer stops it, also while the subscription is under way. */
export function listen<K extends keyof Events>(
  name: K,
  receive: (payload: Payload<K>) => void,
): { ready: Promise<void>; stop: () => void } {
  let stopped = false;
  let end = () => {};
  const source = connected().events[name] as {
    listen(receive: (event: { payload: Payload<K> }) => void): Promise<() => void>;
  };
  const ready = source
    .listen((event) => {
      if (!stopped) receive(event.payload);
    })
    .then((unlisten) => {
      end = held(unlisten);
      if (stopped) end();
    });
  return {
    ready,
    stop() {
      stopped = true;
      end();
    },
  };
}

/** Ends a subscription once, at the latest with the page. */
function held(unlisten: () => void): () => void {
  const end = () => {
    if (subscriptions.delete(end)) unlisten();
  };
  subscriptions.add(end);
  return end;
}

type Payload<K extends keyof Events> = Parameters<Events[K]['listen']>[0] extends (event: {
  payload: infer P;
}) => void
  ? P
  : never;

/** Tells of files and folders that are dragged over the window, until the answer is called. */
export function onDrag(receive: (drag: Drag) => void): () => void {
  let stopped = false;
  let end = () => {};
  connected()
    .drags((drag) => {
      if (!stopped) receive(drag);
    })
    .then((unlisten) => {
      end = held(unlisten);
      if (stopped) end();
    })
    // Without it a folder can still be chosen.
    .catch(() => undefined);
  return () => {
    stopped = true;
    end();
  };
}
