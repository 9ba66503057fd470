CREATE TABLE gates (
    memory_id uuid NOT NULL,
    version bigint NOT NULL,
    tenant_id text NOT NULL,
    rules text NOT NULL,
    promote_by_hand boolean NOT NULL,
    set_by text NOT NULL,
    reason text,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, version)
);

CREATE TABLE audit (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    memory_id uuid,
    old_value text,
    new_value text,
    reason text
);

CREATE INDEX audit_of_tenant ON audit (tenant_id, made_at);

CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    memory_id uuid NOT NULL,
    llm_id uuid,
    bridge_id text,
    evaluation_id uuid,
    kind text NOT NULL,
    message text NOT NULL,
    raised_at timestamptz NOT NULL,
    acknowledged_by text,
    acknowledged_at timestamptz
);

CREATE INDEX alerts_of_tenant ON alerts (tenant_id, raised_at);
