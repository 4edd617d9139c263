// Terms, entries and decisions of the browser twin.
import type * as B from '../bindings';
import type { EntryStage } from '../contract';
import { asked, ISSUES, refuse, TERMS } from './asked';
import { documentAt, entryOf, issues as reviewed, termRow } from './data';
import { all, answered, behind, decided } from './decisions';
import { KEPT } from './models';
import { byReading } from './reading';
import { sampleAt } from './samples';

/** `&categories`: the project has some of its own, and the model sorted terms into them. */
export const OWN: B.OwnCategory[] = [
  { name: 'deterioration', about: 'what happens to an object: corrosion, fading, cracks' },
  { name: '材料', about: '紙、糊、顔料など' },
  { name: 'pest', about: '' },
];
const SORTED: Record<string, string> = {
  'bronze disease': 'deterioration',
  ブロンズ病: 'deterioration',
  craquelure: 'deterioration',
  生麩糊: '材料',
  古糊: '材料',
};

let allTerms: B.TermRow[] | null = null;

function found(): B.TermRow[] {
  allTerms ??= Array.from({ length: TERMS }, (_, i) => {
    const row = termRow(i, TERMS);
    return asked.has('categories') ? { ...row, category: SORTED[row.text] ?? row.category } : row;
  });
  return allTerms;
}

const isJapanese = (text: string) => /[ぁ-んァ-ヶ一-龠]/.test(text);
/** The name of a term as it is shown. */
const shown = (key: string) => decided(key).name ?? key;

function undecided(key: string): B.TermRow {
  return {
    key,
    text: key,
    language: isJapanese(key) ? 'japanese' : 'english',
    category: 'concept',
    score: 0,
    documents: 0,
    occurrences: 0,
    verdict: null,
    edited: false,
    synonym_of: null,
  };
}

export function terms(): B.TermRow[] {
  const known = new Set(found().map((row) => row.key));
  const own = all()
    .filter(([key, one]) => one.verdict === 'required' && !known.has(key))
    .map(([key]) => undecided(key));
  return [...own, ...found()].map((row) => {
    const one = decided(row.key);
    return {
      ...row,
      text: one.name ?? row.text,
      verdict: one.verdict ?? row.verdict,
      category: one.category ?? row.category,
      edited: !!(one.category ?? one.note ?? one.name),
      synonym_of: one.synonym_of === undefined ? null : shown(one.synonym_of),
    };
  });
}

const termRef = (key: string): B.TermRef => ({ key, text: shown(key) });

export function termDetail(key: string): B.TermDetail {
  const row = terms().find((candidate) => candidate.key === key) ?? refuse('term_not_found');
  const one = decided(key);
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
    judge: asked.has('model') && row.key !== 'foxing' ? 'qwen3:8b' : null,
    unjudged: asked.has('model') && row.key === 'foxing',
    expansion: row.key === 'IPM' ? 'integrated pest management' : null,
    note: one.note ?? null,
    manual: one.manual ?? false,
    original: one.name === undefined ? null : key,
    own_category: one.category !== undefined,
    primary: one.synonym_of === undefined ? null : termRef(one.synonym_of),
    synonyms: behind(key).map(termRef),
  };
}

export function categories(listed: B.OwnCategory[]): string[] {
  const own = all().flatMap(([, one]) => one.category ?? []);
  const fake = [
    ...new Set(
      found()
        .slice(0, 24)
        .map((row) => row.category),
    ),
  ];
  const names = listed.map(({ name }) => name);
  return [...new Set(['concept', 'abbreviation', 'name', ...fake, ...names, ...own])];
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
      start: 200 + i * 400,
      before: before ?? '',
      hit: row.text,
      after: after ?? '',
      in_document: Math.min(6, row.occurrences),
    };
  });
}

export function entries(stage: EntryStage): B.EntryRow[] {
  const rows = terms()
    .map((row, i) => {
      const sample = sampleAt(i);
      const own = sample.term === row.key ? sample : null;
      const edited = decided(row.key).definition;
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
        synonym_of: row.synonym_of,
      } satisfies B.EntryRow;
    })
    .filter((_, i) => i !== 9);
  return byReading(rows, ({ term }) => term);
}

export function entryDetail(stage: EntryStage, key: string): B.EntryDetail {
  const index = terms().findIndex((row) => row.key === key);
  const row = terms()[index] ?? refuse('entry_not_found');
  const sample = sampleAt(found().findIndex((candidate) => candidate.key === key));
  const entry = entryOf(
    sample.term === key ? sample : { ...sample, term: key, definition: null, quote: '' },
  );
  const before = sample.before ?? sample.definition;
  if (stage === 'define') entry.definition = before;
  const one = decided(key);
  const model = asked.has('model') ? KEPT.model : null;
  // Every second answer is the sentence that the documents have.
  if (model !== null && (one.tries ?? 0) % 2 === 1)
    entry.definition = entry.evidence[0]?.quote ?? entry.definition;
  return {
    entry,
    name: row.text,
    category: row.category,
    note: one.note ?? null,
    provisional: stage === 'refine' ? before : null,
    edited: one.definition ?? null,
    found: entry.evidence.map((_, i) => i < 2 || key !== 'bronze disease'),
    synonyms: [...(one.name ? [key] : []), ...entry.synonyms, ...behind(key).map(shown)],
    related: entry.related.map(termRef),
    primary: one.synonym_of === undefined ? null : termRef(one.synonym_of),
    documents: row.documents,
    occurrences: row.occurrences,
    issues: issues().filter((issue) => issue.key === key),
    model,
  };
}

const SETTLED_BY_DEFINITION = ['undefined', 'circular', 'contradiction', 'ungrounded'];

/** The issues with what was answered on top, as the engine's statement does it. */
export function issues(): B.IssueRow[] {
  return reviewed(ISSUES).map((issue) => {
    const one = decided(issue.key);
    const given = answered(issue.id);
    const excluded = one.verdict === 'excluded';
    const defined =
      one.definition !== undefined && SETTLED_BY_DEFINITION.includes(issue.finding.kind);
    const state: B.IssueState =
      given?.ruling === 'dismissed'
        ? 'dismissed'
        : given || excluded || defined || issue.state === 'resolved'
          ? 'resolved'
          : 'open';
    return {
      ...issue,
      term: shown(issue.key),
      ruling: given?.ruling ?? null,
      reason: given?.reason ?? null,
      excluded,
      defined,
      state,
    };
  });
}

export function issueCounts(): B.IssueCount[] {
  const counts = new Map<string, B.IssueCount>();
  for (const { finding, severity, state } of issues()) {
    const id = `${finding.kind} ${severity} ${state}`;
    const count = counts.get(id) ?? { kind: finding.kind, severity, state, count: 0 };
    counts.set(id, { ...count, count: count.count + 1 });
  }
  return [...counts.values()];
}
