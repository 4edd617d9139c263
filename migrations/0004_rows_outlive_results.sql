-- A row of a result is stored once for all results that hold it, so that a run writes only what it changed.
--
-- The results of one stage of a project are a series. A row is part of those from `born` on and before `died`, which are
-- ids of results: each result is a snapshot of its series. Rows that are alive have not died yet (2147483647).

CREATE TABLE series (
    id         INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    stage      TEXT NOT NULL,
    UNIQUE (project_id, stage)
) STRICT;
INSERT INTO series (project_id, stage) SELECT DISTINCT project_id, stage FROM generation;

ALTER TABLE generation ADD COLUMN series INTEGER REFERENCES series (id) ON DELETE CASCADE;
UPDATE generation SET series =
    (SELECT s.id FROM series s WHERE s.project_id = generation.project_id AND s.stage = generation.stage);
CREATE INDEX generation_by_series ON generation (series, id);

CREATE TABLE term_row (
    series      INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    rank        INTEGER NOT NULL,  -- the order, best first; there are gaps, so that a new row has room
    born        INTEGER NOT NULL,
    died        INTEGER NOT NULL DEFAULT 2147483647,
    hash        INTEGER NOT NULL,  -- of what the row says; 0: not known
    key         TEXT NOT NULL,
    text        TEXT NOT NULL,
    language    TEXT NOT NULL,
    category    TEXT NOT NULL,
    score       REAL NOT NULL,
    documents   INTEGER NOT NULL,
    occurrences INTEGER NOT NULL,
    variants    TEXT NOT NULL,
    expansion   TEXT,
    PRIMARY KEY (series, rank, born)
) STRICT, WITHOUT ROWID;
INSERT INTO term_row
    SELECT g.series, t.rank, g.id, g.id + 1, 0, t.key, t.text, t.language, t.category, t.score, t.documents,
        t.occurrences, t.variants, t.expansion
    FROM generation g JOIN term t ON t.generation_id = g.id;

CREATE TABLE entry_row (
    series       INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    born         INTEGER NOT NULL,
    died         INTEGER NOT NULL DEFAULT 2147483647,
    hash         INTEGER NOT NULL,
    key          TEXT NOT NULL,
    term         TEXT NOT NULL,
    language     TEXT NOT NULL,
    category     TEXT NOT NULL,
    definition   TEXT,
    confidence   REAL NOT NULL,
    evidence     TEXT NOT NULL,
    alternatives TEXT NOT NULL,
    synonyms     TEXT NOT NULL,
    related      TEXT NOT NULL,
    changed      INTEGER NOT NULL,
    PRIMARY KEY (series, ordinal, born)
) STRICT, WITHOUT ROWID;
INSERT INTO entry_row
    SELECT g.series, e.ordinal, g.id, g.id + 1, 0, e.key, e.term, e.language, e.category, e.definition, e.confidence,
        e.evidence, e.alternatives, e.synonyms, e.related, e.changed
    FROM generation g JOIN entry e ON e.generation_id = g.id;

CREATE TABLE issue_row (
    series   INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL,
    born     INTEGER NOT NULL,
    died     INTEGER NOT NULL DEFAULT 2147483647,
    hash     INTEGER NOT NULL,
    key      TEXT NOT NULL,
    term     TEXT NOT NULL,
    severity INTEGER NOT NULL,  -- 1 low, 2 medium, 3 high
    kind     TEXT NOT NULL,
    finding  TEXT NOT NULL,
    PRIMARY KEY (series, ordinal, born)
) STRICT, WITHOUT ROWID;
INSERT INTO issue_row
    SELECT g.series, i.ordinal, g.id, g.id + 1, 0, i.key, i.term, i.severity, i.kind, i.finding
    FROM generation g JOIN issue i ON i.generation_id = g.id;

-- Where the terms stand in one document. By document and not by term, so that another document leaves it as it is.
CREATE TABLE document_terms (
    series      INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,  -- of the terms
    path        TEXT NOT NULL,     -- of the document
    born        INTEGER NOT NULL,
    died        INTEGER NOT NULL DEFAULT 2147483647,
    hash        TEXT NOT NULL,     -- of what the places depend on; empty: not known
    terms       INTEGER NOT NULL,  -- different ones
    occurrences INTEGER NOT NULL,
    places      TEXT NOT NULL,     -- a line for each term: its key, a tab, and start, length and line of each occurrence
    PRIMARY KEY (series, path, born)
) STRICT, WITHOUT ROWID;
-- Two files whose names are not UTF-8 may have one path; what the second one holds is found again by the next run.
INSERT OR IGNORE INTO document_terms
    SELECT g.series, d.path, g.id, g.id + 1, '', count(*), sum(o.number), group_concat(t.key || char(9) || o.places, char(10))
    FROM (SELECT p.generation_id, p.rank, each.value ->> 0 AS document, count(*) AS number,
              group_concat((each.value ->> 1) || ' ' || ((each.value ->> 2) - (each.value ->> 1)) || ' ' || (each.value ->> 3), ' ') AS places
          FROM posting p, json_each(p.occurrences) AS each GROUP BY p.generation_id, p.rank, document) AS o
    JOIN generation g ON g.id = o.generation_id
    JOIN document d ON d.generation_id = g.input_id AND d.ordinal = o.document
    JOIN term t ON t.generation_id = o.generation_id AND t.rank = o.rank
    GROUP BY g.id, d.ordinal;

DROP TABLE posting;
DROP TABLE document_count;
DROP TABLE term;
DROP TABLE entry;
DROP TABLE issue;

CREATE UNIQUE INDEX term_row_by_key ON term_row (series, key, born);
-- The orders of a term list.
CREATE INDEX term_row_by_text ON term_row (series, text COLLATE NOCASE, rank, born, died);
CREATE INDEX term_row_by_documents ON term_row (series, documents, rank, born, died);
CREATE INDEX term_row_by_occurrences ON term_row (series, occurrences, rank, born, died);
CREATE UNIQUE INDEX entry_row_by_key ON entry_row (series, key, born);
CREATE INDEX issue_row_by_key ON issue_row (series, key);
-- What a result that goes may take with it.
CREATE INDEX term_row_by_death ON term_row (series, died) WHERE died < 2147483647;
CREATE INDEX entry_row_by_death ON entry_row (series, died) WHERE died < 2147483647;
CREATE INDEX issue_row_by_death ON issue_row (series, died) WHERE died < 2147483647;
CREATE INDEX document_terms_by_death ON document_terms (series, died) WHERE died < 2147483647;

-- The rows of each result. A view costs nothing where it is read or joined; on the right of a LEFT JOIN it would be
-- copied, and the rows themselves belong there.
CREATE VIEW term (generation_id, rank, key, text, language, category, score, documents, occurrences, variants, expansion) AS
    SELECT g.id, t.rank, t.key, t.text, t.language, t.category, t.score, t.documents, t.occurrences, t.variants, t.expansion
    FROM generation g JOIN term_row t ON t.series = g.series AND t.born <= g.id AND t.died > g.id;
CREATE VIEW entry (generation_id, ordinal, key, term, language, category, definition, confidence, evidence, alternatives,
        synonyms, related, changed) AS
    SELECT g.id, e.ordinal, e.key, e.term, e.language, e.category, e.definition, e.confidence, e.evidence, e.alternatives,
        e.synonyms, e.related, e.changed
    FROM generation g JOIN entry_row e ON e.series = g.series AND e.born <= g.id AND e.died > g.id;
CREATE VIEW issue (generation_id, ordinal, key, term, severity, kind, finding) AS
    SELECT g.id, i.ordinal, i.key, i.term, i.severity, i.kind, i.finding
    FROM generation g JOIN issue_row i ON i.series = g.series AND i.born <= g.id AND i.died > g.id;
