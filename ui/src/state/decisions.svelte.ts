// What the researcher decides about terms and issues. Every decision is told with the way back; the last ones
// of a project can be taken back one after the other, by the notice or by key.
import type { Change, IssueAnswer, TermEdit, Verdict } from '../ipc/bindings';
import { api, AppError } from '../ipc/client';
import { t } from '../lib/i18n.svelte';
import { refreshSoon } from './app.svelte';
import type { Command } from './commands.svelte';
import { showError, showUndo, toast } from './toasts.svelte';

interface Done {
  projectId: string;
  id: string;
  said: string;
  /** what follows when it is taken back */
  undone: () => void;
}

const KEPT = 100;
let done = $state.raw<Done[]>([]);
let undoing = false;

export function canUndo(projectId: string): boolean {
  return done.some((each) => each.projectId === projectId);
}

/** Takes the last decision of the project back. */
export async function undoLast(projectId: string): Promise<void> {
  const last = done.findLast((each) => each.projectId === projectId);
  if (!last || undoing) return;
  undoing = true;
  try {
    await undo(last);
    toast(t('decide.undone', { what: last.said }));
  } catch (thrown) {
    showError(thrown);
  } finally {
    undoing = false;
  }
}

/** Undo as a command of a tab. */
export function undoCommand(projectId: string): Command {
  return {
    id: 'decide.undo',
    title: t('decide.undo'),
    keys: 'Mod+Z',
    when: () => canUndo(projectId),
    run: () => void undoLast(projectId),
  };
}

async function undo(change: Done): Promise<void> {
  try {
    await api.undoChange(change.projectId, change.id);
    forget(change);
    change.undone();
  } catch (thrown) {
    // What is gone cannot be taken back a second time; what was decided over may be, once that is taken back.
    if (AppError.from(thrown).code === 'change_gone') forget(change);
    throw thrown;
  } finally {
    refreshSoon(change.projectId);
  }
}

function forget(change: Done): void {
  done = done.filter((each) => each.id !== change.id);
}

async function tell(
  projectId: string,
  said: string,
  call: () => Promise<Change>,
  undone = () => {},
): Promise<Change | null> {
  try {
    const change = await call();
    if (change.id !== null) {
      const made = { projectId, id: change.id, said, undone };
      done = [...done.slice(1 - KEPT), made];
      showUndo(said, () => undo(made));
      refreshSoon(projectId);
    }
    return change;
  } catch (thrown) {
    showError(thrown);
    return null;
  }
}

/** Decides one thing about these terms; answers whether it is decided now. */
export async function decide(
  projectId: string,
  keys: string[],
  edit: TermEdit,
  said: string,
  undone?: () => void,
): Promise<boolean> {
  const call = () => api.decideTerms(projectId, keys, edit);
  return (await tell(projectId, said, call, undone)) !== null;
}

/** Decides about a text that stands in a document; answers whether it is decided now. */
export async function mark(
  projectId: string,
  text: string,
  verdict: Verdict,
  said: string,
): Promise<boolean> {
  const call = async () => (await api.markTerm(projectId, text, verdict)).change;
  return (await tell(projectId, said, call)) !== null;
}

/** Answers these issues alike. */
export async function answer(
  projectId: string,
  ids: string[],
  given: IssueAnswer,
  said: string,
): Promise<boolean> {
  return (await tell(projectId, said, () => api.answerIssues(projectId, ids, given))) !== null;
}

/** Adds a term; answers its key. What is wrong with it is for the caller to tell. */
export async function addTerm(projectId: string, text: string): Promise<string> {
  const { key, change } = await api.requireTerm(projectId, text);
  await tell(projectId, t('terms.added', { term: text }), () => Promise.resolve(change));
  return key;
}
