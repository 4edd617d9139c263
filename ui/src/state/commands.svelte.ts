// What can be done now: one registry for the palette, the list of shortcuts and the keys. Whatever is on the
// screen registers its own commands, and takes them with it when it goes.
import { untrack } from 'svelte';
import { isComposing } from '../lib/ime';
import { shortcutOf, shown, typesText } from '../lib/shortcuts';
import { app } from './app.svelte';

export interface Command {
  /** stays the same over versions: shortcuts are stored under it, e.g. "run.start" */
  id: string;
  title: string;
  /** the language of the title, where it is not that of the interface */
  lang?: string;
  /** at the right in the palette, e.g. a project's folder */
  note?: string;
  icon?: string;
  /** the shortcut it has until the user chooses another, e.g. "Mod+L" */
  keys?: string;
  /** false while it cannot be done: it is then neither offered nor run */
  when?: () => boolean;
  run: () => void;
}

interface Offer {
  readonly list: Command[];
  readonly last: boolean;
}

let offers = $state.raw<Offer[]>([]);

/**
 * Offers commands until the answer is called: `$effect(() => registerCommands(() => [...]))`. Those that can be
 * done anywhere are named last.
 */
export function registerCommands(source: () => Command[], { last = false } = {}): () => void {
  let list = $state.raw<Command[]>([]);
  // A view is asked by its own effect, which ends with it: what comes after it is drawn before it is gone, and asks
  // for keys when the project of the old view is none any more.
  $effect(() => {
    list = source();
  });
  const offer: Offer = {
    last,
    get list() {
      return list;
    },
  };
  // The effect that registers must not depend on what others register.
  offers = [...untrack(() => offers), offer];
  return () => (offers = offers.filter((each) => each !== offer));
}

export const commands = {
  /** every command that is known now; of two with one id the later registered counts */
  get all(): Command[] {
    const byId = new Map<string, Command>();
    const ordered = [...offers.filter((each) => !each.last), ...offers.filter((each) => each.last)];
    for (const { list } of ordered) for (const command of list) byId.set(command.id, command);
    return [...byId.values()];
  },
  get possible(): Command[] {
    return commands.all.filter(canRun);
  },
};

function canRun(command: Command): boolean {
  return command.when?.() ?? true;
}

/** The keys of a command: those that the user chose, or else its own. */
export function keysOf(command: Pick<Command, 'id' | 'keys'>): string | null {
  const chosen = app.settings.shortcuts[command.id];
  return chosen === undefined ? (command.keys ?? null) : chosen || null;
}

/** The keys of a command as they are shown; nothing while it is not known or has none. */
export function keysShown(id: string): string | undefined {
  const command = commands.all.find((each) => each.id === id);
  const keys = command && keysOf(command);
  return keys ? shown(keys) : undefined;
}

/** Answers a text with commands of its own, e.g. the terms that are called so. */
export type Finder = (text: string) => Promise<Command[]>;
let finders = $state.raw<Finder[]>([]);

export function registerFinder(finder: Finder): () => void {
  finders = [...untrack(() => finders), finder];
  return () => (finders = finders.filter((each) => each !== finder));
}

export async function findElsewhere(text: string): Promise<Command[]> {
  const answers = await Promise.allSettled(finders.map((finder) => finder(text)));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

/** In a text field this takes back what was typed there. */
const FIELD_UNDO = 'Mod+Z';

/** Runs what a key press stands for; answers whether it did. A modal dialog keeps the keys to itself. */
export function runKeys(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || isComposing(event)) return false;
  const pressed = shortcutOf(event);
  if (pressed === null) return false;
  if ((typesText(pressed) || pressed === FIELD_UNDO) && isTyping(event.target)) return false;
  const command = commands.all.find((each) => keysOf(each) === pressed);
  if (!command) return false;
  // Also when it cannot be done now: F5 must never reload the window.
  event.preventDefault();
  if (document.querySelector('[aria-modal="true"]')) return false;
  if (!canRun(command)) return false;
  command.run();
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return (
    element?.isContentEditable === true ||
    element?.matches('input:not([type="radio"], [type="checkbox"]), textarea, select') === true
  );
}
