CREATE TABLE inbox (
    consumer text NOT NULL,
    business_key text NOT NULL,
    handled_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, business_key)
);

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    business_key text NOT NULL,
    event_type text NOT NULL,
    body text NOT NULL,
    trace_parent text,
    trace_state text,
    reason text NOT NULL,
    attempts integer NOT NULL,
    failed_at timestamptz NOT NULL,
    replayed_at timestamptz
);

-- However often a poison event comes, it waits for the operator once.
CREATE UNIQUE INDEX dead_letters_waiting ON dead_letters (consumer, business_key) WHERE replayed_at IS NULL;
