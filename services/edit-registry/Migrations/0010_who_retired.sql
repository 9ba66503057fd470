ALTER TABLE llm_versions ADD COLUMN retired_by text;
