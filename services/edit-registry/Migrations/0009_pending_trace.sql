-- The trace of the first edit that waits for a commit: commit, training and serving go on with it.
ALTER TABLE memories ADD COLUMN pending_trace text;
