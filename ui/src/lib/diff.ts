// Difference of two definitions by word. Japanese has no spaces, so words come from the segmenter.
export interface Change {
  kind: 'same' | 'ins' | 'del';
  text: string;
}

/** Above this many word pairs the middle is shown as one replacement: a diff nobody could read anyway. */
const LIMIT = 4_000_000;

/** What is left between two changes stands alone only if it is longer than this. */
export const SHORT = 3;

/** To be read as one text: what was removed stands before what came in its place. */
export function diffWords(before: string, after: string, lang: string): Change[] {
  return tidy(changedWords(before, after, lang));
}

/** Word by word; each side is in it letter by letter. */
export function changedWords(before: string, after: string, lang: string): Change[] {
  const a = words(before, lang);
  const b = words(after, lang);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let tail = 0;
  while (
    tail < a.length - start &&
    tail < b.length - start &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) {
    tail += 1;
  }
  const changes: Change[] = [];
  push(changes, 'same', a.slice(0, start));
  middle(changes, a.slice(start, a.length - tail), b.slice(start, b.length - tail));
  push(changes, 'same', a.slice(a.length - tail));
  return changes;
}

function words(text: string, lang: string): string[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: 'word' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

function push(changes: Change[], kind: Change['kind'], parts: string[]): void {
  if (parts.length === 0) return;
  const last = changes[changes.length - 1];
  if (last?.kind === kind) last.text += parts.join('');
  else changes.push({ kind, text: parts.join('') });
}

/** Longest common subsequence (Wagner and Fischer), read backwards from the table. */
function middle(changes: Change[], a: string[], b: string[]): void {
  if (a.length * b.length > LIMIT) {
    push(changes, 'del', a);
    push(changes, 'ins', b);
    return;
  }
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const cell = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(changes, 'same', [a[i] as string]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || cell(i + 1, j) >= cell(i, j + 1))) {
      push(changes, 'del', [a[i] as string]);
      i += 1;
    } else {
      push(changes, 'ins', [b[j] as string]);
      j += 1;
    }
  }
}

/**
 * A space, a comma or one short word between two changes makes confetti: it joins them. Removals come
 * first, and the space that both sides end with stays outside.
 */
function tidy(changes: Change[]): Change[] {
  const result: Change[] = [];
  let removed = '';
  let added = '';
  const flush = () => {
    const space = /\s$/.test(removed) && /\s$/.test(added) ? ' ' : '';
    if (space) {
      removed = removed.trimEnd();
      added = added.trimEnd();
    }
    if (removed) result.push({ kind: 'del', text: removed });
    const apart = /\s$/.test(removed) || /^\s/.test(added) || !/ /.test(removed + added);
    if (removed && added && !apart) result.push({ kind: 'same', text: ' ' });
    if (added) result.push({ kind: 'ins', text: added });
    if (space) result.push({ kind: 'same', text: space });
    removed = '';
    added = '';
  };
  changes.forEach((change, index) => {
    const between = index > 0 && index < changes.length - 1;
    if (change.kind === 'del') removed += change.text;
    else if (change.kind === 'ins') added += change.text;
    else if (between && change.text.trim().length <= SHORT && removed + added !== '') {
      removed += change.text;
      added += change.text;
    } else {
      flush();
      result.push({ ...change });
    }
  });
  flush();
  return result;
}
