// Projects and runs of the browser twin; a running run moves on by itself.
import type * as B from '../bindings';
import type { Drag, Events } from '../contract';
import {
  asked,
  Channel,
  data,
  DOCUMENTS,
  ISSUES,
  refuse,
  STAGES,
  START,
  state,
  TERMS,
  type State,
} from './asked';
import { issues, logRecord, SKIPPED } from './data';
import { sampleAt } from './samples';

export const runChanged = new Channel<B.RunView>();
const logAppended = new Channel<{
  project_id: string;
  run_id: string;
  records: B.LogRecord[];
  total: number;
}>();
const logEnded = new Channel<{
  project_id: string;
  run_id: string;
  status: B.RunStatus;
  total: number;
}>();
export const projectChanged = new Channel<{ project_id: string }>();
export const closeRequested = new Channel<{ runs: B.RunView[] }>();
/** a notification that was clicked: nothing here sends one by itself */
export const openRun = new Channel<B.RunRef>();
const openProject = new Channel<{ project_id: string }>();
const openFailed = new Channel<B.IpcError>();
/** another window stored other settings: nothing here does by itself */
export const settingsChanged = new Channel<B.AppSettings>();
export const pullChanged = new Channel<B.PullView>();
export const ollamaChanged = new Channel<null>();
/** what is dragged over the window: nothing here drags by itself */
const dragged = new Channel<Drag>();
export const drags = {
  emit: (drag: Drag) => dragged.emit(drag),
  receive: (receive: (drag: Drag) => void) => dragged.listen(({ payload }) => receive(payload)),
};
export const events: Events = {
  runChanged,
  logAppended,
  logEnded,
  projectChanged,
  closeRequested,
  openRun,
  openProject,
  openFailed,
  settingsChanged,
  pullChanged,
  ollamaChanged,
};

const ran = data !== 'empty';
/** lines written so far, by run */
export const logs = new Map<string, number>();
export let projects: B.ProjectSummary[] = [];
export let runs: B.RunView[] = [];
let lastId = 0;

const id = (prefix: string) => `${prefix}-019ab3f2-7c4e-${String(++lastId).padStart(6, '0')}`;
export const iso = (ms: number) => new Date(ms).toISOString();

export function makeRun(
  project: B.ProjectSummary,
  status: B.RunStatus,
  at: number,
  scope: B.Scope = 'full',
  part: Partial<B.RunView> = {},
): B.RunView {
  const done = status === 'completed' || status === 'partial';
  const reached = done ? 5 : status === 'pending' ? 0 : 3;
  const took = [6_000, 21_000, 4_900_000, 250_000, 526_000];
  let clock = at + 400;
  const stages = STAGES.map((stage, i): B.StageView => {
    const total = i === 0 ? 412 : 1284;
    if (i >= reached)
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
    const started_at = iso(clock);
    clock += took[i] ?? 0;
    const last = !done && i === reached - 1;
    const end: B.StageStatus =
      status === 'running' ? 'running' : status === 'failed' ? 'failed' : 'cancelled';
    return last
      ? {
          stage,
          status: end,
          done: 612,
          total,
          reused: 0,
          missing: 0,
          suspended_ms: 0,
          item: 'foxing',
          started_at,
          finished_at: end === 'running' ? null : iso(clock),
        }
      : {
          stage,
          status: 'completed',
          done: total,
          total,
          reused: i === 2 ? 1200 : 0,
          missing: i === 2 ? (part.missing ?? 0) : 0,
          suspended_ms: i === 2 ? (part.suspended_ms ?? 0) : 0,
          item: null,
          started_at,
          finished_at: iso(clock),
        };
  });
  const live = status === 'running' || status === 'pending';
  const run: B.RunView = {
    id: id('run'),
    project_id: project.id,
    project_name: project.name,
    scope,
    trigger: 'user',
    status,
    cancelling: false,
    engine: 'embedded',
    model: null,
    app_version: '0.1.0',
    created_at: iso(at),
    started_at: status === 'pending' ? null : iso(at + 300),
    finished_at: live ? null : iso(clock),
    stages,
    error: null,
    resumes: null,
    missing: 0,
    cancel_requested_at: null,
    stop_reason: null,
    owner: 'this',
    waiting: status === 'pending' ? { running: 2, limit: 2, ahead: 1 } : null,
    paused: null,
    suspended_ms: 0,
    has_results: done,
    pinned: false,
    has_log: true,
    revision: 1,
    ...part,
  };
  logs.set(run.id, Number(asked.get('log') ?? (data === 'many' ? 1_000_000 : 48_408)));
  runs.unshift(run);
  return run;
}

export function makeProject(
  name: string,
  folder: string,
  stored: B.ProjectState,
  counts: Partial<B.Counts> = {},
): B.ProjectSummary {
  const none: B.Counts = {
    documents: null,
    skipped: null,
    terms: null,
    provisional: null,
    issues: null,
    open_issues: null,
    refined: null,
    defined: null,
  };
  const project: B.ProjectSummary = {
    id: id('project'),
    name,
    folder,
    created_at: iso(START),
    state: stored,
    counts: { ...none, defined: counts.refined ?? null, ...counts },
    last_run: null,
  };
  projects.push(project);
  return project;
}

export function populate() {
  const ja = asked.get('lang') === 'ja';
  const open = issues(ISSUES).filter((issue) => issue.state === 'open').length;
  const full: B.Counts = {
    documents: DOCUMENTS,
    skipped: SKIPPED.length,
    terms: TERMS,
    provisional: TERMS,
    issues: ISSUES,
    open_issues: open,
    refined: TERMS,
    defined: TERMS,
  };
  const main = makeProject(
    ja ? '収蔵品保存マニュアル' : 'Collection care manual',
    '~/Research/collection-care',
    'up_to_date',
    ran ? full : {},
  );
  if (!ran) main.state = 'not_run';
  else {
    makeRun(main, 'completed', START - 90_000_000);
    const failure: B.Message = {
      code: 'no_documents',
      params: { folder: '~/Research/collection-care', skipped: '3' },
      detail: null,
    };
    const made: Record<State, () => B.RunView> = {
      done: () => makeRun(main, 'completed', START - 5_000_000),
      stale: () => makeRun(main, 'completed', START - 5_000_000),
      running: () => makeRun(main, 'running', START),
      pending: () => makeRun(main, 'pending', START),
      cancelling: () =>
        makeRun(main, 'running', START, 'full', {
          cancelling: true,
          cancel_requested_at: iso(START),
        }),
      failed: () => makeRun(main, 'failed', START, 'full', { error: failure }),
      partial: () => makeRun(main, 'partial', START - 5_000_000, 'full', { missing: 37 }),
      cancelled: () => makeRun(main, 'cancelled', START, 'full', { stop_reason: 'closing' }),
      cli: () => makeRun(main, 'running', START, 'full', { owner: 'command_line' }),
      asleep: () =>
        makeRun(main, 'completed', START - 5_000_000, 'full', { suspended_ms: 720_000 }),
      interrupted: () => makeRun(main, 'interrupted', START),
      paused: () =>
        makeRun(main, 'running', START, 'full', {
          model: 'gpt-4.1-mini',
          paused: { spent: 5.02, budget: 5, again: 5, since: iso(START + 1_200_000) },
        }),
    };
    main.last_run = made[state]();
    const states: Partial<Record<State, B.ProjectState>> = {
      stale: 'needs_rerun',
      running: 'running',
      pending: 'running',
      cancelling: 'running',
      cli: 'running',
      paused: 'running',
      failed: 'failed',
      partial: 'partial',
      interrupted: 'interrupted',
    };
    main.state = states[state] ?? 'up_to_date';
    if (state === 'running' || state === 'cli') simulate(main.last_run);
  }
  const rest: [string, string, B.ProjectState, Partial<B.Counts>][] = [
    [
      '文化財IPM モニタリング記録',
      '~/Research/ipm',
      'failed',
      { documents: 264, terms: 655, provisional: 655, issues: 40, open_issues: 29, refined: 655 },
    ],
    [
      '染織品収蔵調査 2024–2026',
      '/mnt/share/textiles/survey',
      'partial',
      {
        documents: 1240,
        terms: 2031,
        provisional: 2019,
        issues: 80,
        open_issues: 58,
        refined: 2031,
      },
    ],
    [
      '漆工品修理記録',
      '~/Research/urushi-records',
      'up_to_date',
      { documents: 186, terms: 742, provisional: 742, issues: 30, open_issues: 4, refined: 742 },
    ],
    [
      'Packing and courier handbook, English and Japanese parallel edition',
      '~/Research/courier',
      'up_to_date',
      { documents: 38, terms: 201, provisional: 201, issues: 0, open_issues: 0, refined: 201 },
    ],
    [
      'Acetate film survey',
      '~/Research/acetate-film',
      'needs_rerun',
      { documents: 95, terms: 318, provisional: 318, issues: 30, open_issues: 21, refined: 318 },
    ],
    ['New acquisitions 2027', '~/Research/acquisitions-2027', 'not_run', {}],
  ];
  for (const [name, folder, stored, counts] of rest) {
    const project = makeProject(name, folder, stored, counts);
    if (stored === 'not_run') continue;
    // A queue needs others at work before it.
    if (state === 'pending' && stored === 'up_to_date') {
      project.state = 'running';
      project.last_run = makeRun(project, 'running', START, 'full', {
        owner: name.startsWith('P') ? 'command_line' : 'this',
      });
      continue;
    }
    const status =
      ({ failed: 'failed', partial: 'partial' } as Record<string, B.RunStatus>)[stored] ??
      'completed';
    project.last_run = makeRun(
      project,
      status,
      START - 12_000_000 * (1 + projects.length),
      'full',
      status === 'failed'
        ? { error: { code: 'no_documents', params: { folder, skipped: '0' }, detail: null } }
        : {},
    );
  }
}

/** Moves a running run on, a few units and a few lines at a time. */
export function simulate(run: B.RunView) {
  const timer = setInterval(() => {
    const stage = run.stages.find((candidate) => candidate.status === 'running');
    if (run.status !== 'running') return clearInterval(timer);
    run.revision += 1;
    if (!stage) {
      finish(run, 'completed');
      return clearInterval(timer);
    }
    stage.done = Math.min(stage.total, stage.done + 3);
    stage.item = sampleAt(stage.done % 300).term;
    if (stage.done === stage.total) {
      stage.status = 'completed';
      stage.finished_at = iso(Date.now());
      const next = run.stages.find((candidate) => candidate.status === 'waiting');
      if (next) Object.assign(next, { status: 'running', total: 300, started_at: iso(Date.now()) });
    }
    runChanged.emit(run);
    const from = logs.get(run.id) ?? 0;
    const records = Array.from({ length: 4 }, (_, i) => logRecord(from + i + 1, START));
    logs.set(run.id, from + records.length);
    logAppended.emit({
      project_id: run.project_id,
      run_id: run.id,
      records,
      total: from + records.length,
    });
  }, 250);
}

export function finish(run: B.RunView, status: B.RunStatus, stop_reason: string | null = null) {
  if (run.finished_at) return;
  Object.assign(run, {
    status,
    stop_reason,
    has_results: status === 'completed',
    cancelling: false,
    finished_at: iso(Date.now()),
    revision: run.revision + 1,
  });
  for (const stage of run.stages) if (stage.status === 'running') stage.status = 'cancelled';
  const project = projectOf(run.project_id);
  project.state = status === 'completed' ? 'up_to_date' : 'needs_rerun';
  project.last_run = run;
  runChanged.emit(run);
  logEnded.emit({
    project_id: run.project_id,
    run_id: run.id,
    status,
    total: logs.get(run.id) ?? 0,
  });
  projectChanged.emit({ project_id: run.project_id });
}

export function projectOf(projectId: string): B.ProjectSummary {
  return projects.find((project) => project.id === projectId) ?? refuse('project_not_found');
}

export function runOf(runId: string): B.RunView {
  return runs.find((run) => run.id === runId) ?? refuse('run_not_found');
}

export function activeOf(projectId: string): B.RunView | null {
  return (
    runs.find(
      (run) =>
        run.project_id === projectId && (run.status === 'running' || run.status === 'pending'),
    ) ?? null
  );
}

/** Replaces what is there: something was deleted, or is back. */
export function replace(next: { projects?: B.ProjectSummary[]; runs?: B.RunView[] }) {
  projects = next.projects ?? projects;
  runs = next.runs ?? runs;
}
