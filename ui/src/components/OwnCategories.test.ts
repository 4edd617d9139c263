// @vitest-environment happy-dom
// The project's own categories against the browser twin: a change is kept at once, and what is removed comes back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { all, click, failNext, forget, one, press, said, settled, twin, type } from '../testing';

let close: () => Promise<void> = () => Promise.resolve();

async function open(search = '') {
  const parts = await twin(`?data=few&lang=en&state=done${search}`);
  const { default: View } = await import('../views/SettingsView.svelte');
  const props = { project: parts.project.id };
  const view = parts.mount(View, { target: document.body, props });
  close = () => parts.unmount(view);
  await settled();
  const kept = async () =>
    (await parts.api.getProjectSettings(parts.project.id)).categories.map(({ name }) => name);
  return { ...parts, kept };
}

const listed = () =>
  all('own-category').map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim());
const field = (name: 'name' | 'about') => one(`category-${name}`) as HTMLInputElement;
const nth = (id: string, at: number) => all(id)[at] as HTMLElement;

vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await close();
  forget();
});

describe('a project without categories of its own', () => {
  it('says what they are for, and that nobody but a model assigns them by itself', async () => {
    await open();
    expect(said('no-categories')).toContain('“species”');
    expect(said('own-categories')).toContain('Only a model assigns them by itself');
    await close();
    document.body.replaceChildren();
    await open('&model');
    expect(said('own-categories')).toContain('The model sorts terms into them');
  });

  it('gets one with a line about it, by the keyboard alone, and the next name can be typed', async () => {
    const { api, project } = await open();
    expect((one('save-category') as HTMLButtonElement).disabled).toBe(true);
    await type(field('name'), 'たい');
    await press(field('name'), 'Enter', { isComposing: true });
    expect(listed()).toEqual([]);
    await type(field('name'), '  材料 ');
    await type(field('about'), 'paper, paste, pigments');
    await press(field('about'), 'Enter');
    expect((await api.getProjectSettings(project.id)).categories).toHaveLength(1);
    expect(listed()[0]).toContain('paper, paste, pigments');
    expect(field('name').value).toBe('');
    expect(document.activeElement).toBe(field('name'));
    expect(all('no-categories')).toHaveLength(0);
  });
});

describe('the list', () => {
  it('is edited in its place: kept by Enter, left as it was by Escape', async () => {
    const { kept } = await open('&categories');
    await click(nth('edit-category', 1));
    expect(document.activeElement).toBe(field('name'));
    expect([field('name').value, field('about').value]).toEqual(['材料', '紙、糊、顔料など']);
    await type(field('name'), 'material');
    await press(field('name'), 'Enter');
    expect(await kept()).toEqual(['deterioration', 'material', 'pest']);
    expect(document.activeElement).toBe(nth('edit-category', 1));
    await click(nth('edit-category', 0));
    await type(field('name'), 'decay');
    await press(field('name'), 'Escape');
    expect(await kept()).toEqual(['deterioration', 'material', 'pest']);
    expect(document.activeElement).toBe(nth('edit-category', 0));
  });

  it('keeps what was typed when it is refused, and says why at the field', async () => {
    const { kept } = await open('&categories');
    await failNext('setProjectSettings', 'category_built_in');
    await type(field('name'), 'Person');
    await click(one('save-category'));
    expect(said('category-refused')).toContain('Every project has the category');
    expect(field('name').getAttribute('aria-invalid')).toBe('true');
    expect(field('name').getAttribute('aria-describedby')).toBe(one('category-refused').id);
    expect(field('name').value).toBe('Person');
    await failNext('setProjectSettings', 'category_long');
    await type(field('about'), 'x'.repeat(121));
    expect(all('category-refused')).toHaveLength(0);
    await click(one('save-category'));
    expect(
      [field('name'), field('about')].map((each) => each.getAttribute('aria-invalid')),
    ).toEqual(['false', 'true']);
    expect(await kept()).toHaveLength(3);
  });

  it('loses one at once, says how many terms have it, and takes it back to its place', async () => {
    const { kept, toasts } = await open('&categories');
    await click(nth('remove-category', 1));
    expect(await kept()).toEqual(['deterioration', 'pest']);
    expect(toasts.list.at(-1)?.text).toBe('“材料” removed; 2 terms still have it');
    expect(document.activeElement).toBe(nth('remove-category', 1));
    expect(all('take-category').map(({ textContent }) => textContent)).toContain('材料');
    toasts.list.at(-1)?.undo?.();
    await settled();
    expect(await kept()).toEqual(['deterioration', '材料', 'pest']);
    expect(listed()[1]).toContain('紙、糊、顔料など');
    await click(nth('remove-category', 2));
    expect(toasts.list.at(-1)?.text).toBe('“pest” removed');
  });

  it('offers the words that terms have, and takes one only when it is asked to', async () => {
    const { api, project, kept } = await open();
    expect(all('take-category')).toHaveLength(0);
    await api.decideTerms(project.id, ['IPM'], { kind: 'category', category: 'climate' });
    expect(await kept()).toEqual([]);
    await close();
    const { default: View } = await import('../views/SettingsView.svelte');
    const { mount, unmount } = await import('svelte');
    const view = mount(View, { target: document.body, props: { project: project.id } });
    close = () => unmount(view);
    await settled();
    await click(one('take-category'));
    expect(await kept()).toEqual(['climate']);
    expect(all('take-category')).toHaveLength(0);
  });

  it('is not lost to settings that are saved beside it, and does not lose them', async () => {
    const { api, project, kept } = await open('&categories');
    await type(one('set-exclude'), 'drafts\n*.bak');
    await type(field('name'), 'tool');
    await click(one('save-category'));
    expect((one('set-exclude') as HTMLTextAreaElement).value).toBe('drafts\n*.bak');
    await click(one('save-settings'));
    expect(await kept()).toEqual(['deterioration', '材料', 'pest', 'tool']);
    expect((await api.getProjectSettings(project.id)).exclude).toEqual(['drafts', '*.bak']);
  });
});
