-- A run that has spent its budget waits for somebody's word.
ALTER TABLE run ADD COLUMN paused TEXT;      -- JSON while it waits: what it spent, of what budget, since when
ALTER TABLE run ADD COLUMN allowed REAL;     -- what it may spend; nothing: no limit
ALTER TABLE run ADD COLUMN allowed_by TEXT;  -- kind of program in which more was allowed
