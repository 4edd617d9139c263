// @vitest-environment happy-dom
// The runs of a project against the browser twin: how far each came.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all, forget, one, said, settled, SIZE, tabOf, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search: string) {
  const parts = await twin(search);
  const { default: View } = await import('./RunsView.svelte');
  ({ close } = await tabOf(parts, View, { onlog: vi.fn(), onrun: vi.fn() }));
  return parts;
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
