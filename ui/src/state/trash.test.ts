// @vitest-environment happy-dom
// Deleting against the browser twin: at once, and with a way back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

async function open(search: string) {
  vi.resetModules();
  vi.stubGlobal('location', { search, hash: '' });
  const client = await import('../ipc/client');
  await client.connect();
  const { app, begin } = await import('./app.svelte');
  await begin();
  const project = app.projects[0];
  if (!project) throw new Error('the browser twin has projects');
  return {
    app,
    project,
    api: client.api,
    world: await import('../ipc/fake/world'),
    trash: await import('./trash.svelte'),
    toasts: (await import('./toasts.svelte')).toasts,
  };
}

const settled = () => vi.advanceTimersByTimeAsync(600);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a deleted project', () => {
  it('is gone before the answer is in, and stays gone', async () => {
    const { app, project, trash } = await open('?data=few&lang=en&state=done');
    const deleting = trash.deleteProject(project);
    expect(app.projects.some(({ id }) => id === project.id)).toBe(false);
    await deleting;
    await settled();
    expect(app.projects.some(({ id }) => id === project.id)).toBe(false);
  });

  it('comes back with its runs', async () => {
    const { app, project, trash, toasts, world } = await open('?data=few&lang=en&state=done');
    const runs = world.runs.filter((run) => run.project_id === project.id).length;
    await trash.deleteProject(project);
    expect(world.runs.some((run) => run.project_id === project.id)).toBe(false);
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(app.projects.some(({ id }) => id === project.id)).toBe(true);
    expect(world.runs.filter((run) => run.project_id === project.id)).toHaveLength(runs);
  });
});

describe('a run', () => {
  it('whose results are current is not deleted, and that is said', async () => {
    const { app, project, trash, toasts } = await open('?data=few&lang=en&state=done');
    const current = app.last(project.id);
    if (!current) throw new Error('it has a run');
    expect(await trash.deleteRun(current)).toBe(false);
    expect(toasts.list.at(-1)).toMatchObject({ tone: 'bad', undo: null });
  });

  it('that is deleted comes back, and one that is pinned says so', async () => {
    const { project, trash, toasts, world, app } = await open('?data=few&lang=en&state=done');
    const old = world.runs.filter((run) => run.project_id === project.id).at(-1);
    if (!old) throw new Error('it has runs');
    await trash.pinRun(old);
    expect(app.run(old.id)?.pinned).toBe(true);
    expect(await trash.deleteRun(old)).toBe(true);
    expect(world.runs.some((run) => run.id === old.id)).toBe(false);
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(world.runs.some((run) => run.id === old.id)).toBe(true);
  });
});
