-- When the training of a commit began: it is finished, however many commits come meanwhile.
ALTER TABLE planned_commits ADD COLUMN begun_at timestamptz;
