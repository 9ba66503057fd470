-- The keys that protect the dashboard's sign-in cookies. Whoever reads them can make such a cookie: the schema is this service's alone.
CREATE TABLE cookie_keys (
    name text PRIMARY KEY,
    xml text NOT NULL
);
