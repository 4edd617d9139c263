// @vitest-environment happy-dom
// The stages above a project: where there is no room for words, a tooltip says which stage it is and how it is.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Stage } from '../ipc/bindings';
import { forget, one, settled, twin } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search: string, stale: Stage[] = [], ran = true) {
  const { app, project, mount, unmount } = await twin(search);
  const { default: StageStrip } = await import('./StageStrip.svelte');
  const run = ran ? (app.active(project.id) ?? app.last(project.id)) : null;
  const state = stale.length > 0 ? ('needs_rerun' as const) : app.state(project);
  const view = mount(StageStrip, { target: document.body, props: { run, stale, state } });
  close = () => unmount(view);
  await settled();
}

const tips = () =>
  ['load', 'extract', 'define', 'review', 'refine'].map(
    (stage) => one(`stage-${stage}`).dataset.tip,
  );

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

it('each stage is named with what became of it', async () => {
  await open('?data=few&lang=en&state=done', ['review', 'refine']);
  expect(tips()).toEqual([
    'Files: done',
    'Terms: done',
    'Provisional: done',
    'Issues: out of date',
    'Refined: out of date',
  ]);
});

it('while a run is at work it says how far that is', async () => {
  await open('?data=few&lang=ja&state=running');
  expect(tips()).toEqual([
    'ファイル：完了',
    '用語：完了',
    '暫定定義：実行中',
    '指摘：待機',
    '確定定義：待機',
  ]);
});

it('without a run no stage was run', async () => {
  await open('?data=few&lang=en&state=done', [], false);
  expect(new Set(tips().map((tip) => tip?.replace(/.*: /, '')))).toEqual(new Set(['not run yet']));
});
