CREATE TABLE probe_sets (
    memory_id uuid NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    id text NOT NULL,
    tenant_id text NOT NULL,
    source text NOT NULL,
    probes integer NOT NULL,
    counts text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, name, version)
);

CREATE INDEX probe_sets_by_id ON probe_sets (id);
