CREATE FUNCTION history_cannot_be_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of what was changed is append-only; write a new entry instead';
END $$;

CREATE TRIGGER audit_cannot_be_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION history_cannot_be_changed();
CREATE TRIGGER gates_cannot_be_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON gates FOR EACH STATEMENT EXECUTE FUNCTION history_cannot_be_changed();
CREATE TRIGGER deployment_changes_cannot_be_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON deployment_changes FOR EACH STATEMENT EXECUTE FUNCTION history_cannot_be_changed();
