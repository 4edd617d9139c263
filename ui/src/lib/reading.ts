// A row of a document as it is drawn: its text cut where a term, a search hit or a shape begins or ends.
import type { MarkedTerm, RowMark, ShapeKind, TextRow } from '../ipc/bindings';
import type { Block, Cell, Dressed } from './markdown';

export type MarkState = 'term' | 'required' | 'excluded';

/** A row whose marks carry their terms. */
export interface ReadRow extends Omit<TextRow, 'marks'> {
  marks: (Omit<RowMark, 'term'> & { term: MarkedTerm })[];
  /** what its Markdown means, where the engine leaves it as it is written */
  block: Block | null;
}

export interface Look {
  /** which marks are drawn */
  shown: ReadonlySet<MarkState>;
  /** the term that is looked at; without one, a mark at the place is the one that one is at */
  term: string | null;
  /** the first byte of the place that was jumped to */
  place: number | null;
}

export interface Run {
  /** UTF-16 units before it in the row */
  from: number;
  text: string;
  mark: ReadRow['marks'][number] | null;
  /** the mark is of the term that is looked at */
  current: boolean;
  /** ... and it is the very place */
  now: boolean;
  hit: boolean;
  shapes: ShapeKind[];
  note: string | null;
}

/** Runs that stand together under one reading, or without one. */
export interface Piece {
  from: number;
  reading: string | null;
  runs: Run[];
}

export function markState(term: MarkedTerm): MarkState {
  return term.verdict ?? 'term';
}

export function withTerms(row: TextRow | Dressed, terms: MarkedTerm[]): ReadRow {
  const marks = row.marks.flatMap((mark) => {
    const term = terms[mark.term];
    return term ? [{ ...mark, term }] : [];
  });
  return { ...row, marks, block: 'block' in row ? row.block : null };
}

export function piecesOf(row: ReadRow, look: Look): Piece[] {
  const marks = row.marks.filter(({ term }) => look.shown.has(markState(term)));
  const cuts = new Set([0, row.text.length]);
  for (const { from, to } of [...marks, ...row.shapes, ...row.hits]) cuts.add(from).add(to);
  const places = [...cuts].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let ruby: object | null = null;
  places.slice(0, -1).forEach((from, i) => {
    const to = places[i + 1] ?? from;
    const over = <T extends { from: number; to: number }>(each: T) =>
      each.from <= from && each.to >= to;
    const shapes = row.shapes.filter(over);
    if (shapes.some((shape) => shape.kind === 'hidden')) return;
    const here = marks.filter(over);
    // The longest term is drawn: `seed bank` inside `seed bank manager` is part of it.
    const mark = here.reduce<Run['mark']>(
      (best, each) => (best && best.to - best.from >= each.to - each.from ? best : each),
      null,
    );
    const run: Run = {
      from,
      text: row.text.slice(from, to),
      mark,
      current: look.term !== null && here.some((each) => each.term.key === look.term),
      now: here.some(
        (each) =>
          each.start === look.place &&
          (look.term === null ? each === mark : each.term.key === look.term),
      ),
      hit: row.hits.some(over),
      shapes: shapes.map((shape) => shape.kind).filter((kind) => kind !== 'ruby'),
      note: shapes.find((shape) => shape.kind !== 'ruby' && shape.note !== null)?.note ?? null,
    };
    const above = shapes.find((shape) => shape.kind === 'ruby') ?? null;
    const last = pieces[pieces.length - 1];
    if (last && above === ruby) last.runs.push(run);
    else pieces.push({ from, reading: above?.note ?? null, runs: [run] });
    ruby = above;
  });
  return pieces;
}

/** What of the pieces stands in a cell. */
export function piecesIn(pieces: Piece[], cell: Cell): Piece[] {
  return pieces.flatMap((piece) => {
    const runs = piece.runs.filter(({ from }) => from >= cell.from && from < cell.to);
    return runs[0] ? [{ ...piece, from: runs[0].from, runs }] : [];
  });
}

/** The marks that are drawn in a row, in their order. */
export function drawnMarks(row: ReadRow, shown: Look['shown']): ReadRow['marks'] {
  const runs = piecesOf(row, { shown, term: null, place: null }).flatMap((piece) => piece.runs);
  return [...new Set(runs.flatMap((run) => (run.mark ? [run.mark] : [])))];
}

/** A place in the rows: which one, and how many UTF-16 units into it. */
export interface RowPoint {
  row: number;
  at: number;
}

/** What was selected, as it is written. Rows of one line run on; a line end is a space. */
export function selectedText(
  from: RowPoint,
  to: RowPoint,
  rowAt: (index: number) => ReadRow | undefined,
): string {
  const [first, last] =
    from.row < to.row || (from.row === to.row && from.at <= to.at) ? [from, to] : [to, from];
  let text = '';
  for (let index = first.row; index <= last.row; index += 1) {
    const row = rowAt(index);
    if (!row) return '';
    if (index > first.row && row.first) text += ' ';
    const begin = index === first.row ? first.at : 0;
    const end = index === last.row ? last.at : row.text.length;
    let part = '';
    let place = begin;
    // What is hidden was not selected: a reading, the stars of an emphasis.
    for (const shape of row.shapes.filter((shape) => shape.kind === 'hidden')) {
      if (shape.from > place) part += row.text.slice(place, Math.min(shape.from, end));
      if (shape.from >= begin && shape.to <= end) part += shape.note ?? '';
      place = Math.max(place, Math.min(shape.to, end));
    }
    text += part + row.text.slice(place, end);
  }
  return text.replace(/\s+/g, ' ').trim();
}

/** How many full-width characters of `em` pixels fit beside the line numbers. */
export function columnsOf(width: number, em: number): number {
  return Math.min(42, Math.max(10, Math.floor((width - GUTTER) / em) - 1));
}

/** Line numbers and the air around the text, in pixels. */
export const GUTTER = 96;
