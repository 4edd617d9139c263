// What the browser twin remembers of its past: the numbers over all projects, the runs behind them, and what
// was deleted. `&data=many` has ten thousand runs, `empty` and `none` have none.
import type * as B from '../bindings';
import type { Commands } from '../contract';
import { stagesOf } from '../../lib/glossary';
import { answer, data, refuse, START } from './asked';
import { sorted } from './runs';
import * as world from './world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PAST = data === 'many' ? 10_000 : data === 'few' ? 46 : 0;
const LENGTH: Record<B.Window, number> = {
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  quarter: 90 * DAY,
};
const SLICE: Record<B.Window, number> = { day: HOUR, week: 6 * HOUR, month: DAY, quarter: 3 * DAY };
/** parts of a run's time, by stage */
const PARTS: Record<B.Stage, number> = {
  load: 0.1,
  extract: 0.35,
  define: 0.3,
  review: 0.1,
  refine: 0.15,
};

/** A number between 0 and 1 that is the same every time. */
const dice = (seed: number) => Math.abs(Math.sin(seed * 12.9898) * 43_758.5453) % 1;

/** Adds the runs of the last months, so that a dashboard has something to say. */
export function populate() {
  const projects = world.projects.filter((project) => project.state !== 'not_run');
  if (PAST === 0 || projects.length === 0) return;
  const span = data === 'many' ? 89 * DAY : 29 * DAY;
  const past = Array.from({ length: PAST }, (_, i) => {
    const project = projects[i % projects.length] as B.ProjectSummary;
    return pastRun(project, i, START - 8 * DAY * (data === 'few' ? 0.4 : 0) - span * dice(i + 1));
  });
  const all = [...world.runs, ...past];
  all.sort((a, b) => b.created_at.localeCompare(a.created_at));
  world.replace({ runs: all });
}

function pastRun(project: B.ProjectSummary, i: number, at: number): B.RunView {
  const scopes: B.Scope[] = [
    'full',
    'full',
    'full',
    'from_terms',
    'provisional_to_refined',
    'review',
  ];
  const scope = scopes[i % scopes.length] as B.Scope;
  const luck = dice(i * 7);
  const status: B.RunStatus =
    luck < 0.82
      ? 'completed'
      : luck < 0.88
        ? 'partial'
        : luck < 0.93
          ? 'failed'
          : luck < 0.97
            ? 'cancelled'
            : 'interrupted';
  const took = 900 + 3_400 * dice(i * 3) + (i % 19 === 0 ? 9_000 : 0);
  const stages = stagesOf(scope);
  const reached =
    status === 'completed' || status === 'partial' ? stages.length : 1 + (i % stages.length);
  const whole = stages.reduce((sum, stage) => sum + PARTS[stage], 0);
  let clock = at;
  const views = stages.map((stage, position): B.StageView => {
    const started = clock;
    const total = stage === 'load' ? 186 : 742;
    const last = position === reached - 1 && reached < stages.length;
    if (position >= reached) return { ...idle(stage), status: 'waiting' };
    clock += (took * PARTS[stage]) / whole;
    return {
      ...idle(stage),
      status: last ? (status === 'failed' ? 'failed' : 'cancelled') : 'completed',
      done: last ? Math.round(total * 0.4) : total,
      total,
      missing: status === 'partial' && stage === 'define' ? 3 : 0,
      started_at: world.iso(started),
      finished_at: world.iso(clock),
    };
  });
  return {
    id: `run-past-${String(i).padStart(6, '0')}`,
    project_id: project.id,
    project_name: project.name,
    scope,
    trigger: i % 9 === 4 ? 'system' : 'user',
    status,
    cancelling: false,
    cancel_requested_at: null,
    stop_reason: status === 'cancelled' ? 'user' : null,
    resumes: null,
    owner: i % 7 === 3 ? 'command_line' : 'this',
    waiting: null,
    paused: null,
    engine: 'embedded',
    model: null,
    app_version: '0.1.0',
    created_at: world.iso(at - 20),
    started_at: world.iso(at),
    finished_at: world.iso(clock),
    suspended_ms: 0,
    stages: views,
    missing: status === 'partial' ? 3 : 0,
    has_results: false,
    pinned: i % 23 === 5,
    has_log: i % 11 !== 10,
    error:
      status === 'failed'
        ? { code: 'folder_not_found', params: { folder: project.folder }, detail: null }
        : null,
    revision: 1,
  };
}

function idle(stage: B.Stage): B.StageView {
  return {
    stage,
    status: 'waiting',
    done: 0,
    total: 0,
    reused: 0,
    missing: 0,
    suspended_ms: 0,
    item: null,
    started_at: null,
    finished_at: null,
  };
}

const deleted = new Map<string, { project?: B.ProjectSummary; runs: B.RunView[] }>();

export function removeProject(projectId: string) {
  const project = world.projectOf(projectId);
  const own = (run: B.RunView) => run.project_id === projectId;
  deleted.set(projectId, { project, runs: world.runs.filter(own) });
  world.replace({
    projects: world.projects.filter((other) => other.id !== projectId),
    runs: world.runs.filter((run) => !own(run)),
  });
  world.projectChanged.emit({ project_id: projectId });
}

function bringBack(id: string, code: string) {
  const back = deleted.get(id) ?? refuse(code);
  deleted.delete(id);
  world.replace({
    projects: back.project ? [...world.projects, back.project] : world.projects,
    runs: [...world.runs, ...back.runs].sort((a, b) => b.created_at.localeCompare(a.created_at)),
  });
  return back;
}

const ended = (since: number, projectId: string | null) =>
  world.runs.filter(
    (run) =>
      run.finished_at !== null &&
      new Date(run.finished_at).getTime() >= since &&
      (!projectId || run.project_id === projectId),
  );

const took = (run: B.RunView) =>
  new Date(run.finished_at ?? 0).getTime() -
  new Date(run.started_at ?? 0).getTime() -
  run.suspended_ms;

function durations(runs: B.RunView[]): B.Durations {
  const sorted = runs.map(took).sort((a, b) => a - b);
  const rank = (percent: number) => sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
  return { runs: runs.length, median_ms: Math.round(rank(50)), p90_ms: Math.round(rank(90)) };
}

function by<T>(items: T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}

function board(window: B.Window, projectId: string | null): B.Dashboard {
  const now = Date.now();
  const since = now - LENGTH[window];
  const runs = ended(since, projectId);
  const count = (status: B.RunStatus) => runs.filter((run) => run.status === status).length;
  const live = world.runs.filter(
    (run) => !run.finished_at && (!projectId || run.project_id === projectId),
  );
  const completed = runs.filter((run) => run.status === 'completed');
  const slice = (run: B.RunView) =>
    Math.floor((new Date(run.finished_at ?? 0).getTime() - since) / SLICE[window]);
  return {
    since: world.iso(since),
    until: world.iso(now),
    ended: {
      completed: completed.length,
      partial: count('partial'),
      failed: count('failed'),
      cancelled: count('cancelled'),
      interrupted: count('interrupted'),
    },
    running: live.filter((run) => run.status === 'running' && !run.paused).length,
    paused: live.filter((run) => run.paused).length,
    waiting: live.filter((run) => run.status === 'pending').length,
    limit: 2,
    durations: by(completed, (run) => `${run.scope}|${run.engine}`)
      .map(([, group]): B.ScopeDurations => {
        const first = group[0] as B.RunView;
        return {
          scope: first.scope,
          engine: first.engine,
          model: first.model,
          all: durations(group),
          trend: by(group, (run) => String(slice(run)))
            .sort(([a], [b]) => Number(a) - Number(b))
            .map(([at, part]) => ({
              from: world.iso(since + Number(at) * SLICE[window]),
              to: world.iso(Math.min(now, since + (Number(at) + 1) * SLICE[window])),
              durations: durations(part),
            })),
        };
      })
      .sort((a, b) => b.all.runs - a.all.runs),
  };
}

export const commands: Pick<
  Commands,
  | 'restoreProject'
  | 'duplicateProject'
  | 'findProject'
  | 'openSample'
  | 'pinRun'
  | 'deleteRun'
  | 'restoreRun'
  | 'getDashboard'
  | 'listHistory'
  | 'getUsualStages'
  | 'getGroups'
> = {
  restoreProject: (projectId) =>
    answer(() => bringBack(projectId, 'project_not_found').project as B.ProjectSummary),
  duplicateProject: (projectId, name, folder) =>
    answer(() => {
      world.projectOf(projectId);
      if (!name) refuse('name_empty');
      const other = world.projects.find((project) => project.folder === folder);
      if (other) refuse('folder_in_use', { project: other.name });
      return world.makeProject(name, folder, 'not_run');
    }),
  findProject: (folder) =>
    answer(() => world.projects.find((project) => project.folder === folder) ?? null),
  openSample: (name) =>
    answer(
      () =>
        world.projects.find((project) => project.folder.endsWith('/sample/seed-bank')) ??
        world.makeProject(name, '~/.local/share/genglossary/sample/seed-bank', 'not_run'),
    ),
  pinRun: (runId, pinned) =>
    answer(() => {
      const run = world.runOf(runId);
      Object.assign(run, { pinned, revision: run.revision + 1 });
      world.runChanged.emit(run);
      return run;
    }),
  deleteRun: (runId) =>
    answer(() => {
      const run = world.runOf(runId);
      if (!run.finished_at) refuse('run_active', { run: runId });
      const kept = world.runs.find(
        (other) => other.project_id === run.project_id && other.has_results,
      );
      if (kept?.id === runId) refuse('run_is_current', { run: runId });
      deleted.set(runId, { runs: [run] });
      world.replace({ runs: world.runs.filter((other) => other !== run) });
      world.projectChanged.emit({ project_id: run.project_id });
      return null;
    }),
  restoreRun: (runId) =>
    answer(() => {
      const [run] = bringBack(runId, 'run_not_found').runs;
      world.projectChanged.emit({ project_id: run?.project_id ?? '' });
      return run as B.RunView;
    }),
  getDashboard: (window, projectId) => answer(() => board(window, projectId)),
  listHistory: (query) =>
    answer(() => {
      const since = Date.now() - LENGTH[query.window];
      const rows = ended(since, query.project_id)
        .filter(
          (run) =>
            (query.statuses.length === 0 || query.statuses.includes(run.status)) &&
            (!query.trigger || run.trigger === query.trigger) &&
            (!query.scope || run.scope === query.scope) &&
            (!query.engine || run.engine === query.engine),
        )
        .sort((a, b) => (b.finished_at ?? '').localeCompare(a.finished_at ?? ''));
      const shown = sorted(rows, query.order);
      return {
        rows: shown.slice(query.offset, query.offset + Math.min(query.limit, 500)),
        total: rows.length,
        offset: query.offset,
      };
    }),
  getUsualStages: (runId) =>
    answer(() => {
      const run = world.runOf(runId);
      const like = world.runs.filter(
        (other) =>
          other.id !== runId &&
          other.project_id === run.project_id &&
          other.scope === run.scope &&
          other.engine === run.engine &&
          other.status === 'completed',
      );
      if (like.length === 0) return { runs: 0, stages: [] };
      const { median_ms } = durations(like);
      const stages = stagesOf(run.scope);
      const whole = stages.reduce((sum, stage) => sum + PARTS[stage], 0);
      return {
        runs: like.length,
        stages: stages.map((stage) => ({
          stage,
          median_ms: Math.round((median_ms * PARTS[stage]) / whole),
        })),
      };
    }),
  getGroups: (projectId) =>
    answer(() => {
      const { counts } = world.projectOf(projectId);
      const terms = counts.refined ?? counts.provisional;
      const part = (name: string, total: number, share: number): B.Group => ({
        name,
        total,
        done: Math.round(total * share),
      });
      const of = (whole: number, shares: [string, number, number][]) =>
        shares.map(([name, size, share]) => part(name, Math.round(whole * size), share));
      return {
        categories:
          terms === null
            ? null
            : of(terms, [
                ['concept', 0.6, 0.94],
                ['環境', 0.17, 1],
                ['abbreviation', 0.13, 0.71],
                ['name', 0.1, 0],
              ]),
        folders:
          counts.documents === null
            ? null
            : of(counts.documents, [
                ['treatment-records', 0.5, 1],
                ['処置記録', 0.3, 1],
                ['', 0.2, 0.9],
              ]),
      };
    }),
};
