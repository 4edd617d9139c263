-- What a list of documents shows of each: occurrences are stored by term, so counting them by document reads all of them.

CREATE TABLE document_count (
    generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,  -- of the terms
    document      INTEGER NOT NULL,  -- ordinal in the load generation that the terms were made from
    terms         INTEGER NOT NULL,  -- different ones
    occurrences   INTEGER NOT NULL,
    PRIMARY KEY (generation_id, document)
) STRICT, WITHOUT ROWID;

INSERT INTO document_count (generation_id, document, terms, occurrences)
    SELECT generation_id, document, count(DISTINCT rank), count(*) FROM occurrence GROUP BY generation_id, document;

-- A list of terms by their texts is read in this order.
CREATE INDEX term_by_text ON term (generation_id, text COLLATE NOCASE);
