-- What each entry is sorted by. The order of old results is that of their letters until they are made anew.
ALTER TABLE entry_row ADD COLUMN sort TEXT NOT NULL DEFAULT '';
UPDATE entry_row SET sort = lower(term);
CREATE INDEX entry_row_by_sort ON entry_row (series, sort, ordinal, born, died);
DROP VIEW entry;
CREATE VIEW entry (generation_id, ordinal, key, term, language, category, definition, confidence, evidence, alternatives,
        synonyms, related, changed, sort) AS
    SELECT g.id, e.ordinal, e.key, e.term, e.language, e.category, e.definition, e.confidence, e.evidence, e.alternatives,
        e.synonyms, e.related, e.changed, e.sort
    FROM generation g JOIN entry_row e ON e.series = g.series AND e.born <= g.id AND e.died > g.id;
