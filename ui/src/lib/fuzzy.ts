// How well a title answers what was typed: all of its letters in their order, better when they stand together or
// begin words. Works on text of any language; case, width and accents do not matter.

/** Half-width and full-width forms, accents and case are the same. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}

/** From 0 (nothing in common, null) upwards: more is better. Every word of the query must be found. */
export function match(query: string, title: string): number | null {
  const text = plain(title);
  let sum = 0;
  for (const word of plain(query).split(/\s+/).filter(Boolean)) {
    const points = matchWord(word, text);
    if (points === null) return null;
    sum += points;
  }
  // Of two equal answers the shorter title is meant.
  return sum - text.length / 1000;
}

function matchWord(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at >= 0) return 10 * word.length + (begins(text, at) ? 10 : 0);
  let points = 0;
  let from = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found < 0) return null;
    points += begins(text, found) ? 5 : found === from ? 2 : 1;
    from = found + letter.length;
  }
  return points;
}

function begins(text: string, at: number): boolean {
  return at === 0 || /[\s\p{P}]/u.test(text[at - 1] ?? '');
}
