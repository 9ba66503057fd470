-- Reports that are no trial's any more are removed by their age.
CREATE INDEX traffic_by_age ON traffic_reports (received_at);
