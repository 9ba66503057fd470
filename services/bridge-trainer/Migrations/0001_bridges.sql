-- A projector from an encoder to an LLM version: whatever commit brought the encoder, it is trained once.
CREATE TABLE projectors (
    encoder_id text NOT NULL,
    llm_hash text NOT NULL,
    recipe_hash text NOT NULL,
    projector_id text NOT NULL,
    left_out integer NOT NULL,
    train_seconds double precision NOT NULL,
    trained_at timestamptz NOT NULL,
    PRIMARY KEY (encoder_id, llm_hash, recipe_hash)
);

CREATE TABLE bridges (
    bridge_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    -- What it was trained from: the business key of its job.
    business_key text NOT NULL,
    commit_sequence bigint NOT NULL,
    -- JSON lists, in the order of the shards.
    encoder_ids text NOT NULL,
    probe_set_ids text NOT NULL,
    train_seconds double precision NOT NULL,
    trained_at timestamptz NOT NULL
);

CREATE INDEX bridges_by_memory ON bridges (memory_id, llm_id, commit_sequence);
