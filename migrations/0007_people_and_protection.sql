-- What is known of an account besides what its own API can change, as a JSON object: the emulator's own API sets it.
ALTER TABLE accounts ADD COLUMN standing TEXT NOT NULL DEFAULT '{}';

-- When a key last signed a request; 0 if never. It is written some seconds later, without the account's lock.
ALTER TABLE access_keys ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;

-- Whether a session was opened with a code of a second factor.
ALTER TABLE sessions ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE;

-- People of an account who are not its sub-users: those who receive messages, other accounts that work in it, and people
-- of a company's messenger. `outside_id` is who they are there.
CREATE TABLE members (
    account_id    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    id            TEXT NOT NULL,
    uid           BIGINT NOT NULL,
    name          TEXT NOT NULL,
    remark        TEXT NOT NULL,
    phone         TEXT NOT NULL,
    country_code  TEXT NOT NULL,
    email         TEXT NOT NULL,
    console_login BOOLEAN NOT NULL,
    outside_id    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind, id),
    UNIQUE (account_id, kind, name)
);

-- How the sign-in and the risky actions of a user are protected; `user_id` is empty for the root. The checks are sets of
-- bits. `seed` is that of a device that shows codes, sealed, or empty.
CREATE TABLE protections (
    account_id    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id       TEXT NOT NULL,
    sign_in       BIGINT NOT NULL,
    actions       BIGINT NOT NULL,
    chat_bound    BOOLEAN NOT NULL,
    seed          TEXT NOT NULL,
    PRIMARY KEY (account_id, user_id)
);

-- The rules of an account's passwords. An account without a row has the rules of its cloud.
CREATE TABLE password_rules (
    account_id  TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    rules       TEXT NOT NULL,
    modifier    TEXT NOT NULL,
    updated_at  BIGINT NOT NULL
);

-- The passwords that users have had, sealed, to tell whether one is used again. The newest has the highest version.
CREATE TABLE passwords (
    account_id TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    version    BIGINT NOT NULL,
    sealed     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id, version),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
);

-- From which addresses the users of an account may sign in to a console, as a JSON object.
CREATE TABLE sign_in_policies (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    policy     TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Sign-ins that wait for the account's own second factor. Only the digest of the token is kept.
CREATE TABLE factor_tokens (
    account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_digest TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, token_digest)
);

-- Accounts of databases and the like whose passwords are lent to callers, and change from period to period.
CREATE TABLE data_flows (
    account_id       TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    resource_id      TEXT NOT NULL,
    region           TEXT NOT NULL,
    resource_account TEXT NOT NULL,
    is_open          BOOLEAN NOT NULL,
    sealed           TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (account_id, resource_id, region, resource_account)
);
