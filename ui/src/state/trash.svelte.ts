// Deleting is done at once and offers the way back, instead of asking before.
import type { ProjectSummary, RunView } from '../ipc/bindings';
import { api, AppError } from '../ipc/client';
import { t } from '../lib/i18n.svelte';
import { app, forget, keep, loadProjects, refreshSoon, remember } from './app.svelte';
import { showError, showUndo } from './toasts.svelte';

/** The project is gone from every list at once; an active run of it is stopped. */
export async function deleteProject(project: ProjectSummary): Promise<void> {
  const running = app.active(project.id) !== null;
  forget(project.id);
  try {
    await api.deleteProject(project.id);
  } catch (thrown) {
    keep(project);
    await loadProjects();
    // Another window was faster.
    if (AppError.from(thrown).code !== 'project_not_found') showError(thrown);
    return;
  }
  // The end of its run may have brought it back into the list.
  forget(project.id);
  const text = running
    ? t('delete.done_stopped', { name: project.name })
    : t('delete.done', { name: project.name });
  showUndo(text, async () => {
    keep(await api.restoreProject(project.id));
    await loadProjects();
  });
}

/** Answers whether the run is gone. */
export async function deleteRun(run: RunView): Promise<boolean> {
  try {
    await api.deleteRun(run.id);
  } catch (thrown) {
    showError(thrown);
    return false;
  }
  refreshSoon(run.project_id);
  showUndo(t('runs.deleted'), async () => {
    remember(await api.restoreRun(run.id));
    refreshSoon(run.project_id);
  });
  return true;
}

export async function pinRun(run: RunView): Promise<void> {
  try {
    remember(await api.pinRun(run.id, !run.pinned));
  } catch (thrown) {
    showError(thrown);
  }
}
