// @vitest-environment happy-dom
// Provisional and refined entries against the browser twin: reading, finding, and the researcher's own definitions.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EntryStage } from '../ipc/client';
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

async function open(
  stage: EntryStage,
  search = '?data=few&lang=en&state=done',
  target: string | null = null,
) {
  const parts = await twin(search);
  const { default: View } = await import('./EntriesView.svelte');
  const [onrun, onissue] = [vi.fn(), vi.fn()];
  const tab = await tabOf(parts, View, { stage, target, onrun, onissue });
  close = tab.close;
  return { ...parts, onrun, onissue, comeBack: tab.comeBack };
}

const list = () => one('entry');
const { keys, row, words, chosen } = rowsOf('entry');
const field = () => one('definition-field') as HTMLTextAreaElement;

/** Writes a definition of one's own for the entry that is shown. */
async function write(text: string) {
  await click(one('edit-definition'));
  await type(field(), text);
  await click(one('save-definition'));
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe.each<EntryStage>(['define', 'refine'])('the entries of %s', (stage) => {
  it('are gone through by key, each with its page beside the list', async () => {
    await open(stage);
    expect(chosen()).toEqual(['benzotriazole']);
    expect(said('headword')).toBe('benzotriazole');
    await press(list(), 'ArrowDown');
    expect(said('headword')).toBe('bronze disease');
    await press(one('entry-detail'), 'ArrowDown', { altKey: true });
    expect(said('headword')).toBe(chosen()[0]);
    await press(one('entry-detail'), 'ArrowUp', { altKey: true });
    expect(chosen()).toEqual(['bronze disease']);
    expect(one('headword').lang).toBe('en');
    await press(list(), 'End');
    expect(one('headword').lang).toBe('ja');
  });

  it('are found by their letters, and the way back is offered when nothing matches', async () => {
    await open(stage);
    await type(one('entry-search'), 'ブロンズ');
    expect(keys()).toEqual(['ブロンズ病']);
    await type(one('entry-search'), 'asbestos');
    expect(said('empty')).toContain('“asbestos”');
    await click(one('empty').querySelector('button') as HTMLElement);
    expect(keys().length).toBeGreaterThan(5);
  });

  it('stand under their letters and rows of kana, each of which is one step away', async () => {
    await open(stage);
    const heads = () => all('entry-head').map((head) => head.textContent?.trim());
    const letters = () => [...one('jumps').children] as HTMLElement[];
    expect(heads()[0]).toBe('B');
    expect(letters().map((each) => each.textContent)).toEqual(
      expect.arrayContaining(['B', 'か', 'は']),
    );
    const last = letters().at(-1) as HTMLElement;
    await click(letters().find((each) => each.textContent === 'は') as HTMLElement);
    expect(chosen()).toEqual(['フォクシング']);
    expect(document.activeElement).toBe(list());
    one('jumps').focus();
    await press(one('jumps'), 'End');
    expect(last.getAttribute('aria-selected')).toBe('true');
    await press(one('jumps'), 'Home');
    expect(chosen()).toEqual(['benzotriazole']);
    expect(document.activeElement).toBe(one('jumps'));
    await type(one('entry-search'), 'bronze');
    expect(heads()).toEqual(['B']);
    expect(all('jumps')).toHaveLength(0);
  });

  it('without a definition are one filter, and say what can be done about them', async () => {
    await open(stage);
    await click(one('entries-undefined'));
    expect(keys()).toContain('分光測色');
    expect(keys()).not.toContain('bronze disease');
    await click(row('分光測色'));
    expect(all('definition')).toHaveLength(0);
    await click(one('no-definition').querySelector('button') as HTMLElement);
    await type(field(), '分光測色とは、色を波長ごとに測る方法をいう。');
    await click(one('save-definition'));
    expect(said('definition')).toContain('波長ごとに');
  });

  it('are as they were left when one comes back', async () => {
    const { comeBack } = await open(stage);
    await type(one('entry-search'), '病');
    await click(row('ブロンズ病'));
    await comeBack();
    expect((one('entry-search') as HTMLInputElement).value).toBe('病');
    expect(chosen()).toEqual(['ブロンズ病']);
    expect(said('headword')).toBe('ブロンズ病');
  });

  it('that cannot be read say so, and are read again', async () => {
    await open(stage);
    await failNext('listEntries', 'disk_full');
    await click(one('entries-edited'));
    expect(said('problem')).toContain('The disk is full');
    await click(one('problem').querySelector('button') as HTMLElement);
    expect(all('problem')).toHaveLength(0);
    expect(all('empty')).toHaveLength(1);
  });

  it('one of which cannot be read say so in its place', async () => {
    await open(stage);
    await failNext('getEntry', 'disk_full');
    await press(list(), 'ArrowDown');
    expect(all('headword')).toHaveLength(0);
    await click(one('entry-detail').querySelector('[data-testid="problem"] button') as HTMLElement);
    expect(said('headword')).toBe('bronze disease');
  });
});

describe('a definition of one’s own', () => {
  it('is locked, counted and marked in the list, until it is unlocked', async () => {
    await open('refine', undefined, 'bronze disease');
    const found = said('definition');
    await write('Bronze disease is what we say it is.');
    expect(said('definition')).toBe('Bronze disease is what we say it is.');
    expect(said('locked')).toBe('Edited by you, locked');
    expect(words('bronze disease')).toContain('Bronze disease is what we say it is.');
    await click(one('entries-edited'));
    expect(keys()).toEqual(['bronze disease']);
    expect(said('entries-edited')).toContain('1');
    await click(one('unlock-definition'));
    expect(said('definition')).toBe(found);
    expect(all('locked')).toHaveLength(0);
    expect(keys()).toEqual([]);
  });

  it('is taken back by Undo, by the notice or by key', async () => {
    const { toasts } = await open('define', undefined, 'bronze disease');
    const found = said('definition');
    await write('First words.');
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(said('definition')).toBe(found);
    await write('Second words.');
    await press(list(), 'z', { ctrlKey: true });
    expect(said('definition')).toBe(found);
  });

  it('is shown in the refined glossary with the words that differ', async () => {
    await open('refine', undefined, 'bronze disease');
    await write('Bronze disease is a slow corrosion.');
    const changes = document.querySelector('.x-changes');
    expect(changes?.querySelector('ins')?.textContent).toContain('slow');
    expect(changes?.querySelector('del')).not.toBeNull();
    await click(one('toggle-diff'));
    expect(document.querySelector('.x-changes ins')).toBeNull();
  });

  it('is not lost while another entry is looked at, and the page is there again after Escape', async () => {
    await open('define', undefined, 'bronze disease');
    const found = said('definition');
    await click(one('edit-definition'));
    expect(document.activeElement).toBe(field());
    await type(field(), 'Half a sent');
    await click(row('benzotriazole'));
    expect(all('definition-field')).toHaveLength(0);
    await click(row('bronze disease'));
    expect(field().value).toBe('Half a sent');
    await press(field(), 'Escape');
    expect(said('definition')).toBe(found);
    expect(document.activeElement).toBe(one('entry-detail'));
  });

  it('is saved by Ctrl+Enter, and neither empty nor in the middle of a conversion', async () => {
    await open('define', undefined, 'ブロンズ病');
    await click(one('edit-definition'));
    await type(field(), '  ');
    expect((one('save-definition') as HTMLButtonElement).disabled).toBe(true);
    await type(field(), '青銅の病。');
    await press(field(), 'Enter', { ctrlKey: true, isComposing: true });
    expect(all('definition-field')).toHaveLength(1);
    await press(field(), 'Enter', { ctrlKey: true });
    expect(said('definition')).toBe('青銅の病。');
    expect(document.activeElement).toBe(one('entry-detail'));
  });

  it('that cannot be saved stays in its field', async () => {
    const { toasts } = await open('define', undefined, 'bronze disease');
    await failNext('decideTerms', 'disk_full');
    await write('Words that must not be lost.');
    expect(toasts.list.at(-1)?.text).toContain('The disk is full');
    expect(field().value).toBe('Words that must not be lost.');
  });
});

describe('a provisional definition', () => {
  it('has its quotes numbered, and a number leads to its quote', async () => {
    await open('define', undefined, 'microfading');
    await click(document.querySelector('.ref') as HTMLElement);
    expect(document.activeElement?.textContent).toContain('reports/microfading-2025.md, line 3');
    expect(document.querySelector('.ev.now')?.textContent).toContain('faded by strong light');
  });

  it('opens the document at its quote', async () => {
    await open('define', undefined, 'microfading');
    const { route } = await import('../state/route.svelte');
    await click(one('evidence-place'));
    expect(route.current).toMatchObject({ view: 'project', tab: 'documents' });
  });

  it('cannot be made anew while nothing could differ, and can when the documents changed', async () => {
    const { api, project, onrun } = await open('define', undefined, 'bronze disease');
    expect((one('regenerate') as HTMLButtonElement).disabled).toBe(true);
    const { takeDetail } = await import('../state/app.svelte');
    const detail = await api.getProject(project.id);
    takeDetail({ ...detail, stale: ['define', 'review', 'refine'] });
    await settled();
    await click(one('regenerate'));
    expect(onrun).toHaveBeenCalledTimes(1);
  });
});

describe.each<EntryStage>(['define', 'refine'])('another definition in %s', (stage) => {
  const modelled = '?data=few&lang=en&state=done&model';

  it('is asked of the model by a run of its own, and the way back brings the earlier one', async () => {
    const { app, project, toasts, world } = await open(stage, modelled, 'microfading');
    const before = said('definition');
    expect(one('regenerate').parentElement?.dataset.tip).toContain('qwen3:8b');
    await click(one('regenerate'));
    expect(app.active(project.id)?.scope).toBe('from_terms');
    const told = toasts.list.at(-1);
    expect(told?.text).toContain('“microfading”');
    const asking = world.runs[0];
    if (asking) world.finish(asking, 'completed');
    await settled();
    expect(said('definition')).not.toBe(before);
    told?.undo?.();
    await settled();
    expect(said('definition')).toBe(before);
    expect(app.active(project.id)?.id).not.toBe(asking?.id);
    expect(app.active(project.id)?.scope).toBe('from_terms');
  });

  it('that is not wanted any more stops its run', async () => {
    const { app, project, toasts } = await open(stage, modelled, 'microfading');
    await click(one('regenerate'));
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(app.active(project.id)?.cancelling).toBe(true);
  });

  it('whose run cannot start stays wished for, and the way back is there', async () => {
    const { api, app, project, toasts } = await open(stage, modelled, 'microfading');
    await failNext('startRun', 'disk_full');
    await click(one('regenerate'));
    expect(app.active(project.id)).toBe(null);
    expect(toasts.list.at(-1)?.text).toContain('The disk is full');
    expect(toasts.list.some(({ undo }) => undo !== null)).toBe(true);
    expect((await api.getEntry(project.id, stage, 'microfading')).model).toBe('qwen3:8b');
  });
});

describe('a refined entry', () => {
  it('cannot be asked for anew where no model writes', async () => {
    await open('refine', undefined, 'microfading');
    expect(all('regenerate')).toHaveLength(0);
  });

  it('leads to its related terms, and Back and Forward go where one was', async () => {
    await open('refine', undefined, 'bronze disease');
    expect(all('entry-back')).toHaveLength(0);
    await click(all('related')[0] as HTMLElement);
    expect(said('headword')).toBe('relative humidity');
    await press(one('entry-detail'), 'ArrowLeft', { altKey: true });
    expect(said('headword')).toBe('bronze disease');
    await press(one('entry-detail'), 'ArrowRight', { altKey: true });
    expect(said('headword')).toBe('relative humidity');
    await click(row('bronze disease'));
    expect(all('entry-back')).toHaveLength(0);
  });

  it('whose related term is no entry stays, and says so', async () => {
    const { toasts } = await open('refine', undefined, 'bronze disease');
    await failNext('getEntry', 'entry_not_found');
    await click(all('related')[0] as HTMLElement);
    expect(said('headword')).toBe('bronze disease');
    expect(toasts.list.at(-1)?.text).toContain('“relative humidity” is not an entry');
  });

  it('tells what the review found, and leads there', async () => {
    const { onissue } = await open('refine', undefined, 'フォクシング');
    await click(document.querySelector('.fix .kind') as HTMLElement);
    expect(onissue).toHaveBeenCalled();
  });

  it('that refinement changed is one filter', async () => {
    await open('refine');
    await click(one('entries-changed'));
    expect(keys()).toEqual(
      expect.arrayContaining(['bronze disease', 'ブロンズ病', 'relative humidity', '相対湿度']),
    );
    expect(said('entries-changed')).toContain(String(keys().length));
  });

  it('is exported with all others', async () => {
    const { toasts } = await open('refine');
    await click(one('export'));
    expect(toasts.list.at(-1)?.text).toMatch(/24 entries exported to .*\.md/);
  });
});

it('a stage that never ran says what comes first, and runs it', async () => {
  const { onrun } = await open('refine', '?data=empty&lang=en');
  expect((one('export') as HTMLButtonElement).disabled).toBe(true);
  await click(one('not-run').querySelector('button') as HTMLElement);
  expect(onrun).toHaveBeenCalledWith('full');
});
