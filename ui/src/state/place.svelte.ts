// The place one was at in a project: its tab, and in each tab the filters, the order, the selection and how far it
// was scrolled. It is there again when one comes back, also after a restart.
import { getContext, setContext, untrack } from 'svelte';
import { memorize, recall } from '../lib/remember';

type Kept = Record<string, unknown>;
const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const DELAY_MS = 300;
const places = new Map<string, Kept>();
const pending = new Map<string, ReturnType<typeof setTimeout>>();

function placeOf(projectId: string): Kept {
  let kept = places.get(projectId);
  if (!kept) places.set(projectId, (kept = recall(`place.${projectId}`, isKept) ?? {}));
  return kept;
}

export function placeAt(projectId: string, what: string): unknown {
  return placeOf(projectId)[what];
}

export function setPlace(projectId: string, what: string, value: unknown): void {
  placeOf(projectId)[what] = value;
  clearTimeout(pending.get(projectId));
  const write = () => memorize(`place.${projectId}`, places.get(projectId) ?? null);
  pending.set(projectId, setTimeout(write, DELAY_MS));
}

/** A project that is gone needs no place. */
export function forgetPlace(projectId: string): void {
  clearTimeout(pending.get(projectId));
  places.delete(projectId);
  memorize(`place.${projectId}`, null);
}

/** What was kept, as far as it has the form of what is there now: an older version may have kept something else. */
export function fitting<T extends Kept>(now: T, kept: unknown): T {
  const found = { ...now };
  if (!isKept(kept)) return found;
  for (const key of Object.keys(now) as (keyof T & string)[]) {
    const value = kept[key];
    const open = now[key] === null || value === null;
    if (value !== undefined && (open || typeof value === typeof now[key]))
      found[key] = value as T[typeof key];
  }
  return found;
}

/**
 * Keeps what a view of a project shows. Called once while the view begins: `restore` takes what was kept, `read` is
 * followed from then on.
 */
export function keepPlace<T extends Kept>(
  projectId: string,
  view: string,
  read: () => T,
  restore: (kept: T) => void,
): void {
  const kept = placeAt(projectId, view);
  if (kept !== undefined) restore(fitting(untrack(read), kept));
  $effect(() => setPlace(projectId, view, read()));
}

const SCROLL = Symbol('scroll');

/** The lists inside keep how far they were scrolled, under this name. */
export function keepScroll(projectId: string, view: () => string): void {
  setContext(SCROLL, (list: string) => ({
    get: () => {
      const top = placeAt(projectId, `scroll.${view()}.${list}`);
      return typeof top === 'number' ? top : 0;
    },
    set: (top: number) => setPlace(projectId, `scroll.${view()}.${list}`, Math.round(top)),
  }));
}

export function scrollOf(list: string): { get(): number; set(top: number): void } | null {
  const find = getContext<
    ((list: string) => { get(): number; set(top: number): void }) | undefined
  >(SCROLL);
  return find?.(list) ?? null;
}
