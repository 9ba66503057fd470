-- What the unedited LLM came to, where a protocol measures it beside the edited one; whether the memory spoke.
ALTER TABLE probe_outcomes ADD COLUMN base_value double precision;
ALTER TABLE probe_outcomes ADD COLUMN edited boolean;

-- With what an evaluation of general ability was taken, as JSON.
ALTER TABLE evaluations ADD COLUMN settings text;
