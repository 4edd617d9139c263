// A stop is shown when it is asked for, before the engine answers: the run is drawn as cancelling, whatever
// late events still say, until it ends or the call fails.
import type { CancelOutcome, RunView } from '../ipc/bindings';
import { isLive } from '../lib/glossary';

/** run id -> when its stop was asked for here */
export type Stops = Map<string, string>;

export function withStop(stops: Stops, run: RunView): RunView {
  const at = stops.get(run.id);
  if (at === undefined || !isLive(run.status)) return run;
  if (run.cancelling && run.cancel_requested_at) return run;
  return { ...run, cancelling: true, cancel_requested_at: run.cancel_requested_at ?? at };
}

export interface StopPorts {
  cancel(runId: string): Promise<CancelOutcome>;
  /** reads the run again */
  read(runId: string): Promise<RunView>;
  remember(run: RunView): void;
  late(): void;
  failed(thrown: unknown): void;
}

export async function requestStop(
  stops: Stops,
  run: RunView,
  ports: StopPorts,
  now = new Date(),
): Promise<void> {
  if (stops.has(run.id) || !isLive(run.status)) return;
  stops.set(run.id, now.toISOString());
  let outcome: CancelOutcome;
  try {
    outcome = await ports.cancel(run.id);
  } catch (thrown) {
    stops.delete(run.id);
    ports.failed(thrown);
    return;
  }
  if (outcome === 'already_finished') ports.late();
  try {
    ports.remember(await ports.read(run.id));
  } catch {
    // The stop is under way; its events say the rest.
  }
}
