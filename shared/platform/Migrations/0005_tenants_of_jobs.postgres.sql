ALTER TABLE jobs ADD COLUMN tenant text;
UPDATE jobs SET tenant = COALESCE(payload::json ->> 'tenant', payload::json ->> 'tenantId');
CREATE INDEX jobs_of_a_tenant ON jobs (tenant, created_at);
