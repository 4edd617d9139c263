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
  const call = (at: number) => all('model-call')[at] as HTMLElement;
  const choose = (id: string) => click(one(`calls-filter-${id}`));
  expect(all('model-call')).toHaveLength(5);
  await choose('asked');
  expect(all('model-call')).toHaveLength(3);
  await click(call(0));
  await settled();
  const turns = all('model-turn').map((turn) => turn.textContent ?? '');
  expect(turns).toHaveLength(3);
  expect(turns[1]).toContain('Term: bronze disease');
  await click(call(0));
  expect(all('model-turn')).toEqual([]);

  await choose('known');
  expect(all('model-call')).toHaveLength(2);
  await click(call(0));
  expect(said('call-known')).toContain('whose calls were not kept');
  expect(all('model-turn')).toEqual([]);
  await click(call(1));
  expect(said('call-known')).toMatch(/Answered in an earlier run, .*Nothing was asked\./);
  expect(all('model-turn')).toHaveLength(3);
});

it('the calls of a run at work come in while it goes on, about once a second', async () => {
  const { app, project, world } = await open('?data=few&lang=en&state=running&model');
  const { CALLS } = await import('../ipc/fake/models');
  const { commands } = await import('../ipc/fake');
  const run = app.active(project.id);
  if (!run) throw new Error('nothing runs');
  world.runOf(run.id).model = 'writer';
  const before = all('model-call').length;
  const asked = vi.spyOn(commands, 'listModelCalls');
  CALLS.push({ ...(CALLS[4] as (typeof CALLS)[number]), id: '6', item: 'patina' });
  await vi.advanceTimersByTimeAsync(5000);
  expect(all('model-call')).toHaveLength(before + 1);
  expect(all('model-call').at(-1)?.textContent).toContain('patina');
  expect(asked.mock.calls.length).toBeGreaterThan(1);
  expect(asked.mock.calls.length).toBeLessThan(7);
});
