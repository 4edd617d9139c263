// Short notices in the corner; what can be undone offers it here instead of asking before.
import { AppError } from '../ipc/client';
import { errorText } from '../lib/errors';
import { sentences } from '../lib/i18n.svelte';

export interface Toast {
  id: number;
  text: string;
  tone: 'ok' | 'bad';
  undo: (() => void) | null;
}

const SHOWN_MS = 6000;
/** what can be undone stays long enough to notice the mistake */
const UNDO_SHOWN_MS = 20_000;
const ERROR_SHOWN_MS = 12_000;

let list = $state.raw<Toast[]>([]);
let lastId = 0;

export const toasts = {
  get list() {
    return list;
  },
};

export function toast(text: string, options: Partial<Pick<Toast, 'tone' | 'undo'>> = {}): void {
  const item: Toast = {
    id: ++lastId,
    text,
    tone: options.tone ?? 'ok',
    undo: options.undo ?? null,
  };
  list = [...list.slice(-2), item];
  const shown = item.undo ? UNDO_SHOWN_MS : item.tone === 'bad' ? ERROR_SHOWN_MS : SHOWN_MS;
  setTimeout(() => dismiss(item.id), shown);
}

/** Says what was done and offers the way back. It runs once; when it fails, the error says so. */
export function showUndo(text: string, undo: () => Promise<void>): void {
  toast(text, { undo: () => void undo().catch(showError) });
}

export function dismiss(id: number): void {
  list = list.filter((item) => item.id !== id);
}

export function showError(thrown: unknown): void {
  const { what, todo, detail } = errorText(AppError.from(thrown));
  toast(sentences(what, todo, detail), { tone: 'bad' });
}
