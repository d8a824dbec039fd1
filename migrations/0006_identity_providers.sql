-- Identity providers of role sign-on: `kind` is saml or oidc, `material` is the metadata or key set as it was sent.
-- `url` and `clients`, a JSON list, are an OIDC provider's alone.
CREATE TABLE identity_providers (
    account_id  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    url         TEXT NOT NULL,
    clients     TEXT NOT NULL,
    material    TEXT NOT NULL,
    rotates     BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind, name)
);

-- User sign-on: at most one configuration of each kind, at most one of them enabled. `settings` is what only the cloud's
-- own wire knows.
CREATE TABLE user_sign_on (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    name       TEXT NOT NULL,
    material   TEXT NOT NULL,
    settings   TEXT NOT NULL,
    PRIMARY KEY (account_id, kind)
);
