CREATE TRIGGER audit_cannot_be_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
CREATE TRIGGER audit_cannot_be_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
CREATE TRIGGER gates_cannot_be_updated BEFORE UPDATE ON gates BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
CREATE TRIGGER gates_cannot_be_deleted BEFORE DELETE ON gates BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
CREATE TRIGGER deployment_changes_cannot_be_updated BEFORE UPDATE ON deployment_changes BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
CREATE TRIGGER deployment_changes_cannot_be_deleted BEFORE DELETE ON deployment_changes BEGIN SELECT RAISE(ABORT, 'the history of what was changed is append-only; write a new entry instead'); END;
