-- What the researcher deleted can be brought back for a while: until it is purged, a row with a time here is as good as gone.
ALTER TABLE project ADD COLUMN deleted_at TEXT;
ALTER TABLE run ADD COLUMN deleted_at TEXT;
-- Runs and logs go after a while by themselves. A pinned run stays.
ALTER TABLE run ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE run ADD COLUMN log_removed_at TEXT;
-- How long its work took. Time that the machine slept is not work.
ALTER TABLE run ADD COLUMN duration_ms INTEGER GENERATED ALWAYS AS
    (max(0, CAST(round((julianday(finished_at) - julianday(started_at)) * 86400000.0) AS INTEGER) - suspended_ms)) VIRTUAL;

-- Everything that a dashboard counts over the runs that ended in a window of time.
CREATE INDEX run_by_end ON run (finished_at, id, status, project_id, scope, trigger, engine, model, duration_ms,
    deleted_at)
    WHERE deleted_at IS NULL;
-- What waits to be purged.
CREATE INDEX project_deleted ON project (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX run_deleted ON run (deleted_at) WHERE deleted_at IS NOT NULL;
