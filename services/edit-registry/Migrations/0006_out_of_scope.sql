-- What must stay as it is. A set is replaced as a whole, so its rows have no history of their own.
CREATE TABLE out_of_scope (
    memory_id uuid NOT NULL,
    place integer NOT NULL,
    prompt text NOT NULL,
    subject text,
    answer text,
    wordings text NOT NULL,
    PRIMARY KEY (memory_id, place)
);
