// A run that something outside its list asks to be shown: a notification that was clicked.
import { listen } from '../ipc/client';
import { go } from './route.svelte';

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
  const subscription = listen('openRun', ({ project_id, run_id }) => {
    run = run_id;
    go({ view: 'project', project: project_id, tab: 'runs' });
  });
  subscription.ready.catch(() => undefined);
  return subscription.stop;
}
