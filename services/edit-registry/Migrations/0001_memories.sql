CREATE TABLE memories (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    name text NOT NULL,
    commit_after_count integer NOT NULL,
    commit_after_seconds integer NOT NULL,
    shard_capacity integer NOT NULL,
    least_rel double precision NOT NULL,
    least_gen double precision NOT NULL,
    least_loc double precision NOT NULL,
    last_sequence bigint NOT NULL,
    committed_sequence bigint NOT NULL,
    last_commit bigint NOT NULL,
    history_hash text NOT NULL,
    pending_since timestamptz,
    commit_due_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (tenant_id, name)
);

CREATE INDEX memories_due ON memories (commit_due_at) WHERE commit_due_at IS NOT NULL;
