CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    event_type text NOT NULL,
    body text NOT NULL,
    trace_parent text,
    trace_state text,
    written_at timestamptz NOT NULL,
    parked_reason text
);
