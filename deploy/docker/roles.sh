#!/bin/sh
# Run once by Postgres' image when its data folder is new: one role and one schema for each service with a database.
set -eu
for service in edit_registry encoder_trainer bridge_trainer evaluator; do
    # Each its own: who reads one container's environment opens one schema.
    password=$(printenv "$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD")
    psql -v ON_ERROR_STOP=1 -v password="$password" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
CREATE ROLE $service LOGIN PASSWORD :'password';
CREATE SCHEMA $service AUTHORIZATION $service;
SQL
done
