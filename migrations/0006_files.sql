-- Files that the researcher keeps out of the documents. No run writes here, so a re-run cannot lose it.
CREATE TABLE excluded_file (
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    path       TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (project_id, path)
) STRICT, WITHOUT ROWID;
