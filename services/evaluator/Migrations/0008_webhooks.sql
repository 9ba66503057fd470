CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    secret text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);

CREATE INDEX webhooks_of_tenant ON webhooks (tenant_id);

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL,
    tenant_id text NOT NULL,
    event text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    delivered_at timestamptz
);

CREATE INDEX deliveries_of_tenant ON deliveries (tenant_id, created_at);

CREATE TABLE delivery_attempts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    status integer NOT NULL,
    reason text,
    milliseconds double precision NOT NULL
);

CREATE INDEX attempts_of_delivery ON delivery_attempts (delivery_id);
