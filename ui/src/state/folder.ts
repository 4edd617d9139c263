// Which folder the engine watches. One request after the other: of two that overtake each other the older would win.
import { api } from '../ipc/client';

let last: Promise<unknown> = Promise.resolve();

/** Watches the folder of this project and no other, or none. Where that fails, the return to the window looks. */
export function watchFolder(projectId: string | null): void {
  last = last.then(() => api.watchFolder(projectId)).catch(() => undefined);
}
