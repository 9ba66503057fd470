CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    business_key text NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    most_attempts integer NOT NULL,
    not_before timestamptz NOT NULL,
    lease_owner text,
    lease_until timestamptz,
    fence bigint NOT NULL,
    cancel_requested boolean NOT NULL,
    step bigint NOT NULL,
    steps bigint NOT NULL,
    loss double precision,
    eta_seconds double precision,
    checkpoint text,
    reason text,
    trace_parent text,
    trace_state text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (kind, business_key)
);

CREATE INDEX jobs_to_claim ON jobs (kind, state, not_before);
