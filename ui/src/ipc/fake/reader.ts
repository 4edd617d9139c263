// Documents of the browser twin: a short text that shows every kind of row, set in rows of a fixed length.
import type * as B from '../bindings';
import type { Commands } from '../contract';
import { inlineShapes } from '../../lib/markdown';
import { answer, data, refuse } from './asked';
import { documentAt } from './data';
import * as decisions from './decisions';
import { terms } from './glossary';
import * as world from './world';

const ENGLISH = `# Storage of metals

Bronze disease is a cyclic corrosion of copper alloys in which copper(I) chloride reacts with moisture and oxygen. Objects with a history of bronze disease are kept below 42 % RH at all times, in a **microclimate** of their own.

> Pale green, powdery spots were identified as active bronze disease.

1. The data logger is read every quarter, and its batteries are changed once a year; see [the manual](https://example.org/logger).
2. An Oddy test is made for every new material:
   - [x] padding and *tissue*
   - [ ] paints, ~~varnishes~~, and whatever else is named in \`materials.tsv\`

| Material | RH at most | Read by |
|:--|--:|---|
| Copper alloys with **bronze disease** | 42 % | data logger |
| Iron, desalinated | 35 % | hand |

---

\`\`\`
relative humidity  42 %
\`\`\`

The relative humidity of the case is checked together with the storage climate.`;

const JAPANESE = `# 金属資料の保管

ブロンズ病とは、銅合金中に残留した塩化銅(I)が水分および酸素と反応し、塩基性塩化銅を生成しながら進行する腐食《ふしょく》をいう。ブロンズ病の既往がある資料は、相対湿度42%以下で保管する。

- 展示ケースの相対湿度は、開館日ごとに朝夕の二回、データロガーの値と目視の両方で確かめ、記録票に残す。
- 異常があるとき
  - 写真を撮る
  - [ ] 担当者に知らせる

| 資料 | 相対湿度 | 記録 |
|---|--:|---|
| ブロンズ病の既往があるもの | 42%以下 | 毎日 |
| 鉄製品 | 35%以下 | 週一回 |

フォクシングは、紙の中の微量の鉄が湿気により酸化して生じる。｜褐色の斑点《かっしょくのはんてん》は写真に記録する。`;

const MARKED = [
  'bronze disease',
  'microclimate',
  'data logger',
  'Oddy test',
  'relative humidity',
  'ブロンズ病',
  '相対湿度',
  'フォクシング',
];

function textOf(path: string): string {
  const text = /[ぁ-んァ-ヶ一-龠]/.test(path) ? JAPANESE : ENGLISH;
  return data === 'many' ? Array.from({ length: 2000 }, () => text).join('\n\n') : text;
}

interface Set {
  rows: { line: number; first: boolean; start: number; text: string }[];
}

let latest: Set & { of: string } = { of: '', rows: [] };

/** Bytes are characters here: the twin shows what a view does with rows, not how they are counted. */
function set(path: string, columns: number): Set {
  const of = `${path} ${columns}`;
  if (latest.of !== of) latest = { of, ...setAnew(path, columns) };
  return latest;
}

function setAnew(path: string, columns: number): Set {
  const rows: Set['rows'] = [];
  let start = 0;
  textOf(path)
    .split('\n')
    .forEach((text, index) => {
      const wide = /[ぁ-んァ-ヶ一-龠]/.test(text) ? columns : columns * 2;
      let at = 0;
      do {
        const rest = text.slice(at, at + wide);
        const space = rest.lastIndexOf(' ') + 1;
        const length = at + wide >= text.length || space < wide / 2 ? rest.length : space;
        rows.push({
          line: index + 1,
          first: at === 0,
          start: start + at,
          text: text.slice(at, at + length),
        });
        at += Math.max(1, length);
      } while (at < text.length);
      start += text.length + 1;
    });
  return { rows };
}

let known: { decided: string; terms: B.MarkedTerm[] } = { decided: '', terms: [] };

function marked(): B.MarkedTerm[] {
  const decided = JSON.stringify(decisions.all());
  if (decided !== known.decided) known = { decided, terms: markedAnew() };
  return known.terms;
}

function markedAnew(): B.MarkedTerm[] {
  const rows = terms();
  const own = decisions.all().filter(([, one]) => one.manual);
  const texts = [...new Set([...MARKED, ...own.map(([key]) => key)])];
  return texts.map((text) => {
    const row = rows.find((term) => term.text === text);
    return {
      key: row?.key ?? text,
      text,
      language: /[ぁ-んァ-ヶ一-龠]/.test(text) ? 'japanese' : 'english',
      verdict: row?.verdict ?? null,
    };
  });
}

function places(text: string, words: string): number[] {
  const found: number[] = [];
  const folded = text.toLowerCase();
  for (let at = folded.indexOf(words.toLowerCase()); at >= 0 && words;) {
    found.push(at);
    at = folded.indexOf(words.toLowerCase(), at + words.length);
  }
  return found;
}

function shapesOf(text: string): B.RowShape[] {
  const shapes: B.RowShape[] = [];
  const add = (from: number, to: number, kind: B.ShapeKind, note: string | null = null) =>
    shapes.push({ from, to, kind, note });
  const heading = /^#+ /.exec(text) ?? /^> /.exec(text);
  if (heading) add(0, heading[0].length, 'hidden');
  shapes.push(...inlineShapes(text, heading?.[0].length ?? 0, text.length));
  for (const found of text.matchAll(/(?:｜([^《]+)|([一-龠]+))《([ぁ-ん]+)》/g)) {
    const [all, long, short = '', reading = ''] = found;
    const base = long ?? short;
    const from = found.index + (long === undefined ? 0 : 1);
    if (long !== undefined) add(found.index, from, 'hidden');
    add(from, from + base.length, 'ruby', reading);
    add(from + base.length, found.index + all.length, 'hidden');
  }
  return shapes;
}

function page(
  path: string,
  layout: B.DocumentLayout,
  offset: number,
  limit: number,
  words: string,
): B.DocumentPage {
  const { rows } = set(path, layout.columns);
  const list = marked();
  let code = false;
  let kind: B.RowKind = 'text';
  const kindOf = (text: string): B.RowKind => {
    const fence = text.startsWith('```');
    if (fence) code = !code;
    if (fence || code || text.startsWith('|')) return 'code';
    if (text === '---') return 'rule';
    if (text.startsWith('#')) return 'heading';
    return text.startsWith('> ') ? 'quote' : 'text';
  };
  const kinds = rows.slice(0, offset + limit).map(({ text, first }) => {
    if (first) kind = kindOf(text);
    return kind;
  });
  return {
    offset,
    total: rows.length,
    terms: list,
    rows: rows.slice(offset, offset + limit).map((row, i) => ({
      ...row,
      kind: layout.rendered ? (kinds[offset + i] ?? 'text') : 'text',
      level: /^#+/.exec(row.text)?.[0].length ?? 0,
      marks: list.flatMap((term, index) =>
        places(row.text, term.text).map((from) => ({
          from,
          to: from + term.text.length,
          term: index,
          start: row.start + from,
        })),
      ),
      shapes: layout.rendered && kinds[offset + i] !== 'code' ? shapesOf(row.text) : [],
      hits: places(row.text, words).map((from) => ({ from, to: from + words.length })),
    })),
  };
}

function find(
  path: string,
  layout: B.DocumentLayout,
  target: B.DocumentTarget,
): B.DocumentPlace | null {
  const { rows } = set(path, layout.columns);
  const at = (start: number, end: number, position: number, total: number): B.DocumentPlace => ({
    row: Math.max(
      0,
      rows.findLastIndex((row) => row.start <= start),
    ),
    start,
    end,
    position,
    total,
  });
  if (target.kind === 'line') {
    const row = rows.find((each) => each.line === target.line) ?? rows[rows.length - 1];
    return row ? at(row.start, row.start, 1, 1) : null;
  }
  if (target.kind === 'start') return at(target.start, target.start, 1, 1);
  const words =
    target.kind === 'text'
      ? target.text
      : (marked().find((term) => term.key === target.key)?.text ?? '');
  const found = places(textOf(path), words);
  const { from } = target;
  const next = target.backward
    ? found.findLastIndex((place) => from === null || place < from)
    : found.findIndex((place) => from === null || place > from);
  const index = next >= 0 ? next : target.backward ? found.length - 1 : 0;
  const place = found[index];
  return place === undefined ? null : at(place, place + words.length, index + 1, found.length);
}

function markTerm(projectId: string, text: string, verdict: B.Verdict): B.TextDecision {
  if (!text.trim()) refuse('empty_term');
  const known = terms().find((row) => row.text === text);
  const key = known?.key ?? text;
  const change = known
    ? decisions.decide([key], { kind: 'verdict', verdict }, () => false)
    : decisions.require(key).change;
  world.projectChanged.emit({ project_id: projectId });
  return { key, change };
}

export const commands: Pick<
  Commands,
  'getDocument' | 'readDocument' | 'findInDocument' | 'markTerm'
> = {
  getDocument: (_projectId, path) =>
    answer(() => {
      const row = Array.from({ length: 60 }, (_, i) => documentAt(i)).find(
        (each) => each.path === path,
      );
      const { language, encoding, bytes } = row ?? refuse('document_not_found', { path });
      return {
        path,
        language,
        encoding,
        bytes,
        lines: textOf(path).split('\n').length,
        markdown: path.endsWith('.md'),
        change: path.startsWith('loans/') ? 'changed' : 'none',
        occurrences: 12,
      };
    }),
  readDocument: (_projectId, path, layout, offset, limit, search) =>
    answer(() => page(path, layout, offset, limit, search)),
  findInDocument: (_projectId, path, layout, target) => answer(() => find(path, layout, target)),
  markTerm: (projectId, text, verdict) => answer(() => markTerm(projectId, text, verdict)),
};
