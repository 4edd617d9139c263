-- A run that has spent its budget waits for somebody's word.
ALTER TABLE run ADD COLUMN paused TEXT;      -- JSON while it waits: what it spent, of what budget, since when
ALTER TABLE run ADD COLUMN allowed REAL;     -- what it may spend; nothing: no limit
ALTER TABLE run ADD COLUMN allowed_by TEXT;  -- kind of program in which more was allowed

-- An answer that was known before is a line among the calls of a run, and finds the words of the call that it came from.
ALTER TABLE model_call ADD COLUMN key BLOB;                          -- of the unit that asked
ALTER TABLE model_call ADD COLUMN known INTEGER NOT NULL DEFAULT 0;  -- 1: nothing was sent
CREATE INDEX model_call_by_key ON model_call (key, id) WHERE known = 0;
