-- A memory as far as it is planned; its row is locked by whoever plans.
CREATE TABLE memories (
    memory_id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    planned_sequence bigint NOT NULL
);

CREATE TABLE shards (
    id uuid PRIMARY KEY,
    memory_id uuid NOT NULL,
    place integer NOT NULL,
    UNIQUE (memory_id, place)
);

-- A fact stays in its shard for as long as it stands.
CREATE TABLE shard_facts (
    memory_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    shard_id uuid NOT NULL,
    PRIMARY KEY (memory_id, fact_id)
);

CREATE TABLE planned_commits (
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    commit_id uuid NOT NULL,
    planned_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, sequence)
);

-- What each shard should hold at a commit. Commits before the latest whole one are forgotten.
CREATE TABLE wanted_shards (
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    shard_id uuid NOT NULL,
    place integer NOT NULL,
    content_hash text NOT NULL,
    changed_at_sequence bigint NOT NULL,
    PRIMARY KEY (memory_id, sequence, shard_id)
);
