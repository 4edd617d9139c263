// Facts about stages, scopes and states that several views share. Words are message keys, not text.
import type {
  ProjectState,
  RunStatus,
  RunView,
  Scope,
  Stage,
  StageStatus,
  StageView,
} from '../ipc/bindings';

export const STAGES: Stage[] = ['load', 'extract', 'define', 'review', 'refine'];
export const RANGES: Scope[] = ['full', 'from_terms', 'provisional_to_refined'];

export type ResultTab = 'files' | 'terms' | 'provisional' | 'issues' | 'refined';
export type Tab = ResultTab | 'documents' | 'runs' | 'settings';
export const RESULT_TABS: ResultTab[] = ['files', 'terms', 'provisional', 'issues', 'refined'];
export const TABS: Tab[] = [...RESULT_TABS, 'documents', 'runs', 'settings'];

const STAGE_OF: Record<ResultTab, Stage> = {
  files: 'load',
  terms: 'extract',
  provisional: 'define',
  issues: 'review',
  refined: 'refine',
};

export function stageOf(tab: Tab): Stage | null {
  return tab in STAGE_OF ? STAGE_OF[tab as ResultTab] : null;
}

export function tabOf(stage: Stage): ResultTab {
  return RESULT_TABS[STAGES.indexOf(stage)] as ResultTab;
}

export function stagesOf(scope: Scope): Stage[] {
  if (scope === 'full') return STAGES;
  if (scope === 'from_terms') return STAGES.slice(2);
  if (scope === 'provisional_to_refined') return STAGES.slice(3);
  return [scope];
}

/** The smallest scope that runs every stale stage. */
export function repairScope(stale: Stage[]): Scope {
  if (stale.length === 1 && stale[0]) return stale[0];
  const scopes: Scope[] = ['provisional_to_refined', 'from_terms', 'full'];
  return scopes.find((scope) => stale.every((stage) => stagesOf(scope).includes(stage))) ?? 'full';
}

/** How a stage is drawn: what it is, and how a run that ended left it. */
export type StageLook = StageStatus | 'paused' | 'interrupted' | 'not_reached';

/**
 * W6: what an ended run left as running was not finished, and is not running either; what waits in it never
 * came. A stage that was cut off by the end of its process did not fail.
 */
export function stageLook(stage: StageView, run: RunView): StageLook {
  if (isLive(run.status)) return run.paused && stage.status === 'running' ? 'paused' : stage.status;
  if (stage.status === 'waiting') return 'not_reached';
  const cutOff = stage.status === 'running' || stage.status === 'failed';
  if (run.status === 'interrupted' && cutOff) return 'interrupted';
  return stage.status === 'running' ? 'cancelled' : stage.status;
}

export const STAGE_ICON: Record<StageLook, string> = {
  waiting: 's-waiting',
  running: 's-running',
  paused: 's-paused',
  completed: 's-completed',
  failed: 's-failed',
  cancelled: 's-cancelled',
  interrupted: 's-interrupted',
  not_reached: 's-waiting',
};

/** The class of a stage. */
export const STAGE_TONE: Record<StageLook, string> = {
  waiting: 'wait',
  running: 'now',
  paused: 'now',
  completed: 'done',
  failed: 'fail',
  cancelled: 'wait',
  interrupted: 'wait',
  not_reached: 'wait',
};

/** Something of the run is left to take up or to retry. */
export function canContinue(run: Pick<RunView, 'status' | 'missing'>): boolean {
  if (run.status === 'partial') return run.missing > 0;
  return ['failed', 'interrupted', 'cancelled'].includes(run.status);
}

export function isLive(status: RunStatus): boolean {
  return status === 'pending' || status === 'running';
}

/** A badge has a silhouette (an icon), a loudness (a class) and a word (a message key). */
export type Mark = { icon: string; tone: string; spin: boolean };

export function runMark(
  run: Pick<RunView, 'status' | 'cancelling' | 'paused'>,
): Mark & { word: RunWord } {
  if (isLive(run.status) && run.cancelling) {
    return { icon: 's-cancelling', tone: 'cancelling', spin: true, word: 'status.cancelling' };
  }
  if (run.paused) return { icon: 's-paused', tone: 'paused', spin: false, word: 'status.paused' };
  return { ...statusMark(run.status), word: `status.${run.status}` };
}

type RunWord = `status.${RunStatus}` | 'status.cancelling' | 'status.paused';

export function statusMark(status: RunStatus): Mark {
  return { icon: `s-${status}`, tone: status, spin: status === 'running' };
}

export function stateMark(state: ProjectState): Mark {
  switch (state) {
    case 'not_run':
      return { icon: 's-none', tone: 'none', spin: false };
    case 'up_to_date':
      return { icon: 's-completed', tone: 'completed', spin: false };
    case 'needs_rerun':
      return { icon: 's-stale', tone: 'stale', spin: false };
    default:
      return { icon: `s-${state}`, tone: state, spin: state === 'running' };
  }
}

export const KIND_ICON: Record<string, string> = {
  undefined: 'q-undefined',
  circular: 'q-circular',
  duplicate: 'q-duplicate',
  contradiction: 'q-contradiction',
  missing_related: 'q-missing',
  unclear: 'q-undefined',
  unnecessary: 'q-unneeded',
  ungrounded: 'q-quote',
};
export const KINDS = [
  'contradiction',
  'circular',
  'undefined',
  'unclear',
  'ungrounded',
  'duplicate',
  'missing_related',
  'unnecessary',
] as const;
