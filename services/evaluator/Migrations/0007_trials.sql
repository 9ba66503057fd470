ALTER TABLE deployments ADD COLUMN canary_percent integer NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN shadow_percent integer NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN limits text;
ALTER TABLE deployments ADD COLUMN trial_since timestamptz;
ALTER TABLE deployments ADD COLUMN revision bigint NOT NULL DEFAULT 0;

CREATE TABLE traffic_reports (
    id uuid PRIMARY KEY,
    memory_id uuid NOT NULL,
    llm_id uuid NOT NULL,
    reporter text NOT NULL,
    champion text NOT NULL,
    challenger text NOT NULL,
    champion_requests bigint NOT NULL,
    champion_errors bigint NOT NULL,
    champion_milliseconds double precision NOT NULL,
    challenger_requests bigint NOT NULL,
    challenger_errors bigint NOT NULL,
    challenger_milliseconds double precision NOT NULL,
    compared bigint NOT NULL,
    agreed bigint NOT NULL,
    received_at timestamptz NOT NULL
);

CREATE INDEX traffic_of_deployment ON traffic_reports (memory_id, llm_id, received_at);
