// A run for tests.
import type { RunView } from '../ipc/bindings';

export function aRun(part: Partial<RunView>): RunView {
  return {
    id: 'r1',
    project_id: 'a',
    project_name: 'A',
    scope: 'full',
    trigger: 'user',
    status: 'running',
    cancelling: false,
    engine: 'embedded',
    model: null,
    app_version: '0',
    created_at: '2026-11-20T10:00:00.000Z',
    started_at: null,
    finished_at: null,
    stages: [],
    error: null,
    resumes: null,
    missing: 0,
    cancel_requested_at: null,
    stop_reason: null,
    owner: 'this',
    waiting: null,
    paused: null,
    suspended_ms: 0,
    has_results: false,
    pinned: false,
    has_log: true,
    revision: 1,
    ...part,
  };
}
