// The browser twin of the Rust side: for developing without Tauri, and for tests. Chosen by the address:
//   ?data=few|many|empty|none   24 terms, 100,000 terms, a project that never ran, no projects
//   &state=done|running|failed|pending|partial|cancelled|interrupted|stale|cancelling|cli|asleep
//   &stubborn   a stop that takes for ever   &close   the window is to be closed   &damaged   &unreadable   the folder is gone
//   &model   a model writes the definitions   &categories   the project has some of its own
//   &ollama   it is installed and does not run   &pull=<percent> of a model
//   &notified   a notification about the oldest run was clicked
//   &lang=en|ja &theme=light|dark   &log=<lines>   &slow=<ms per answer>
import type * as B from './bindings';
import type { Backend, Commands, EntryStage } from './contract';
import { answer, asked, data, DOCUMENTS, refuse, START, TERMS } from './fake/asked';
import { documentAt, logRecord } from './fake/data';
import * as decisions from './fake/decisions';
import * as glossary from './fake/glossary';
import * as app from './fake/app';
import * as dashboard from './fake/dashboard';
import * as files from './fake/files';
import * as history from './fake/history';
import * as models from './fake/models';
import * as reader from './fake/reader';
import { byReading, headsOf } from './fake/reading';
import * as runs from './fake/runs';
import * as world from './fake/world';

let settings: B.AppSettings = {
  language: (asked.get('lang') as B.UiLanguage) ?? 'system',
  theme: (asked.get('theme') as B.Theme) ?? 'system',
  sans_reading: false,
  text_size: 100,
  shortcuts: {},
  parallel_runs: 2,
  notify: true,
  keep_awake: true,
  background: 'ask',
  keep_days: 90,
  keep_logs_mb: 1000,
};
let projectSettings: B.ProjectSettings = {
  max_file_mb: 50,
  max_terms: null,
  min_occurrences: 2,
  include: [],
  exclude: ['drafts'],
  languages: 'both',
  stop_words: [],
  categories: asked.has('categories') ? glossary.OWN : [],
  model: asked.has('model') ? models.KEPT : null,
};

export function fakeBackend(): Backend {
  if (data !== 'none') world.populate();
  dashboard.populate();
  if (asked.has('close')) setTimeout(() => world.closeRequested.emit({ runs: runs.active() }), 800);
  if (asked.has('notified'))
    setTimeout(() => {
      const [run] = world.runs.slice(-1);
      if (run) world.openRun.emit({ project_id: run.project_id, run_id: run.id, seq: null });
    }, 800);
  return {
    commands,
    events: world.events,
    dialogs: {
      pickFolder: async () => '~/Research/new-folder',
      pickFiles: async () => [
        '/home/me/new-notes.md',
        '/home/me/metals-storage.md',
        '/home/me/photo.png',
      ],
      pickSavePath: async (_title, name) => `~/Desktop/${name}`,
    },
    drags: world.drags.receive,
  };
}

function page<T>(rows: T[], offset: number, limit: number): B.Page<T> {
  return { rows: rows.slice(offset, offset + limit), total: rows.length, offset };
}

const has = (text: string, search: string) =>
  text.toLocaleLowerCase().includes(search.toLocaleLowerCase());

function termsOf(query: B.TermQuery): B.TermRow[] {
  const rows = glossary
    .terms()
    .filter(
      (row) =>
        (has(row.text, query.search) || has(row.key, query.search)) &&
        (!query.language || row.language === query.language) &&
        (!query.category || row.category === query.category) &&
        (!query.verdict || row.verdict === query.verdict),
    );
  const sign = query.descending ? -1 : 1;
  const by = query.sort;
  if (by === 'term') {
    const sorted = byReading(rows, ({ text }) => text);
    return query.descending ? sorted.reverse() : sorted;
  }
  return rows.sort((a, b) => sign * (a[by] - b[by]));
}

const entriesOf = (stage: EntryStage, { search, filter }: B.EntryQuery) =>
  glossary
    .entries(stage)
    .filter(
      (row) =>
        has(row.term, search) &&
        (filter === 'all' ||
          (filter === 'changed' && row.changed) ||
          (filter === 'edited' && row.edited) ||
          (filter === 'undefined' && row.definition === null)),
    );

/** A decision: the open issues are counted anew, and who looks is told. */
function changed<T>(projectId: string, act: () => T) {
  return answer(() => {
    const made = act();
    const { counts } = world.projectOf(projectId);
    if (counts.issues !== null)
      counts.open_issues = glossary.issues().filter((issue) => issue.state === 'open').length;
    world.projectChanged.emit({ project_id: projectId });
    return made;
  });
}

/** A test may let one of them fail. */
export const commands: Commands = {
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
      dashboard.removeProject(projectId);
      return null;
    }),
  ...dashboard.commands,
  getProject: (projectId) => answer(() => history.detail(projectId)),
  getPlan: (projectId) => answer(() => history.plan(projectId)),
  openFolder: () => answer(() => null),
  startRun: (projectId, scope, requestId) => answer(() => runs.start(projectId, scope, requestId)),
  cancelRun: (runId) => answer(() => runs.cancel(runId)),
  continueRun: (runId, since, more) => answer(() => runs.goOn(runId, since, more)),
  forceStopRun: (runId) => answer(() => runs.force(runId)),
  resumeRun: (runId, requestId) => answer(() => runs.resume(runId, requestId)),
  retryMissing: (runId, requestId) => answer(() => runs.retry(runId, requestId)),
  listMissing: (runId, offset, limit) => answer(() => page(runs.missing(runId), offset, limit)),
  listActiveRuns: () => answer(() => runs.active()),
  restoreResults: (projectId, runId) => answer(() => history.restore(projectId, runId)),
  diffRuns: (before, after) => answer(() => history.diff(before, after)),
  listDiff: (before, after, kind, offset, limit) =>
    answer(() => page(history.rows(before, after, kind), offset, limit)),
  listRuns: (projectId, offset, limit, order) =>
    answer(() =>
      page(
        runs.sorted(
          world.runs.filter((run) => run.project_id === projectId),
          order,
        ),
        offset,
        limit,
      ),
    ),
  getRun: (runId) => answer(() => runs.detail(runId)),
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
  ...reader.commands,
  ...files.commands,
  listTerms: (_projectId, query) => answer(() => page(termsOf(query), query.offset, query.limit)),
  getTermHeads: (_projectId, query) =>
    answer(() => (query.sort === 'term' ? headsOf(termsOf(query).map(({ text }) => text)) : [])),
  getTerm: (_projectId, key) => answer(() => glossary.termDetail(key)),
  listOccurrences: (_projectId, key, offset, limit) =>
    answer(() => page(glossary.occurrences(key), offset, limit)),
  listCategories: () => answer(() => glossary.categories(projectSettings.categories)),
  requireTerm: (projectId, text) => changed(projectId, () => decisions.require(text.trim())),
  decideTerms: (projectId, keys, edit) =>
    changed(projectId, () =>
      decisions.decide(keys, edit, (name) =>
        glossary.terms().some((row) => row.text === name && !keys.includes(row.key)),
      ),
    ),
  undoChange: (projectId, id) => changed(projectId, () => decisions.undo(id)),
  listEntries: (_projectId, stage, query) =>
    answer(() => page(entriesOf(stage, query), query.offset, query.limit)),
  getEntryHeads: (_projectId, stage, query) =>
    answer(() => headsOf(entriesOf(stage, query).map(({ term }) => term))),
  countEntries: (_projectId, stage) =>
    answer(() => {
      const rows = glossary.entries(stage);
      return {
        all: rows.length,
        changed: rows.filter((row) => row.changed).length,
        edited: rows.filter((row) => row.edited).length,
        undefined: rows.filter((row) => row.definition === null).length,
      };
    }),
  getEntry: (_projectId, stage, key) => answer(() => glossary.entryDetail(stage, key)),
  listIssues: (_projectId, query) =>
    answer(() =>
      page(
        glossary
          .issues()
          .filter(
            (row) =>
              has(row.term, query.search) &&
              (!query.kind || row.finding.kind === query.kind) &&
              (!query.severity || row.severity === query.severity) &&
              (!query.state || row.state === query.state),
          ),
        query.offset,
        query.limit,
      ),
    ),
  countIssues: () => answer(() => glossary.issueCounts()),
  recheckIssue: (_projectId, id) =>
    answer(() => !glossary.issues().find((row) => row.id === id)?.defined),
  answerIssues: (projectId, ids, given) =>
    changed(projectId, () =>
      decisions.answer(
        ids,
        given,
        (id) => glossary.issues().find((row) => row.id === id) ?? refuse('issue_not_found'),
      ),
    ),
  exportGlossary: (_projectId, path) => answer(() => ({ path, entries: TERMS })),
  getSettings: () => answer(() => settings),
  setSettings: (next) => answer(() => (settings = next)),
  getProjectSettings: () => answer(() => projectSettings),
  setProjectSettings: (_projectId, next) => answer(() => (projectSettings = next)),
  ...models.commands,
  getAppInfo: () => answer(() => app.INFO),
  getAbout: () => answer(() => app.ABOUT),
  getDataSize: () => answer(() => app.SIZE),
  openDataFolder: () => answer(() => null),
  openLogWindow: (runId) =>
    answer(() => {
      open(`#/log/${runId}`);
      return null;
    }),
  searchLog: (runId, query) => answer(() => app.search(runId, query)),
  outlineLog: (runId, query) => answer(() => app.outline(runId, query)),
  answerClose: (choice) =>
    answer(() => {
      if (choice === 'stop') for (const run of runs.active()) runs.cancel(run.id);
      return null;
    }),
};
