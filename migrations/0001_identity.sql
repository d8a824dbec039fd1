-- One set of statements for SQLite and PostgreSQL: TEXT, BIGINT and BOOLEAN only; times are microseconds since the
-- epoch; `seq` is the generation of the account at the row's creation, the order in which lists are shown.
-- Identifiers are TEXT because every cloud has its own form of them.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE accounts (
    id         TEXT NOT NULL PRIMARY KEY,
    cloud      TEXT NOT NULL,
    name       TEXT NOT NULL,
    app_id     BIGINT NOT NULL,
    -- The lock and the version of the tenant: moved on by every change of its rights.
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    clock_mode TEXT NOT NULL,
    clock_at   BIGINT NOT NULL
);

CREATE TABLE users (
    account_id    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id            TEXT NOT NULL UNIQUE,
    uid           BIGINT NOT NULL,
    name          TEXT NOT NULL,
    remark        TEXT NOT NULL,
    console_login BOOLEAN NOT NULL,
    phone         TEXT NOT NULL,
    country_code  TEXT NOT NULL,
    email         TEXT NOT NULL,
    boundary_id   TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name)
);

CREATE TABLE user_groups (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    remark     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name)
);

CREATE TABLE group_members (
    account_id TEXT NOT NULL,
    group_id   TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (account_id, group_id, user_id),
    FOREIGN KEY (account_id, group_id) REFERENCES user_groups (account_id, id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
);
CREATE INDEX group_members_by_user ON group_members (account_id, user_id);

-- Permanent keys. `user_id` is empty for a key of the root account.
CREATE TABLE access_keys (
    secret_id   TEXT NOT NULL PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id     TEXT NOT NULL,
    sealed      TEXT NOT NULL,
    active      BOOLEAN NOT NULL,
    description TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    seq         BIGINT NOT NULL
);
CREATE INDEX access_keys_by_owner ON access_keys (account_id, user_id);

CREATE TABLE roles (
    account_id       TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id               TEXT NOT NULL,
    name             TEXT NOT NULL,
    kind             TEXT NOT NULL,
    document         TEXT NOT NULL,
    description      TEXT NOT NULL,
    console_login    BOOLEAN NOT NULL,
    session_duration BIGINT NOT NULL,
    boundary_id      TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    seq              BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name)
);

CREATE TABLE role_tags (
    account_id TEXT NOT NULL,
    role_id    TEXT NOT NULL,
    tag_key    TEXT NOT NULL,
    tag_value  TEXT NOT NULL,
    place      BIGINT NOT NULL,
    PRIMARY KEY (account_id, role_id, tag_key),
    FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id) ON DELETE CASCADE
);

-- The tenant's own policies; the preset ones come with the program.
CREATE TABLE policies (
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    name            TEXT NOT NULL,
    description     TEXT NOT NULL,
    default_version BIGINT NOT NULL,
    last_version    BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name)
);

CREATE TABLE policy_tags (
    account_id TEXT NOT NULL,
    policy_id  TEXT NOT NULL,
    tag_key    TEXT NOT NULL,
    tag_value  TEXT NOT NULL,
    place      BIGINT NOT NULL,
    PRIMARY KEY (account_id, policy_id, tag_key),
    FOREIGN KEY (account_id, policy_id) REFERENCES policies (account_id, id) ON DELETE CASCADE
);

CREATE TABLE policy_versions (
    account_id TEXT NOT NULL,
    policy_id  TEXT NOT NULL,
    version    BIGINT NOT NULL,
    document   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, policy_id, version),
    FOREIGN KEY (account_id, policy_id) REFERENCES policies (account_id, id) ON DELETE CASCADE
);

-- `holder_kind` is user, group or role. A preset policy has no row to refer to, so the policy is not a foreign key.
CREATE TABLE attachments (
    account_id  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    holder_kind TEXT NOT NULL,
    holder_id   TEXT NOT NULL,
    policy_id   TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (account_id, holder_kind, holder_id, policy_id)
);
CREATE INDEX attachments_by_policy ON attachments (account_id, policy_id);

-- Temporary credentials. `role_id` is empty for a federation session; `origin` says who opened it.
CREATE TABLE sessions (
    secret_id       TEXT NOT NULL PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role_id         TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    name            TEXT NOT NULL,
    origin          TEXT NOT NULL,
    sealed          TEXT NOT NULL,
    token_digest    TEXT NOT NULL,
    policy          TEXT NOT NULL,
    tags            TEXT NOT NULL,
    source_identity TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX sessions_by_role ON sessions (account_id, role_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The deletion of a service-linked role is a task that can be asked about afterwards.
CREATE TABLE deletion_tasks (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    role_name  TEXT NOT NULL,
    service    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Answers for other services' actions that were set while the server ran.
CREATE TABLE stubs (
    service TEXT NOT NULL,
    action  TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (service, action)
);
