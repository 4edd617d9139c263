-- What became of the answers of models that were not right at once.
ALTER TABLE model_use ADD COLUMN repaired INTEGER NOT NULL DEFAULT 0;   -- after the model was shown its mistake
ALTER TABLE model_use ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0;  -- broke off, and what came counts
