-- The researcher's names, synonyms and answers to issues; the way back from every decision; the order by reading.

ALTER TABLE decision ADD COLUMN name TEXT;        -- the form that is shown
ALTER TABLE decision ADD COLUMN sort TEXT;        -- what the name is sorted by
ALTER TABLE decision ADD COLUMN synonym_of TEXT;  -- key of the term that stands for the concept; never of one that has this itself
CREATE INDEX decision_by_synonym ON decision (project_id, synonym_of) WHERE synonym_of IS NOT NULL;
CREATE INDEX decision_by_name ON decision (project_id, key) WHERE name IS NOT NULL;

-- What the researcher decided about an issue, by what the issue says: no run writes here, and the next review finds it again.
CREATE TABLE issue_decision (
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    identity   TEXT NOT NULL,
    ruling     TEXT CHECK (ruling IN ('dismissed', 'merge', 'require', 'first', 'second')),
    reason     TEXT,
    terms      TEXT NOT NULL,  -- JSON: keys of the terms that a ruling decided about
    decided_at TEXT NOT NULL,
    PRIMARY KEY (project_id, identity)
) STRICT, WITHOUT ROWID;

-- What an issue says: a decision about it is found by this. Nothing for reviews of an earlier version.
ALTER TABLE issue_row ADD COLUMN identity TEXT;
CREATE INDEX issue_row_by_identity ON issue_row (series, identity);
DROP VIEW issue;
CREATE VIEW issue (generation_id, ordinal, key, term, severity, kind, finding, identity) AS
    SELECT g.id, i.ordinal, i.key, i.term, i.severity, i.kind, i.finding, i.identity
    FROM generation g JOIN issue_row i ON i.series = g.series AND i.born <= g.id AND i.died > g.id;

-- One thing that the researcher did, and each field that it changed: what undo puts back.
CREATE TABLE decision_change (
    id         TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    at         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_change_by_project ON decision_change (project_id, id);

CREATE TABLE decision_change_field (
    change_id TEXT NOT NULL REFERENCES decision_change (id) ON DELETE CASCADE,
    subject   TEXT NOT NULL CHECK (subject IN ('term', 'issue')),
    key       TEXT NOT NULL,  -- of the term, or the identity of the issue
    field     TEXT NOT NULL,
    before    TEXT,
    after     TEXT,
    PRIMARY KEY (change_id, subject, key, field)
) STRICT, WITHOUT ROWID;

-- What each term is sorted by. The order of old results is that of their letters until they are made anew.
ALTER TABLE term_row ADD COLUMN sort TEXT NOT NULL DEFAULT '';
UPDATE term_row SET sort = lower(text);
DROP INDEX term_row_by_text;
CREATE INDEX term_row_by_sort ON term_row (series, sort, rank, born, died);
DROP VIEW term;
CREATE VIEW term (generation_id, rank, key, text, language, category, score, documents, occurrences, variants, expansion,
        sort) AS
    SELECT g.id, t.rank, t.key, t.text, t.language, t.category, t.score, t.documents, t.occurrences, t.variants,
        t.expansion, t.sort
    FROM generation g JOIN term_row t ON t.series = g.series AND t.born <= g.id AND t.died > g.id;
