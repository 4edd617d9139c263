// @vitest-environment happy-dom
// The window against the browser twin: every way out of a project leads somewhere.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TABS } from './lib/glossary';

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const settled = () => vi.advanceTimersByTimeAsync(600);

let close: () => Promise<void> = () => Promise.resolve();

async function open(search: string) {
  vi.resetModules();
  vi.stubGlobal('location', { search, hash: '' });
  const client = await import('./ipc/client');
  await client.connect();
  const { app, begin } = await import('./state/app.svelte');
  await begin();
  const { go } = await import('./state/route.svelte');
  const { default: App } = await import('./App.svelte');
  const { mount, unmount } = await import('svelte');
  const view = mount(App, { target: document.body });
  close = () => unmount(view);
  await settled();
  const project = app.projects[0];
  if (!project) throw new Error('the browser twin has projects');
  return { app, go, project };
}

// The first import compiles every view.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(async () => {
  await close();
  document.body.replaceChildren();
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('every tab of a project is left for the list of projects', async () => {
  const { go, project } = await open('?data=few&lang=en&state=done');
  for (const tab of TABS) {
    go({ view: 'project', project: project.id, tab });
    await settled();
    expect(byId('state-badge'), tab).not.toBeNull();
    go({ view: 'home', project: null });
    await settled();
    expect(byId('new-project'), `home after ${tab}`).not.toBeNull();
    expect(byId('state-badge'), `nothing is left of ${tab}`).toBeNull();
  }
});

it('settings of another window count here, and change nothing that is shown otherwise', async () => {
  const { app } = await open('?data=few&lang=en&state=done');
  const { settingsChanged } = await import('./ipc/fake/world');
  expect(document.documentElement.dataset.theme).toBe('light');
  settingsChanged.emit({ ...app.settings, theme: 'dark', language: 'ja' });
  await settled();
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(byId('new-project')?.textContent).toContain('プロジェクト');
});

it('a project that is deleted from its own bar is left, and the list has the others', async () => {
  const { app, go, project } = await open('?data=few&lang=en&state=done');
  const others = app.projects.length - 1;
  go({ view: 'project', project: project.id, tab: 'terms' });
  await settled();
  byId('project-menu')?.click();
  await settled();
  byId('project-menu-delete')?.click();
  await settled();
  expect(document.querySelectorAll('[data-testid="project-row"]')).toHaveLength(others);
});

it('Ctrl 9 shows the dashboard from wherever one is', async () => {
  const { go, project } = await open('?data=few&lang=en&state=done');
  go({ view: 'project', project: project.id, tab: 'terms' });
  await settled();
  const press = { key: '9', code: 'Digit9', ctrlKey: true, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new KeyboardEvent('keydown', press));
  await settled();
  expect(byId('to-dashboard')?.getAttribute('aria-current')).toBe('page');
});

describe('the palette', () => {
  const PROJECT = ['export', 'rename', 'duplicate', 'delete'].map((name) => `project.${name}`);

  async function palette() {
    const { commands } = await import('./state/commands.svelte');
    const offered = () =>
      commands.possible.map(({ id }) => id).filter((id) => PROJECT.includes(id));
    const choose = async (id: string) => {
      commands.possible.find((command) => command.id === id)?.run();
      await settled();
    };
    return { offered, choose };
  }

  it('offers what can be done with the project that is open', async () => {
    const { app, go, project } = await open('?data=few&lang=en&state=done');
    const { offered, choose } = await palette();
    expect(offered()).toEqual([]);
    go({ view: 'project', project: project.id, tab: 'terms' });
    await settled();
    expect(offered()).toEqual(PROJECT);
    const { toasts } = await import('./state/toasts.svelte');
    await choose('project.export');
    expect(toasts.list.at(-1)?.text).toMatch(/entries exported to .*\.md/);
    await choose('project.rename');
    expect((byId('rename-field') as HTMLInputElement).value).toBe(project.name);
    const others = app.projects.length - 1;
    await choose('project.delete');
    expect(document.querySelectorAll('[data-testid="project-row"]')).toHaveLength(others);
    expect(offered()).toEqual([]);
  });

  it('offers no export before there are refined entries', async () => {
    const { go, app } = await open('?data=few&lang=en&state=done');
    const { offered } = await palette();
    const fresh = app.projects.find((project) => project.counts.refined === null);
    if (!fresh) throw new Error('the browser twin has a project that was not run');
    go({ view: 'project', project: fresh.id, tab: 'files' });
    await settled();
    expect(offered()).toEqual(PROJECT.slice(1));
  });
});
