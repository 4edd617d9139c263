-- Terms that a model judged, what asking cost, and every call of a run, where the researcher wants to see them.
ALTER TABLE term_row ADD COLUMN judge TEXT;  -- the model that chose the category
DROP VIEW term;
CREATE VIEW term (generation_id, rank, key, text, language, category, score, documents, occurrences, variants, expansion,
        sort, judge) AS
    SELECT g.id, t.rank, t.key, t.text, t.language, t.category, t.score, t.documents, t.occurrences, t.variants,
        t.expansion, t.sort, t.judge
    FROM generation g JOIN term_row t ON t.series = g.series AND t.born <= g.id AND t.died > g.id;

ALTER TABLE model_use ADD COLUMN cost REAL;  -- at the price of that time; nothing without one

CREATE TABLE model_call (
    id         INTEGER PRIMARY KEY,
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    stage      TEXT NOT NULL,
    item       TEXT NOT NULL,     -- what it is about
    at         TEXT NOT NULL,     -- when the answer was there
    attempt    INTEGER NOT NULL,  -- of its question, from 1
    status     INTEGER,           -- of HTTP
    tokens_in  INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    estimated  INTEGER NOT NULL,
    time_ms    INTEGER NOT NULL,
    messages   TEXT NOT NULL,     -- JSON: the conversation
    reply      TEXT NOT NULL,
    error      TEXT               -- JSON message: code, params, detail
) STRICT;
CREATE INDEX model_call_by_run ON model_call (run_id, id);
