ALTER TABLE jobs ADD COLUMN tenant text;
UPDATE jobs SET tenant = COALESCE(json_extract(payload, '$.tenant'), json_extract(payload, '$.tenantId'));
CREATE INDEX jobs_of_a_tenant ON jobs (tenant, created_at);
