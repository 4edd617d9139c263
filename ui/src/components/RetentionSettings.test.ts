// @vitest-environment happy-dom
// How long runs and logs are kept: every choice is stored, and what is set stays a choice whoever set it.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all, forget, one, press, said, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(change: { keep_days?: number; keep_logs_mb?: number } = {}) {
  const parts = await twin('?data=few&lang=en&state=done');
  const { saveSettings } = await import('../state/app.svelte');
  await saveSettings({ ...parts.app.settings, ...change });
  const { default: Retention } = await import('./RetentionSettings.svelte');
  const view = parts.mount(Retention, { target: document.body });
  close = () => parts.unmount(view);
  await settled();
  return parts;
}

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

async function choose(id: string, value: string) {
  await press(one(id), 'ArrowDown');
  one(`${id}-${value}`).dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
  await settled();
}

it('a choice of days, and of the size of all logs, is stored', async () => {
  const { api } = await open();
  await choose('keep-days', '30');
  await choose('keep-logs', '500');
  expect(await api.getSettings()).toMatchObject({ keep_days: 30, keep_logs_mb: 500 });
  expect(said('keep-days')).toContain('30');
});

it('a value that is none of ours is shown and can be kept', async () => {
  await open({ keep_days: 45 });
  expect(said('keep-days')).toContain('45');
  await press(one('keep-days'), 'ArrowDown');
  expect(all('keep-days-45')).toHaveLength(1);
  expect(all('keep-days-30')).toHaveLength(1);
});
