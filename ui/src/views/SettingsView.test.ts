// @vitest-environment happy-dom
// The settings against the browser twin: a choice counts at once, stays, and is taken back when it cannot be kept.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, failNext, forget, one, press, said, settled, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(of: 'app' | 'project' = 'app', search = '?data=few&lang=en&state=done') {
  const parts = await twin(search);
  const { mount, unmount } = parts;
  if (of === 'app') {
    // In the window there are commands, and their shortcuts.
    const { go } = await import('../state/route.svelte');
    go({ view: 'settings' });
    const { default: App } = await import('../App.svelte');
    const window = mount(App, { target: document.body });
    close = () => unmount(window);
  } else {
    const { default: View } = await import('./SettingsView.svelte');
    const view = mount(View, { target: document.body, props: { project: parts.project.id } });
    close = () => unmount(view);
  }
  await settled();
  return parts;
}

/** Chooses with the keyboard, as the list of a field is opened by key. */
async function choose(id: string, value: string) {
  one(id).focus();
  await press(one(id), 'ArrowDown');
  one(`${id}-${value}`).dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
  await settled();
}

const root = document.documentElement;
const titles = () => [...document.querySelectorAll('h2')].map(({ textContent }) => textContent);

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('the interface', () => {
  it('changes its language at once, for every word that is shown', async () => {
    const { api } = await open();
    expect(titles()).toContain('Keyboard shortcuts');
    await choose('language', 'ja');
    expect(titles()).toContain('キーボードショートカット');
    expect(said('language')).toBe('日本語');
    expect((await api.getSettings()).language).toBe('ja');
  });

  it('changes its theme and the face that is read, at once', async () => {
    const { api } = await open();
    expect([root.dataset.theme, root.dataset.reading]).toEqual(['light', 'serif']);
    await choose('theme', 'dark');
    await choose('reading-face', 'sans');
    expect([root.dataset.theme, root.dataset.reading]).toEqual(['dark', 'sans']);
    expect(await api.getSettings()).toMatchObject({ theme: 'dark', sans_reading: true });
  });

  it('follows the system when it is told to', async () => {
    await open('app', '?data=few&lang=en&theme=dark');
    expect(root.dataset.theme).toBe('dark');
    await choose('theme', 'system');
    expect(root.dataset.theme).toBe('light');
  });

  it('that cannot be kept is as it was before, and says why', async () => {
    const { toasts } = await open();
    await failNext('setSettings', 'disk_full');
    await choose('theme', 'dark');
    expect(root.dataset.theme).toBe('light');
    expect(said('theme')).toBe('As in the system');
    expect(toasts.list.at(-1)?.text).toContain('The disk is full');
  });
});

it('how runs behave is kept: how many at once, what closing does, notices, and staying awake', async () => {
  const { api } = await open();
  await choose('parallel-runs', '4');
  await choose('close-choice', 'background');
  await click(one('notify'));
  await click(one('keep-awake'));
  expect(await api.getSettings()).toMatchObject({
    parallel_runs: 4,
    background: 'background',
    notify: false,
    keep_awake: false,
  });
});

describe('a shortcut', () => {
  const row = (id: string) => one(`shortcut-${id}`);
  const pressOn = (id: string, key: string, more: KeyboardEventInit = {}) =>
    press(row(id), key, more);

  it('is another one when it is pressed, and the usual one again', async () => {
    const { api } = await open();
    const usual = said('shortcut-go.dashboard');
    await click(row('go.dashboard'));
    await pressOn('go.dashboard', 'j', { ctrlKey: true, altKey: true });
    expect(said('shortcut-go.dashboard')).not.toBe(usual);
    expect((await api.getSettings()).shortcuts).toEqual({ 'go.dashboard': 'Mod+Alt+J' });
    await click(one('reset-go.dashboard'));
    expect(said('shortcut-go.dashboard')).toBe(usual);
    expect((await api.getSettings()).shortcuts).toEqual({});
  });

  it('that another command has, or that types text, is refused with the reason', async () => {
    const { api } = await open();
    await click(row('go.dashboard'));
    await pressOn('go.dashboard', 'k', { ctrlKey: true });
    expect(document.querySelector('.shortcut-row [role="alert"]')?.textContent).toContain(
      'Command',
    );
    await pressOn('go.dashboard', 'k');
    expect(document.querySelector('.shortcut-row [role="alert"]')).not.toBeNull();
    await pressOn('go.dashboard', 'Escape');
    expect(document.querySelector('.shortcut-row [role="alert"]')).toBeNull();
    expect((await api.getSettings()).shortcuts).toEqual({});
  });
});

it('says where the data lies, how much it is, and under which licence one works', async () => {
  await open();
  expect(said('data-folder')).toBe('~/.local/share/genglossary');
  expect(said('data-size')).toMatch(/74 MB.*48 MB.*13 MB/);
  one('show-licence').focus();
  await click(one('show-licence'));
  expect(said('terms-of-use')).toContain('Apache License');
  await press(document.activeElement ?? document.body, 'Escape');
  expect(all('terms-of-use')).toHaveLength(0);
  expect(document.activeElement).toBe(one('show-licence'));
});

describe('a project', () => {
  it('has its own settings first, which count when they are saved', async () => {
    const { api, project } = await open('project');
    expect(said('project-folder-path')).toBe(project.folder);
    const save = () => one('save-settings') as HTMLButtonElement;
    expect(save().disabled).toBe(true);
    await type(one('set-exclude'), 'drafts\n*.bak');
    await type(one('set-min_occurrences'), '3');
    expect((await api.getProjectSettings(project.id)).exclude).toEqual(['drafts']);
    await click(save());
    expect(await api.getProjectSettings(project.id)).toMatchObject({
      exclude: ['drafts', '*.bak'],
      min_occurrences: 3,
    });
    expect(save().disabled).toBe(true);
  });

  it('takes no number that is none, and says so at the field', async () => {
    await open('project');
    await type(one('set-min_occurrences'), 'three');
    expect((one('save-settings') as HTMLButtonElement).disabled).toBe(true);
    expect(one('set-min_occurrences').getAttribute('aria-invalid')).toBe('true');
  });

  it('whose settings are refused keeps what was typed', async () => {
    const { api, project } = await open('project');
    await failNext('setProjectSettings', 'disk_full');
    await type(one('set-exclude'), 'drafts\nold');
    await click(one('save-settings'));
    expect(said('settings-refused')).toContain('The disk is full');
    expect((one('set-exclude') as HTMLTextAreaElement).value).toBe('drafts\nold');
    expect((await api.getProjectSettings(project.id)).exclude).toEqual(['drafts']);
  });
});
