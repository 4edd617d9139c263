// @vitest-environment happy-dom
// Where there is no room for a list and its details, the details are a sheet over the list.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all, click, forget, one, press, said, settled, SIZE, tabOf, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(width: number, target: string | null = null) {
  SIZE.width = width;
  const parts = await twin('?data=few&lang=en&state=done');
  const { default: View } = await import('../views/TermsView.svelte');
  const tab = await tabOf(parts, View, { onrun: vi.fn(), target });
  close = tab.close;
}

const list = () => one('term');
/** how the two panes stand to each other */
const panes = () => document.querySelector('.panes')?.className.replace('panes', '').trim();

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

it('stands beside the list where there is room', async () => {
  await open(1096);
  expect(panes()).toBe('');
  expect(all('split-terms')).toHaveLength(1);
});

it('is closed first, opened by Enter, follows the arrow keys, and is closed by Escape', async () => {
  await open(700);
  expect(panes()).toBe('sheeted closed');
  list().focus();
  await press(list(), 'ArrowDown');
  expect(panes()).toBe('sheeted closed');
  await press(list(), 'Enter');
  expect(panes()).toBe('sheeted');
  expect(document.activeElement).toBe(list());
  await press(list(), 'ArrowDown');
  expect(said('term-name')).toBe('bronze disease');
  await press(list(), 'Escape');
  expect(panes()).toBe('sheeted closed');
  expect(document.activeElement).toBe(list());
});

it('is opened by a click on a row, and gives the keys back to the list when it is closed', async () => {
  await open(700);
  await click(all('term-row')[2] as HTMLElement);
  expect(panes()).toBe('sheeted');
  one('require').focus();
  await press(one('require'), 'Escape');
  expect(panes()).toBe('sheeted closed');
  expect(document.activeElement).toBe(list());
  await click(all('term-row')[2] as HTMLElement);
  await click(one('close-sheet'));
  expect(panes()).toBe('sheeted closed');
});

it('makes room for what the keys reach behind it', async () => {
  await open(700);
  await press(list(), 'Enter');
  one('require').focus();
  expect(panes()).toBe('sheeted');
  list().focus();
  expect(panes()).toBe('sheeted');
  one('term-search').focus();
  await settled();
  expect(panes()).toBe('sheeted closed');
});

it('stays open when Escape leaves a field in it', async () => {
  await open(700);
  await press(list(), 'Enter');
  await click(one('edit-note'));
  await press(one('note-field'), 'Escape');
  expect(panes()).toBe('sheeted');
});

it('is open when a link asked for what it shows', async () => {
  await open(700, 'bronze disease');
  expect(panes()).toBe('sheeted');
});
