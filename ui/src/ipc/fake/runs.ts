// What the browser twin does about runs: starting, taking up again, stopping, and the queue.
import type * as B from '../bindings';
import { RANGES, STAGES, stagesOf } from '../../lib/glossary';
import { runTime } from '../../lib/times';
import { asked, refuse } from './asked';
import { USES } from './models';
import { sampleAt } from './samples';
import * as world from './world';

/** request id -> run: the same request starts the same run */
const requests = new Map<string, string>();
const SETTINGS: B.ProjectSettings = {
  max_file_mb: 50,
  max_terms: null,
  min_occurrences: 2,
  include: [],
  exclude: [],
  languages: 'both',
  stop_words: [],
  categories: [],
  model: null,
};

/** A stop that never takes effect by itself: `&stubborn`. */
const stubborn = asked.has('stubborn');

export function start(
  projectId: string,
  scope: B.Scope,
  requestId: string,
  part: Partial<B.RunView> = {},
): B.RunView {
  const same = requests.get(requestId);
  if (same) return world.runOf(same);
  const active = world.activeOf(projectId);
  if (active) refuse('run_active', { run: active.id });
  const project = world.projectOf(projectId);
  const run = world.makeRun(project, 'running', Date.now(), scope, { has_results: false, ...part });
  requests.set(requestId, run.id);
  world.logs.set(run.id, 0);
  project.state = 'running';
  run.stages = stagesOf(scope).map((stage, i) => ({
    stage,
    status: i === 0 ? 'running' : 'waiting',
    done: 0,
    total: i === 0 ? 24 : 0,
    reused: 0,
    missing: 0,
    suspended_ms: 0,
    item: null,
    started_at: i === 0 ? world.iso(Date.now()) : null,
    finished_at: null,
  }));
  world.simulate(run);
  setTimeout(() => world.runChanged.emit(run), 0);
  return run;
}

export function resume(runId: string, requestId: string): B.RunView {
  const run = world.runOf(runId);
  if (run.status === 'completed' || run.status === 'partial')
    refuse('nothing_to_resume', { run: run.id });
  return start(run.project_id, run.scope, requestId, { resumes: run.id });
}

export function retry(runId: string, requestId: string): B.RunView {
  const run = world.runOf(runId);
  if (run.missing === 0) refuse('nothing_to_retry', { run: run.id });
  return start(run.project_id, run.scope, requestId, { resumes: run.id });
}

export function cancel(runId: string): B.CancelOutcome {
  const run = world.runOf(runId);
  if (run.finished_at) return 'already_finished';
  Object.assign(run, {
    cancelling: true,
    cancel_requested_at: world.iso(Date.now()),
    revision: run.revision + 1,
  });
  world.runChanged.emit(run);
  if (!stubborn) setTimeout(() => world.finish(run, 'cancelled', 'user'), 900);
  return 'cancelling';
}

/** Goes on until the end: nothing here is paid for. */
export function goOn(runId: string, since: string, more: number | null): B.ContinueOutcome {
  const run = world.runOf(runId);
  if (more !== null && !(more > 0)) refuse('invalid_settings', { field: 'budget' });
  if (run.paused?.since !== since || run.cancelling) return 'not_paused';
  run.suspended_ms += Date.now() - Date.parse(since);
  Object.assign(run, { paused: null, revision: run.revision + 1 });
  world.runChanged.emit(run);
  world.simulate(run);
  return 'continued';
}

export function force(runId: string): B.CancelOutcome {
  const run = world.runOf(runId);
  if (run.finished_at) return 'already_finished';
  world.finish(run, 'cancelled', 'forced');
  return 'cancelling';
}

const STATUSES = 'running pending failed interrupted partial cancelled completed'.split(' ');
const SCOPES: B.Scope[] = [...RANGES, ...STAGES];
const units = (run: B.RunView) => run.stages.reduce((sum, stage) => sum + stage.done, 0);
const VALUE: Record<B.RunSort, (run: B.RunView) => number | string> = {
  project: (run) => run.project_name.toLowerCase(),
  status: (run) => STATUSES.indexOf(run.status),
  scope: (run) => SCOPES.indexOf(run.scope),
  trigger: (run) => run.trigger + run.owner,
  started: (run) => run.started_at ?? run.created_at,
  duration: (run) => runTime(run, new Date()) ?? 0,
  stages: (run) => run.stages.filter((stage) => stage.status === 'completed').length,
  units,
};

/** Those that are equal keep their order. */
export function sorted(list: B.RunView[], order: B.RunOrder | null): B.RunView[] {
  if (order === null) return list;
  const value = VALUE[order.sort];
  const sign = order.descending ? -1 : 1;
  return [...list].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    return one === other ? 0 : sign * (one < other ? -1 : 1);
  });
}

/** Running ones first, then the queue. */
export function active(): B.RunView[] {
  const live = world.runs.filter((run) => !run.finished_at);
  return [
    ...live.filter((run) => run.status === 'running'),
    ...live.filter((run) => run.status === 'pending'),
  ];
}

export function detail(runId: string): B.RunDetail {
  const run = world.runOf(runId);
  const actor = run.owner === 'command_line' ? 'cli' : 'user';
  const history: B.StatusChange[] = [
    { status: 'pending', stage: null, at: run.created_at, reason: null, actor },
  ];
  if (run.started_at)
    history.push({
      status: 'running',
      stage: 'load',
      at: run.started_at,
      reason: null,
      actor: 'engine',
    });
  if (run.finished_at)
    history.push({
      status: run.status,
      stage: null,
      at: run.finished_at,
      reason: run.stop_reason,
      actor: run.status === 'cancelled' ? 'user' : 'engine',
    });
  return { run, history, settings: SETTINGS, model_use: asked.has('model') ? USES : [] };
}

export function missing(runId: string): B.MissingUnit[] {
  const run = world.runOf(runId);
  return Array.from({ length: run.missing }, (_, i): B.MissingUnit => {
    if (i >= 2)
      return {
        stage: 'define',
        item: sampleAt(i * 7).term,
        error: { code: 'unit_failed', params: {}, detail: 'index out of range' },
      };
    const path = `写真/目録-${i + 1}.txt`;
    return {
      stage: 'load',
      item: path,
      error: { code: 'file_unreadable', params: { path }, detail: 'permission denied' },
    };
  });
}
