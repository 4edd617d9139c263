-- Where the terms stand in a text depends on the text and not on its path: two documents may have one path where names
-- are not text, and one text under two paths is one row.
ALTER TABLE document_terms RENAME COLUMN path TO document;
UPDATE OR REPLACE document_terms SET document = coalesce(
    (SELECT d.hash FROM generation g JOIN document d ON d.generation_id = g.input_id AND d.path = document_terms.document
     WHERE g.series = document_terms.series AND g.id >= document_terms.born AND g.id < document_terms.died LIMIT 1),
    document);
