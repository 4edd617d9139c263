// Another definition of one term by the model: a decision, and the run that asks for it.
import { t } from '../lib/i18n.svelte';
import { isStarting, start, stop } from './acts.svelte';
import { app } from './app.svelte';
import { decide } from './decisions.svelte';

/**
 * Asks for another definition; the run asks nothing else. Taken back while it runs, the run stops; later, the earlier
 * answer comes back: it is kept, so nothing is asked for it.
 */
export async function redefine(projectId: string, key: string, term: string): Promise<void> {
  if (app.active(projectId) || isStarting(projectId)) return;
  let asking: string | null = null;
  const undone = () => {
    const active = app.active(projectId);
    if (active === null) void start(projectId, 'from_terms');
    else if (active.id === asking) void stop(active);
  };
  const said = t('entry.redefined', { term });
  if (!(await decide(projectId, [key], { kind: 'redefine' }, said, undone))) return;
  if (await start(projectId, 'from_terms')) asking = app.active(projectId)?.id ?? null;
}
