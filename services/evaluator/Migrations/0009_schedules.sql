CREATE TABLE schedules (
    memory_id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    every_seconds integer NOT NULL,
    protocol text,
    probe_set_id text,
    next_at timestamptz NOT NULL,
    set_by text NOT NULL
);
