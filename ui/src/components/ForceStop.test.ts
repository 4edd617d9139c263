// @vitest-environment happy-dom
// A stop that takes long can be forced: offered after ten seconds, explained before, done after a yes.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunView } from '../ipc/bindings';
import { all, click, forget, one, said, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

/** The run at work, with a stop that was asked for so many seconds ago. */
async function open(seconds: number) {
  const parts = await twin('?data=few&lang=en&state=running');
  const { app, project, mount, unmount } = parts;
  const { default: ForceStop } = await import('./ForceStop.svelte');
  const active = app.active(project.id);
  if (!active) throw new Error('there is no run');
  const asked = new Date(app.now.getTime() - seconds * 1000).toISOString();
  const run: RunView = { ...active, cancelling: true, cancel_requested_at: asked };
  const view = mount(ForceStop, { target: document.body, props: { run } });
  close = () => unmount(view);
  await settled();
  return { ...parts, run };
}

it('is not offered before a stop has taken ten seconds', async () => {
  await open(5);
  expect(all('force-stop')).toEqual([]);
});

it('says what is thrown away, and stops the run after a yes', async () => {
  const { app, run } = await open(11);
  const cost = 'What is unfinished is thrown away; the glossary stays as it is.';
  expect(one('force-stop').getAttribute('aria-label')).toContain(cost);
  await click(one('force-stop'));
  expect(said('force-dialog')).toContain(cost);
  expect(app.active(run.project_id)?.status).toBe('running');
  await click(one('confirm-force-stop'));
  await settled();
  expect(all('force-dialog')).toEqual([]);
  expect(app.last(run.project_id)?.status).toBe('cancelled');
  expect(app.last(run.project_id)?.stop_reason).toBe('forced');
});
