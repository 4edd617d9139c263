-- How often the researcher wished for another definition of a term: what a model writes for it depends on this.
ALTER TABLE decision ADD COLUMN tries INTEGER;
