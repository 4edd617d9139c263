-- Units of work that are kept, results that can be taken back, and who owns a run.

-- The process that does the work: its boot, its pid, its start within that boot, and what kind of program it is.
ALTER TABLE run ADD COLUMN owner_boot TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'app' CHECK (owner_kind IN ('app', 'command_line'));
-- The run that this one takes up again.
ALTER TABLE run ADD COLUMN resumes TEXT REFERENCES run (id) ON DELETE SET NULL;
-- Time that the machine slept in the middle of it, in milliseconds.
ALTER TABLE run ADD COLUMN suspended_ms INTEGER NOT NULL DEFAULT 0;
-- Units that could not be done.
ALTER TABLE run ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_by_resumes ON run (resumes) WHERE resumes IS NOT NULL;

ALTER TABLE run_stage ADD COLUMN reused INTEGER NOT NULL DEFAULT 0;   -- units whose output was stored before
ALTER TABLE run_stage ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;  -- units that could not be done
ALTER TABLE run_stage ADD COLUMN suspended_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE missing_unit (
    run_id  TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    stage   TEXT NOT NULL,
    item    TEXT NOT NULL,
    error   TEXT NOT NULL,  -- JSON message: code, params, detail
    PRIMARY KEY (run_id, ordinal)
) STRICT, WITHOUT ROWID;

-- The output of a finished unit of work under a hash of everything that it depends on. A cache: an entry may go at any time.
CREATE TABLE unit (
    id         INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    key        BLOB NOT NULL,
    kind       TEXT NOT NULL,
    output     BLOB NOT NULL,
    used_on    INTEGER NOT NULL,  -- day, counted from 1970-01-01
    UNIQUE (project_id, key)
) STRICT;
CREATE INDEX unit_by_use ON unit (used_on, id);

-- What a result depends on. A result without a key is not finished, or some of its units are missing.
ALTER TABLE generation ADD COLUMN key TEXT;
ALTER TABLE generation ADD COLUMN basis TEXT;   -- JSON: the hash of each thing that the key is made of
ALTER TABLE generation ADD COLUMN output TEXT;  -- what the stages that read it depend on
ALTER TABLE generation ADD COLUMN units INTEGER NOT NULL DEFAULT 0;
CREATE INDEX generation_by_key ON generation (project_id, stage, key);

-- A file that has still this size and time of modification need not be read again.
ALTER TABLE document ADD COLUMN modified INTEGER NOT NULL DEFAULT 0;  -- nanoseconds since 1970-01-01; 0: not known

-- Every set of results that ever was current, oldest first. The last one of a project is.
CREATE TABLE promotion (
    id         INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,  -- the run at whose end this was the result
    restored   INTEGER NOT NULL,  -- 1: taken back by the researcher
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX promotion_by_project ON promotion (project_id, id);
CREATE INDEX promotion_by_run ON promotion (run_id);

CREATE TABLE promotion_generation (
    promotion_id  INTEGER NOT NULL REFERENCES promotion (id) ON DELETE CASCADE,
    stage         TEXT NOT NULL,
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    PRIMARY KEY (promotion_id, stage)
) STRICT, WITHOUT ROWID;
CREATE INDEX promotion_generation_by_generation ON promotion_generation (generation_id);

INSERT INTO promotion (project_id, run_id, restored, at)
    SELECT g.project_id, g.run_id, 0, g.created_at FROM generation g
    WHERE g.id IN (SELECT max(generation_id) FROM current_generation GROUP BY project_id);
INSERT INTO promotion_generation (promotion_id, stage, generation_id)
    SELECT p.id, c.stage, c.generation_id FROM promotion p JOIN current_generation c ON c.project_id = p.project_id;
