// The window is to be closed while runs are active: the question, until it is answered.
import { api, listen } from '../ipc/client';
import type { CloseAnswer, RunView } from '../ipc/bindings';
import { app, saveSettings } from './app.svelte';
import { showError } from './toasts.svelte';

type Answer = Exclude<CloseAnswer, 'asking'>;

let runs = $state.raw<RunView[] | null>(null);
/** what was answered, while it takes effect */
let answered = $state.raw<Answer | null>(null);

export const closing = {
  /** the runs that are asked about; nothing while nothing is asked */
  get runs() {
    return runs;
  },
  get answered() {
    return answered;
  },
};

export function listenForClose(): () => void {
  const subscription = listen('closeRequested', (request) => {
    // Closed once more while the question stands: it is the same question.
    if (runs === null) answered = null;
    runs = request.runs;
  });
  subscription.ready.catch(() => undefined);
  return subscription.stop;
}

/** The question is on the screen: no dialog of the system has to ask in its place. */
export function askingClose(): void {
  api.answerClose('asking').catch(() => undefined);
}

export async function answerClose(answer: Answer, remembered: boolean): Promise<void> {
  if (answered) return;
  answered = answer;
  if (remembered && answer !== 'stay') await saveSettings({ ...app.settings, background: answer });
  try {
    await api.answerClose(answer);
    // A stop takes until the runs have reached a safe point; the window goes with the app.
    if (answer !== 'stop') hide();
  } catch (thrown) {
    answered = null;
    // Escape has taken the dialog away already.
    if (answer === 'stay') hide();
    showError(thrown);
  }
}

/** Takes the question away; an answer that was given stands. */
export function hide(): void {
  runs = null;
  answered = null;
}
