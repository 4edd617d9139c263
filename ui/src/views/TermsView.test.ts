// @vitest-environment happy-dom
// The terms against the browser twin: finding them, deciding about one or many, and taking it back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  all,
  click,
  failNext,
  forget,
  one,
  press,
  rowsOf,
  said,
  settled,
  tabOf,
  twin,
  type,
} from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '?data=few&lang=en&state=done', target: string | null = null) {
  const parts = await twin(search);
  const { default: View } = await import('./TermsView.svelte');
  const onrun = vi.fn();
  const tab = await tabOf(parts, View, { onrun, target });
  close = tab.close;
  return { ...parts, onrun, comeBack: tab.comeBack };
}

const list = () => one('term');
const { keys: terms, row, words, chosen } = rowsOf('term');
const pressed = (id: string) => one(id).getAttribute('aria-pressed');

async function pick(menu: string, item: string) {
  await click(one(menu));
  await click(one(`${menu}-${item}`));
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('a term', () => {
  it('is looked at beside the list, which the arrow keys go through', async () => {
    await open();
    expect(chosen()).toEqual(['relative humidity']);
    await press(list(), 'ArrowDown');
    expect(chosen()).toEqual(['相対湿度']);
    expect(said('term-name')).toBe('相対湿度');
    expect(one('term-name').lang).toBe('ja');
    expect(said('term-detail')).toContain('1,044 occurrences in 121 documents');
    await press(list(), 'End');
    expect(chosen()).toEqual(['craquelure']);
    await press(list(), 'Home');
    expect(chosen()).toEqual(['relative humidity']);
    expect(list().getAttribute('aria-activedescendant')).toBe(row('relative humidity').id);
  });

  it('that a link asks for is looked at first', async () => {
    await open(undefined, 'フォクシング');
    expect(said('term-name')).toBe('フォクシング');
    expect(chosen()).toEqual(['フォクシング']);
  });

  it('that cannot be read says so, and is asked for again', async () => {
    await open();
    await failNext('getTerm', 'disk_full');
    await press(list(), 'ArrowDown');
    expect(all('term-name')).toHaveLength(0);
    await click(one('term-detail').querySelector('[data-testid="problem"] button') as HTMLElement);
    expect(said('term-name')).toBe('相対湿度');
  });

  it('keeps its language in a Japanese interface', async () => {
    await open('?data=few&lang=ja&state=done');
    const langs = (key: string) => row(key).querySelector<HTMLElement>('[lang]')?.lang;
    expect([langs('bronze disease'), langs('ブロンズ病')]).toEqual(['en', 'ja']);
    expect(said('exclude')).toBe('除外');
  });
});

describe('excluding', () => {
  it('is seen in the list at once, and Undo takes it back', async () => {
    const { toasts } = await open();
    await click(one('exclude'));
    expect(pressed('exclude')).toBe('true');
    expect(words('relative humidity')).toContain('Excluded');
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(words('relative humidity')).not.toContain('Excluded');
    expect(pressed('exclude')).toBe('false');
  });

  it('goes by key from the list, and so does the way back, one decision after the other', async () => {
    await open();
    await press(list(), 'x', { altKey: true });
    await press(list(), 'ArrowDown');
    await press(list(), 'r', { altKey: true });
    expect(words('relative humidity')).toContain('Excluded');
    expect(words('相対湿度')).toContain('Required');
    await press(list(), 'z', { ctrlKey: true });
    expect(words('相対湿度')).not.toContain('Required');
    expect(words('relative humidity')).toContain('Excluded');
    await press(list(), 'z', { ctrlKey: true });
    expect(words('relative humidity')).not.toContain('Excluded');
  });

  it('a second time withdraws it, and requiring replaces it', async () => {
    await open();
    await click(one('exclude'));
    await click(one('require'));
    expect(words('relative humidity')).toContain('Required');
    expect([pressed('require'), pressed('exclude')]).toEqual(['true', 'false']);
    await click(one('require'));
    expect(words('relative humidity')).not.toContain('Required');
  });

  it('that fails changes nothing, and says so', async () => {
    const { toasts } = await open();
    await failNext('decideTerms', 'disk_full');
    await click(one('exclude'));
    expect(words('relative humidity')).not.toContain('Excluded');
    expect(toasts.list.at(-1)).toMatchObject({ tone: 'bad', undo: null });
  });
});

describe('what is written about a term', () => {
  it('is kept: a name, a category and a note', async () => {
    await open();
    list().focus();
    await press(list(), 'F2');
    expect(document.activeElement).toBe(one('name-field'));
    await type(one('name-field'), 'RH (relative humidity)');
    await press(one('name-field'), 'Enter');
    expect(said('term-name')).toBe('RH (relative humidity)');
    expect(document.activeElement).toBe(list());
    expect(said('term-detail')).toContain('relative humidity');
    await click(one('edit-category'));
    await type(one('category-field'), 'climate');
    await press(one('category-field'), 'Enter');
    expect(said('edit-category')).toBe('climate');
    expect(document.activeElement).toBe(one('edit-category'));
    await click(one('edit-note'));
    await type(one('note-field'), 'ask Anna');
    await press(one('note-field'), 'Enter');
    expect(said('edit-note')).toBe('ask Anna');
    expect(words('relative humidity')).toContain('climate');
  });

  it('takes its category from those of the project, for one term or for many', async () => {
    await open('?data=few&lang=en&state=done&categories');
    await pick('choose-category', ':pest');
    expect(said('edit-category')).toBe('pest');
    expect(words('relative humidity')).toContain('pest');
    list().focus();
    await press(list(), 'ArrowDown', { shiftKey: true });
    await pick('marked-category', ':材料');
    for (const key of ['relative humidity', '相対湿度']) expect(words(key)).toContain('材料');
    list().focus();
    await press(list(), 'ArrowDown', { shiftKey: true });
    await pick('marked-category', 'other');
    await type(one('ask-category-field'), 'climate');
    await click(one('ask-category-confirm'));
    expect(words('相対湿度')).toContain('climate');
  });

  it('is left as it was by Escape, and by the Enter that ends a conversion', async () => {
    await open();
    await click(one('edit-note'));
    await type(one('note-field'), 'めも');
    await press(one('note-field'), 'Enter', { isComposing: true });
    expect(all('note-field')).toHaveLength(1);
    await press(one('note-field'), 'Escape');
    expect(all('note-field')).toHaveLength(0);
    expect(said('edit-note')).not.toContain('めも');
  });

  it('is refused when another term has that name, with the reason', async () => {
    const { toasts } = await open();
    await press(list(), 'F2');
    await type(one('name-field'), 'bronze disease');
    await press(one('name-field'), 'Enter');
    expect(toasts.list.at(-1)?.text).toContain('bronze disease');
    expect(toasts.list.at(-1)?.tone).toBe('bad');
    expect(said('term-name')).toBe('relative humidity');
  });
});

describe('several terms', () => {
  it('are chosen with Shift, excluded together, and come back in one step', async () => {
    const { toasts } = await open();
    await press(list(), 'ArrowDown', { shiftKey: true });
    await press(list(), 'ArrowDown', { shiftKey: true });
    expect(chosen()).toEqual(['relative humidity', '相対湿度', 'bronze disease']);
    await click(one('marked-exclude'));
    const excluded = () =>
      ['relative humidity', '相対湿度', 'bronze disease'].map((key) => /Excluded/.test(words(key)));
    expect(excluded()).toEqual([true, true, true]);
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(excluded()).toEqual([false, false, false]);
    await press(list(), 'Escape');
    expect(all('marked-terms')).toHaveLength(0);
    expect(said('term-name')).toBe('bronze disease');
  });

  it('are all of them with Ctrl+A, and one less or more with Ctrl and a click', async () => {
    await open();
    await press(list(), 'a', { ctrlKey: true });
    expect(said('marked-terms')).toContain('24 terms');
    await click(row('bronze disease'), { ctrlKey: true });
    expect(said('marked-terms')).toContain('23 terms');
    expect(chosen()).not.toContain('bronze disease');
  });

  it('are merged under the name that is chosen, and split again', async () => {
    await open();
    await click(row('integrated pest management'));
    await click(row('IPM'), { ctrlKey: true });
    await press(list(), 'm', { altKey: true });
    await click(one('confirm-merge'));
    expect(words('IPM')).toContain('integrated pest management');
    expect(said('term-name')).toBe('integrated pest management');
    await pick('term-more', 'split');
    expect(words('IPM')).not.toContain('integrated pest management');
  });
});

describe('the list', () => {
  it('finds a term by its letters, and says what nothing matches', async () => {
    await open();
    await type(one('term-search'), 'humid');
    expect(terms()).toEqual(['relative humidity']);
    await type(one('term-search'), '湿度');
    expect(terms()).toEqual(['相対湿度']);
    await type(one('term-search'), 'asbestos');
    expect(terms()).toEqual([]);
    expect(said('empty')).toContain('“asbestos”');
    await click(one('empty').querySelector('button') as HTMLElement);
    expect(terms().length).toBeGreaterThan(10);
    expect((one('term-search') as HTMLInputElement).value).toBe('');
  });

  it('is narrowed by language, category and decision together', async () => {
    await open();
    await pick('filter-language', 'japanese');
    expect(terms().every((key) => /[ぁ-んァ-ヶ一-龠]/.test(key ?? ''))).toBe(true);
    await pick('filter-category', 'abbreviation');
    expect(terms()).toContain('文化財IPM');
    expect(terms()).not.toContain('IPM');
    expect(said('filter-language')).toBe('Japanese');
    await pick('filter-verdict', 'excluded');
    expect(terms()).toEqual([]);
    await click(one('empty').querySelector('button') as HTMLElement);
    await pick('filter-verdict', 'required');
    expect(terms()).toEqual(['生麩糊']);
  });

  it('is sorted by a column, and the other way round by the same', async () => {
    await open();
    expect(pressed('sort-score')).toBe('true');
    await click(one('sort-term'));
    const names = terms();
    expect(names[0]).toBe('benzotriazole');
    await click(one('sort-term'));
    expect(terms()).not.toEqual(names);
    expect(said('sort-term')).toContain('descending');
    await click(one('sort-occurrences'));
    expect(terms()[0]).toBe('relative humidity');
  });

  it('draws the columns that are wanted, also later', async () => {
    const { comeBack } = await open();
    const head = () => document.querySelector('.gh')?.textContent ?? '';
    expect(head()).not.toContain('Language');
    await click(one('columns'));
    await click(one('columns-language'));
    expect(head()).toContain('Language');
    await comeBack();
    expect(head()).toContain('Language');
  });

  it('is as it was left when one comes back', async () => {
    const { comeBack } = await open();
    await click(one('sort-documents'));
    await pick('filter-language', 'english');
    await click(row('microfading'));
    const before = terms();
    await comeBack();
    expect(terms()).toEqual(before);
    expect(said('filter-language')).toBe('English');
    expect(chosen()).toEqual(['microfading']);
    expect(said('term-name')).toBe('microfading');
  });

  it('of a hundred thousand terms draws a screen of them', async () => {
    await open('?data=many&lang=en&state=done');
    expect(all('term-row').length).toBeLessThan(80);
    expect(list().getAttribute('aria-rowcount')).toBe('100000');
    await press(list(), 'End');
    expect(all('term-row').at(-1)?.getAttribute('aria-rowindex')).toBe('100000');
    expect(chosen()).toHaveLength(1);
  });

  it('that cannot be read says so, and is read again', async () => {
    await open();
    await failNext('listTerms', 'disk_full');
    await click(one('sort-term'));
    expect(all('term-row')).toHaveLength(0);
    await click(
      document.querySelector('.terms-list [data-testid="problem"] button') as HTMLElement,
    );
    expect(terms()[0]).toBe('benzotriazole');
  });
});

describe('a term of one’s own', () => {
  it('is added, required and looked at, whatever the filters hide', async () => {
    await open();
    await type(one('term-search'), 'humid');
    await press(list(), 'A', { code: 'KeyA', ctrlKey: true, shiftKey: true });
    await type(one('new-term'), '乾式除塵');
    await click(one('confirm-add-term'));
    expect(said('term-name')).toBe('乾式除塵');
    expect(words('乾式除塵')).toContain('Required');
    expect((one('term-search') as HTMLInputElement).value).toBe('');
  });

  it('needs letters', async () => {
    await open();
    await click(one('add-term'));
    await click(one('confirm-add-term'));
    expect(document.querySelector('[role="alert"]')?.textContent?.trim()).not.toBe('');
    expect(all('new-term')).toHaveLength(1);
  });
});

describe('without terms', () => {
  it('a project that never ran says what comes first, and runs it', async () => {
    const { onrun } = await open('?data=empty&lang=en');
    expect(all('term-search')).toHaveLength(0);
    await click(one('not-run').querySelector('button') as HTMLElement);
    expect(onrun).toHaveBeenCalledWith('full');
  });

  it('a run that found none is another thing, and offers to add one', async () => {
    await open();
    const { commands } = await import('../ipc/fake');
    vi.spyOn(commands, 'listTerms').mockResolvedValue({
      status: 'ok',
      data: { rows: [], total: 0, offset: 0 },
    });
    await click(one('sort-term'));
    expect(all('not-run')).toHaveLength(0);
    await click(one('empty').querySelector('button') as HTMLElement);
    expect(all('new-term')).toHaveLength(1);
  });
});
