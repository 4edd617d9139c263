// @vitest-environment happy-dom
// The viewer against the browser twin: where terms stand in a text, going from one to the next, and making a term of
// what is selected.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, forget, one, press, said, settled, SIZE, tabOf, twin, type } from '../testing';

const ENGLISH = 'guidelines/metals-storage.md';
const JAPANESE = '指針/金属資料の保管.md';

let close: () => Promise<void> = () => Promise.resolve();

async function open(path: string | null = ENGLISH, search = '?data=few&lang=en&state=done') {
  const parts = await twin(search);
  const { project } = parts;
  const { openDocument } = await import('../state/documents.svelte');
  const { default: View } = await import('./DocumentsView.svelte');
  if (path !== null) openDocument(project.id, path);
  const onterms = vi.fn();
  const tab = await tabOf(parts, View, { onrun: () => undefined, onterms });
  close = tab.close;
  return { ...parts, onterms, openDocument, comeBack: tab.comeBack };
}

const marks = () => all('mark').map((mark) => (mark.textContent ?? '').toLowerCase());
const mark = (text: string, at = 0) => {
  const found = all('mark').filter((each) => each.textContent?.toLowerCase() === text)[at];
  if (!found) throw new Error(`${text} is not marked`);
  return found;
};
/** The byte where the place is that is looked at. */
const now = () =>
  [...document.querySelectorAll<HTMLElement>('mark.now')].map((each) => Number(each.dataset.start));

/** Selects this text where it stands first, as a drag with the mouse does. */
async function select(text: string) {
  for (const run of document.querySelectorAll('[data-testid="document-row"] [data-from]')) {
    const at = run.textContent?.indexOf(text) ?? -1;
    const node = run.firstChild;
    if (at < 0 || !node) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + text.length);
    const rect = { left: 100, top: 100, width: 80 } as DOMRect;
    vi.spyOn(Range.prototype, 'getBoundingClientRect').mockReturnValue(rect);
    document.getSelection()?.removeAllRanges();
    document.getSelection()?.addRange(range);
    document.dispatchEvent(new Event('selectionchange'));
    await settled();
    return;
  }
  throw new Error(`${text} is not in the text`);
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  document.getSelection()?.removeAllRanges();
  forget();
});

describe('a text', () => {
  it('has its terms marked, in both languages', async () => {
    const { openDocument, project } = await open();
    expect(marks()).toEqual(expect.arrayContaining(['bronze disease', 'oddy test', 'data logger']));
    openDocument(project.id, JAPANESE);
    await settled();
    expect(marks()).toEqual(expect.arrayContaining(['ブロンズ病', '相対湿度', 'フォクシング']));
    expect(marks()).not.toContain('bronze disease');
  });

  it('shows a reading above its word, and Markdown as it is meant, until the text itself is wanted', async () => {
    await open(JAPANESE);
    expect(document.querySelector('ruby rt')?.textContent).toBe('ふしょく');
    await click(one('document-rendered'));
    expect(document.querySelector('ruby')).toBeNull();
    expect(said('document-text')).toContain('腐食《ふしょく》');
  });

  it('that changed since the run says so', async () => {
    const { openDocument, project } = await open();
    expect(all('document-changed')).toHaveLength(0);
    openDocument(project.id, 'loans/courier-handbook.md');
    await settled();
    expect(said('document-changed')).not.toBe('');
  });

  it('is scrolled to a line, whose number may be typed in full-width digits', async () => {
    await open(ENGLISH, '?data=many&lang=en&state=done');
    const field = one('document-line');
    await type(field, '４００');
    await press(field, 'Enter');
    expect(all('document-row').some((row) => row.dataset.line === '400')).toBe(true);
  });
});

describe('coming back', () => {
  const MANY = '?data=many&lang=en&state=done';
  const lines = () => all('document-row').map((row) => Number(row.dataset.line));
  const scrolled = () => one('document-text').scrollTop;

  it('shows the text where it was left, not the place that was asked for before', async () => {
    const { openDocument, project, comeBack } = await open(ENGLISH, MANY);
    openDocument(project.id, ENGLISH, { line: 400 });
    await settled();
    expect(lines()).toContain(400);
    for (let n = 0; n < 6; n += 1) await press(one('document-text'), 'PageDown');
    const left = scrolled();
    expect(lines()).not.toContain(400);
    await comeBack();
    expect(Math.abs(scrolled() - left)).toBeLessThan(28);
    expect(said('viewer')).not.toBe('');
  });

  it('shows the place that was asked for meanwhile', async () => {
    const { openDocument, project, comeBack } = await open(ENGLISH, MANY);
    await press(one('document-text'), 'End');
    await comeBack(() => openDocument(project.id, ENGLISH, { line: 400 }));
    expect(lines()).toContain(400);
  });

  it('has what was searched, how it was drawn, the marks that were hidden, and the open card', async () => {
    const { comeBack } = await open();
    await type(one('document-search'), 'guidelines');
    await click(mark('bronze disease'));
    await click(one('document-rendered'));
    await click(one('marks-excluded'));
    const listed = all('viewer-document-row').map(({ dataset }) => dataset.key);
    await comeBack();
    expect((one('document-search') as HTMLInputElement).value).toBe('guidelines');
    expect(all('viewer-document-row').map(({ dataset }) => dataset.key)).toEqual(listed);
    expect(said('term-name')).toBe('bronze disease');
    expect(one('document-rendered').getAttribute('aria-pressed')).toBe('false');
    expect(one('marks-excluded').getAttribute('aria-pressed')).toBe('false');
    await click(one('close-card'));
    await comeBack();
    expect(all('viewer-card')).toHaveLength(0);
  });

  it('begins another document at its first line', async () => {
    const { openDocument, project, comeBack } = await open(ENGLISH, MANY);
    await press(one('document-text'), 'End');
    await comeBack(() => openDocument(project.id, JAPANESE));
    expect(scrolled()).toBe(0);
  });
});

it('a document that was open is open again after a restart, where it was left', async () => {
  const { comeBack } = await open(ENGLISH, '?data=many&lang=en&state=done');
  await press(one('document-text'), 'End');
  const left = one('document-text').scrollTop;
  await comeBack();
  await close();
  await settled();
  await open(null, '?data=many&lang=en&state=done');
  expect(one('document-text').getAttribute('aria-label')).toBe(ENGLISH);
  expect(Math.abs(one('document-text').scrollTop - left)).toBeLessThan(28);
});

describe('the marks', () => {
  it('of each kind can be hidden, and the words stay', async () => {
    await open();
    await click(one('marks-term'));
    expect(one('marks-term').getAttribute('aria-pressed')).toBe('false');
    expect(document.querySelectorAll('[data-testid="document-text"] mark.term')).toHaveLength(0);
    expect(said('document-text')).toContain('microclimate');
    await click(one('marks-term'));
    expect(marks()).toContain('microclimate');
  });

  it('are chosen in a menu where there is no room for them, and so is the drawing', async () => {
    SIZE.width = 420;
    await open();
    expect(all('marks-term')).toHaveLength(0);
    await click(one('document-look'));
    await click(one('document-look-term'));
    expect(document.querySelectorAll('[data-testid="document-text"] mark.term')).toHaveLength(0);
    await click(one('document-look-rendered'));
    expect(said('document-text')).toContain('**microclimate**');
  });
});

describe('from occurrence to occurrence', () => {
  it('goes with N and P, and round at the ends', async () => {
    await open();
    await click(mark('bronze disease'));
    const text = one('document-text');
    const first = now();
    expect(said('occurrence-place')).toBe('1 of 4');
    await press(text, 'n');
    expect(said('occurrence-place')).toBe('2 of 4');
    expect(now()[0]).toBeGreaterThan(first[0] ?? 0);
    for (let n = 0; n < 3; n += 1) await press(text, 'n');
    expect(said('occurrence-place')).toBe('1 of 4');
    await press(text, 'p');
    expect(said('occurrence-place')).toBe('4 of 4');
  });

  it('goes with the buttons of the card, which Escape closes', async () => {
    const { onterms } = await open();
    await click(mark('relative humidity'));
    await click(one('next-occurrence'));
    expect(said('occurrence-place')).toBe('2 of 2');
    await click(one('previous-occurrence'));
    expect(said('occurrence-place')).toBe('1 of 2');
    await click(one('to-terms'));
    expect(onterms).toHaveBeenCalledTimes(1);
    await press(one('document-text'), 'Escape');
    expect(all('viewer-card')).toHaveLength(0);
  });

  it('goes from mark to mark until Enter opens the card of one', async () => {
    await open();
    const text = one('document-text');
    const here = () => document.querySelector('mark.now')?.textContent?.toLowerCase();
    await press(text, 'Enter');
    expect(all('viewer-card')).toHaveLength(0);
    const order = marks();
    await press(text, 'n');
    expect(here()).toBe(order[0]);
    await press(text, 'n');
    await press(text, 'n');
    expect(here()).toBe(order[2]);
    await press(text, 'p');
    expect(here()).toBe(order[1]);
    await press(text, 'p');
    await press(text, 'p');
    expect(here()).toBe(order.at(-1));
    await press(text, 'n');
    expect(here()).toBe(order[0]);
    expect(all('viewer-card')).toHaveLength(0);
    await press(text, 'Enter');
    expect(said('term-name').toLowerCase()).toBe(order[0]);
    expect(said('occurrence-place')).toMatch(/^1 of /);
  });

  it('begins at what is in sight, and leaves out marks that are hidden', async () => {
    await open(ENGLISH, '?data=many&lang=en&state=done');
    await click(one('marks-term'));
    await press(one('document-text'), 'n');
    expect(document.querySelector('mark.now')).toBeNull();
    await click(one('marks-term'));
    for (let n = 0; n < 30; n += 1) await press(one('document-text'), 'PageDown');
    const rows = all('document-row').map((row) => Number(row.dataset.line));
    await press(one('document-text'), 'n');
    const line = Number(
      document.querySelector<HTMLElement>('mark.now')?.closest<HTMLElement>('[data-row]')?.dataset
        .line,
    );
    expect(rows).toContain(line);
  });

  it('of words that are searched says which of how many, or that there are none', async () => {
    await open();
    await type(one('document-find'), 'humidity');
    expect(said('document-found')).toBe('1 of 2');
    await press(one('document-find'), 'Enter');
    expect(said('document-found')).toBe('2 of 2');
    await type(one('document-find'), 'asbestos');
    expect(said('document-found')).not.toMatch(/\d/);
  });
});

it('another document is opened with an empty search field', async () => {
  const { openDocument, project } = await open();
  const field = () => one('document-find') as HTMLInputElement;
  await type(field(), 'humidity');
  expect(field().value).toBe('humidity');
  openDocument(project.id, JAPANESE);
  await settled();
  expect(field().value).toBe('');
  expect(all('document-found')).toHaveLength(0);
});

describe('a term under the pointer', () => {
  const hover = async (element: HTMLElement) => {
    element.dispatchEvent(new Event('pointerover', { bubbles: true }));
    await settled();
  };

  it('is explained in short, but not over the card that explains it already', async () => {
    await open();
    await hover(mark('bronze disease'));
    expect(said('term-hover')).toMatch(/^bronze disease/i);
    await click(mark('bronze disease'));
    expect(all('term-hover')).toHaveLength(0);
    await hover(one('document-text'));
    await hover(mark('bronze disease', 1));
    expect(all('term-hover')).toHaveLength(0);
    await hover(mark('microclimate'));
    expect(said('term-hover')).toMatch(/^microclimate/i);
  });
});

describe('what is selected', () => {
  it('becomes a required term, and Undo takes it back', async () => {
    const { toasts } = await open();
    expect(marks()).not.toContain('copper alloys');
    await select('copper alloys');
    await click(one('selection-add'));
    expect(mark('copper alloys').className).toContain('required');
    expect(all('selection-bar')).toHaveLength(0);
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(marks()).not.toContain('copper alloys');
  });

  it('that is a term already is excluded with X', async () => {
    await open();
    await select('microclimate');
    await press(one('document-text'), 'x');
    expect(mark('microclimate').className).toContain('excluded');
  });
});
