// Terms, entries and decisions of the browser twin.
import type * as B from '../bindings';
import type { EntryStage } from '../contract';
import { data, refuse, TERMS } from './asked';
import { documentAt, entryOf, issues, termRow } from './data';
import { sampleAt } from './samples';

export const decisions = new Map<string, B.Decision>();
export const edits = new Map<string, string>();
export const added: B.TermRow[] = [];
let allTerms: B.TermRow[] | null = null;

export function terms(): B.TermRow[] {
  allTerms ??= Array.from({ length: TERMS }, (_, i) => termRow(i, TERMS));
  return [...added, ...allTerms].map((row) => {
    const decision = decisions.get(row.key);
    return decision
      ? {
          ...row,
          verdict: decision.verdict,
          category: decision.category ?? row.category,
          edited: decision.category !== null || decision.note !== null,
        }
      : row;
  });
}

export function termDetail(key: string): B.TermDetail {
  const row = terms().find((candidate) => candidate.key === key) ?? refuse('term_not_found');
  const variants =
    row.key === 'bronze disease'
      ? [
          { text: 'bronze-disease', count: 4 },
          { text: 'Bronze Disease', count: 9 },
        ]
      : [];
  return {
    row,
    variants,
    expansion: row.key === 'IPM' ? 'integrated pest management' : null,
    note: decisions.get(key)?.note ?? null,
    manual: added.some((own) => own.key === key),
  };
}

export function occurrences(key: string): B.OccurrenceRow[] {
  const row = terms().find((candidate) => candidate.key === key);
  if (!row) return [];
  const ja = row.language === 'japanese';
  return Array.from({ length: row.occurrences }, (_, i) => {
    const document = documentAt(ja ? 2 + 2 * Math.floor(i / 6) : Math.floor(i / 6)).path;
    const before = ja
      ? ['', '処置の前に', '点検の記録によれば、'][i % 3]
      : ['', 'Objects with a history of ', 'After 72 h at 38 % RH no further growth of '][i % 3];
    const after = ja
      ? [
          'については、収蔵庫の環境とあわせて四半期ごとに確認する。',
          'の状態を撮影し、記録票に残す。',
          'の変化は認められなかった。',
        ][i % 3]
      : [
          ' is checked together with the storage climate every quarter.',
          ' are kept below 42 % RH at all times.',
          ' was observed.',
        ][i % 3];
    return {
      document,
      line: 8 + i * 7,
      before: before ?? '',
      hit: row.text,
      after: after ?? '',
      in_document: Math.min(6, row.occurrences),
    };
  });
}

export function entries(stage: EntryStage) {
  return terms()
    .map((row, i) => {
      const sample = sampleAt(i - added.length);
      const own = sample.term === row.key ? sample : null;
      const edited = stage === 'refine' ? edits.get(row.key) : undefined;
      const definition =
        edited ?? (stage === 'define' ? (own?.before ?? own?.definition) : own?.definition) ?? null;
      return {
        key: row.key,
        term: row.text,
        language: row.language,
        definition,
        confidence: definition ? 0.9 : 0,
        changed: stage === 'refine' && own?.before !== undefined,
        edited: edited !== undefined,
      } satisfies B.EntryRow;
    })
    .filter((_, i) => i !== 9)
    .sort((a, b) => (data === 'many' ? 0 : a.term.localeCompare(b.term)));
}

export function entryDetail(stage: EntryStage, key: string): B.EntryDetail {
  const index = terms().findIndex((row) => row.key === key);
  const row = terms()[index] ?? refuse('entry_not_found');
  const sample = sampleAt(index - added.length);
  const entry = entryOf(
    sample.term === key ? sample : { ...sample, term: key, definition: null, quote: '' },
  );
  const before = sample.before ?? sample.definition;
  if (stage === 'define') entry.definition = before;
  return {
    entry,
    provisional: stage === 'refine' ? before : null,
    edited: edits.get(key) ?? null,
    documents: row.documents,
    occurrences: row.occurrences,
    issues: issues(9).filter((issue) => issue.key === key),
  };
}
