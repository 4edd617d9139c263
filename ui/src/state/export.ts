// The refined glossary as a file, in the format that its name asks for.
import type { ProjectSummary } from '../ipc/bindings';
import { api, pickSavePath } from '../ipc/client';
import { t } from '../lib/i18n.svelte';
import { fileName } from '../lib/paths';
import { showError, toast } from './toasts.svelte';

/** There is something to export. */
export function canExport(project: ProjectSummary): boolean {
  return project.counts.refined !== null;
}

export async function exportGlossary(project: ProjectSummary): Promise<void> {
  try {
    const path = await pickSavePath(t('export.title'), `${fileName(project.name)}.md`, [
      { name: 'Markdown', extensions: ['md'] },
      { name: 'TSV', extensions: ['tsv'] },
      { name: 'JSON', extensions: ['json'] },
    ]);
    if (path === null) return;
    const report = await api.exportGlossary(project.id, path);
    toast(t('export.done', { n: report.entries, path: report.path }));
  } catch (thrown) {
    showError(thrown);
  }
}
