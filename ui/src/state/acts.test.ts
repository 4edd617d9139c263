// The state of the interface against the browser twin: what a click changes at once, and what comes back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunView } from '../ipc/bindings';
import { aRun } from './sample';

async function open(search: string) {
  vi.resetModules();
  vi.stubGlobal('location', { search, hash: '' });
  const client = await import('../ipc/client');
  await client.connect();
  const { app, begin, loadProject, remember, watchPlan } = await import('./app.svelte');
  await begin();
  const project = app.projects[0];
  if (!project) throw new Error('the browser twin has projects');
  return {
    app,
    project,
    remember,
    watchPlan,
    loadProject,
    api: client.api,
    acts: await import('./acts.svelte'),
    close: await import('./close.svelte'),
    toasts: (await import('./toasts.svelte')).toasts,
  };
}

const settled = () => vi.advanceTimersByTimeAsync(600);

beforeEach(() => {
  vi.useFakeTimers();
  const media = { matches: false, addEventListener: () => undefined };
  vi.stubGlobal('window', { matchMedia: () => media });
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.clearAllTimers();
  vi.unstubAllGlobals();
});

describe('Stop', () => {
  it('shows at once, and is over when the run is', async () => {
    const { app, project, acts } = await open('?state=running');
    const run = app.active(project.id) as RunView;
    const asked = acts.stop(run);
    expect(app.active(project.id)?.cancelling).toBe(true);
    await asked;
    await vi.advanceTimersByTimeAsync(2000);
    expect(app.active(project.id)).toBeNull();
    expect(app.last(project.id)).toMatchObject({ status: 'cancelled', stop_reason: 'user' });
  });

  it('is taken back with a notice when the engine refuses', async () => {
    const { app, remember, acts, toasts } = await open('?state=done');
    const stranger = aRun({ id: 'unknown', project_id: 'p' });
    remember(stranger);
    const asked = acts.stop(stranger);
    expect(app.active('p')?.cancelling).toBe(true);
    await asked;
    expect(app.active('p')?.cancelling).toBe(false);
    expect(toasts.list.at(-1)?.tone).toBe('bad');
  });

  it('works while a run waits', async () => {
    const { app, project, acts } = await open('?state=pending');
    await acts.stop(app.active(project.id) as RunView);
    await vi.advanceTimersByTimeAsync(2000);
    expect(app.last(project.id)?.status).toBe('cancelled');
  });
});

it('knows every active run from the start, in the order of the queue', async () => {
  const { app } = await open('?state=pending');
  expect(app.allActive.map((run) => run.status)).toEqual(['running', 'running', 'pending']);
  expect(app.allActive.map((run) => run.owner)).toContain('command_line');
});

it('takes an interrupted run up again, once for two clicks', async () => {
  const { app, project, acts } = await open('?state=interrupted');
  const ended = app.last(project.id) as RunView;
  const started = await Promise.all([acts.resume(ended), acts.resume(ended)]);
  expect(started).toEqual([true, false]);
  expect(app.active(project.id)?.resumes).toBe(ended.id);
});

it('shows the state of the plan, and the stored one when that is newer', async () => {
  const { app, project, watchPlan } = await open('?state=done');
  expect(app.state(project)).toBe('up_to_date');
  const world = await import('../ipc/fake/world');
  world.projectOf(project.id).state = 'needs_rerun';
  watchPlan(project.id);
  await settled();
  expect(app.state(project)).toBe('needs_rerun');
  const { keep } = await import('./app.svelte');
  keep({ ...project, state: 'partial' });
  expect(app.plan(project.id)).toBeNull();
  expect(app.state({ ...project, state: 'partial' })).toBe('partial');
});

it('restores results, and the notice takes that back', async () => {
  const { app, project, acts, loadProject, toasts } = await open('?state=done');
  const before = await loadProject(project.id);
  await acts.restore(project.id, before.previous?.id ?? '');
  expect(app.detail(project.id)).toMatchObject({
    restored: true,
    current_run: before.previous?.id,
  });
  toasts.list.at(-1)?.undo?.();
  await settled();
  expect(app.detail(project.id)).toMatchObject({
    restored: false,
    current_run: before.current_run,
  });
});

describe('closing during a run', () => {
  it('remembers a choice only when asked to, and never to stay', async () => {
    const { app, close, api } = await open('?state=running&close');
    close.listenForClose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(close.closing.runs).toHaveLength(1);
    await close.answerClose('stay', true);
    expect(close.closing.runs).toBeNull();
    expect(app.settings.background).toBe('ask');
    await close.answerClose('background', true);
    expect(app.settings.background).toBe('background');
    expect((await api.getSettings()).background).toBe('background');
  });

  it('keeps the question until the app has stopped', async () => {
    const { close } = await open('?state=running&close');
    close.listenForClose();
    await vi.advanceTimersByTimeAsync(1000);
    await close.answerClose('stop', false);
    expect(close.closing.answered).toBe('stop');
    expect(close.closing.runs).not.toBeNull();
  });
});
