CREATE TABLE told_keys (
    sha256 text NOT NULL,
    name text NOT NULL,
    tenant text NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (sha256, name, tenant, role)
);
