CREATE FUNCTION edits_cannot_be_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of edits is append-only; supersede or retract the edit instead';
END $$;

CREATE TRIGGER edits_cannot_be_changed BEFORE UPDATE OR DELETE ON edits FOR EACH STATEMENT EXECUTE FUNCTION edits_cannot_be_changed();
