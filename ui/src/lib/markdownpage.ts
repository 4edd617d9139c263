// A page of a document in Markdown. A list or a table may have begun far above it: what is above is read as far as the
// page needs it, once for each table.
import type { DocumentPage, TextRow } from '../ipc/bindings';
import { dress, mayBeTable, tableOf, type Dressed, type Table } from './markdown';

type Read = (offset: number, limit: number) => Promise<DocumentPage>;

/** How far above a page the line is looked for that its first row goes on with. */
const ABOVE = 120;
/** Of a table so many rows are looked at for the widths of its columns. */
const LOOKED_AT = 240;
/** How far above a page the beginning of a table is looked for: so many rows at once, so many times. */
const CHUNK = 500;
const CHUNKS = 4;

/** Reads a page; `tables` are those found before in the document as it is set now, and grow. */
export async function markdownPage(
  read: Read,
  offset: number,
  limit: number,
  columns: number,
  tables: Table[],
): Promise<{ page: DocumentPage; rows: Dressed[] }> {
  const page = await read(offset, limit);
  const { rows } = page;
  const behind = offset + rows.length;
  const [first, last] = [rows[0], rows.at(-1)];
  const looksUp = first !== undefined && (!first.first || first.kind === 'code');
  const far = looksUp ? Math.min(offset, ABOVE) : 0;
  const [above, below] = await Promise.all([
    far > 0 ? read(offset - far, far).then((more) => more.rows) : [],
    last?.kind === 'code' && behind < page.total ? read(behind, 1).then((more) => more.rows) : [],
  ]);
  const all = [...above, ...rows, ...below];
  for (let i = 0; i < rows.length; i += 1) {
    if (!tabular(rows[i])) continue;
    const at = offset + i;
    while (tabular(rows[i])) i += 1;
    let table = tables.find(({ start, end }) => start <= at && at <= end);
    if (!table && at > offset && i < rows.length) {
      const from = at - offset;
      table = tableOf(rows.slice(from, i + 1), at, rows[from - 1], columns);
      tables.push(table);
    }
    table ??= await beginning(read, at, at === offset, columns, tables);
    if (table) table.end = Math.max(table.end, offset + i);
  }
  const dressed = dress(all, offset - above.length, tables);
  return { page, rows: dressed.slice(above.length, above.length + rows.length) };
}

const tabular = (row: TextRow | undefined) => row !== undefined && mayBeTable(row);

/** The table that this row belongs to; `above` says that it may have begun before. */
async function beginning(
  read: Read,
  at: number,
  above: boolean,
  columns: number,
  tables: Table[],
): Promise<Table | undefined> {
  let start = at;
  for (let n = 0; above && start > 0; n += 1) {
    if (n === CHUNKS) return undefined;
    const from = Math.max(0, start - CHUNK);
    const { rows } = await read(from, start - from);
    // A table whose lines go on in other rows is not set in columns.
    if (rows.some((row) => !row.first)) break;
    const other = rows.findLastIndex((row) => !mayBeTable(row));
    start = from + other + 1;
    if (other >= 0) break;
  }
  const known = tables.find((table) => table.start === start);
  if (known) return known;
  const first = Math.max(0, start - 1);
  const { rows } = await read(first, LOOKED_AT);
  const table = tableOf(
    rows.slice(start - first),
    start,
    start > first ? rows[0] : undefined,
    columns,
  );
  tables.push(table);
  return table;
}
