CREATE TABLE evaluations (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    bridge_id text NOT NULL,
    commit_sequence bigint NOT NULL,
    protocol text NOT NULL,
    scores text NOT NULL,
    counts text NOT NULL,
    gate_passed boolean NOT NULL,
    reasons text NOT NULL,
    notes text NOT NULL,
    completed_at timestamptz NOT NULL,
    UNIQUE (bridge_id, protocol)
);

CREATE INDEX evaluations_of_memory ON evaluations (memory_id, llm_id, completed_at);
CREATE INDEX evaluations_of_tenant ON evaluations (tenant_id, completed_at);

CREATE TABLE probe_outcomes (
    evaluation_id uuid NOT NULL,
    place integer NOT NULL,
    kind text NOT NULL,
    edit_id text,
    prompt text NOT NULL,
    answer text NOT NULL,
    before_text text NOT NULL,
    after_text text NOT NULL,
    value double precision,
    PRIMARY KEY (evaluation_id, place)
);
