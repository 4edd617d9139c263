// @vitest-environment happy-dom
// The runs of a project against the browser twin: how far each came.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all, click, forget, one, rowsOf, said, settled, SIZE, tabOf, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search: string) {
  const parts = await twin(search);
  const { default: View } = await import('./RunsView.svelte');
  const tab = await tabOf(parts, View, { onlog: vi.fn(), onrun: vi.fn() });
  close = tab.close;
  return { ...parts, comeBack: tab.comeBack };
}

/** "1,284 / 1,284" as two numbers. */
const numbers = (text: string | null | undefined) =>
  /([\d,]+) \/ ([\d,]+)/
    .exec(text ?? '')
    ?.slice(1)
    .map((digits) => Number(digits.replaceAll(',', ''))) ?? [];
const sum = (of: number[]) => of.reduce((total, each) => total + each, 0);

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

it('the list says how many units were done, as the stages of the run do', async () => {
  await open('?data=few&lang=en&state=done');
  const stages = [...one('run-detail').querySelectorAll('.stages li')].map((each) =>
    numbers(each.textContent),
  );
  const [done, total] = numbers(all('run-units')[0]?.textContent);
  expect(total).toBeGreaterThan(0);
  expect(done).toBe(sum(stages.map(([at = 0]) => at)));
  expect(total).toBe(sum(stages.map(([, of = 0]) => of)));
});

it('units that are missing are not among those that were done', async () => {
  await open('?data=few&lang=en&state=partial');
  const [done = 0, total = 0] = numbers(all('run-units')[0]?.textContent);
  expect(done).toBeLessThan(total);
});

it('a run that is asked for has its details open, also where there is little room', async () => {
  SIZE.width = 700;
  const { project, world } = await open('?data=few&lang=en&state=done');
  const panes = () => document.querySelector('.panes')?.className;
  expect(panes()).toContain('closed');
  const failed = world.runs.find((run) => run.project_id === project.id && run.status === 'failed');
  const { showRun } = await import('../state/shown.svelte');
  showRun({ project_id: project.id, run_id: failed?.id ?? '', seq: null });
  await settled();
  expect(panes()).not.toContain('closed');
  expect(said('run-detail')).toContain('Failed');
});

it('the list is sorted by a column, the other way round, and as before; it stays so', async () => {
  const { comeBack } = await open('?data=few&lang=en&state=done');
  const { keys } = rowsOf('run-list');
  const column = (name: string) => one(`sort-${name}`).parentElement as HTMLElement;
  const newest = keys();
  expect(newest.length).toBeGreaterThan(3);
  const times = () =>
    all('run-list-row').map((row) => {
      const [h = 0, m = 0, s = 0] = (row.children[4]?.textContent ?? '')
        .split(':')
        .map(Number)
        .reduceRight<number[]>((parts, part) => [part, ...parts], [])
        .slice(-3);
      return row.children[4]?.textContent?.split(':').length === 2
        ? h * 60 + m
        : h * 3600 + m * 60 + s;
    });
  await click(one('sort-duration'));
  expect(column('duration').getAttribute('aria-sort')).toBe('descending');
  expect(column('started').getAttribute('aria-sort')).toBe('none');
  expect(times()).toEqual([...times()].sort((a, b) => b - a));
  await comeBack();
  expect(column('duration').getAttribute('aria-sort')).toBe('descending');
  await click(one('sort-duration'));
  expect(column('duration').getAttribute('aria-sort')).toBe('ascending');
  expect(times()).toEqual([...times()].sort((a, b) => a - b));
  await click(one('sort-duration'));
  expect(column('duration').getAttribute('aria-sort')).toBe('none');
  expect(keys()).toEqual(newest);
});

it('the calls to the model that a run kept are read word by word', async () => {
  await open('?data=few&lang=en&state=done&model');
  await settled();
  expect(said('use-questions')).toBe('36');
  expect(all('model-call')).toHaveLength(3);
  await click(all('model-call')[0] as HTMLElement);
  await settled();
  const turns = all('model-turn').map((turn) => turn.textContent ?? '');
  expect(turns).toHaveLength(3);
  expect(turns[1]).toContain('Term: bronze disease');
  await click(all('model-call')[0] as HTMLElement);
  expect(all('model-turn')).toEqual([]);
});
