// The one state of the interface: settings, route, projects, runs. Built once in main.ts.
import { SvelteMap } from 'svelte/reactivity';
import { api, AppError, listen } from '../ipc/client';
import type {
  AppInfo,
  AppSettings,
  ProjectDetail,
  ProjectState,
  ProjectSummary,
  RunView,
} from '../ipc/bindings';
import { isLive } from '../lib/glossary';
import { i18n } from '../lib/i18n.svelte';
import { forgetPlace } from './place.svelte';
import { PlanBook, type KnownPlan } from './plans';
import { accept, activeRun, activeRuns, lastRun, newest, shownState } from './runs';
import { withStop } from './stops';
import { showError } from './toasts.svelte';

const runs = new SvelteMap<string, RunView>();
/** grows when results or decisions of a project changed: its lists read themselves again */
const versions = new SvelteMap<string, number>();

/** stops that were asked for here and that the engine may not have told of yet */
export const stops = new SvelteMap<string, string>();
const plans = new PlanBook({
  read: (projectId) => api.getPlan(projectId),
  news: new SvelteMap<string, number>(),
  plans: new SvelteMap<string, KnownPlan>(),
});

/** The state of each project before its run: what it is again, should the run be cancelled. */
const resting = new Map<string, ProjectState>();
const details = new SvelteMap<string, ProjectDetail>();
let projects = $state.raw<ProjectSummary[]>([]);
let loaded = $state(false);
let failure = $state.raw<AppError | null>(null);
let settings = $state.raw<AppSettings>({
  language: 'system',
  theme: 'system',
  sans_reading: false,
  text_size: 100,
  shortcuts: {},
  parallel_runs: 2,
  notify: true,
  keep_awake: true,
  background: 'ask',
  keep_days: 90,
  keep_logs_mb: 1000,
});
let info = $state.raw<AppInfo | null>(null);
/** one second, for clocks that run */
let now = $state.raw(new Date());

export const app = {
  get projects() {
    return projects;
  },
  get loaded() {
    return loaded;
  },
  get failure() {
    return failure;
  },
  get settings() {
    return settings;
  },
  get info() {
    return info;
  },
  get now() {
    return now;
  },
  run: (id: string) => drawn(runs.get(id) ?? null),
  detail: (projectId: string) => details.get(projectId) ?? null,
  version: (projectId: string) => versions.get(projectId) ?? 0,
  plan: (projectId: string) => plans.current(projectId),
  active: (projectId: string) => drawn(activeRun(runs, projectId)),
  last: (projectId: string) => drawn(lastRun(runs, projectId)),
  newest: (run: RunView) => withStop(stops, newest(runs, run)),
  get allActive() {
    return activeRuns(runs).map((run) => withStop(stops, run));
  },
  /** The plan has looked into the folder, so it outweighs what is stored until something newer is. */
  state: (summary: ProjectSummary) =>
    shownState(
      plans.current(summary.id)?.state ?? summary.state,
      runs,
      summary.id,
      resting.get(summary.id),
    ),
};

function drawn(run: RunView | null): RunView | null {
  return run && withStop(stops, run);
}

export function remember(run: RunView): void {
  accept(runs, run);
}

function rememberSummary(summary: ProjectSummary): void {
  if (summary.last_run) remember(summary.last_run);
}

export async function loadProjects(): Promise<void> {
  try {
    const list = await api.listProjects();
    list.forEach(rememberSummary);
    list.forEach(hear);
    projects = list;
    failure = null;
  } catch (thrown) {
    failure = AppError.from(thrown);
  } finally {
    loaded = true;
  }
}

export async function loadProject(projectId: string): Promise<ProjectDetail> {
  const detail = await api.getProject(projectId);
  takeDetail(detail);
  return detail;
}

export function takeDetail(detail: ProjectDetail): void {
  rememberSummary(detail.summary);
  if (detail.active_run) remember(detail.active_run);
  keep(detail.summary);
  details.set(detail.summary.id, detail);
}

/** A stored state that differs from the one before is newer than the plan, unless the plan says the same. */
function hear(summary: ProjectSummary): void {
  if (summary.state !== 'running') resting.set(summary.id, summary.state);
  const known = projects.find((project) => project.id === summary.id);
  if (!known) return;
  const run = (project: ProjectSummary) =>
    `${project.last_run?.id ?? ''} ${project.last_run?.status ?? ''}`;
  const planned = plans.current(summary.id)?.state;
  const sameState = known.state === summary.state || planned === summary.state;
  if (!sameState || run(known) !== run(summary)) plans.heard(summary.id);
}

export function keep(summary: ProjectSummary): void {
  hear(summary);
  const known = projects.some((project) => project.id === summary.id);
  projects = known
    ? projects.map((project) => (project.id === summary.id ? summary : project))
    : [summary, ...projects];
}

export function forget(projectId: string): void {
  projects = projects.filter((project) => project.id !== projectId);
  details.delete(projectId);
  forgetPlace(projectId);
}

function bump(projectId: string): void {
  versions.set(projectId, (versions.get(projectId) ?? 0) + 1);
}

const pending = new Map<string, ReturnType<typeof setTimeout>>();

/** Reads a project again, and what it needs; a burst of events costs one reading. */
export function refreshSoon(projectId: string): void {
  if (pending.has(projectId)) return;
  const timer = setTimeout(() => {
    pending.delete(projectId);
    bump(projectId);
    loadProject(projectId)
      .then(() => planSoon(projectId))
      .catch((thrown: unknown) => {
        // Another window or the command line deleted it.
        if (AppError.from(thrown).code === 'project_not_found') forget(projectId);
      });
  }, 120);
  pending.set(projectId, timer);
}

/** The project that is open: what it needs is read now, and again whenever that may have changed. */
export function watchPlan(projectId: string): () => void {
  plans.watch(projectId);
  const onfocus = () => planSoon(projectId);
  addEventListener('focus', onfocus);
  return () => {
    removeEventListener('focus', onfocus);
    if (plans.watched === projectId) plans.watch(null);
  };
}

/** While a run is at work the folder is not looked into: its end asks again. */
function planSoon(projectId: string): void {
  if (plans.watched === projectId && !activeRun(runs, projectId)) plans.askSoon();
}

let queueTimer: ReturnType<typeof setTimeout> | undefined;

/** Runs of every project and process, with their places in the queue. */
async function loadActive(): Promise<void> {
  try {
    (await api.listActiveRuns()).forEach(remember);
  } catch {
    // Their events tell of them too.
  }
}

/** A run that began or ended moves the queue up. */
function queueSoon(): void {
  clearTimeout(queueTimer);
  queueTimer = setTimeout(() => {
    if (activeRuns(runs).some((run) => run.status === 'pending')) void loadActive();
  }, 200);
}

/** Settings of this window that are on their way. */
let saving = 0;

export async function saveSettings(next: AppSettings): Promise<void> {
  const before = settings;
  settings = next;
  saving += 1;
  applySettings();
  try {
    settings = await api.setSettings(next);
  } catch (thrown) {
    settings = before;
    showError(thrown);
  }
  saving -= 1;
  applySettings();
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');

function applySettings(): void {
  const { language, theme, sans_reading } = settings;
  i18n.lang = language === 'system' ? systemLanguage() : language;
  const root = document.documentElement;
  root.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  root.dataset.reading = sans_reading ? 'sans' : 'serif';
}

function systemLanguage(): 'en' | 'ja' {
  return navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

/** While nothing runs, a time that is told in minutes need not be told anew every second. */
const IDLE_MS = 20_000;

function tick(): void {
  if (document.hidden) return;
  const live = activeRuns(runs).length > 0;
  if (live || Date.now() - now.getTime() >= IDLE_MS) now = new Date();
}

let listTimer: ReturnType<typeof setTimeout> | undefined;

/** A run of a project that is not known: the command line made one. */
function listSoon(): void {
  if (!loaded) return;
  clearTimeout(listTimer);
  listTimer = setTimeout(() => void loadProjects(), 200);
}

export async function begin(): Promise<void> {
  applySettings();
  dark.addEventListener('change', applySettings);
  setInterval(tick, 1000);
  const subscriptions = [
    listen('runChanged', (run) => {
      const before = runs.get(run.id);
      if (!accept(runs, run)) return;
      if (before?.status !== run.status) queueSoon();
      if (!projects.some((project) => project.id === run.project_id)) listSoon();
      if (isLive(run.status)) return;
      stops.delete(run.id);
      if (before && !isLive(before.status)) return;
      plans.heard(run.project_id);
      refreshSoon(run.project_id);
    }),
    listen('projectChanged', ({ project_id }) => refreshSoon(project_id)),
    listen('settingsChanged', (stored) => {
      if (saving > 0) return;
      settings = stored;
      applySettings();
    }),
  ];
  // Listening comes before reading: what happens in between is then seen twice, not missed.
  try {
    await Promise.all(subscriptions.map((subscription) => subscription.ready));
  } catch (thrown) {
    failure = AppError.from(thrown);
  }
  await connect();
}

/** Reads what the app is, how it looks and what it holds. Again after a failure, when the cause may be gone. */
export async function connect(): Promise<void> {
  try {
    settings = await api.getSettings();
    info = await api.getAppInfo();
    if (info.open_error) showError(new AppError(info.open_error));
  } catch (thrown) {
    failure = AppError.from(thrown);
  }
  applySettings();
  await loadProjects();
  await loadActive();
}
