-- Four bytes for each term of a document, one behind the other: who looks for a term passes over documents without its mark.
-- Nothing for results of an earlier version.
ALTER TABLE document_terms ADD COLUMN marks BLOB;
