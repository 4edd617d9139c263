// The browser twin keeps the contract: what a view can do in a development server, the engine answers alike.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunView } from './bindings';
import type { Backend, Result } from './contract';

async function open(search: string): Promise<Backend> {
  vi.resetModules();
  vi.stubGlobal('location', { search });
  return (await import('./fake')).fakeBackend();
}

async function data<T>(answer: Promise<Result<T, { code: string }>>): Promise<T> {
  const result = await answer;
  if (result.status === 'error') throw new Error(result.error.code);
  return result.data;
}

async function first(backend: Backend): Promise<RunView> {
  const [project] = await data(backend.commands.listProjects());
  return project?.last_run as RunView;
}

beforeAll(() => {
  // The twin moves runs on by timers: none may outlive a test.
  vi.useFakeTimers();
});
beforeEach(() => vi.clearAllTimers());

describe('the browser twin', () => {
  it('lists what is missing page by page, and retries it (E11)', async () => {
    const backend = await open('?state=partial');
    const run = await first(backend);
    const page = await data(backend.commands.listMissing(run.id, 0, 3));
    expect(page.rows).toHaveLength(3);
    expect(page.total).toBe(run.missing);
    const last = await data(backend.commands.listMissing(run.id, 36, 100));
    expect(last.rows).toHaveLength(1);
    const again = await data(backend.commands.retryMissing(run.id, 'request'));
    expect(again).toMatchObject({ resumes: run.id, status: 'running' });
    expect((await data(backend.commands.retryMissing(run.id, 'request'))).id).toBe(again.id);
    await expect(data(backend.commands.resumeRun(run.id, 'other'))).rejects.toThrow(
      'nothing_to_resume',
    );
  });

  it('says that there is nothing to retry (E14)', async () => {
    const backend = await open('?state=interrupted');
    const run = await first(backend);
    await expect(data(backend.commands.retryMissing(run.id, 'request'))).rejects.toThrow(
      'nothing_to_retry',
    );
    expect((await data(backend.commands.resumeRun(run.id, 'request'))).scope).toBe(run.scope);
  });

  it('has a queue, and runs of the command line (E5)', async () => {
    const backend = await open('?state=pending');
    const active = await data(backend.commands.listActiveRuns());
    expect(active.map((run) => run.status)).toEqual(['running', 'running', 'pending']);
    expect(active.some((run) => run.owner === 'command_line')).toBe(true);
    expect(active[2]?.waiting).toEqual({ running: 2, limit: 2, ahead: 1 });
    expect(await data(backend.commands.forceStopRun(active[2]?.id ?? ''))).toBe('cancelling');
    expect(await data(backend.commands.forceStopRun(active[2]?.id ?? ''))).toBe('already_finished');
  });

  it('restores results and takes that back', async () => {
    const backend = await open('?state=done');
    const run = await first(backend);
    const before = await data(backend.commands.getProject(run.project_id));
    const previous = before.previous as RunView;
    expect(before).toMatchObject({ restored: false, current_run: run.id });
    const restored = await data(backend.commands.restoreResults(run.project_id, previous.id));
    expect(restored).toMatchObject({ restored: true, current_run: previous.id });
    const back = await data(backend.commands.restoreResults(run.project_id, run.id));
    expect(back).toMatchObject({ restored: false, current_run: run.id });
  });

  it('counts as many differences as it lists, page by page', async () => {
    const backend = await open('?state=done');
    const run = await first(backend);
    const { previous } = await data(backend.commands.getProject(run.project_id));
    const pair = [previous?.id ?? '', run.id] as const;
    const diff = await data(backend.commands.diffRuns(...pair));
    const pages = await Promise.all(
      [0, 100, 200].map((offset) =>
        data(backend.commands.listDiff(...pair, 'terms_added', offset, 100)),
      ),
    );
    expect(pages.flatMap((page) => page.rows)).toHaveLength(diff.terms_added);
    const definitions = await data(backend.commands.listDiff(...pair, 'definitions', 0, 100));
    expect(definitions.total).toBe(
      diff.definitions_changed + diff.definitions_added + diff.definitions_removed,
    );
  });
});
