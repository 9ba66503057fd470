#!/bin/sh
# Run once by Postgres' image when its data folder is new: one role and one schema for each service with a database.
set -eu
for service in edit_registry encoder_trainer bridge_trainer evaluator; do
    psql -v ON_ERROR_STOP=1 -v password="$SERVICE_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
CREATE ROLE $service LOGIN PASSWORD :'password';
CREATE SCHEMA $service AUTHORIZATION $service;
SQL
done
