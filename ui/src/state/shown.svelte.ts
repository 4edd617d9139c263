// What something outside asks to be shown: a notification that was clicked, a link, a second start.
import { tick } from 'svelte';
import type { RunRef } from '../ipc/bindings';
import { api, AppError, listen } from '../ipc/client';
import { remember } from './app.svelte';
import { dock } from './dock.svelte';
import { go } from './route.svelte';
import { showError } from './toasts.svelte';

let run = $state.raw<string | null>(null);

export const shownRun = {
  /** Takes the request; the list that shows the run forgets it. */
  take(): string | null {
    const taken = run;
    if (taken !== null) run = null;
    return taken;
  },
};

export function listenForRuns(): () => void {
  const subscriptions = [
    listen('openRun', showRun),
    listen('openProject', ({ project_id }) => {
      go({ view: 'project', project: project_id, tab: 'files' });
    }),
    listen('openFailed', (error) => showError(new AppError(error))),
  ];
  for (const { ready } of subscriptions) ready.catch(() => undefined);
  return () => subscriptions.forEach(({ stop }) => stop());
}

/** Shows a run among those of its project, or a record of its log. */
export function showRun({ project_id, run_id, seq }: RunRef): void {
  run = run_id;
  go({ view: 'project', project: project_id, tab: 'runs' });
  // The view of the project takes the log away from the one before when it opens.
  if (seq !== null) void tick().then(() => openLog(run_id, seq));
}

async function openLog(runId: string, seq: number): Promise<void> {
  try {
    remember((await api.getRun(runId)).run);
    dock.show(runId, seq);
  } catch (thrown) {
    showError(thrown);
  }
}
