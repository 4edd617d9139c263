-- Projects, their runs, and what the runs produced.
-- Times are UTC, RFC 3339 with milliseconds. Ids are UUIDv7 in text form, so they sort by creation.

CREATE TABLE project (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    folder     TEXT NOT NULL UNIQUE,      -- canonical path: one folder is one project
    settings   TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    id                  TEXT NOT NULL PRIMARY KEY,
    project_id          TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    request_id          TEXT NOT NULL UNIQUE,
    scope               TEXT NOT NULL,
    trigger             TEXT NOT NULL CHECK (trigger IN ('user', 'system')),
    status              TEXT NOT NULL CHECK (status IN
        ('pending', 'running', 'completed', 'partial', 'failed', 'cancelled', 'interrupted')),
    stage               TEXT,                 -- the stage it is in, or ended in
    engine              TEXT NOT NULL,
    model               TEXT,
    settings            TEXT NOT NULL,        -- as they were at the start
    settings_hash       TEXT NOT NULL,
    documents_hash      TEXT,                 -- of paths and contents, once they are read
    app_version         TEXT NOT NULL,
    owner_pid           INTEGER NOT NULL,     -- the process that does the work ...
    owner_started       INTEGER NOT NULL,     -- ... and its start, because pids are used again
    heartbeat_at        TEXT NOT NULL,
    created_at          TEXT NOT NULL,
    started_at          TEXT,
    finished_at         TEXT,
    cancel_requested_at TEXT,
    error               TEXT,                 -- JSON message: code, params, detail
    revision            INTEGER NOT NULL DEFAULT 0
) STRICT;

-- At most one active run per project, whoever starts it.
CREATE UNIQUE INDEX run_active ON run (project_id) WHERE status IN ('pending', 'running');
CREATE INDEX run_by_project ON run (project_id, id);

CREATE TABLE run_stage (
    run_id      TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    stage       TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'completed', 'failed', 'cancelled')),
    done        INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    item        TEXT,
    started_at  TEXT,
    finished_at TEXT,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_status_history (
    id     INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    stage  TEXT,
    at     TEXT NOT NULL,
    reason TEXT,
    actor  TEXT NOT NULL
) STRICT;
CREATE INDEX run_status_history_by_run ON run_status_history (run_id, id);

-- One result of one stage. Rows of a generation never change; the current one per stage is in current_generation.
CREATE TABLE generation (
    id         INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    stage      TEXT NOT NULL,
    input_id   INTEGER REFERENCES generation (id),  -- the generation it was made from
    created_at TEXT NOT NULL,
    UNIQUE (run_id, stage)
) STRICT;
CREATE INDEX generation_by_project ON generation (project_id);
CREATE INDEX generation_by_input ON generation (input_id);

CREATE TABLE current_generation (
    project_id    TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    stage         TEXT NOT NULL,
    generation_id INTEGER NOT NULL REFERENCES generation (id),
    PRIMARY KEY (project_id, stage)
) STRICT, WITHOUT ROWID;
CREATE INDEX current_generation_by_generation ON current_generation (generation_id);

-- Texts are kept once per content, so that spans stay right when a file changes on disk.
CREATE TABLE document_text (
    hash TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE document (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    path          TEXT NOT NULL,
    hash          TEXT NOT NULL REFERENCES document_text (hash),
    language      TEXT NOT NULL,
    encoding      TEXT NOT NULL,
    bytes         INTEGER NOT NULL,
    lines         INTEGER NOT NULL,
    PRIMARY KEY (generation_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_hash ON document (hash);

CREATE TABLE skipped_file (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    path          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    detail        TEXT,
    PRIMARY KEY (generation_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE term (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    rank          INTEGER NOT NULL,
    key           TEXT NOT NULL,
    text          TEXT NOT NULL,
    language      TEXT NOT NULL,
    category      TEXT NOT NULL,
    score         REAL NOT NULL,
    documents     INTEGER NOT NULL,
    occurrences   INTEGER NOT NULL,
    variants      TEXT NOT NULL,
    expansion     TEXT,
    PRIMARY KEY (generation_id, rank),
    UNIQUE (generation_id, key)
) STRICT, WITHOUT ROWID;
-- The orders of a term list.
CREATE INDEX term_by_text ON term (generation_id, text COLLATE NOCASE);
CREATE INDEX term_by_documents ON term (generation_id, documents);
CREATE INDEX term_by_occurrences ON term (generation_id, occurrences);

CREATE TABLE occurrence (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    rank          INTEGER NOT NULL,  -- of the term
    document      INTEGER NOT NULL,  -- ordinal in the load generation that the terms were made from
    start         INTEGER NOT NULL,  -- byte offsets into the text
    end           INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    PRIMARY KEY (generation_id, rank, document, start)
) STRICT, WITHOUT ROWID;

-- What a list of documents shows of each: occurrences are stored by term, so counting them by document reads all of them.
CREATE TABLE document_count (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,  -- of the terms
    document      INTEGER NOT NULL,  -- ordinal in the load generation that the terms were made from
    terms         INTEGER NOT NULL,  -- different ones
    occurrences   INTEGER NOT NULL,
    PRIMARY KEY (generation_id, document)
) STRICT, WITHOUT ROWID;

-- Entries of a provisional (define) or refined (refine) glossary.
CREATE TABLE entry (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    key           TEXT NOT NULL,
    term          TEXT NOT NULL,
    language      TEXT NOT NULL,
    category      TEXT NOT NULL,
    definition    TEXT,
    confidence    REAL NOT NULL,
    evidence      TEXT NOT NULL,
    alternatives  TEXT NOT NULL,
    synonyms      TEXT NOT NULL,
    related       TEXT NOT NULL,
    changed       INTEGER NOT NULL,  -- a refined entry that is not what the provisional one was
    PRIMARY KEY (generation_id, ordinal),
    UNIQUE (generation_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE issue (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    key           TEXT NOT NULL,
    term          TEXT NOT NULL,
    severity      INTEGER NOT NULL,  -- 1 low, 2 medium, 3 high
    kind          TEXT NOT NULL,
    finding       TEXT NOT NULL,
    PRIMARY KEY (generation_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_by_key ON issue (generation_id, key);

-- What a refinement did about the issues of the review that it was made from.
CREATE TABLE resolution (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    issue         INTEGER NOT NULL,  -- ordinal
    resolution    TEXT NOT NULL,
    PRIMARY KEY (generation_id, issue)
) STRICT, WITHOUT ROWID;

-- What the researcher decided about a term. No run writes here, so a re-run cannot lose it.
CREATE TABLE decision (
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    text       TEXT NOT NULL,        -- the form the decision was made on
    manual     INTEGER NOT NULL DEFAULT 0,
    verdict    TEXT CHECK (verdict IN ('required', 'excluded')),
    category   TEXT,
    note       TEXT,
    definition TEXT,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (project_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
