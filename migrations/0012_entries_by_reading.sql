-- What each entry is sorted by. The order of old results is that of their letters until they are made anew.
--
-- The table is made anew: what lists are chosen and sorted by stands before the long columns, behind which SQLite would
-- have to look in other pages.
DROP VIEW entry;
CREATE TABLE entry_by_reading (
    series       INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    born         INTEGER NOT NULL,
    died         INTEGER NOT NULL DEFAULT 2147483647,
    hash         INTEGER NOT NULL,
    key          TEXT NOT NULL,
    term         TEXT NOT NULL,
    sort         TEXT NOT NULL,
    language     TEXT NOT NULL,
    category     TEXT NOT NULL,
    confidence   REAL NOT NULL,
    changed      INTEGER NOT NULL,
    definition   TEXT,
    evidence     TEXT NOT NULL,
    alternatives TEXT NOT NULL,
    synonyms     TEXT NOT NULL,
    related      TEXT NOT NULL,
    PRIMARY KEY (series, ordinal, born)
) STRICT, WITHOUT ROWID;
INSERT INTO entry_by_reading
    SELECT series, ordinal, born, died, hash, key, term, lower(term), language, category, confidence, changed, definition,
        evidence, alternatives, synonyms, related
    FROM entry_row;
DROP TABLE entry_row;
ALTER TABLE entry_by_reading RENAME TO entry_row;
CREATE UNIQUE INDEX entry_row_by_key ON entry_row (series, key, born);
CREATE INDEX entry_row_by_death ON entry_row (series, died) WHERE died < 2147483647;
CREATE INDEX entry_row_by_sort ON entry_row (series, sort, ordinal, born, died, key);
CREATE VIEW entry (generation_id, ordinal, key, term, language, category, definition, confidence, evidence, alternatives,
        synonyms, related, changed, sort) AS
    SELECT g.id, e.ordinal, e.key, e.term, e.language, e.category, e.definition, e.confidence, e.evidence, e.alternatives,
        e.synonyms, e.related, e.changed, e.sort
    FROM generation g JOIN entry_row e ON e.series = g.series AND e.born <= g.id AND e.died > g.id;
