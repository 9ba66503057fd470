-- A bridge may be scored again, so what was unique is a job's key now.
ALTER TABLE evaluations RENAME TO evaluations_before;

CREATE TABLE evaluations_after (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    bridge_id text NOT NULL,
    commit_sequence bigint NOT NULL,
    protocol text NOT NULL,
    scores text NOT NULL,
    counts text NOT NULL,
    intervals text NOT NULL,
    gate_passed boolean NOT NULL,
    gate_version bigint NOT NULL,
    reasons text NOT NULL,
    notes text NOT NULL,
    cause text NOT NULL,
    requested_by text,
    probe_set_id text,
    completed_at timestamptz NOT NULL
);

INSERT INTO evaluations_after
SELECT id, tenant_id, memory_id, llm_id, bridge_id, commit_sequence, protocol, scores, counts, '{}', gate_passed, 0, reasons, notes, 'bridge', NULL, NULL, completed_at FROM evaluations_before;

DROP TABLE evaluations_before;

ALTER TABLE evaluations_after RENAME TO evaluations;

CREATE INDEX evaluations_of_memory ON evaluations (memory_id, llm_id, completed_at);
CREATE INDEX evaluations_of_tenant ON evaluations (tenant_id, completed_at);
CREATE INDEX evaluations_of_bridge ON evaluations (bridge_id, protocol, completed_at);

-- The commit that a probe's edit came with.
ALTER TABLE probe_outcomes ADD COLUMN cohort bigint;

CREATE INDEX outcomes_of_edit ON probe_outcomes (edit_id);
