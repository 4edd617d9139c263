// What the interface needs from the other side. The generated bindings are checked against these two
// types where client.ts takes them, so a renamed command or field stops the build.
import type * as B from './bindings';

/** What a command answers: an error of the engine is a value, not a rejection. */
export type Result<T, E> = { status: 'ok'; data: T } | { status: 'error'; error: E };

type Answer<T> = Promise<Result<T, B.IpcError>>;
export type EntryStage = 'define' | 'refine';

export interface Commands {
  listProjects(): Answer<B.ProjectSummary[]>;
  createProject(name: string, folder: string): Answer<B.ProjectSummary>;
  renameProject(projectId: string, name: string): Answer<B.ProjectSummary>;
  deleteProject(projectId: string): Answer<null>;
  restoreProject(projectId: string): Answer<B.ProjectSummary>;
  duplicateProject(projectId: string, name: string, folder: string): Answer<B.ProjectSummary>;
  findProject(folder: string): Answer<B.ProjectSummary | null>;
  openSample(name: string): Answer<B.ProjectSummary>;
  getProject(projectId: string): Answer<B.ProjectDetail>;
  getPlan(projectId: string): Answer<B.Plan>;
  openFolder(projectId: string): Answer<null>;
  startRun(projectId: string, scope: B.Scope, requestId: string): Answer<B.RunView>;
  cancelRun(runId: string): Answer<B.CancelOutcome>;
  continueRun(runId: string, since: string, more: number | null): Answer<B.ContinueOutcome>;
  forceStopRun(runId: string): Answer<B.CancelOutcome>;
  resumeRun(runId: string, requestId: string): Answer<B.RunView>;
  retryMissing(runId: string, requestId: string): Answer<B.RunView>;
  listMissing(runId: string, offset: number, limit: number): Answer<B.Page<B.MissingUnit>>;
  listActiveRuns(): Answer<B.RunView[]>;
  listRuns(
    projectId: string,
    offset: number,
    limit: number,
    order: B.RunOrder | null,
  ): Answer<B.Page<B.RunView>>;
  getRun(runId: string): Answer<B.RunDetail>;
  pinRun(runId: string, pinned: boolean): Answer<B.RunView>;
  deleteRun(runId: string): Answer<null>;
  restoreRun(runId: string): Answer<B.RunView>;
  getDashboard(window: B.Window, projectId: string | null): Answer<B.Dashboard>;
  listHistory(query: B.HistoryQuery): Answer<B.Page<B.RunView>>;
  getUsualStages(runId: string): Answer<B.UsualStages>;
  getGroups(projectId: string): Answer<B.Groups>;
  restoreResults(projectId: string, runId: string): Answer<B.ProjectDetail>;
  diffRuns(beforeRunId: string, afterRunId: string): Answer<B.RunDiff>;
  listDiff(
    beforeRunId: string,
    afterRunId: string,
    kind: B.DiffKind,
    offset: number,
    limit: number,
  ): Answer<B.Page<B.DiffRow>>;
  readLog(runId: string, query: B.LogQuery): Answer<B.LogPage>;
  listDocuments(
    projectId: string,
    offset: number,
    limit: number,
    search: string,
  ): Answer<B.Page<B.DocumentRow>>;
  getDocument(projectId: string, path: string): Answer<B.DocumentInfo>;
  readDocument(
    projectId: string,
    path: string,
    layout: B.DocumentLayout,
    offset: number,
    limit: number,
    search: string,
  ): Answer<B.DocumentPage>;
  findInDocument(
    projectId: string,
    path: string,
    layout: B.DocumentLayout,
    target: B.DocumentTarget,
  ): Answer<B.DocumentPlace | null>;
  listFiles(projectId: string, query: B.FileQuery): Answer<B.Page<B.FileRow>>;
  countFiles(projectId: string): Answer<B.FileCounts>;
  excludeFiles(projectId: string, paths: string[]): Answer<null>;
  includeFiles(projectId: string, paths: string[]): Answer<null>;
  watchFolder(projectId: string | null): Answer<boolean>;
  revealFile(projectId: string, path: string): Answer<null>;
  checkFolder(projectId: string, folder: string): Answer<B.FolderCheck>;
  relocateProject(projectId: string, folder: string): Answer<B.ProjectSummary>;
  countMatches(projectId: string, patterns: string[]): Answer<B.PatternCount[]>;
  planCopy(projectId: string, sources: string[]): Answer<B.CopyItem[]>;
  copyFiles(projectId: string, orders: B.CopyOrder[]): Answer<B.CopyReport>;
  undoCopy(projectId: string, receipt: string): Answer<B.CopyUndone>;
  markTerm(projectId: string, text: string, verdict: B.Verdict): Answer<B.TextDecision>;
  listTerms(projectId: string, query: B.TermQuery): Answer<B.Page<B.TermRow>>;
  getTermHeads(projectId: string, query: B.TermQuery): Answer<B.Head[]>;
  getTerm(projectId: string, key: string): Answer<B.TermDetail>;
  listOccurrences(
    projectId: string,
    key: string,
    offset: number,
    limit: number,
  ): Answer<B.Page<B.OccurrenceRow>>;
  requireTerm(projectId: string, text: string): Answer<B.TextDecision>;
  decideTerms(projectId: string, keys: string[], edit: B.TermEdit): Answer<B.Change>;
  undoChange(projectId: string, changeId: string): Answer<B.Change>;
  listCategories(projectId: string): Answer<string[]>;
  listEntries(
    projectId: string,
    stage: EntryStage,
    query: B.EntryQuery,
  ): Answer<B.Page<B.EntryRow>>;
  getEntryHeads(projectId: string, stage: EntryStage, query: B.EntryQuery): Answer<B.Head[]>;
  countEntries(projectId: string, stage: EntryStage): Answer<B.EntryCounts>;
  getEntry(projectId: string, stage: EntryStage, key: string): Answer<B.EntryDetail>;
  listIssues(projectId: string, query: B.IssueQuery): Answer<B.Page<B.IssueRow>>;
  countIssues(projectId: string): Answer<B.IssueCount[]>;
  recheckIssue(projectId: string, id: string): Answer<boolean>;
  answerIssues(projectId: string, ids: string[], answer: B.IssueAnswer): Answer<B.Change>;
  exportGlossary(projectId: string, path: string): Answer<B.ExportReport>;
  searchLog(runId: string, query: B.LogSearch): Answer<B.LogHits>;
  outlineLog(runId: string, query: B.LogOutlineQuery): Answer<B.LogOutline>;
  openLogWindow(runId: string, title: string): Answer<null>;
  getAbout(): Answer<B.About>;
  getDataSize(): Answer<B.DataSize>;
  openDataFolder(): Answer<null>;
  getSettings(): Answer<B.AppSettings>;
  setSettings(settings: B.AppSettings): Answer<B.AppSettings>;
  getProjectSettings(projectId: string): Answer<B.ProjectSettings>;
  setProjectSettings(projectId: string, settings: B.ProjectSettings): Answer<B.ProjectSettings>;
  getUsualModel(provider: B.ModelProvider): Answer<B.ModelSettings>;
  listModelCalls(
    runId: string,
    filter: B.CallFilter,
    offset: number,
    limit: number,
  ): Answer<B.ModelCalls>;
  getModelCall(runId: string, id: string): Answer<B.ModelCall>;
  listModels(settings: B.ModelSettings): Answer<B.ModelRow[]>;
  checkModel(settings: B.ModelSettings): Answer<B.ModelCheck>;
  setModelKey(settings: B.ModelSettings, key: string | null): Answer<B.KeyPlace>;
  getModelServer(settings: B.ModelSettings): Answer<B.ModelServer>;
  startPull(settings: B.ModelSettings): Answer<B.PullView>;
  cancelPull(server: string): Answer<null>;
  listPulls(): Answer<B.PullView[]>;
  getOllama(settings: B.ModelSettings): Answer<B.OllamaView>;
  startOllama(settings: B.ModelSettings): Answer<B.OllamaView>;
  stopOllama(): Answer<null>;
  readOllamaLog(): Answer<B.OllamaLog>;
  getAppInfo(): Answer<B.AppInfo>;
  answerClose(answer: B.CloseAnswer): Answer<null>;
}

export type LogAppended = {
  project_id: string;
  run_id: string;
  records: B.LogRecord[];
  total: number;
};
export type LogEnded = { project_id: string; run_id: string; status: B.RunStatus; total: number };
export type ProjectChanged = { project_id: string };
export type CloseRequested = { runs: B.RunView[] };
export type OpenRun = B.RunRef;
export type OpenProject = { project_id: string };

type Listen<T> = { listen(receive: (event: { payload: T }) => void): Promise<() => void> };

export interface Events {
  runChanged: Listen<B.RunView>;
  logAppended: Listen<LogAppended>;
  logEnded: Listen<LogEnded>;
  projectChanged: Listen<ProjectChanged>;
  closeRequested: Listen<CloseRequested>;
  openRun: Listen<OpenRun>;
  openProject: Listen<OpenProject>;
  openFailed: Listen<B.IpcError>;
  settingsChanged: Listen<B.AppSettings>;
  pullChanged: Listen<B.PullView>;
  ollamaChanged: Listen<null>;
}

export interface SaveFilter {
  name: string;
  extensions: string[];
}

export interface Dialogs {
  pickFolder(title: string): Promise<string | null>;
  pickFiles(title: string): Promise<string[]>;
  pickSavePath(title: string, name: string, filters: SaveFilter[]): Promise<string | null>;
}

/** What is dragged over the window from outside: files and folders by their path. */
export type Drag =
  { type: 'over'; paths: string[] } | { type: 'drop'; paths: string[] } | { type: 'leave' };

export interface Backend {
  commands: Commands;
  events: Events;
  dialogs: Dialogs;
  /** Tells of what is dragged over the window; the answer stops that. */
  drags(receive: (drag: Drag) => void): Promise<() => void>;
}
