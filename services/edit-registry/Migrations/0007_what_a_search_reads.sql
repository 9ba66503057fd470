-- What follows from the table edits, so that a search reads narrow rows and not whole edits, and asks of no entry which other came after it.

-- What an entry is found by, in small letters; written with it. Of entries from before this table, letters beyond ASCII stand as they were written.
CREATE TABLE edit_texts (
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (memory_id, sequence)
);

-- The entries that do not stand: replaced by a later one of their fact, taken back by it, or taking back. Written when a search asks, or a commit is made: looking for the entry before each streamed edit would hold the stream up.
CREATE TABLE edit_endings (
    memory_id uuid NOT NULL,
    sequence bigint NOT NULL,
    retracted boolean NOT NULL,
    PRIMARY KEY (memory_id, sequence)
);

-- Up to which entry of a memory that is done.
CREATE TABLE edit_endings_known (
    memory_id uuid PRIMARY KEY,
    through bigint NOT NULL
);

INSERT INTO edit_texts (memory_id, sequence, text)
SELECT memory_id, sequence, lower(subject || '
' || object || '
' || prompt) FROM edits;

INSERT INTO edit_endings (memory_id, sequence, retracted)
SELECT memory_id, sequence, CASE WHEN retraction THEN TRUE ELSE taken_back END
FROM (SELECT memory_id, sequence, retraction, lead(retraction) OVER (PARTITION BY memory_id, fact_id ORDER BY sequence) AS taken_back FROM edits) AS entries
WHERE retraction OR taken_back IS NOT NULL;

INSERT INTO edit_endings_known (memory_id, through)
SELECT memory_id, max(sequence) FROM edits GROUP BY memory_id;
