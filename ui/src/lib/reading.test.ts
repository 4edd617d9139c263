import { describe, expect, it } from 'vitest';
import type { MarkedTerm, TextRow } from '../ipc/bindings';
import { columnsOf, drawnMarks, piecesOf, selectedText, withTerms, type Look } from './reading';

const TERMS: MarkedTerm[] = [
  { key: 'seedbank', text: 'seed bank', language: 'english', verdict: null },
  { key: 'seed', text: 'seed', language: 'english', verdict: 'excluded' },
  { key: '含水率', text: '含水率', language: 'japanese', verdict: 'required' },
];

function row(text: string, part: Partial<TextRow> = {}): TextRow {
  return {
    line: 1,
    first: true,
    kind: 'text',
    level: 0,
    start: 0,
    text,
    marks: [],
    shapes: [],
    hits: [],
    ...part,
  };
}

const all: Look = { shown: new Set(['term', 'required', 'excluded']), term: null, place: null };

function drawn(of: TextRow, look: Look = all) {
  return piecesOf(withTerms(of, TERMS), look).flatMap((piece) =>
    piece.runs.map(
      (run) =>
        `${run.text}${run.mark ? `<${run.mark.term.key}>` : ''}${piece.reading ? `^${piece.reading}` : ''}`,
    ),
  );
}

describe('a row', () => {
  const nested = row('A seed bank.', {
    marks: [
      { from: 2, to: 11, term: 0, start: 2 },
      { from: 2, to: 6, term: 1, start: 2 },
    ],
  });

  it('draws the longest of the terms that stand at one place', () => {
    expect(drawn(nested)).toEqual(['A ', 'seed<seedbank>', ' bank<seedbank>', '.']);
  });

  it('draws the shorter one when the longer is not shown', () => {
    const look = { ...all, shown: new Set(['excluded'] as const) };
    expect(drawn(nested, look)).toEqual(['A ', 'seed<seed>', ' bank.']);
  });

  it('names each mark that is drawn once, in the order of the text', () => {
    const text = row('seed bank, seed', {
      marks: [
        { from: 11, to: 15, term: 1, start: 11 },
        { from: 0, to: 9, term: 0, start: 0 },
        { from: 0, to: 4, term: 1, start: 0 },
      ],
      hits: [{ from: 3, to: 6 }],
    });
    const marks = (shown: Look['shown']) =>
      drawnMarks(withTerms(text, TERMS), shown).map((mark) => `${mark.start} ${mark.term.key}`);
    expect(marks(all.shown)).toEqual(['0 seedbank', '11 seed']);
    expect(marks(new Set(['excluded']))).toEqual(['0 seed', '11 seed']);
    expect(marks(new Set(['required']))).toEqual([]);
  });

  it('shows the mark at the place one is at, also when no term is looked at', () => {
    const now = (look: Look) =>
      piecesOf(withTerms(nested, TERMS), look)
        .flatMap((piece) => piece.runs)
        .filter((run) => run.now)
        .map((run) => run.text);
    expect(now({ ...all, place: 2 })).toEqual(['seed', ' bank']);
    expect(now({ ...all, place: 2, term: 'seed' })).toEqual(['seed']);
    expect(now(all)).toEqual([]);
  });

  it('leaves out markup and keeps the places of what is left, also behind characters of two units', () => {
    const strong = row('😀 **含水率**《x》', {
      marks: [{ from: 5, to: 8, term: 2, start: 6 }],
      shapes: [
        { from: 3, to: 5, kind: 'hidden', note: null },
        { from: 5, to: 8, kind: 'strong', note: null },
        { from: 5, to: 8, kind: 'ruby', note: 'がんすいりつ' },
        { from: 8, to: 13, kind: 'hidden', note: null },
      ],
    });
    expect(drawn(strong)).toEqual(['😀 ', '含水率<含水率>^がんすいりつ']);
    const pieces = piecesOf(withTerms(strong, TERMS), { ...all, term: '含水率', place: 6 });
    expect(pieces[1]?.runs[0]).toMatchObject({
      from: 5,
      current: true,
      now: true,
      shapes: ['strong'],
    });
  });

  it('cuts at the hits of the search', () => {
    expect(drawn(row('abcd', { hits: [{ from: 1, to: 3 }] }))).toEqual(['a', 'bc', 'd']);
  });
});

it('takes what was selected as it is written, in either direction, without markup', () => {
  const rows = [
    row('the seed ', { first: true }),
    row('bank **is**', {
      first: false,
      shapes: [
        { from: 5, to: 7, kind: 'hidden', note: null },
        { from: 9, to: 11, kind: 'hidden', note: null },
      ],
    }),
    row('cold', { first: true }),
  ].map((each) => withTerms(each, TERMS));
  const at = (index: number) => rows[index];
  expect(selectedText({ row: 0, at: 4 }, { row: 1, at: 4 }, at)).toBe('seed bank');
  expect(selectedText({ row: 2, at: 4 }, { row: 1, at: 0 }, at)).toBe('bank is cold');
  expect(selectedText({ row: 1, at: 2 }, { row: 1, at: 2 }, at)).toBe('');
});

it('sets rows neither too narrow nor too wide to read', () => {
  expect(columnsOf(100, 16)).toBe(10);
  expect(columnsOf(700, 16)).toBe(36);
  expect(columnsOf(4000, 16)).toBe(42);
});
