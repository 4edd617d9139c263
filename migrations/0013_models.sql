-- Definitions that a model wrote, and what asking it took.
ALTER TABLE entry_row ADD COLUMN writer TEXT;
DROP VIEW entry;
CREATE VIEW entry (generation_id, ordinal, key, term, language, category, definition, confidence, evidence, alternatives,
        synonyms, related, changed, sort, writer) AS
    SELECT g.id, e.ordinal, e.key, e.term, e.language, e.category, e.definition, e.confidence, e.evidence, e.alternatives,
        e.synonyms, e.related, e.changed, e.sort, e.writer
    FROM generation g JOIN entry_row e ON e.series = g.series AND e.born <= g.id AND e.died > g.id;

CREATE TABLE model_use (
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    stage      TEXT NOT NULL,
    questions  INTEGER NOT NULL,  -- answered in this run
    cached     INTEGER NOT NULL,  -- answered in an earlier one
    failed     INTEGER NOT NULL,
    calls      INTEGER NOT NULL,  -- requests that were sent
    retries    INTEGER NOT NULL,
    tokens_in  INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    estimated  INTEGER NOT NULL,  -- 1 when the server did not count all tokens
    time_ms    INTEGER NOT NULL,  -- of all requests, also of those at the same time
    PRIMARY KEY (run_id, stage)
) STRICT, WITHOUT ROWID;
