CREATE TABLE commits (
    id uuid PRIMARY KEY,
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    first_edit bigint NOT NULL,
    last_edit bigint NOT NULL,
    edit_count integer NOT NULL,
    content_hash text NOT NULL,
    cause text NOT NULL,
    committed_at timestamptz NOT NULL,
    UNIQUE (memory_id, sequence)
);
