// What the browser twin knows about time: what a project needs now, and what earlier runs had found.
import type * as B from '../bindings';
import { RANGES, STAGES } from '../../lib/glossary';
import { asked, refuse } from './asked';
import { issues } from './data';
import { QUESTIONS } from './models';
import { sampleAt } from './samples';
import * as world from './world';

const EXAMPLES = ['guidelines/metals-storage.md', '指針/金属資料の保管.md'];
/** project id -> the run whose results are shown, where they were restored */
const restored = new Map<string, string>();

export function plan(projectId: string): B.Plan {
  const project = world.projectOf(projectId);
  const state = world.activeOf(projectId) ? 'running' : project.state;
  const reasons: Partial<Record<B.ProjectState, B.Reason[]>> = {
    not_run: [{ kind: 'not_run' }],
    needs_rerun: [
      { kind: 'documents_added', count: 2, examples: EXAMPLES },
      { kind: 'documents_changed', count: 14, examples: EXAMPLES },
      { kind: 'terms_edited' },
      { kind: 'outdated', stage: 'review' },
    ],
    partial: [{ kind: 'units_missing', count: project.last_run?.missing ?? 0 }],
    failed: [{ kind: 'stage_missing', stage: 'define' }],
    interrupted: [{ kind: 'settings_changed' }, { kind: 'stage_missing', stage: 'define' }],
  };
  const idle = state === 'up_to_date' || state === 'running';
  return {
    state,
    reasons: reasons[state] ?? [],
    asks: asked.has('model'),
    scope: idle ? null : state === 'interrupted' ? 'from_terms' : 'full',
    scopes: [...RANGES, ...STAGES].map((scope, i) => ({
      scope,
      estimate:
        state === 'not_run' || i === 6
          ? null
          : { from_ms: 3_000 / (i + 1), to_ms: 8_000 / (i + 1), samples: 3 },
      questions: !asked.has('model') ? null : { from: 0, to: idle ? 0 : QUESTIONS },
    })),
  };
}

/** Runs with results, newest first, beginning with the one that is shown. */
function kept(projectId: string): B.RunView[] {
  return world.runs.filter((run) => run.project_id === projectId && run.has_results);
}

export function detail(projectId: string): B.ProjectDetail {
  const summary = world.projectOf(projectId);
  const runs = kept(projectId);
  const shown = restored.get(projectId) ?? runs[0]?.id ?? null;
  return {
    summary,
    active_run: world.activeOf(projectId),
    stale: summary.state === 'needs_rerun' ? ['review', 'refine'] : [],
    previous: runs.find((run) => run.id !== shown) ?? null,
    current_run: shown,
    restored: restored.has(projectId),
  };
}

export function restore(projectId: string, runId: string): B.ProjectDetail {
  const run = world.runOf(runId);
  const active = world.activeOf(projectId);
  if (active) refuse('run_active', { run: active.id });
  if (!run.has_results) refuse('results_gone', { run: run.id });
  if (kept(projectId)[0]?.id === runId) restored.delete(projectId);
  else restored.set(projectId, runId);
  world.projectChanged.emit({ project_id: projectId });
  return detail(projectId);
}

export function rows(beforeId: string, afterId: string, kind: B.DiffKind): B.DiffRow[] {
  for (const id of [beforeId, afterId])
    if (!world.runOf(id).has_results) refuse('results_gone', { run: id });
  if (world.runOf(beforeId).project_id !== world.runOf(afterId).project_id)
    refuse('different_projects');
  const term = (i: number, part: Partial<B.DiffRow>): B.DiffRow => {
    const sample = sampleAt(i);
    return {
      key: sample.term,
      term: sample.term,
      language: sample.ja ? 'japanese' : 'english',
      before: null,
      after: null,
      finding: null,
      severity: null,
      cause: i % 4 === 1 ? 'decision' : 'documents',
      ...part,
    };
  };
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  switch (kind) {
    case 'terms_added':
      return range(30, 212).map((i) => term(i, {}));
    case 'terms_removed':
      return range(300, 3).map((i) => term(i, { cause: 'settings' }));
    case 'definitions':
      return range(0, 24).flatMap((i) => {
        const { before, definition } = sampleAt(i);
        if (i === 5) return [term(i, { before: null, after: definition })];
        if (i === 7) return [term(i, { before: definition, after: null })];
        return before ? [term(i, { before, after: definition })] : [];
      });
    case 'issues_fixed':
      return issues(9)
        .filter((issue) => issue.resolution !== 'open')
        .map((issue, i) => found(issue, term(i, {})));
    case 'issues_new':
      return issues(2).map((issue, i) => found(issue, term(i, { cause: 'unknown' })));
  }
}

function found(issue: B.IssueRow, row: B.DiffRow): B.DiffRow {
  const { key, term, finding, severity } = issue;
  const language = /[ぁ-んァ-ヶ一-龠]/.test(term) ? 'japanese' : 'english';
  return { ...row, key, term, finding, severity, language };
}

export function diff(beforeId: string, afterId: string): B.RunDiff {
  const of = (kind: B.DiffKind) => rows(beforeId, afterId, kind);
  const definitions = of('definitions');
  return {
    before: world.runOf(beforeId),
    after: world.runOf(afterId),
    causes: [
      { kind: 'documents_added', count: 2, examples: EXAMPLES },
      { kind: 'settings_changed' },
    ],
    terms_added: of('terms_added').length,
    terms_removed: of('terms_removed').length,
    definitions_changed: definitions.filter((row) => row.before && row.after).length,
    definitions_added: definitions.filter((row) => !row.before).length,
    definitions_removed: definitions.filter((row) => !row.after).length,
    issues_fixed: of('issues_fixed').length,
    issues_new: of('issues_new').length,
  };
}
