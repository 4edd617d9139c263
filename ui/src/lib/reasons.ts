// Why a project is not up to date, and why two runs differ: as sentences. And what a run would cost.
import type {
  Estimate,
  Pause,
  Plan,
  Reason,
  RunView,
  ScopePlan,
  StatusChange,
  Waiting,
} from '../ipc/bindings';
import { errorText } from './errors';
import { list, number, type Lang } from './format';
import { isLive } from './glossary';
import { i18n, sentences, t } from './i18n.svelte';
import { has, word } from './messages';

export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'documents_added':
    case 'documents_changed':
    case 'documents_removed':
    case 'documents_excluded':
    case 'documents_included':
      return withExamples(t(`why.${reason.kind}`, { n: reason.count }), reason);
    case 'units_missing':
      return t('why.units_missing', { n: reason.count });
    case 'stage_missing':
    case 'outdated':
      return t(`why.${reason.kind}`, { stage: t(`stage.${reason.stage}`) });
    case 'folder_unreadable': {
      const { what, todo } = errorText(reason.message);
      return sentences(what, todo);
    }
    default:
      return t(`why.${reason.kind}`);
  }
}

function withExamples(what: string, { count, examples }: { count: number; examples: string[] }) {
  if (examples.length === 0) return what;
  const rest = count - examples.length;
  const named = list(examples, i18n.lang);
  return t('why.with_examples', {
    what,
    examples: rest > 0 ? t('why.and_more', { examples: named, n: rest }) : named,
  });
}

/** "about 3–8 s": a range in the unit that its upper end needs, or that there is no basis for one. */
export function estimateText(estimate: Estimate | null, lang: Lang): string {
  if (!estimate) return word(lang, 'estimate.none');
  const { unit, range } = inUnits(estimate, lang);
  return word(lang, `estimate.${unit}`, { range });
}

/** "20–70 questions": how often the model is asked, or that nobody knows; nothing where it is not asked. */
export function questionsText({ asks }: Plan, { questions }: ScopePlan): string {
  if (!asks || questions?.to === 0) return '';
  if (!questions) return t('estimate.none');
  const { from, to } = questions;
  return from === 0 || from === to
    ? t(from === 0 ? 'estimate.questions' : 'estimate.questions_exact', { n: to })
    : t('estimate.questions_range', { from, to });
}

/** "44–57 min": what is left of something that is under way. */
export function rangeText(estimate: Estimate, lang: Lang): string {
  const { unit, range } = inUnits(estimate, lang);
  return word(lang, `range.${unit}`, { range });
}

function inUnits(
  { from_ms, to_ms }: Estimate,
  lang: Lang,
): { unit: 's' | 'min' | 'h'; range: string } {
  const [unit, size] =
    to_ms < 90_000
      ? (['s', 1000] as const)
      : to_ms < 90 * 60_000
        ? (['min', 60_000] as const)
        : (['h', 3_600_000] as const);
  const low = Math.max(1, Math.floor(from_ms / size));
  const high = Math.max(low, Math.ceil(to_ms / size));
  const range =
    low === high
      ? number(low, lang)
      : `${number(low, lang)}${lang === 'ja' ? '〜' : '–'}${number(high, lang)}`;
  return { unit, range };
}

/** "12 min", "1 h 52 min": a duration in prose. */
export function prose(ms: number, lang: Lang): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return word(lang, 'span.s', { n: Math.max(1, Math.round(ms / 1000)) });
  if (minutes < 60) return word(lang, 'span.min', { n: minutes });
  return word(lang, 'span.h', { h: Math.floor(minutes / 60), min: minutes % 60 });
}

/** "Waiting: 2 of 2 places taken, 1 ahead" */
export function waitingText(waiting: Waiting | null): string {
  if (!waiting) return t('run.waiting_soon');
  const { running, limit, ahead } = waiting;
  return ahead > 0
    ? t('run.waiting_ahead', { running, limit, ahead })
    : t('run.waiting_next', { running, limit });
}

/** "The budget of 5 is spent." */
export function pausedText(pause: Pause): string {
  return t('pause.what', { budget: number(pause.budget, i18n.lang) });
}

/** Why a run was stopped or interrupted. */
export function stopReasonText(run: Pick<RunView, 'stop_reason'>): string {
  if (!run.stop_reason) return '';
  const key = `reason.${run.stop_reason}`;
  return has(key) ? t(key) : run.stop_reason;
}

/**
 * Whose run it is, when it is not this window's. A run of the app that has ended is the app's, whichever copy
 * or start of it did the work.
 */
export function ownerText(run: Pick<RunView, 'owner' | 'status'>): string {
  if (run.owner === 'this' || (run.owner === 'app' && !isLive(run.status))) return '';
  return t(`owner.${run.owner}`);
}

/** Who changed the status of a run, where, and why. Codes of the engine where it has words for them, else as they are. */
export function reasonOf(change: StatusChange): string {
  const said = (prefix: 'actor' | 'reason', value: string | null) => {
    if (!value) return '';
    const [own, failed] = [`${prefix}.${value}`, `error.${value}.what`];
    return has(own) ? t(own) : has(failed) ? '' : value;
  };
  const parts = [
    said('actor', change.actor),
    change.stage ? t(`stage.${change.stage}`) : '',
    said('reason', change.reason),
  ];
  return parts.filter(Boolean).join(' · ');
}
