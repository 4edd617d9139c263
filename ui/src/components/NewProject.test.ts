// @vitest-environment happy-dom
// The dialogs about projects against the browser twin: nothing that was typed is lost, and what is wrong is said
// where it is.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProjectSummary } from '../ipc/bindings';
import { all, click, forget, one, press, said, settled, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(which: 'new' | 'duplicate' | 'rename', dropped = '') {
  const parts = await twin('?data=few&lang=en&state=done');
  const { project, mount, unmount } = parts;
  const onclose = vi.fn();
  const oncreated = vi.fn<(project: ProjectSummary) => void>();
  if (which === 'rename') {
    const { default: Rename } = await import('./RenameProject.svelte');
    const view = mount(Rename, { target: document.body, props: { project, onclose } });
    close = () => unmount(view);
  } else {
    const { default: NewProject } = await import('./NewProject.svelte');
    const like = which === 'duplicate' ? project : null;
    const props = { like, dropped, onclose, oncreated };
    const view = mount(NewProject, { target: document.body, props });
    close = () => unmount(view);
  }
  await settled();
  return { ...parts, onclose, oncreated };
}

const value = (id: string) => (one(id) as HTMLInputElement).value;

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('a new project', () => {
  it('is called like its folder, until it is given a name of its own', async () => {
    const { app, oncreated } = await open('new');
    await type(one('project-folder'), '/data/Field notes/');
    expect(value('project-name')).toBe('Field notes');
    await type(one('project-name'), 'Notes of 2026');
    await type(one('project-folder'), '/data/other');
    expect(value('project-name')).toBe('Notes of 2026');
    await click(one('create-project'));
    expect(oncreated).toHaveBeenCalledTimes(1);
    expect(
      app.projects.some(({ name, folder }) => name === 'Notes of 2026' && folder === '/data/other'),
    ).toBe(true);
  });

  it('of a folder that was dropped has both fields filled', async () => {
    await open('new', '/home/me/漆工品');
    expect([value('project-folder'), value('project-name')]).toEqual(['/home/me/漆工品', '漆工品']);
  });

  it('takes the folder that was chosen', async () => {
    await open('new');
    await click(one('choose-folder'));
    expect([value('project-folder'), value('project-name')]).toEqual([
      '~/Research/new-folder',
      'new-folder',
    ]);
  });

  it.each([
    ['is not there', '/data/missing', /does not exist/],
    ['is a file', '/data/notes.txt', /not a folder/i],
  ])('whose folder %s says so at the field, and keeps what was typed', async (_, folder, what) => {
    const { app, oncreated } = await open('new');
    const before = app.projects.length;
    await type(one('project-folder'), folder);
    await type(one('project-name'), 'Mine');
    await click(one('create-project'));
    expect(said('folder-error')).toMatch(what);
    expect(one('project-folder').getAttribute('aria-invalid')).toBe('true');
    expect([value('project-folder'), value('project-name')]).toEqual([folder, 'Mine']);
    expect(oncreated).not.toHaveBeenCalled();
    expect(app.projects).toHaveLength(before);
    await type(one('project-folder'), '/data/notes');
    expect(said('folder-error')).toBe('');
  });

  it('whose folder is taken names the project that has it', async () => {
    const { project } = await open('new');
    await type(one('project-folder'), project.folder);
    await click(one('create-project'));
    expect(said('folder-error')).toContain(project.name);
  });

  it('is not made by the Enter that ends a conversion, and once by one that does not', async () => {
    const { oncreated } = await open('new');
    await type(one('project-folder'), '/data/漆');
    await press(one('project-name'), 'Enter', { isComposing: true });
    expect(oncreated).not.toHaveBeenCalled();
    await press(one('project-name'), 'Enter');
    expect(oncreated).toHaveBeenCalledTimes(1);
  });

  it('is not made when the dialog is left', async () => {
    const { app, onclose } = await open('new');
    const before = app.projects.length;
    await type(one('project-folder'), '/data/notes');
    await press(document.activeElement ?? document.body, 'Escape');
    expect(onclose).toHaveBeenCalled();
    expect(app.projects).toHaveLength(before);
  });
});

describe('a copy of a project', () => {
  it('says of which, and needs a folder of its own', async () => {
    const { project, oncreated } = await open('duplicate');
    expect(said('new-project-dialog')).toContain(project.name);
    await type(one('project-folder'), project.folder);
    await click(one('create-project'));
    expect(said('folder-error')).toContain(project.name);
    await type(one('project-folder'), '/data/copy');
    await type(one('project-name'), 'Copy');
    await click(one('create-project'));
    const made = oncreated.mock.calls[0]?.[0];
    expect(made).toMatchObject({ name: 'Copy', folder: '/data/copy' });
    expect(made?.id).not.toBe(project.id);
  });
});

describe('a project that is renamed', () => {
  it('has its old name in the field and the new one in the list', async () => {
    const { app, project, onclose } = await open('rename');
    expect(value('rename-field')).toBe(project.name);
    await type(one('rename-field'), '  Another name ');
    await click(one('confirm-rename'));
    expect(app.projects.find(({ id }) => id === project.id)?.name).toBe('Another name');
    expect(onclose).toHaveBeenCalledTimes(1);
  });

  it('keeps its name when there is none to give, and says why', async () => {
    const { app, project, onclose } = await open('rename');
    await type(one('rename-field'), '   ');
    await press(one('rename-field'), 'Enter');
    expect(document.querySelector('[role="alert"]')?.textContent?.trim()).not.toBe('');
    expect(onclose).not.toHaveBeenCalled();
    expect(app.projects.find(({ id }) => id === project.id)?.name).toBe(project.name);
    expect(all('confirm-rename')).toHaveLength(1);
  });
});
