-- The trace in which what serves was promoted or brought back: answers link to it.
ALTER TABLE deployments ADD COLUMN trace text;
