-- Append-only: an edit is superseded or retracted by a later row of the same fact, and is pending while no commit reaches its sequence.
CREATE TABLE edits (
    id uuid NOT NULL,
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    client_key text NOT NULL,
    fact_id uuid NOT NULL,
    retraction boolean NOT NULL,
    subject text NOT NULL,
    relation text,
    object text NOT NULL,
    prompt text NOT NULL,
    old_object text,
    wordings text NOT NULL,
    paraphrases text NOT NULL,
    locality text NOT NULL,
    source text,
    author text NOT NULL,
    reason text,
    external_id text,
    valid_from timestamptz,
    valid_until timestamptz,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, sequence)
);

CREATE UNIQUE INDEX edits_by_client_key ON edits (memory_id, client_key);
CREATE INDEX edits_by_fact ON edits (memory_id, fact_id, sequence);
CREATE INDEX edits_by_id ON edits (id);
