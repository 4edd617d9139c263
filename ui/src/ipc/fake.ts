// The browser twin of the Rust side: for developing without Tauri, and for tests. Chosen by the address:
//   ?data=few|many|empty|none   24 terms, 100,000 terms, a project that never ran, no projects
//   &state=done|running|failed|pending|partial|cancelled|interrupted|stale|cancelling
//   &lang=en|ja &theme=light|dark   &log=<lines>   &slow=<ms per answer>
import type * as B from './bindings';
import type { Backend, Commands } from './contract';
import { answer, asked, data, DOCUMENTS, ISSUES, refuse, STAGES, START, TERMS } from './fake/asked';
import { documentAt, issues, logRecord, SKIPPED } from './fake/data';
import {
  added,
  decisions,
  edits,
  entries,
  entryDetail,
  occurrences,
  termDetail,
  terms,
} from './fake/glossary';
import * as world from './fake/world';

let settings: B.AppSettings = {
  language: (asked.get('lang') as B.UiLanguage) ?? 'system',
  theme: (asked.get('theme') as B.Theme) ?? 'system',
  sans_reading: false,
};
let projectSettings: B.ProjectSettings = { max_file_mb: 50, max_terms: null, min_occurrences: 2 };
/** request id -> run: the same request starts the same run */
const requests = new Map<string, string>();

export function fakeBackend(): Backend {
  if (data !== 'none') world.populate();
  return {
    commands,
    events: world.events,
    dialogs: {
      pickFolder: async () => '~/Research/new-folder',
      pickSavePath: async (_title, name) => `~/Desktop/${name}`,
    },
  };
}

function page<T>(rows: T[], offset: number, limit: number): B.Page<T> {
  return { rows: rows.slice(offset, offset + limit), total: rows.length, offset };
}

const has = (text: string, search: string) =>
  text.toLocaleLowerCase().includes(search.toLocaleLowerCase());

const commands: Commands = {
  listProjects: () => answer(() => world.projects),
  createProject: (name, folder) =>
    answer(() => {
      if (!name) refuse('name_empty');
      if (!folder || folder.includes('missing')) refuse('folder_not_found');
      if (/\.\w+$/.test(folder)) refuse('folder_not_a_directory');
      const other = world.projects.find((project) => project.folder === folder);
      if (other) refuse('folder_in_use', { project: other.name });
      return world.makeProject(name, folder, 'not_run');
    }),
  renameProject: (projectId, name) =>
    answer(() => {
      if (!name) refuse('name_empty');
      return Object.assign(world.projectOf(projectId), { name });
    }),
  deleteProject: (projectId) =>
    answer(() => {
      world.removeProject(projectId);
      return null;
    }),
  getProject: (projectId) =>
    answer(() => ({
      summary: world.projectOf(projectId),
      active_run: world.activeOf(projectId),
      stale:
        world.projectOf(projectId).state === 'needs_rerun'
          ? (['review', 'refine'] as B.Stage[])
          : [],
    })),
  openFolder: () => answer(() => null),
  startRun: (projectId, scope, requestId) =>
    answer(() => {
      const same = requests.get(requestId);
      if (same) return world.runOf(same);
      const active = world.activeOf(projectId);
      if (active) refuse('run_active', { run: active.id });
      const project = world.projectOf(projectId);
      const run = world.makeRun(project, 'running', Date.now(), scope);
      requests.set(requestId, run.id);
      world.logs.set(run.id, 0);
      project.state = 'running';
      const inScope =
        scope === 'full'
          ? STAGES
          : scope === 'from_terms'
            ? STAGES.slice(2)
            : scope === 'provisional_to_refined'
              ? STAGES.slice(3)
              : [scope];
      run.stages = STAGES.map((stage) => ({
        stage,
        status: stage === inScope[0] ? 'running' : 'waiting',
        done: 0,
        total: stage === inScope[0] ? 24 : 0,
        item: null,
        started_at: stage === inScope[0] ? world.iso(Date.now()) : null,
        finished_at: null,
      }));
      run.stages = run.stages.filter((stage) => inScope.includes(stage.stage));
      world.simulate(run);
      setTimeout(() => world.runChanged.emit(run), 0);
      return run;
    }),
  cancelRun: (runId) =>
    answer(() => {
      const run = world.runOf(runId);
      if (run.finished_at) return 'already_finished';
      Object.assign(run, { cancelling: true, revision: run.revision + 1 });
      world.runChanged.emit(run);
      setTimeout(() => world.finish(run, 'cancelled'), 900);
      return 'cancelling';
    }),
  listRuns: (projectId, offset, limit) =>
    answer(() =>
      page(
        world.runs.filter((run) => run.project_id === projectId),
        offset,
        limit,
      ),
    ),
  getRun: (runId) =>
    answer(() => {
      const run = world.runOf(runId);
      const history: B.StatusChange[] = [
        { status: 'pending', stage: null, at: run.created_at, reason: null, actor: 'user' },
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
          reason: null,
          actor: run.status === 'cancelled' ? 'user' : 'engine',
        });
      return { run, history };
    }),
  readLog: (runId, query) =>
    answer(() => {
      const total = world.logs.get(runId) ?? 0;
      const counts: B.LogCounts = { debug: 0, info: 0, warn: 0, error: 0 };
      const matching: number[] = [];
      const few = query.levels !== null;
      if (few || total < 100_000) {
        for (let seq = 1; seq <= total; seq += 1) {
          const { level } = logRecord(seq, START);
          counts[level] += 1;
          if (few && query.levels?.includes(level)) matching.push(seq);
        }
      } else
        Object.assign(counts, {
          debug: Math.round(total * 0.6),
          info: Math.round(total * 0.388),
          warn: Math.round(total * 0.011),
          error: Math.round(total * 0.001),
        });
      const length = few ? matching.length : total;
      const end = Math.min(length, query.from + query.limit);
      const records = Array.from({ length: Math.max(0, end - query.from) }, (_, i) =>
        logRecord(few ? (matching[query.from + i] ?? 0) : query.from + i + 1, START),
      );
      const run = world.runOf(runId);
      return {
        records,
        from: query.from,
        matching: length,
        total,
        counts,
        ended: run.finished_at ? run.status : null,
      };
    }),
  listDocuments: (_projectId, offset, limit, search) =>
    answer(() =>
      page(
        Array.from({ length: DOCUMENTS }, (_, i) => documentAt(i)).filter((row) =>
          has(row.path, search),
        ),
        offset,
        limit,
      ),
    ),
  listSkipped: (_projectId, offset, limit) => answer(() => page(SKIPPED, offset, limit)),
  listTerms: (_projectId, query) =>
    answer(() => {
      const rows = terms().filter(
        (row) =>
          has(row.text, query.search) &&
          (!query.language || row.language === query.language) &&
          (!query.category || row.category === query.category) &&
          (!query.verdict || row.verdict === query.verdict),
      );
      const sign = query.descending ? -1 : 1;
      const by = query.sort;
      rows.sort((a, b) => sign * (by === 'term' ? a.text.localeCompare(b.text) : a[by] - b[by]));
      return page(rows, query.offset, query.limit);
    }),
  getTerm: (_projectId, key) => answer(() => termDetail(key)),
  listOccurrences: (_projectId, key, offset, limit) =>
    answer(() => page(occurrences(key), offset, limit)),
  decideTerm: (projectId, key, decision) =>
    answer(() => {
      decisions.set(key, decision);
      world.projectChanged.emit({ project_id: projectId });
      return termDetail(key);
    }),
  addTerm: (_projectId, text) =>
    answer(() => {
      if (!text) refuse('empty_term');
      if (!terms().some((row) => row.key === text))
        added.unshift({
          key: text,
          text,
          language: /[ぁ-んァ-ヶ一-龠]/.test(text) ? 'japanese' : 'english',
          category: 'concept',
          score: 0.5,
          documents: 0,
          occurrences: 0,
          verdict: 'required',
          edited: false,
        });
      return termDetail(text);
    }),
  listEntries: (_projectId, stage, query) =>
    answer(() =>
      page(
        entries(stage).filter(
          (row) =>
            has(row.term, query.search) &&
            (query.filter === 'all' ||
              (query.filter === 'changed' && row.changed) ||
              (query.filter === 'edited' && row.edited) ||
              (query.filter === 'undefined' && row.definition === null)),
        ),
        query.offset,
        query.limit,
      ),
    ),
  countEntries: (_projectId, stage) =>
    answer(() => {
      const rows = entries(stage);
      return {
        all: rows.length,
        changed: rows.filter((row) => row.changed).length,
        edited: rows.filter((row) => row.edited).length,
        undefined: rows.filter((row) => row.definition === null).length,
      };
    }),
  getEntry: (_projectId, stage, key) => answer(() => entryDetail(stage, key)),
  editDefinition: (_projectId, key, definition) =>
    answer(() => {
      if (definition === null) edits.delete(key);
      else edits.set(key, definition);
      return entryDetail('refine', key);
    }),
  listIssues: (_projectId, query) =>
    answer(() =>
      page(
        issues(ISSUES).filter(
          (row) =>
            has(row.term, query.search) &&
            (!query.kind || row.finding.kind === query.kind) &&
            (!query.severity || row.severity === query.severity) &&
            (query.open === null || (row.resolution === 'open') === query.open),
        ),
        query.offset,
        query.limit,
      ),
    ),
  exportGlossary: (_projectId, path) => answer(() => ({ path, entries: TERMS })),
  getSettings: () => answer(() => settings),
  setSettings: (next) => answer(() => (settings = next)),
  getProjectSettings: () => answer(() => projectSettings),
  setProjectSettings: (_projectId, next) => answer(() => (projectSettings = next)),
  getAppInfo: () =>
    answer(() => ({
      version: '0.1.0',
      data_dir: '~/.local/share/genglossary',
      open_project: null,
      open_error: null,
    })),
};
