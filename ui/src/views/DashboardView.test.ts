// @vitest-environment happy-dom
// The dashboard against the browser twin: what its numbers say, what they open, and how it follows events.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as B from '../ipc/bindings';

const byId = (id: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const said = (id: string) => (byId(id)[0]?.textContent ?? '').replace(/\s+/g, ' ').trim();
const settled = () => vi.advanceTimersByTimeAsync(600);

let close: () => Promise<void> = () => Promise.resolve();

async function open(search: string) {
  vi.resetModules();
  vi.stubGlobal('location', { search, hash: '' });
  const client = await import('../ipc/client');
  await client.connect();
  const world = await import('../ipc/fake/world');
  const { app, begin } = await import('../state/app.svelte');
  await begin();
  const { choice } = await import('../state/board.svelte');
  const { default: View } = await import('./DashboardView.svelte');
  // The modules are new for each test, and so is the Svelte that mounts them.
  const { mount, unmount } = await import('svelte');
  const view = mount(View, { target: document.body });
  close = () => unmount(view);
  await settled();
  return { world, app, choice };
}

/** Runs that ended in the window that is shown first. */
function ended(runs: B.RunView[]): B.RunView[] {
  const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
  return runs.filter((run) => run.finished_at !== null && run.finished_at >= since);
}

async function click(element: HTMLElement | undefined) {
  if (!element) throw new Error('nothing to click');
  element.click();
  await settled();
}

// The first import compiles the view.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  vi.useFakeTimers();
  const media = { matches: false, addEventListener: () => undefined };
  vi.stubGlobal('matchMedia', () => media);
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(async () => {
  await close();
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('D11: the numbers', () => {
  it('say that there is nothing to say, instead of 0 %', async () => {
    const { world } = await open('?data=empty&lang=en');
    world.replace({ runs: [] });
    world.projectChanged.emit({ project_id: world.projects[0]?.id ?? '' });
    await settled();
    expect(said('kpi-completed')).toContain('No finished runs');
    expect(said('kpi-completed')).not.toContain('%');
    expect(said('kpi-median')).toContain('No completed runs');
    expect(said('history')).toContain('No run finished in this time');
  });

  it('show a real 0 % with its denominator', async () => {
    const { world } = await open('?data=few&lang=en&state=failed');
    world.replace({ runs: world.runs.filter((run) => run.status === 'failed') });
    world.projectChanged.emit({ project_id: 'any' });
    await settled();
    const failed = ended(world.runs).length;
    expect(said('kpi-completed')).toMatch(new RegExp(`0% 0 of ${failed} finished`));
  });

  it('leave out what runs, and say so', async () => {
    const { world } = await open('?data=few&lang=en&state=running');
    const count = ended(world.runs).length;
    expect(said('kpi-completed')).toContain(`of ${count} finished; 1 running not counted`);
    expect(said('kpi-running')).toContain('1 of 2');
  });
});

describe('a number', () => {
  it('opens the runs behind it', async () => {
    const { world, choice } = await open('?data=few&lang=en&state=done');
    await click(byId('kpi-completed')[0]?.querySelector('button') ?? undefined);
    expect(choice.filter.statuses).toEqual(['completed']);
    const completed = ended(world.runs).filter((run) => run.status === 'completed').length;
    expect(said('history-count')).toContain(`${completed} of `);
    expect(byId('history-row').every((row) => row.dataset.status === 'completed')).toBe(true);
    await click(byId('clear-filter')[0]);
    expect(choice.filter.statuses).toEqual([]);
  });

  it('of an engine is a filter that is seen, and can be taken back by itself', async () => {
    const { choice } = await open('?data=few&lang=en&state=done');
    await click(byId('duration-row')[0]?.querySelector<HTMLElement>('.link') ?? undefined);
    expect(choice.filter.engine).toBe('embedded');
    expect(said('filter-engine')).toBe('Embedded engine');
    expect(byId('filter-engine')[0]?.getAttribute('aria-label')).toBe('Engine: Embedded engine');
    await click(byId('filter-engine')[0]);
    await click(byId('filter-engine-any')[0]);
    expect(choice.filter.engine).toBeNull();
    expect(choice.filter.statuses).toEqual(['completed']);
    expect(said('filter-engine')).toBe('Engine');
  });

  it('of a status is a filter that can be taken back', async () => {
    const { choice } = await open('?data=few&lang=en&state=done');
    await click(byId('filter-failed')[0]);
    expect(choice.filter.statuses).toEqual(['failed']);
    await click(byId('filter-failed')[0]);
    expect(choice.filter.statuses).toEqual([]);
  });
});

it('a row opens to its status history and stage times, one at a time', async () => {
  await open('?data=few&lang=en&state=done');
  await click(byId('history-row')[0]);
  expect(said('history-detail')).toMatch(/Pending.*Running/);
  expect(said('history-detail')).toMatch(/Stage durations/);
  await click(byId('history-row')[1]);
  expect(byId('history-detail')).toHaveLength(1);
});

it('ten thousand runs are read in pages', async () => {
  await open('?data=many&lang=en&state=done');
  expect(byId('history-row')).toHaveLength(50);
  await click(byId('history-more')[0]);
  expect(byId('history-row')).toHaveLength(100);
});

describe('while a run is at work', () => {
  it('D12: its stages are drawn as they are, and it can be stopped', async () => {
    const { world } = await open('?data=few&lang=en&state=running');
    const run = world.runs.find((each) => each.status === 'running') as B.RunView;
    const cells = [...(byId('active-run')[0]?.querySelectorAll('.pipe li') ?? [])];
    expect(cells.map((cell) => cell.className)).toEqual(['done', 'done', 'now', 'wait', 'wait']);
    await click(byId('stop-active')[0]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(run.status).toBe('cancelled');
    expect(byId('active-run')).toHaveLength(0);
    expect(said('filter-cancelled')).toMatch(/^[1-9]/);
  });

  it('W6, W7: the end of a run changes the numbers without being asked for', async () => {
    const { world } = await open('?data=few&lang=en&state=running');
    const before = ended(world.runs).length;
    const run = world.runs.find((each) => each.status === 'running') as B.RunView;
    world.finish(run, 'completed');
    await settled();
    expect(said('history-count')).toContain(`${before + 1} finished`);
    expect(said('kpi-completed')).not.toContain('not counted');
  });

  it('silence is said, and a new connection ends it', async () => {
    const { world } = await open('?data=few&lang=en&state=cancelling');
    expect(byId('stale')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(17_000);
    expect(said('stale')).toMatch(/No news for 0:1\d/);
    await click(byId('reconnect')[0]);
    expect(byId('stale')).toHaveLength(0);
    expect(world.runs.length).toBeGreaterThan(0);
  });
});

it('groups follow the chosen project and the kind', async () => {
  const { choice, app } = await open('?data=few&lang=en&state=done');
  expect(byId('group')).toHaveLength(4);
  await click(byId('groups-folders')[0]);
  expect(said('groups')).toContain('(top folder)');
  choice.project = app.projects.at(-1)?.id ?? null;
  await settled();
  expect(said('groups')).toContain('No results yet');
});

it('the history is sorted by a column, and a filter keeps that order', async () => {
  await open('?data=few&lang=en&state=done');
  const statuses = () => byId('history-row').map(({ dataset }) => dataset.status ?? '');
  const before = statuses();
  await click(byId('sort-status')[0]);
  expect(byId('sort-status')[0]?.parentElement?.getAttribute('aria-sort')).toBe('ascending');
  const order = ['failed', 'interrupted', 'partial', 'cancelled', 'completed'];
  const places = statuses().map((status) => order.indexOf(status));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(statuses()).not.toEqual(before);
  await click(byId('filter-completed')[0]);
  await click(byId('clear-filter')[0]);
  expect(statuses()[0]).toBe('failed');
});
