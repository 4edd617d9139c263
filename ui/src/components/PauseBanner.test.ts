// @vitest-environment happy-dom
// A run that has spent its budget asks: what is said, and what each answer does, against the browser twin.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, failNext, forget, one, said, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(lang = 'en') {
  const parts = await twin(`?data=few&lang=${lang}&state=paused`);
  const { app, project, mount, unmount } = parts;
  const { default: PauseBanner } = await import('./PauseBanner.svelte');
  const run = () => {
    const found = app.active(project.id) ?? app.last(project.id);
    if (!found) throw new Error('there is no run');
    return found;
  };
  const view = mount(PauseBanner, {
    target: document.body,
    props: {
      get run() {
        return run();
      },
    },
  });
  close = () => unmount(view);
  await settled();
  return { ...parts, run };
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('a run that has spent its budget', () => {
  it('says so, how far it is, and that nothing is lost', async () => {
    const { run } = await open();
    expect(said('pause-banner')).toContain('The budget of 5 is spent.');
    expect(said('pause-banner')).toContain('Provisional: 612 of 1,284 done.');
    expect(said('continue-run')).toBe('Continue with another 5');
    expect(one('pause-banner').getAttribute('role')).toBe('alert');
    const { runMark, stageLook } = await import('../lib/glossary');
    expect(runMark(run()).word).toBe('status.paused');
    expect(run().stages.map((stage) => stageLook(stage, run()))).toContain('paused');
  });

  it('says so in Japanese', async () => {
    await open('ja');
    expect(said('pause-banner')).toContain('予算 5 を使い切りました。');
    expect(said('continue-run')).toBe('さらに 5 で続行');
  });

  it('goes on with as much again, once per click', async () => {
    const { run } = await open();
    const { commands } = await import('../ipc/fake');
    const asked = vi.spyOn(commands, 'continueRun');
    const { since } = run().paused ?? { since: '' };
    one('continue-run').click();
    one('continue-run').click();
    await settled();
    expect(asked.mock.calls).toEqual([[run().id, since, 5]]);
    expect(all('pause-banner')).toEqual([]);
    expect(run().status).toBe('running');
    expect(run().suspended_ms).toBeGreaterThan(0);
  });

  it('goes on without a limit', async () => {
    const { run } = await open();
    const { commands } = await import('../ipc/fake');
    const asked = vi.spyOn(commands, 'continueRun');
    await click(one('continue-no-limit'));
    expect(asked.mock.calls[0]?.[2]).toBeNull();
    expect(run().paused).toBeNull();
  });

  it('is stopped, and does not ask meanwhile', async () => {
    const { run } = await open();
    await click(one('stop-paused'));
    expect(all('pause-banner')).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(run().status).toBe('cancelled');
  });

  it('that somebody else answered says that it does not wait any more', async () => {
    const { world, run, toasts } = await open();
    const theirs = world.runOf(run().id);
    theirs.paused = null;
    await click(one('continue-run'));
    expect(toasts.list.at(-1)?.text).toBe('The run does not wait any more.');
  });

  it('still asks when the answer did not arrive', async () => {
    const { toasts } = await open();
    await failNext('continueRun');
    await click(one('continue-run'));
    expect(toasts.list).toHaveLength(1);
    expect(all('pause-banner')).toHaveLength(1);
    expect((one('continue-run') as HTMLButtonElement).disabled).toBe(false);
  });
});
