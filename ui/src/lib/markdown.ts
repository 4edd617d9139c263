// What is left of Markdown in the rows of a document, drawn as what it means: lists, tables, fences, lines that divide,
// quotes in quotes. Like the engine, which tells headings, quotes, code and emphasis, it only names parts of the text:
// every place stays what it was, no HTML comes about, and what is not understood stays as it is written.
import type { RowShape, TextRow } from '../ipc/bindings';

export interface Block {
  /** how far the text stands in, in half ems: one for each column of its source */
  indent: number;
  /** what stands before the text instead of its markup: a bullet, a number, the language of code */
  sign: string | null;
  kind: 'plain' | 'item' | 'fence' | 'rule' | 'table' | 'divider';
  /** quotes around the quote */
  depth: number;
  /** cells of a row of a table */
  cells: Cell[];
  /** it names the columns */
  head: boolean;
}

export interface Cell {
  from: number;
  to: number;
  /** at least, in ems */
  width: number;
  align: 'start' | 'center' | 'end';
}

type Column = Pick<Cell, 'width' | 'align'>;

/** A table is known by its first rows. */
export interface Table {
  /** its first row in the document */
  start: number;
  /** the row behind the last one that is known to belong to it */
  end: number;
  /** null when it is no table, or one that does not fit: its lines stay as they are written */
  columns: Column[] | null;
}

export interface Dressed extends TextRow {
  block: Block | null;
}

/** Nothing stands further in than this, in half ems: the row has that much room to spare. */
const DEEPEST = 8;
const GAP = 1.5;
/** The size of a table's letters, in parts of those of the text. */
const SMALLER = 14 / 16;
const MOST_CELLS = 40;

const BAR = /^[ \t]*\|/;
const DIVIDER = /^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/;
const FENCE = /^ {0,3}(?:(?:`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*|---|\.\.\.)[ \t]*$/;
const ITEM = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(?:\[([ xX])\][ \t]+)?(?=\S)/;
const BULLETS = ['•', '◦', '▪'];

/** It may belong to a table: the engine sets the rows of one as it sets code. */
export function mayBeTable(row: TextRow): boolean {
  return row.kind === 'code' && (!row.first || BAR.test(row.text));
}

/** The table whose rows these are, from its first one; they may be its beginning only. `before` is the row above it. */
export function tableOf(
  rows: TextRow[],
  start: number,
  before: TextRow | undefined,
  columns: number,
): Table {
  const stop = rows.findIndex((row) => !mayBeTable(row));
  const own = stop < 0 ? rows : rows.slice(0, stop);
  const table: Table = { start, end: start + own.length, columns: null };
  // Among other code it is an example of a table.
  const inCode = before?.kind === 'code' || rows[own.length]?.kind === 'code';
  if (inCode || own.length < 2 || own.some((row) => !row.first)) return table;
  const [head, divider, ...body] = own.map((row) => row.text);
  if (head === undefined || divider === undefined || !DIVIDER.test(divider)) return table;
  const found = cellsOf(divider).map(({ from, to }): Column => {
    const right = divider[to - 1] === ':';
    return { width: 1, align: right ? (divider[from] === ':' ? 'center' : 'end') : 'start' };
  });
  if (found.length !== cellsOf(head).length || found.length > MOST_CELLS) return table;
  for (const text of [head, ...body])
    cellsOf(text).forEach(({ from, to }, i) => {
      const column = found[i];
      if (column) column.width = Math.max(column.width, widthOf(text.slice(from, to)));
    });
  const all = found.reduce((sum, { width }) => sum + width + GAP, 0);
  if (all * SMALLER <= columns + 2) table.columns = found;
  return table;
}

/** Rows that follow each other, the first one at this place of the document. */
export function dress(rows: TextRow[], from: number, tables: Table[]): Dressed[] {
  /** what the rows stand in that go on with the line */
  let line: Block | null = null;
  return rows.map((row, i) => {
    if (!row.first) return { ...row, block: line };
    const at = from + i;
    const table = tables.find(({ start, end }) => at >= start && at < end);
    const dressed = table?.columns
      ? tableRow(row, at - table.start, table.columns)
      : lineRow(row, rows[i - 1], rows[i + 1]);
    const { block } = dressed;
    line = block?.kind === 'item' || block?.kind === 'plain' ? { ...block, sign: null } : null;
    return dressed;
  });
}

function block(part: Partial<Block>): Block {
  return { indent: 0, sign: null, kind: 'plain', depth: 0, cells: [], head: false, ...part };
}

const hide = (from: number, to: number, note: string | null = null): RowShape => ({
  from,
  to,
  kind: 'hidden',
  note,
});

function lineRow(row: TextRow, before: TextRow | undefined, after: TextRow | undefined): Dressed {
  const { text } = row;
  const whole = (shown: Block): Dressed => ({
    ...row,
    shapes: text ? [hide(0, text.length)] : [],
    block: shown,
  });
  if (row.kind === 'rule') return whole(block({ kind: 'rule' }));
  if (row.kind === 'code') {
    const fence = FENCE.exec(text);
    const edge = before?.kind !== 'code' || after?.kind !== 'code';
    return fence && edge
      ? whole(block({ kind: 'fence', sign: fence[1] || null }))
      : { ...row, block: null };
  }
  if (row.kind === 'heading') return { ...row, block: null };
  // What the engine hid already: the mark of the quote.
  const quoted = row.kind === 'quote' ? (row.shapes.find(({ from }) => from === 0)?.to ?? 0) : 0;
  const more =
    row.kind === 'quote' ? (/^(?:[ \t]*>)+[ \t]?/.exec(text.slice(quoted))?.[0] ?? '') : '';
  const begin = quoted + more.length;
  const depth = Math.min(3, more.replace(/[^>]/g, '').length);
  const rest = text.slice(begin);
  const item = ITEM.exec(rest);
  const lead = item ? item[0] : (/^[ \t]+(?=\S)/.exec(rest)?.[0] ?? '');
  if (lead === '' && depth === 0) return { ...row, block: null };
  const shapes =
    begin + lead.length > quoted ? [...row.shapes, hide(quoted, begin + lead.length)] : row.shapes;
  const far = columnsBefore(item ? (item[1] ?? '') : lead);
  if (!item) return { ...row, shapes, block: block({ indent: Math.min(DEEPEST, far), depth }) };
  const [, , mark = '', task] = item;
  const bullet = BULLETS[Math.min(2, Math.floor(far / 2))] ?? '•';
  const sign = task !== undefined ? (task === ' ' ? '☐' : '☑') : /\d/.test(mark) ? mark : bullet;
  const room = Math.max(task === undefined ? 2 : 3, mark.length + 1);
  return {
    ...row,
    shapes,
    block: block({ kind: 'item', sign, depth, indent: Math.min(DEEPEST, far + room) }),
  };
}

function tableRow(row: TextRow, at: number, columns: Column[]): Dressed {
  const { text } = row;
  if (at === 1)
    return { ...row, shapes: [hide(0, text.length)], block: block({ kind: 'divider' }) };
  const cells = cellsOf(text);
  const shapes: RowShape[] = [];
  let place = 0;
  cells.forEach(({ from, to }, i) => {
    if (from > place) shapes.push(hide(place, from, i > 0 ? ' ' : null));
    shapes.push(...inlineShapes(text, from, to));
    place = to;
  });
  if (place < text.length) shapes.push(hide(place, text.length));
  const set = cells.map((cell, i) => ({
    ...cell,
    ...(columns[i] ?? { width: 1, align: 'start' as const }),
  }));
  return { ...row, shapes, block: block({ kind: 'table', cells: set, head: at === 0 }) };
}

/** The cells between the bars of a line, without the white space around what they say. */
function cellsOf(text: string): { from: number; to: number }[] {
  const cells: { from: number; to: number }[] = [];
  let from = text.indexOf('|') + 1;
  for (let at = from; at <= text.length && from <= text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '|' || at === text.length) {
      const inside = text.slice(from, at);
      // Behind the last bar there is no cell.
      if (at === text.length && inside.trim() === '') break;
      const begin = from + inside.length - inside.trimStart().length;
      cells.push(
        inside.trim() === ''
          ? { from, to: from }
          : { from: begin, to: begin + inside.trim().length },
      );
      from = at + 1;
    }
  }
  return cells;
}

/** Letters that take more room than most. */
const BROAD = /[A-Z0-9_@#%&mw]/;

/** How wide a text is at most, roughly, in ems. */
function widthOf(text: string): number {
  let width = 0;
  for (const c of text) width += c > '\u{2e7f}' ? 1 : BROAD.test(c) ? 0.64 : 0.5;
  return width;
}

function columnsBefore(space: string): number {
  return [...space].reduce((column, c) => (c === '\t' ? column + 4 - (column % 4) : column + 1), 0);
}

const INLINE =
  /\\([!-/:-@[-`{-~])|(`{1,3})(?!`)(.+?)(?<!`)\2(?!`)|(!?\[)([^\]]+)\]\(([^()\s]+)(?: "[^"]*")?\)|(\*\*|__|~~|\*|_)(?=\S)/g;

/** Emphasis, code and links between two places of a row: what the engine tells everywhere but in tables. */
export function inlineShapes(text: string, from: number, to: number, depth = 0): RowShape[] {
  const shapes: RowShape[] = [];
  const own = text.slice(0, to);
  const scan = new RegExp(INLINE);
  scan.lastIndex = from;
  for (let found = scan.exec(own); found; found = scan.exec(own)) {
    const at = found.index;
    const [all, escaped, ticks, code, open, words, target = '', mark = ''] = found;
    if (escaped !== undefined) shapes.push(hide(at, at + 1));
    else if (ticks !== undefined && code !== undefined) {
      const [begin, end] = [at + ticks.length, at + ticks.length + code.length];
      shapes.push(hide(at, begin), { from: begin, to: end, kind: 'code', note: null });
      shapes.push(hide(end, at + all.length));
    } else if (open !== undefined && words !== undefined) {
      const [begin, end] = [at + open.length, at + open.length + words.length];
      const kind = open === '![' ? 'image' : 'link';
      shapes.push(hide(at, begin), { from: begin, to: end, kind, note: target });
      if (depth < 4) shapes.push(...inlineShapes(text, begin, end, depth + 1));
      shapes.push(hide(end, at + all.length));
    } else {
      const begin = at + mark.length;
      const end = closes(own, mark, begin);
      const word = /[\p{L}\p{N}]/u;
      if (
        end < 0 ||
        depth >= 4 ||
        (mark.startsWith('_') && at > from && word.test(own[at - 1] ?? ''))
      ) {
        scan.lastIndex = begin;
        continue;
      }
      const kind = mark === '~~' ? 'strike' : mark.length === 2 ? 'strong' : 'emphasis';
      shapes.push(hide(at, begin), { from: begin, to: end, kind, note: null });
      shapes.push(...inlineShapes(text, begin, end, depth + 1), hide(end, end + mark.length));
      scan.lastIndex = end + mark.length;
    }
  }
  return shapes;
}

/** Where the mark stands that closes; -1 when none does. */
function closes(text: string, mark: string, begin: number): number {
  for (let at = text.indexOf(mark, begin + 1); at > 0; at = text.indexOf(mark, at + 1)) {
    const word = mark.startsWith('_') && /[\p{L}\p{N}]/u.test(text[at + mark.length] ?? '');
    if (!/\s/.test(text[at - 1] ?? ' ') && !word) return at;
  }
  return -1;
}
