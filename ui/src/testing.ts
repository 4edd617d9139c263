// The browser twin for component tests: new modules and new data for each, and time that stands still.
import type { Component } from 'svelte';
import type { ProjectSummary } from './ipc/bindings';
import type { Commands } from './ipc/contract';
import { vi } from 'vitest';

export const all = (id: string) => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];

export function one(id: string): HTMLElement {
  const found = all(id)[0];
  if (!found) throw new Error(`nothing is called ${id}`);
  return found;
}

export const said = (id: string) => (all(id)[0]?.textContent ?? '').replace(/\s+/g, ' ').trim();

/** Everything that was asked for has been answered and drawn. */
export const settled = () => vi.advanceTimersByTimeAsync(600);

/** The rows of a list that are drawn, by their keys. */
export function rowsOf(id: string) {
  const rows = () => all(`${id}-row`);
  const row = (key: string) => {
    const found = rows().find(({ dataset }) => dataset.key === key);
    if (!found) throw new Error(`${key} is not listed`);
    return found;
  };
  return {
    keys: () => rows().map(({ dataset }) => dataset.key),
    row,
    words: (key: string) => (row(key).textContent ?? '').replace(/\s+/g, ' '),
    chosen: () =>
      rows()
        .filter((each) => each.getAttribute('aria-selected') === 'true')
        .map(({ dataset }) => dataset.key),
  };
}

export async function click(element: HTMLElement, modifiers: MouseEventInit = {}) {
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...modifiers }));
  await settled();
}

export async function press(element: Element, key: string, more: KeyboardEventInit = {}) {
  element.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
  );
  await settled();
}

export async function type(field: HTMLElement, text: string) {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settled();
}

let deaf = () => {};

/** The next answer of this command is an error. */
export async function failNext(command: keyof Commands, code = 'internal') {
  const { commands } = await import('./ipc/fake');
  const error = { code, params: {}, detail: null };
  const refuse = async () => ({ status: 'error' as const, error });
  vi.spyOn(commands as unknown as Record<string, typeof refuse>, command).mockImplementationOnce(
    refuse,
  );
}

const USUAL = { width: 900, height: 600 };
/** A window of this size; what is drawn in it has the same. A test may make it smaller for itself. */
export const SIZE = { ...USUAL };

/** The twin as the address `search` asks for it, with the first project. */
export async function twin(search: string) {
  vi.resetModules();
  vi.stubGlobal('location', { search, hash: '' });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  Element.prototype.scrollIntoView = () => undefined;
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => SIZE.width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(SIZE.height);
  const { api, connect } = await import('./ipc/client');
  await connect();
  const world = await import('./ipc/fake/world');
  const { app, begin } = await import('./state/app.svelte');
  await begin();
  const { toasts } = await import('./state/toasts.svelte');
  // Keys that belong to a command, as the window hears them.
  const { runKeys } = await import('./state/commands.svelte');
  window.addEventListener('keydown', runKeys);
  deaf = () => window.removeEventListener('keydown', runKeys);
  // There is one, unless it was asked for none.
  const [project] = app.projects as [ProjectSummary];
  // The modules are new for each test, and so is the Svelte that mounts them.
  const { mount, unmount } = await import('svelte');
  return { api, world, app, toasts, project, mount, unmount };
}

/** What every view of the project is given, as it is now; nothing runs. */
export function viewed({
  app,
  project,
}: Pick<Awaited<ReturnType<typeof twin>>, 'app' | 'project'>) {
  return {
    get project() {
      return app.projects.find(({ id }) => id === project.id) ?? project;
    },
    get version() {
      return app.version(project.id);
    },
    active: null,
  };
}

type Twin = Awaited<ReturnType<typeof twin>>;

/** Shows a view of the project, and again whenever one comes back to its tab. */
export async function tabOf<Props extends object>(
  parts: Twin,
  View: Component<Props>,
  more: Omit<Props, keyof ReturnType<typeof viewed>>,
) {
  let view: ReturnType<Twin['mount']>;
  const show = async () => {
    const props = Object.assign(viewed(parts), more) as unknown as Props;
    view = parts.mount(View, { target: document.body, props });
    await settled();
  };
  await show();
  return {
    close: () => parts.unmount(view),
    /** Goes to another tab, where `there` is done, and comes back. */
    comeBack: async (there = () => {}) => {
      await parts.unmount(view);
      there();
      await show();
    },
  };
}

/** After each test. */
export function forget() {
  deaf();
  Object.assign(SIZE, USUAL);
  document.body.replaceChildren();
  localStorage.clear();
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
}
