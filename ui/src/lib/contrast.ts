// Where two quotes that contradict each other differ. Quotes that are much the same differ by word; of those that are
// not, only the numbers can be set against each other: to mark nearly everything would mark nothing.
import { changedWords, SHORT } from './diff';

export interface Piece {
  text: string;
  clash: boolean;
}

/** The part of the longer quote that both must have in common to be compared by word. */
const ALIKE = 0.4;

/** A number or a range of numbers, with a short unit: 45–55 %, 3.5 mm, 20℃, １０〜１５％. */
const NUMBER =
  /\p{Nd}[\p{Nd}.,]*(?:\s?[-–~〜～]\s?\p{Nd}[\p{Nd}.,]*)?(?:\s?(?:[%％℃]|°[CF])|\s(?:mm|cm|km|m|mg|kg|g|ml|l|lx|h|min|s|ppm|pH|RH)\b)?/gu;

export function contrast(first: string, second: string, lang: string): [Piece[], Piece[]] {
  const changes = changedWords(first, second, lang);
  const same = changes
    .filter(({ kind }) => kind === 'same')
    .reduce((length, { text }) => length + text.length, 0);
  if (same >= ALIKE * Math.max(first.length, second.length)) {
    const side = (own: 'del' | 'ins') =>
      joined(
        changes
          .filter(({ kind }) => kind === 'same' || kind === own)
          .map(({ kind, text }) => ({ text, clash: kind === own })),
      );
    return [side('del'), side('ins')];
  }
  return [byNumber(first, second), byNumber(second, first)];
}

/** A comma or a short word between two places that differ belongs to them; a space at their end does not. */
function joined(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  pieces.forEach(({ text, clash }, at) => {
    const last = result.at(-1);
    const between = at > 0 && at < pieces.length - 1 && text.trim().length <= SHORT;
    const differs = clash || (between && last?.clash === true);
    if (last && last.clash === differs) last.text += text;
    else result.push({ text, clash: differs });
  });
  return result.flatMap(({ text, clash }) => {
    const word = text.trimEnd();
    if (!clash || word === text) return [{ text, clash }];
    return [
      { text: word, clash },
      { text: text.slice(word.length), clash: false },
    ].filter((piece) => piece.text !== '');
  });
}

/** The numbers that the other quote does not have. */
function byNumber(text: string, other: string): Piece[] {
  const known = new Set([...other.matchAll(NUMBER)].map(([number]) => plain(number)));
  // Where the other has no numbers, there is nothing to set them against.
  if (known.size === 0) return [{ text, clash: false }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: number, index } of text.matchAll(NUMBER)) {
    if (known.has(plain(number))) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), clash: false });
    pieces.push({ text: number, clash: true });
    from = index + number.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), clash: false });
  return pieces;
}

/** One spelling of a number, whatever its digits, dashes and spaces are. */
const plain = (number: string) =>
  number
    .normalize('NFKC')
    .replace(/\s/g, '')
    .replace(/[–~〜]/g, '-');
