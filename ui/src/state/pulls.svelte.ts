// Models that servers get: they go on whatever view is open, and their end is told everywhere.
import { SvelteMap } from 'svelte/reactivity';
import type { ModelSettings, PullView } from '../ipc/bindings';
import { api, AppError, listen } from '../ipc/client';
import { t } from '../lib/i18n.svelte';
import { showError, toast } from './toasts.svelte';

const active = new SvelteMap<string, PullView>();
let ended = $state(0);

export const pulls = {
  of: (baseUrl: string) => active.get(baseUrl.trim().replace(/\/+$/, '')) ?? null,
  get list() {
    return [...active.values()];
  },
  /** grows when one ends: the lists of models may be others */
  get ended() {
    return ended;
  },
};

function take(pull: PullView): void {
  if (pull.state === 'active') {
    active.set(pull.server, pull);
    return;
  }
  active.delete(pull.server);
  ended += 1;
  if (pull.error) showError(new AppError(pull.error));
  else toast(t(`pull.${pull.state === 'done' ? 'done' : 'cancelled'}`, { model: pull.model }));
}

export async function startPull(settings: ModelSettings): Promise<void> {
  // Its events tell the rest, also if it ends before this answer is there.
  await api.startPull(settings).catch(showError);
}

export async function cancelPull(pull: PullView): Promise<void> {
  await api.cancelPull(pull.server).catch(showError);
}

export function listenForPulls(): () => void {
  const subscription = listen('pullChanged', take);
  const known = async () => {
    await subscription.ready;
    const before = ended;
    const list = await api.listPulls();
    // What ended meanwhile may be in the list as if it went on.
    if (before !== ended) return;
    for (const pull of list) if (!active.has(pull.server)) active.set(pull.server, pull);
  };
  // Without it the events still tell of them.
  known().catch(() => undefined);
  return subscription.stop;
}
