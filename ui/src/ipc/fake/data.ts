// Rows of the browser twin, made from the samples.
import type { DocumentRow, Entry, FileRow, IssueRow, LogRecord, TermRow } from '../bindings';
import { asked } from './asked';
import { sampleAt, type Sample } from './samples';

export function termRow(i: number, total: number): TermRow {
  const sample = sampleAt(i);
  const score = Math.max(0.31, 0.97 - (i < 24 ? i * 0.008 : 0.2 + (0.46 * (i - 24)) / total));
  return {
    key: sample.term,
    text: sample.term,
    language: sample.ja ? 'japanese' : 'english',
    category: sample.category,
    score,
    documents: sample.documents,
    occurrences: sample.occurrences,
    verdict: i === 9 ? 'excluded' : null,
    edited: false,
    synonym_of: null,
  };
}

export function entryOf(sample: Sample): Entry {
  const evidence = sample.quote
    ? [
        {
          document: sample.document,
          line: sample.line,
          start: 0,
          end: sample.quote.length,
          quote: sample.quote,
        },
      ]
    : [];
  if (sample.term === 'bronze disease') {
    evidence.push({
      document: 'treatment-records/2019-044_figurine.md',
      line: 12,
      start: 0,
      end: 84,
      quote:
        'Pale green, powdery spots along the left arm were identified as active bronze disease',
    });
    evidence.push({
      document: 'guidelines/metals-storage.md',
      line: 22,
      start: 0,
      end: 31,
      quote: 'kept below 42 % RH at all times',
    });
  }
  const alternatives =
    sample.term === 'bronze disease'
      ? [
          {
            definition: 'Bronze disease is the pale green bloom seen on excavated bronzes.',
            writer: null,
            confidence: 0.61,
            evidence: {
              document: 'loans/courier-handbook.md',
              line: 102,
              start: 0,
              end: 60,
              quote: 'the pale green bloom seen on excavated bronzes',
            },
          },
        ]
      : [];
  const category = ['abbreviation', 'name'].includes(sample.category)
    ? (sample.category as 'abbreviation' | 'name')
    : 'concept';
  return {
    term: sample.term,
    key: sample.term,
    language: sample.ja ? 'japanese' : 'english',
    category,
    definition: sample.definition,
    writer: asked.has('model') && sample.definition ? 'qwen3:8b' : null,
    confidence: sample.definition ? 0.94 : 0,
    evidence,
    alternatives,
    synonyms: sample.synonyms ?? [],
    related: sample.related ?? [],
  };
}

function named(finding: IssueRow['finding']): string[] {
  if (finding.kind === 'duplicate' || finding.kind === 'judged') return finding.others;
  if (finding.kind === 'circular') return finding.path;
  return finding.kind === 'missing_related' ? [finding.related] : [];
}

function issue(
  n: number,
  term: string,
  severity: IssueRow['severity'],
  finding: IssueRow['finding'],
  resolution: IssueRow['resolution'],
): IssueRow {
  return {
    id: `issue-${n}`,
    term,
    key: term,
    severity,
    finding,
    resolution,
    state: resolution === 'open' ? 'open' : 'resolved',
    ruling: null,
    reason: null,
    excluded: false,
    definable: finding.kind !== 'duplicate' && finding.kind !== 'missing_related',
    defined: false,
    terms: [...new Set([term, ...named(finding)])].map((key) => ({ key, text: key })),
  };
}

/** What a model found, each of its own kind. */
function judged(): IssueRow[] {
  const by = 'qwen3:8b';
  return [
    issue(
      101,
      'bronze disease',
      'high',
      {
        kind: 'judged',
        problem: 'ungrounded',
        others: [],
        says: 'The definition names an acid that none of the sentences mentions.',
        proposal:
          'Progressive corrosion of copper alloys in which chlorides and moisture form a pale green powder.',
        by,
      },
      'open',
    ),
    issue(
      102,
      'フォクシング',
      'medium',
      {
        kind: 'judged',
        problem: 'unclear',
        others: ['しみ'],
        says: '定義が「しみ」との違いを述べていない。',
        proposal: '紙に生じる褐色の斑点状の変色で、鉄の酸化またはかびの代謝物を原因とするもの。',
        by,
      },
      'open',
    ),
    issue(
      103,
      'display case',
      'low',
      {
        kind: 'judged',
        problem: 'unnecessary',
        others: [],
        says: 'Readers of this glossary know what a display case is.',
        proposal: null,
        by,
      },
      'open',
    ),
    issue(
      104,
      'deacidification',
      'medium',
      { kind: 'ungrounded', words: ['buffer', 'aqueous', 'calcium'] },
      'open',
    ),
  ];
}

export function issues(total: number): IssueRow[] {
  const at = (document: string, line: number, quote: string) => ({
    document,
    line,
    start: 0,
    end: quote.length,
    quote,
  });
  const fixed: IssueRow[] = [
    issue(
      1,
      'relative humidity',
      'high',
      {
        kind: 'contradiction',
        first: at(
          'guidelines/paper-storage.md',
          14,
          'Paper-based collections are stored at a relative humidity of 45–55 %, with a daily variation below 5 %.',
        ),
        second: at(
          'loans/courier-handbook.md',
          88,
          'Works on paper travel and hang at a relative humidity of 40–60 %, measured inside the frame.',
        ),
      },
      'open',
    ),
    issue(
      2,
      'フォクシング',
      'medium',
      {
        kind: 'contradiction',
        first: at(
          '指針/紙資料の劣化.md',
          14,
          'フォクシングは、紙の中の微量の鉄が湿気により酸化して生じる。',
        ),
        second: at(
          '報告/紙の変色.md',
          41,
          'フォクシングの主な原因は、好乾性のかびの代謝物である。',
        ),
      },
      'open',
    ),
    issue(
      3,
      'microclimate',
      'high',
      { kind: 'circular', path: ['microclimate', 'case climate', 'microclimate'] },
      'open',
    ),
    issue(4, 'burnishing', 'high', { kind: 'undefined', occurrences: 31 }, 'open'),
    issue(5, '分光測色', 'high', { kind: 'undefined', occurrences: 18 }, 'open'),
    issue(
      6,
      'データロガー',
      'medium',
      { kind: 'duplicate', others: ['データロガ', 'data logger'], reason: 'spelling' },
      'merged',
    ),
    issue(
      7,
      'IPM',
      'medium',
      { kind: 'duplicate', others: ['integrated pest management'], reason: 'abbreviation' },
      'merged',
    ),
    issue(8, 'Oddy test', 'medium', { kind: 'missing_related', related: 'coupon' }, 'open'),
    issue(
      9,
      'case climate',
      'low',
      { kind: 'duplicate', others: ['microclimate'], reason: 'same_definition' },
      'open',
    ),
  ];
  if (asked.has('model')) fixed.unshift(...judged());
  for (let i = fixed.length; i < total; i += 1) {
    const sample = sampleAt(24 + i * 3);
    const severity = i % 4 === 0 ? 'medium' : 'low';
    fixed.push(
      issue(
        i + 1,
        sample.term,
        severity,
        i % 2
          ? { kind: 'undefined', occurrences: sample.occurrences }
          : { kind: 'missing_related', related: sampleAt(i).term },
        i % 3 ? 'open' : 'added',
      ),
    );
  }
  return fixed.slice(0, total);
}

export function documentAt(i: number): DocumentRow {
  const ja = i % 5 > 2;
  const named = [
    'guidelines/metals-storage.md',
    'guidelines/paper-storage.md',
    '指針/金属資料の保管.md',
    'treatment-records/2019-044_figurine.md',
    '処置記録/2021-017_銅鏡.md',
    'loans/courier-handbook.md',
    '指針/紙資料の保管.md',
    'catalogue/カタログ原稿（最終）_v3.txt',
  ];
  const path =
    named[i] ??
    (ja
      ? `処置記録/20${10 + (i % 16)}-${String(i).padStart(3, '0')}_資料.md`
      : `treatment-records/20${10 + (i % 16)}-${String(i).padStart(3, '0')}_object.md`);
  return {
    path,
    language: /[ぁ-んァ-ヶ一-龠]/.test(path) ? 'japanese' : 'english',
    encoding: i % 9 === 7 ? 'Shift_JIS' : 'UTF-8',
    bytes: 1400 + ((i * 7919) % 48_000),
    lines: 20 + ((i * 31) % 700),
    terms: 3 + ((i * 13) % 120),
    occurrences: 9 + ((i * 29) % 800),
  };
}

export const SKIPPED: Pick<FileRow, 'path' | 'reason' | 'detail'>[] = [
  { path: '.git/config', reason: 'hidden', detail: null },
  { path: 'catalogue/plates.pdf', reason: 'unsupported', detail: '.pdf' },
  { path: 'catalogue/scan-001.tif', reason: 'binary', detail: null },
  { path: 'exports/everything.txt', reason: 'too_large', detail: '84 MB' },
  { path: 'config/.env', reason: 'secret', detail: '.env' },
  { path: '写真/目録.txt', reason: 'unreadable', detail: 'permission denied' },
  { path: 'links/shared.md', reason: 'outside', detail: null },
];

export function logRecord(seq: number, start: number): LogRecord {
  const sample = sampleAt(seq % 400);
  const time = new Date(start + seq * 137).toISOString();
  const base = { seq, time, stage: 'define', item: sample.term };
  if (seq % 997 === 401)
    return {
      ...base,
      level: 'error',
      message: 'no answer from localhost:11434 within 30 s (attempt 1 of 3); next attempt in 2 s',
    };
  if (seq % 97 === 8)
    return {
      ...base,
      level: 'warn',
      message:
        'two documents give different causes (指針/紙資料の劣化.md:14, guidelines/paper-stains.md:41); both kept, left for review',
    };
  if (seq % 5 > 1)
    return {
      ...base,
      level: 'debug',
      message: `context: ${3 + (seq % 20)} sentences from ${1 + (seq % 9)} documents, ${300 + (seq % 900)} tokens`,
    };
  return {
    ...base,
    level: 'info',
    message: `defined in ${(3 + (seq % 30) / 10).toFixed(1)} s, confidence 0.${80 + (seq % 19)}, 2 of 2 quotes verified`,
  };
}
