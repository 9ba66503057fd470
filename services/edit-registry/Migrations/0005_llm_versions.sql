CREATE TABLE llm_versions (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    family text NOT NULL,
    uri text NOT NULL,
    content_hash text NOT NULL,
    released_by text NOT NULL,
    released_at timestamptz NOT NULL,
    retired_at timestamptz,
    UNIQUE (name, version)
);
