// @vitest-environment happy-dom
// What can be done with one run, against the browser twin: keep it, delete it, make its results current.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunView } from '../ipc/bindings';
import { all, click, forget, one, press, said, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(state: string, choose: (runs: RunView[]) => RunView | undefined) {
  const parts = await twin(`?data=few&lang=en&state=${state}`);
  const { app, api, project, mount, unmount } = parts;
  const { loadProject } = await import('../state/app.svelte');
  await loadProject(project.id);
  const page = await api.listRuns(project.id, 0, 100, null);
  const run = choose(page.rows);
  if (!run) throw new Error('there is no such run');
  const ondeleted = vi.fn();
  const { default: RunPane } = await import('./RunPane.svelte');
  const view = mount(RunPane, {
    target: document.body,
    props: {
      get run() {
        return app.newest(run);
      },
      onlog: () => undefined,
      onrun: () => undefined,
      oncompare: null,
      ondeleted,
    },
  });
  close = () => unmount(view);
  await settled();
  return { ...parts, run, ondeleted };
}

const button = (id: string) => one(id) as HTMLButtonElement;
const tip = (id: string) => one(id).closest<HTMLElement>('[data-tip]')?.dataset.tip ?? '';

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('deleting a run', () => {
  it('is done at once and can be taken back', async () => {
    const { world, toasts, run, ondeleted } = await open('done', (runs) => runs.at(-1));
    const there = () => world.runs.some(({ id }) => id === run.id);
    await click(button('delete-run'));
    expect(there()).toBe(false);
    expect(ondeleted).toHaveBeenCalledTimes(1);
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(there()).toBe(true);
  });

  it.each([
    ['done', 'whose results are shown now'],
    ['running', 'that is at work'],
  ])('is refused with the reason: %s, %s', async (state) => {
    const { world, run } = await open(state, (runs) => runs[0]);
    expect(button('delete-run').disabled).toBe(true);
    expect(tip('delete-run')).not.toBe('Delete the run');
    expect(tip('delete-run')).toMatch(
      state === 'running' ? /active|running|stop/i : /current|shown/i,
    );
    button('delete-run').click();
    await settled();
    expect(world.runs.some(({ id }) => id === run.id)).toBe(true);
  });

  it('that is refused by the engine leaves it where it is', async () => {
    const { world, toasts, run, ondeleted } = await open('done', (runs) => runs.at(-1));
    // It was taken up again meanwhile.
    const theirs = world.runs.find(({ id }) => id === run.id);
    Object.assign(theirs ?? {}, { finished_at: null });
    await click(button('delete-run'));
    expect(ondeleted).not.toHaveBeenCalled();
    expect(toasts.list.at(-1)).toMatchObject({ tone: 'bad', undo: null });
  });
});

it('a run is pinned and unpinned with one button, which says which', async () => {
  const { world, run } = await open('done', (runs) => runs.at(-1));
  const pinned = () => world.runs.find(({ id }) => id === run.id)?.pinned;
  expect(button('pin-run').getAttribute('aria-pressed')).toBe('false');
  await click(button('pin-run'));
  expect(pinned()).toBe(true);
  expect(button('pin-run').getAttribute('aria-pressed')).toBe('true');
  await click(button('pin-run'));
  expect(pinned()).toBe(false);
});

describe('making earlier results current', () => {
  const earlier = (runs: RunView[]) => runs.filter(({ has_results }) => has_results)[1];

  it('asks first, and says what is kept', async () => {
    const { api, project, run } = await open('done', earlier);
    await click(button('restore'));
    expect(said('restore-dialog')).not.toBe('');
    await click(button('confirm-restore'));
    expect((await api.getProject(project.id)).current_run).toBe(run.id);
  });

  it('changes nothing when it is not confirmed', async () => {
    const { api, project, run } = await open('done', earlier);
    const before = (await api.getProject(project.id)).current_run;
    await click(button('restore'));
    await press(document.activeElement ?? document.body, 'Escape');
    expect(all('restore-dialog')).toHaveLength(0);
    expect((await api.getProject(project.id)).current_run).toBe(before);
    expect(before).not.toBe(run.id);
  });
});

it('a run tells its settings in words', async () => {
  await open('done', (runs) => runs[0]);
  expect(said('run-settings')).toMatch(/English and Japanese/);
});
