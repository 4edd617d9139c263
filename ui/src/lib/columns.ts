// The columns of the term list: which there are, how wide, and which are shown.
import type { TermSort } from '../ipc/bindings';
import { memorize, recall } from './remember';

export type Column = 'category' | 'language' | 'score' | 'documents' | 'occurrences';

export const COLUMNS: { id: Column; width: string; look: string; sort: TermSort | null }[] = [
  { id: 'category', width: '108px', look: '', sort: null },
  { id: 'language', width: '72px', look: '', sort: null },
  { id: 'score', width: '84px', look: '', sort: 'score' },
  { id: 'documents', width: '72px', look: 'num', sort: 'documents' },
  { id: 'occurrences', width: '84px', look: 'num', sort: 'occurrences' },
];

const FIRST: Column[] = ['category', 'score', 'documents', 'occurrences'];
/** What goes first where there is no room for all: the text of the term needs about as much as these. */
const NARROW: Column[] = ['language', 'category', 'documents'];
const NARROW_PX = 640;
const KEY = 'terms.columns';

const isColumns = (value: unknown): value is Column[] =>
  Array.isArray(value) && value.every((id) => COLUMNS.some((column) => column.id === id));

export function recallColumns(): Set<Column> {
  return new Set(recall(KEY, isColumns) ?? FIRST);
}

export function memorizeColumns(shown: ReadonlySet<Column>): void {
  memorize(KEY, [...shown]);
}

/** The columns that a list of this width draws. */
export function drawnColumns(shown: ReadonlySet<Column>, width: number) {
  return COLUMNS.filter(
    ({ id }) => shown.has(id) && (width === 0 || width > NARROW_PX || !NARROW.includes(id)),
  );
}

export function template(columns: { width: string }[]): string {
  return ['minmax(0, 1fr)', ...columns.map((column) => column.width)].join(' ');
}
