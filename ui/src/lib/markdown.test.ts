import { describe, expect, it, vi } from 'vitest';
import type { DocumentPage, MarkedTerm, RowShape, TextRow } from '../ipc/bindings';
import { dress, inlineShapes, tableOf, type Dressed, type Table } from './markdown';
import { markdownPage } from './markdownpage';
import { piecesIn, piecesOf, selectedText, withTerms } from './reading';

const TERMS: MarkedTerm[] = [
  { key: 'seed bank', text: 'seed bank', language: 'english', verdict: null },
];
const ALL = new Set(['term', 'required', 'excluded'] as const);

/** Rows as the engine gives them; lines that go on begin with `>>> `. */
function rowsOf(text: string): TextRow[] {
  let [line, start, fenced] = [0, 0, false];
  let goes: TextRow['kind'] = 'text';
  return text.split('\n').map((source): TextRow => {
    const first = !source.startsWith('>>> ');
    const own = first ? source : source.slice(4);
    if (first) line += 1;
    const fence = /^ *```/.test(own);
    if (fence) fenced = !fenced;
    const kind = !first
      ? goes
      : fence || fenced || /^\s*\|/.test(own)
        ? 'code'
        : /^-{3,}$/.test(own)
          ? 'rule'
          : /^#+ /.test(own)
            ? 'heading'
            : own.startsWith('>')
              ? 'quote'
              : 'text';
    goes = kind;
    const quote = kind === 'quote' ? (/^> ?/.exec(own)?.[0].length ?? 0) : 0;
    const from = own.indexOf('seed bank');
    const row: TextRow = {
      line,
      first,
      kind,
      level: 0,
      start,
      text: own,
      marks: from < 0 ? [] : [{ from, to: from + 9, term: 0, start: start + from }],
      shapes: quote ? [{ from: 0, to: quote, kind: 'hidden', note: null }] : [],
      hits: [],
    };
    start += own.length + 1;
    return row;
  });
}

const whole = (text: string, columns = 42): Dressed[] => {
  const rows = rowsOf(text);
  const tables: Table[] = [];
  for (let at = 0; at < rows.length; at += 1)
    if (rows[at]?.kind === 'code' && !tables.some((table) => at < table.end))
      tables.push(tableOf(rows.slice(at), at, rows[at - 1], columns));
  return dress(rows, 0, tables);
};

/** What is seen of a row: its sign, and its cells or its text. */
function seen(row: Dressed): string {
  const pieces = piecesOf(withTerms(row, TERMS), { shown: ALL, term: null, place: null });
  const say = (list: typeof pieces) =>
    list.flatMap(({ runs }) => runs.map((run) => run.text)).join('');
  const cells = row.block?.cells ?? [];
  const text = cells.length
    ? cells.map((cell) => say(piecesIn(pieces, cell))).join(' / ')
    : say(pieces);
  return [row.block?.sign, text].filter((part) => part).join(' ');
}

describe('a list', () => {
  it('has bullets, numbers and boxes for its marks, and stands in as its source does', () => {
    const rows = whole('- seed\n  * bank\n    + vault\n12. jar\n- [ ] open\n- [x] shut');
    expect(rows.map(seen)).toEqual(['• seed', '◦ bank', '▪ vault', '12. jar', '☐ open', '☑ shut']);
    expect(rows.map(({ block }) => block?.indent)).toEqual([2, 4, 6, 4, 3, 3]);
  });

  it('keeps the rows below each other that one item goes on in, and lines that are set in by hand', () => {
    const rows = whole('- a seed bank\n>>> and its jars\n  more of it\nrunning text');
    expect(rows.map(({ block }) => [block?.indent, block?.sign])).toEqual([
      [2, '•'],
      [2, null],
      [2, null],
      [undefined, undefined],
    ]);
    expect(rows.map(seen)).toEqual(['• a seed bank', 'and its jars', 'more of it', 'running text']);
  });

  it('is none where a line only looks like one', () => {
    for (const text of ['-5 °C', '*seed*', '3.14', '1986.', '・種子', '　- 字下げ', '-'])
      expect(whole(text).map(({ block, shapes }) => [block, shapes])).toEqual([[null, []]]);
  });

  it('may stand in a quote, and a quote in a quote', () => {
    expect(whole('> - seed\n> > bank').map(seen)).toEqual(['• seed', 'bank']);
    expect(whole('> > bank')[0]?.block?.depth).toBe(1);
  });
});

describe('a table', () => {
  const TABLE = '| Term | Uses |\n|:--|--:|\n| **seed bank** | 12 |\n| `a\\|b` | 3 |';

  it('is set in columns, with the emphasis in its cells', () => {
    const rows = whole(TABLE);
    expect(rows.map(seen)).toEqual(['Term / Uses', '', 'seed bank / 12', 'a\\|b / 3']);
    expect(rows.map(({ block }) => block?.kind)).toEqual(['table', 'divider', 'table', 'table']);
    expect(rows[2]?.block?.cells.map(({ align }) => align)).toEqual(['start', 'end']);
    expect(rows[0]?.block?.cells[0]?.width).toBe(rows[2]?.block?.cells[0]?.width);
  });

  it('stays as it is written where it is an example, does not fit, or has no line below its head', () => {
    for (const text of [
      `\`\`\`\n${TABLE}\n\`\`\``,
      '| a | b |\n| c | d |',
      '| a | b |\n|---|',
      `| ${'wide '.repeat(30)}| b |\n|---|---|`,
      '| a | b |\n|---|---|\n| begins\n>>> goes on |',
    ])
      expect(whole(text).filter(({ block }) => block?.kind === 'table')).toEqual([]);
  });

  it('is the same on every page, wherever one comes from', async () => {
    const body = Array.from({ length: 600 }, (_, i) => `| seed ${i} | ${'x'.repeat(i % 9)} |`);
    const rows = rowsOf(['text', '| Term | Uses |', '|---|---|', ...body, '', 'end'].join('\n'));
    const read = vi.fn(async (offset: number, limit: number): Promise<DocumentPage> => ({
      rows: rows.slice(offset, offset + limit),
      total: rows.length,
      offset,
      terms: TERMS,
    }));
    const widths = async (tables: Table[], offset: number) =>
      (await markdownPage(read, offset, 120, 42, tables)).rows
        .filter(({ block }) => block?.kind === 'table')
        .map(({ block }) => block?.cells.map(({ width }) => width).join(' '));
    const down: Table[] = [];
    const first = await widths(down, 0);
    const [far] = await widths(down, 120);
    const [jumped] = await widths([], 480);
    expect(new Set([...first, far, jumped]).size).toBe(1);
    read.mockClear();
    await widths(down, 240);
    expect(read.mock.calls.length).toBeLessThanOrEqual(3);
  });
});

it('hides the marks of a fence and a line, and names the language of the code', () => {
  const rows = whole('text\n```rust\nlet a = "- b";\n```\n\n---');
  expect(rows.map(seen)).toEqual(['text', 'rust', 'let a = "- b";', '', '', '']);
  expect(rows.map(({ block }) => block?.kind)).toEqual([
    undefined,
    'fence',
    undefined,
    'fence',
    undefined,
    'rule',
  ]);
});

describe('places', () => {
  const HOSTILE = [
    '- <img src=x onerror=alert(1)> seed bank',
    '1. [seed bank](javascript:alert(1))',
    '| <script>alert(1)</script> | seed bank |\n|---|---|\n| seed bank | `</td>` |',
    '> > <b>seed bank</b>',
    '- [ ] \u202eseed bank',
    '| | | | seed bank\n|-|-|-|-|\n|||',
    `${'  '.repeat(400)}- seed bank`,
    `${'> '.repeat(200)}seed bank`,
    '| 😀 | **seed bank |\n|---|---|\n| \\| | _seed bank_ |',
    '- - - seed bank',
  ];

  it('of terms stay what the engine says, in whatever stands around them', () => {
    for (const text of HOSTILE)
      for (const row of whole(text)) {
        expect(row.text).toBe(rowsOf(text)[whole(text).indexOf(row)]?.text ?? row.text);
        const pieces = piecesOf(withTerms(row, TERMS), { shown: ALL, term: null, place: null });
        const marked = pieces.flatMap(({ runs }) => runs.filter((run) => run.mark));
        if (!row.text.includes('seed bank')) continue;
        expect(marked.map((run) => run.text).join(''), text).toBe('seed bank');
        for (const run of pieces.flatMap((piece) => piece.runs))
          expect(row.text.slice(run.from, run.from + run.text.length)).toBe(run.text);
        expect(marked[0]?.mark?.start).toBe(row.start + row.text.indexOf('seed bank'));
      }
  });

  it('of shapes lie in the row, begin before they end, and nothing but text is made of it', () => {
    for (const text of HOSTILE)
      for (const row of whole(text)) {
        for (const { from, to } of row.shapes) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(to).toBeLessThanOrEqual(row.text.length);
        }
        expect(row.block?.indent ?? 0).toBeLessThanOrEqual(8);
      }
    expect(whole(HOSTILE[0] ?? '').map(seen)).toEqual(['• <img src=x onerror=alert(1)> seed bank']);
  });

  it('are selected without the marks, a cell from the next by a space', () => {
    const rows = whole('- seed bank\n| a | **b** |\n|---|---|').map((row) => withTerms(row, TERMS));
    const at = (index: number) => rows[index];
    expect(selectedText({ row: 0, at: 0 }, { row: 0, at: 11 }, at)).toBe('seed bank');
    expect(selectedText({ row: 1, at: 2 }, { row: 1, at: 9 }, at)).toBe('a b');
  });
});

describe('emphasis in a cell', () => {
  const shown = (text: string) => {
    const shapes = inlineShapes(text, 0, text.length);
    return shapes
      .filter(({ kind }: RowShape) => kind !== 'hidden')
      .map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);
  };

  it('is that of Markdown', () => {
    expect(shown('**a *b*** ~~c~~ `d*e*` [f](g "h") ![i](j)')).toEqual([
      'strong a *b',
      'strike c',
      'code d*e*',
      'link f',
      'image i',
    ]);
    expect(shown('snake_case_name 2 * 3 * 4 \\*a\\* __b__')).toEqual(['strong b']);
  });

  it('is looked for in little time, whatever is written', () => {
    const began = performance.now();
    for (const part of ['*', '[', '`', '_a', '[](', '**a ', '\\', '![a](', '|', '~~'])
      inlineShapes(part.repeat(300), 0, part.length * 300);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
