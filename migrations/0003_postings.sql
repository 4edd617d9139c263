-- The occurrences of a term stand together, as the postings of an inverted index do: one row instead of thousands.
CREATE TABLE posting (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    rank          INTEGER NOT NULL,  -- of the term
    occurrences   TEXT NOT NULL,     -- JSON: document, start, end, line of each, by document and start
    PRIMARY KEY (generation_id, rank)
) STRICT;

INSERT INTO posting (generation_id, rank, occurrences)
    SELECT generation_id, rank, json_group_array(json_array(document, start, end, line))
    FROM (SELECT * FROM occurrence ORDER BY generation_id, rank, document, start)
    GROUP BY generation_id, rank;
DROP TABLE occurrence;
