// Which folder the engine watches. One request after the other: of two that overtake each other the older would win.
import { untrack } from 'svelte';
import { api } from '../ipc/client';

let last: Promise<unknown> = Promise.resolve();
let asked = $state(0);
let settled = $state(0);

export const watching = {
  /** false while it is not known yet whether the folder can be watched */
  get known() {
    return asked === settled;
  },
  /** grows with every answer */
  get turn() {
    return settled;
  },
};

/** Watches the folder of this project and no other, or none. Where that fails, the return to the window looks. */
export function watchFolder(projectId: string | null): void {
  asked = untrack(() => asked) + 1;
  last = last
    .then(() => api.watchFolder(projectId))
    .catch(() => undefined)
    .finally(() => (settled += 1));
}
