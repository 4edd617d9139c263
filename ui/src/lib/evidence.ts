// Where the numbers of the quotes stand in a definition: behind the words that each one supports, or at the end.
export interface Piece {
  text: string;
  /** numbers of quotes that support what stands before them, from 1 */
  refs: number[];
}

/** The definition in pieces, each followed by the numbers of the quotes that end there. */
export function numbered(definition: string, quotes: string[]): Piece[] {
  const ends = new Map<number, number[]>();
  quotes.forEach((quote, i) => {
    const end = supportedUpTo(definition, quote);
    ends.set(end, [...(ends.get(end) ?? []), i + 1]);
  });
  const pieces: Piece[] = [];
  let from = 0;
  for (const end of [...ends.keys()].sort((a, b) => a - b)) {
    pieces.push({ text: definition.slice(from, end), refs: ends.get(end) ?? [] });
    from = end;
  }
  if (from < definition.length) pieces.push({ text: definition.slice(from), refs: [] });
  return pieces;
}

/** A quote may be longer or shorter than what the definition took of it, and end in another sign. */
function supportedUpTo(definition: string, quote: string): number {
  const bare = quote.trim().replace(/[.。．!?！？]+$/u, '');
  const at = bare === '' ? -1 : definition.indexOf(bare);
  if (at < 0) return definition.length;
  const end = at + bare.length;
  const sign = /^[.。．!?！？]+/u.exec(definition.slice(end))?.[0] ?? '';
  return end + sign.length;
}
