// The one state of the interface: settings, route, projects, runs. Built once in main.ts.
import { SvelteMap } from 'svelte/reactivity';
import { api, AppError, listen, startRun } from '../ipc/client';
import type {
  AppInfo,
  AppSettings,
  ProjectDetail,
  ProjectSummary,
  RunView,
  Scope,
} from '../ipc/bindings';
import { isLive } from '../lib/glossary';
import { i18n } from '../lib/i18n.svelte';
import { accept, activeRun, lastRun, newest, shownState } from './runs';
import { showError, toast } from './toasts.svelte';
import { t } from '../lib/i18n.svelte';

const runs = new SvelteMap<string, RunView>();
/** grows when results or decisions of a project changed: its lists read themselves again */
const versions = new SvelteMap<string, number>();

const details = new SvelteMap<string, ProjectDetail>();
let projects = $state.raw<ProjectSummary[]>([]);
let loaded = $state(false);
let failure = $state.raw<AppError | null>(null);
let settings = $state.raw<AppSettings>({
  language: 'system',
  theme: 'system',
  sans_reading: false,
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
  runs,
  detail: (projectId: string) => details.get(projectId) ?? null,
  version: (projectId: string) => versions.get(projectId) ?? 0,
  active: (projectId: string) => activeRun(runs, projectId),
  last: (projectId: string) => lastRun(runs, projectId),
  newest: (run: RunView) => newest(runs, run),
  state: (summary: ProjectSummary) => shownState(summary.state, runs, summary.id),
};

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
  rememberSummary(detail.summary);
  if (detail.active_run) remember(detail.active_run);
  keep(detail.summary);
  details.set(projectId, detail);
  return detail;
}

export function keep(summary: ProjectSummary): void {
  const known = projects.some((project) => project.id === summary.id);
  projects = known
    ? projects.map((project) => (project.id === summary.id ? summary : project))
    : [summary, ...projects];
}

export function forget(projectId: string): void {
  projects = projects.filter((project) => project.id !== projectId);
  details.delete(projectId);
}

function bump(projectId: string): void {
  versions.set(projectId, (versions.get(projectId) ?? 0) + 1);
}

const pending = new Map<string, ReturnType<typeof setTimeout>>();

/** Reads a project again; a burst of events costs one reading. */
function refreshSoon(projectId: string): void {
  if (pending.has(projectId)) return;
  const timer = setTimeout(() => {
    pending.delete(projectId);
    bump(projectId);
    loadProject(projectId).catch(() => undefined);
  }, 120);
  pending.set(projectId, timer);
}

let starting = $state.raw<ReadonlySet<string>>(new Set());

export function isStarting(projectId: string): boolean {
  return starting.has(projectId);
}

/** Starts a run once per click; answers whether it runs now. */
export async function start(projectId: string, scope: Scope): Promise<boolean> {
  if (starting.has(projectId) || app.active(projectId)) return false;
  starting = new Set([...starting, projectId]);
  try {
    remember(await startRun(projectId, scope));
    return true;
  } catch (thrown) {
    showError(thrown);
    refreshSoon(projectId);
    return false;
  } finally {
    starting = new Set([...starting].filter((id) => id !== projectId));
  }
}

export async function stop(run: RunView): Promise<void> {
  try {
    const outcome = await api.cancelRun(run.id);
    if (outcome === 'already_finished') toast(t('run.already_finished'));
    remember((await api.getRun(run.id)).run);
  } catch (thrown) {
    showError(thrown);
  }
}

export async function saveSettings(next: AppSettings): Promise<void> {
  const before = settings;
  settings = next;
  applySettings();
  try {
    settings = await api.setSettings(next);
  } catch (thrown) {
    settings = before;
    showError(thrown);
  }
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

export async function begin(): Promise<void> {
  applySettings();
  dark.addEventListener('change', applySettings);
  setInterval(() => (now = new Date()), 1000);
  const subscriptions = [
    listen('runChanged', (run) => {
      const before = runs.get(run.id);
      if (!accept(runs, run)) return;
      if (!isLive(run.status) && (!before || isLive(before.status))) refreshSoon(run.project_id);
    }),
    listen('projectChanged', ({ project_id }) => refreshSoon(project_id)),
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
}
