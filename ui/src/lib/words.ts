// Words for values that are partly ours and partly the researcher's.
import type { DuplicateReason, Finding, IssueRow, Problem, Resolution } from '../ipc/bindings';
import { list } from './format';
import { i18n, t } from './i18n.svelte';
import { has } from './messages';

/** A category of ours in the interface language; the researcher's own word as it is. */
export function categoryName(category: string): string {
  const key = `category.${category}`;
  return has(key) ? t(key) : category;
}

/** The categories that every project has. */
export const CATEGORIES = [
  'concept',
  'abbreviation',
  'name',
  'person',
  'place',
  'organisation',
  'title',
  'common',
];

/** The key of a category that was typed in the interface language, or the word itself. */
export function categoryKey(word: string): string {
  const known = CATEGORIES.find(
    (category) => categoryName(category).toLocaleLowerCase() === word.toLocaleLowerCase(),
  );
  return known ?? word;
}

/** The name of an engine; one that is not ours has its own. */
export function engineName(engine: string): string {
  const [name] = engine.split('/');
  const key = `engine.${name}`;
  return has(key) ? t(key) : engine;
}

/** "214 occurrences in 38 documents" */
export function whereText(occurrences: number, documents: number): string {
  return t('terms.where', {
    occurrences: t('n.occurrences', { n: occurrences }),
    documents: t('n.documents', { n: documents }),
  });
}

/** What kind of issue it is, whoever found it. */
export function kindOf(finding: Finding): Exclude<Finding['kind'], 'judged'> | Problem {
  return finding.kind === 'judged' ? finding.problem : finding.kind;
}

/** One clause for the list: what was found. */
export function findingShort(finding: Finding): string {
  switch (finding.kind) {
    case 'undefined':
      return t('finding.undefined.short', { n: finding.occurrences });
    case 'circular':
      return finding.path.join(' → ');
    case 'duplicate':
      return t(`finding.duplicate.short.${finding.reason}`, {
        others: list(finding.others, i18n.lang),
      });
    case 'contradiction':
      return t('finding.contradiction.short', {
        first: place(finding.first.document, finding.first.line),
        second: place(finding.second.document, finding.second.line),
      });
    case 'missing_related':
      return t('finding.missing_related.short', { related: finding.related });
    case 'ungrounded':
      return t('finding.ungrounded.short', { words: list(finding.words, i18n.lang) });
    case 'judged':
      return finding.says;
  }
}

/** The sentence of the detail: why this is an issue. */
export function findingSentence(issue: Pick<IssueRow, 'term' | 'finding'>): string {
  const { term, finding } = issue;
  switch (finding.kind) {
    case 'undefined':
      return t('finding.undefined.sentence', { term, n: finding.occurrences });
    case 'circular':
      return t('finding.circular.sentence', { term });
    case 'duplicate':
      return t(`finding.duplicate.sentence.${finding.reason as DuplicateReason}`, {
        term,
        others: list(finding.others, i18n.lang),
      });
    case 'contradiction':
      return t('finding.contradiction.sentence', { term });
    case 'missing_related':
      return t('finding.missing_related.sentence', { term, related: finding.related });
    case 'ungrounded':
      return t('finding.ungrounded.sentence', { term, words: list(finding.words, i18n.lang) });
    case 'judged':
      return finding.says;
  }
}

/** What the refinement did without being told. */
const MENDED: Resolution[] = ['merged', 'replaced', 'rewritten'];

/** What became of an issue: by the researcher first, because that wins over what the rules did. */
export function outcomeSentence(issue: IssueRow): string {
  if (issue.ruling === 'dismissed')
    return issue.reason === null
      ? t('outcome.dismissed')
      : t('outcome.dismissed_because', { reason: issue.reason });
  if (issue.ruling !== null) return t(`outcome.${issue.ruling}`);
  if (issue.excluded) return t('outcome.excluded');
  if (issue.defined) return t('outcome.defined');
  if (issue.resolution === null) return t('resolution.not_run');
  if (MENDED.includes(issue.resolution))
    return t(`resolution.${issue.resolution}` as 'resolution.merged');
  return t('resolution.open');
}

/** An answer that only a run makes true, and none has followed it yet. */
export function waitsForRun(issue: IssueRow): boolean {
  switch (issue.ruling) {
    case 'merge':
      return issue.resolution !== 'merged';
    case 'require':
      return issue.resolution !== 'added';
    case 'second':
      return issue.resolution !== 'second';
    case 'dismissed':
      return issue.resolution !== null && MENDED.includes(issue.resolution);
    default:
      return false;
  }
}

/** Terms that an issue is about, without the term it is filed under. */
export function involved(issue: Pick<IssueRow, 'term' | 'finding'>): string[] {
  const { finding } = issue;
  const all =
    finding.kind === 'circular'
      ? finding.path
      : finding.kind === 'duplicate' || finding.kind === 'judged'
        ? finding.others
        : finding.kind === 'missing_related'
          ? [finding.related]
          : [];
  return [...new Set(all)].filter((term) => term !== issue.term);
}

function place(document: string, line: number): string {
  return `${document.slice(document.lastIndexOf('/') + 1)}:${line}`;
}
