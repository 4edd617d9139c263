// Where a run is, in one line: for lists and dialogs that have no room for its stages.
import type { RunView } from '../ipc/bindings';
import { unitsOf } from './board';
import { number } from './format';
import { isLive } from './glossary';
import { i18n, sentences, t } from './i18n.svelte';
import { pausedText, waitingText } from './reasons';

export function progressText(run: RunView): string {
  if (run.status === 'pending') return waitingText(run.waiting);
  if (run.paused) return sentences(pausedText(run.paused), progressOf(run));
  return progressOf(run);
}

/** How far the stage at work is. */
export function progressOf(run: RunView): string {
  const stage = run.stages.find((candidate) => candidate.status === 'running');
  if (!stage || !isLive(run.status)) return t(`scope.${run.scope}`);
  if (stage.total === 0) return `${t(`stage.${stage.stage}`)} ${t('stage_status.counting')}`;
  return t('run.progress', {
    stage: t(`stage.${stage.stage}`),
    done: number(stage.done, i18n.lang),
    total: number(stage.total, i18n.lang),
  });
}

/** How many units were done of how many, over all stages. */
export function unitsText(run: Pick<RunView, 'stages'>): string {
  const { done, total } = unitsOf(run);
  return total > 0 ? `${number(done, i18n.lang)} / ${number(total, i18n.lang)}` : '–';
}
