// The order by reading of the browser twin. It knows how the first character of each of its words is read.
import type * as B from '../bindings';

const READ: Record<string, string> = {
  相: 'そ',
  生: 'し',
  文: 'ふ',
  分: 'ふ',
  裏: 'う',
  古: 'ふ',
  中: 'ち',
  調: 'ち',
  低: 'て',
  無: 'む',
  耐: 'た',
  乾: 'か',
  湿: 'し',
  防: 'ほ',
  透: 'と',
  可: 'か',
  薄: 'う',
  厚: 'あ',
  特: 'と',
};
const ROWS = 'あかさたなはまやらわ';
/** The last kana of each row. */
const ENDS = 'おごぞどのぽもよろん';

/** What a word is sorted by: Latin letters before kana. */
function keyOf(word: string): string {
  const lower = word.normalize('NFKC').toLowerCase();
  const first = lower[0] ?? '';
  const kana = /[ァ-ヶ]/.test(first)
    ? String.fromCharCode(first.charCodeAt(0) - 0x60)
    : (READ[first] ?? first);
  return kana + lower.slice(1);
}

function headOf(key: string): string {
  const first = key[0] ?? '';
  if (/[a-z]/.test(first)) return first.toUpperCase();
  const row = /[ぁ-ん]/.test(first) ? [...ENDS].findIndex((end) => first <= end) : -1;
  return ROWS[row] ?? '#';
}

export function byReading<T>(rows: T[], word: (row: T) => string): T[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(word(row)) }));
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  return keyed.map(({ row }) => row);
}

/** Where each letter or row of kana begins among these words. */
export function headsOf(words: string[]): B.Head[] {
  const heads: B.Head[] = [];
  words.forEach((word, at) => {
    const head = headOf(keyOf(word));
    if (heads.at(-1)?.head !== head) heads.push({ head, at });
  });
  return heads;
}
