// @vitest-environment happy-dom
import { render, screen } from '@testing-library/svelte';
import { createRawSnippet, tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { Paged } from '../state/paged.svelte';
import VirtualList from './VirtualList.svelte';

const TOTAL = 12_000;
let marked: Set<string>;
let selected: string | null;
let limits: number[];

async function list() {
  const rows = new Paged<string>(100, 2);
  await rows.query(async (offset, limit) => {
    limits.push(limit);
    const length = Math.max(0, Math.min(limit, 1000, TOTAL - offset));
    return { rows: Array.from({ length }, (_, i) => `r${offset + i}`), total: TOTAL, offset };
  });
  const row = createRawSnippet<[string]>((text) => ({ render: () => `<span>${text()}</span>` }));
  const props = () => ({
    rows,
    rowHeight: 20,
    keyOf: (key: string) => key,
    row,
    label: 'rows',
    selected,
    marked,
    onselect: (key: string) => (selected = key),
    onmark: (next: Set<string>) => (marked = next),
    testid: 'x',
  });
  const { rerender } = render(VirtualList<string>, { props: props() });
  const update = async () => {
    await new Promise((done) => setTimeout(done, 5));
    await rerender(props());
    await tick();
  };
  await update();
  const press = async (key: string, modifiers: KeyboardEventInit = {}) => {
    screen
      .getByRole('grid')
      .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...modifiers }));
    await update();
  };
  const click = async (key: string, modifiers: MouseEventInit = {}) => {
    document
      .querySelector(`[data-key="${key}"]`)
      ?.dispatchEvent(new MouseEvent('click', { bubbles: true, ...modifiers }));
    await update();
  };
  return { press, click };
}

beforeEach(() => {
  marked = new Set();
  selected = null;
  limits = [];
});

describe('choosing several rows', () => {
  it('marks a range with Shift from where the last plain choice was', async () => {
    const { press, click } = await list();
    await click('r2');
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown', { shiftKey: true });
    expect([...marked]).toEqual(['r2', 'r3', 'r4']);
    await press('ArrowUp', { shiftKey: true });
    expect([...marked]).toEqual(['r2', 'r3']);
    await click('r0', { shiftKey: true });
    expect([...marked]).toEqual(['r0', 'r1', 'r2']);
  });

  it('adds and takes away single rows with Ctrl, beginning with the selected one', async () => {
    const { click } = await list();
    await click('r1');
    await click('r3', { ctrlKey: true });
    expect([...marked]).toEqual(['r1', 'r3']);
    await click('r1', { ctrlKey: true });
    expect([...marked]).toEqual(['r3']);
  });

  it('marks everything with Ctrl+A, also rows that were never on the screen', async () => {
    const { press } = await list();
    await press('a', { ctrlKey: true });
    expect(marked.size).toBe(TOTAL);
    expect(limits.length).toBeLessThan(20);
  });

  it('goes back to one row with a plain move, and with Escape', async () => {
    const { press, click } = await list();
    await click('r1');
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown');
    expect(marked.size).toBe(0);
    expect(selected).toBe('r3');
    await press('ArrowDown', { shiftKey: true });
    await press('Escape');
    expect(marked.size).toBe(0);
  });
});
