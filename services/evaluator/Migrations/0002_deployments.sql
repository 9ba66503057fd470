CREATE TABLE deployments (
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    tenant_id text NOT NULL,
    champion text,
    champion_commit bigint,
    previous text,
    challenger text,
    challenger_commit bigint,
    sequence bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, llm_id)
);

CREATE TABLE deployment_changes (
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    sequence bigint NOT NULL,
    cause text NOT NULL,
    bridge_id text NOT NULL,
    commit_sequence bigint NOT NULL,
    previous_bridge_id text,
    made_by text NOT NULL,
    reason text,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (memory_id, llm_id, sequence)
);
