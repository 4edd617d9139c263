// @vitest-environment happy-dom
// The projects against the browser twin: the first start, finding and opening one, and nothing that is lost by mistake.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  all,
  click,
  failNext,
  forget,
  one,
  press,
  said,
  settled,
  SIZE,
  twin,
  type,
} from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '?data=few&lang=en&state=done') {
  const parts = await twin(search);
  const { route } = await import('../state/route.svelte');
  const { default: View } = await import('./HomeView.svelte');
  const props = {
    get selected() {
      return route.current.view === 'home' ? route.current.project : null;
    },
  };
  const view = parts.mount(View, { target: document.body, props });
  close = () => parts.unmount(view);
  await settled();
  return { ...parts, route };
}

const list = () => one('project-list');
const names = () =>
  all('project-row').map((row) => row.querySelector('[role="gridcell"]')?.firstChild?.textContent);
const row = (name: string) => {
  const found = all('project-row').find((each) => each.textContent?.includes(name));
  if (!found) throw new Error(`${name} is not listed`);
  return found;
};
const words = (name: string) => (row(name).textContent ?? '').replace(/\s+/g, ' ');
const chosen = () => one('project-detail').getAttribute('aria-label');

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('the first start', () => {
  it('has three lines and two ways to begin, and nothing else', async () => {
    await open('?data=none&lang=en');
    expect(one('first-start').querySelectorAll('h1, p')).toHaveLength(3);
    expect([...document.querySelectorAll('button')].map(({ dataset }) => dataset.testid)).toEqual([
      'open-sample',
      'new-project',
    ]);
  });

  it('opens the sample, under a name in the language of the reader', async () => {
    const { app, route } = await open('?data=none&lang=ja');
    await click(one('open-sample'));
    expect(app.projects).toHaveLength(1);
    expect(app.projects[0]?.name).toMatch(/[ぁ-んァ-ヶ一-龠]/);
    expect(route.current).toMatchObject({ view: 'project', project: app.projects[0]?.id });
  });

  it('of a sample that cannot be opened says so, and can be tried again', async () => {
    const { app, toasts } = await open('?data=none&lang=en');
    await failNext('openSample', 'disk_full');
    await click(one('open-sample'));
    expect(toasts.list.at(-1)?.text).toContain('The disk is full');
    expect(app.projects).toHaveLength(0);
    await click(one('open-sample'));
    expect(app.projects).toHaveLength(1);
  });

  it('is not the last time that the sample can be opened', async () => {
    const { app, route } = await open();
    const before = app.projects.length;
    const { commands } = await import('../state/commands.svelte');
    commands.possible.find(({ id }) => id === 'sample.open')?.run();
    await settled();
    expect(app.projects).toHaveLength(before + 1);
    expect(route.current).toMatchObject({ view: 'project' });
  });

  it('asks for a folder, and opens the project that was made of it', async () => {
    const { app, route } = await open('?data=none&lang=en');
    await click(one('new-project'));
    await click(one('choose-folder'));
    await click(one('create-project'));
    expect(app.projects[0]).toMatchObject({ name: 'new-folder', folder: '~/Research/new-folder' });
    expect(route.current).toMatchObject({ view: 'project', project: app.projects[0]?.id });
  });
});

describe('a folder that is dropped on the window', () => {
  it('is named while it is held there, and becomes a new project', async () => {
    const { world } = await open();
    world.drags.emit({ type: 'over', paths: ['/home/me/漆工品'] });
    await settled();
    expect(said('drop')).toContain('漆工品');
    world.drags.emit({ type: 'drop', paths: ['/home/me/漆工品'] });
    await settled();
    expect(all('drop')).toHaveLength(0);
    expect((one('project-folder') as HTMLInputElement).value).toBe('/home/me/漆工品');
  });

  it('that has a project opens it', async () => {
    const { project, route, world } = await open();
    world.drags.emit({ type: 'drop', paths: [project.folder] });
    await settled();
    expect(route.current).toMatchObject({ view: 'project', project: project.id });
  });
});

describe('the projects', () => {
  it('say in words how each is, and what stands in it', async () => {
    await open();
    expect(words('Acetate film survey')).toContain('Needs re-run');
    expect(words('文化財IPM モニタリング記録')).toContain('Failed');
    expect(words('New acquisitions 2027')).toMatch(/Not run yet.*–.*–.*–/);
    expect(words('漆工品修理記録')).toMatch(/186.*742.*4/);
  });

  it('are gone through and opened by key', async () => {
    const { route } = await open();
    expect(document.activeElement).toBe(list());
    const order = names();
    expect(chosen()).toBe(order[0]);
    await press(list(), 'ArrowDown');
    expect(chosen()).toBe(order[1]);
    await press(list(), 'End');
    expect(chosen()).toBe(order.at(-1));
    await press(list(), 'ArrowDown');
    expect(chosen()).toBe(order.at(-1));
    expect(list().getAttribute('aria-activedescendant')).toBe(row(String(order.at(-1))).id);
    await press(list(), 'Enter');
    expect(route.current.view).toBe('project');
  });

  it('are found by name and by folder', async () => {
    await open();
    await type(one('project-search'), 'ACETATE');
    expect(names()).toEqual(['Acetate film survey']);
    await type(one('project-search'), '/mnt/share');
    expect(names()).toEqual(['染織品収蔵調査 2024–2026']);
    expect(chosen()).toBe('染織品収蔵調査 2024–2026');
    one('project-search').focus();
    await type(one('project-search'), 'no such thing');
    await type(one('project-search'), 'a');
    expect(document.activeElement).toBe(one('project-search'));
    await type(one('project-search'), 'no such thing');
    expect(said('empty')).toContain('“no such thing”');
    await click(one('empty').querySelector('button') as HTMLElement);
    expect(names()).toHaveLength(7);
  });

  it('are put into another order', async () => {
    await open();
    await click(one('project-order'));
    await click(one('project-order-open_issues'));
    expect(names().slice(0, 2)).toEqual(['染織品収蔵調査 2024–2026', '文化財IPM モニタリング記録']);
    await click(one('project-order'));
    await click(one('project-order-name'));
    expect(names()[0]).toBe('Acetate film survey');
  });

  it('that is looked at tells its issues by severity and what was decided about its terms', async () => {
    await open();
    expect(said('facts-issues')).toMatch(/^\d high, \d medium, \d low$/);
    expect(said('facts-terms')).toMatch(/^\d required, \d excluded by you$/);
    await press(list(), 'End');
    expect(all('facts-issues')).toHaveLength(0);
    expect(all('export-project')).toHaveLength(0);
  });

  it('that has a glossary exports it', async () => {
    const { toasts } = await open();
    await click(one('export-project'));
    expect(toasts.list.at(-1)?.text).toMatch(/entries exported to .*\.md/);
  });

  it('that cannot be read say so, and are read again', async () => {
    const parts = await twin('?data=few&lang=en&state=done');
    const { loadProjects, forget: gone } = await import('../state/app.svelte');
    for (const { id } of parts.app.projects) gone(id);
    await failNext('listProjects', 'database_damaged');
    await loadProjects();
    const { default: View } = await import('./HomeView.svelte');
    const view = parts.mount(View, { target: document.body, props: { selected: null } });
    close = () => parts.unmount(view);
    await settled();
    expect(said('problem')).toContain('is damaged');
    expect(all('first-start')).toHaveLength(0);
    await click(one('problem').querySelector('button') as HTMLElement);
    expect(names()).toHaveLength(7);
  });
});

describe('a project that is deleted', () => {
  it('is gone at once, its neighbour is looked at, and Undo brings it back', async () => {
    const { toasts } = await open();
    const [first, second] = names();
    await press(list(), 'Delete');
    expect(names()).not.toContain(first);
    expect(chosen()).toBe(second);
    expect(toasts.list.at(-1)?.text).toContain(String(first));
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(names()).toContain(first);
  });

  it('is one at a time: a key that is held deletes no others', async () => {
    await open();
    await press(list(), 'Delete');
    await press(list(), 'Delete', { repeat: true });
    expect(names()).toHaveLength(6);
  });

  it('stays when it cannot be deleted, and says why', async () => {
    const { toasts } = await open();
    await failNext('deleteProject', 'disk_full');
    await press(list(), 'Delete');
    expect(names()).toHaveLength(7);
    expect(toasts.list.at(-1)).toMatchObject({ tone: 'bad' });
  });
});

it('F2 renames the project that is looked at, and the list has the focus again', async () => {
  await open();
  await press(list(), 'F2');
  await type(one('rename-field'), 'Another name');
  await press(one('rename-field'), 'Enter');
  expect(chosen()).toBe('Another name');
  expect(document.activeElement).toBe(list());
});

describe('a run at work', () => {
  it('is told in its row and among the runs, and is stopped from there', async () => {
    const { world } = await open('?data=few&lang=en&state=running');
    expect(words('Collection care manual')).toContain('Running');
    expect(said('project-progress')).toMatch(/\d+ \/ \d+|\d+ of \d+/);
    await click(one('stop-active'));
    await vi.advanceTimersByTimeAsync(2000);
    expect(world.runs.find((run) => run.project_name === 'Collection care manual')?.status).toBe(
      'cancelled',
    );
    expect(all('project-progress')).toHaveLength(0);
  });
});

it('a number of the summary opens the runs behind it', async () => {
  const { route } = await open();
  const { choice } = await import('../state/board.svelte');
  await click(one('kpi-completed').querySelector('button') as HTMLElement);
  expect(route.current.view).toBe('dashboard');
  expect(choice.filter.statuses).toEqual(['completed']);
});

it('the details of a project are a sheet where there is no room beside the list', async () => {
  SIZE.width = 640;
  const { route } = await open();
  const panes = () => document.querySelector('.panes')?.className;
  expect(panes()).toContain('closed');
  await press(list(), 'Enter');
  expect(panes()).not.toContain('closed');
  expect(route.current.view).toBe('home');
  await press(list(), 'Enter');
  expect(route.current.view).toBe('project');
});
