CREATE TRIGGER edits_cannot_be_updated BEFORE UPDATE ON edits BEGIN SELECT RAISE(ABORT, 'the history of edits is append-only; supersede or retract the edit instead'); END;
CREATE TRIGGER edits_cannot_be_deleted BEFORE DELETE ON edits BEGIN SELECT RAISE(ABORT, 'the history of edits is append-only; supersede or retract the edit instead'); END;
