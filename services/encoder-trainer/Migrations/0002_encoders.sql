CREATE TABLE encoders (
    shard_id uuid NOT NULL,
    content_hash text NOT NULL,
    memory_id uuid NOT NULL,
    commit_id uuid NOT NULL,
    commit_sequence bigint NOT NULL,
    -- Null when no edit of the shard could be trained: it holds nothing, and is done.
    encoder_id text,
    probe_set_id text,
    edit_count integer NOT NULL,
    train_seconds double precision NOT NULL,
    trained_at timestamptz NOT NULL,
    PRIMARY KEY (shard_id, content_hash)
);

-- An edit that could not be trained does not stop its neighbours; here stands why.
CREATE TABLE quarantined_edits (
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    fact_id uuid NOT NULL,
    reason text NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, sequence)
);
