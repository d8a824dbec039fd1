-- An account that is deleted and made again is another account: its incarnation is random and compared for equality.
ALTER TABLE accounts ADD COLUMN incarnation BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET incarnation = generation;

-- What every tenant depends on (the server's clock, the stubs) moves this generation on; it is read with the tenant's.
CREATE TABLE globals (
    id         BIGINT NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL
);
INSERT INTO globals (id, generation) VALUES (1, 1);

-- An end that somebody called for is a state; only an end by lapse of time is a time.
ALTER TABLE sessions ADD COLUMN ended BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE access_keys ADD COLUMN ended BOOLEAN NOT NULL DEFAULT FALSE;

-- Resources name their owner by application number, so no two accounts may share one. Earlier versions let them: the
-- later account, and one whose number is not positive, gets a number that no version ever drew.
UPDATE accounts SET app_id = 4000000000 + (SELECT COUNT(*) FROM accounts AS earlier WHERE earlier.id < accounts.id)
WHERE app_id <= 0 OR EXISTS
    (SELECT 1 FROM accounts AS other WHERE other.app_id = accounts.app_id AND other.id < accounts.id);
CREATE UNIQUE INDEX accounts_by_app_id ON accounts (app_id);

-- A user can be named by its second number.
UPDATE users SET uid = 100000000 + (SELECT COUNT(*) FROM users AS earlier WHERE earlier.id < users.id)
WHERE EXISTS (SELECT 1 FROM users AS other WHERE other.uid = users.uid AND other.id < users.id);
CREATE UNIQUE INDEX users_by_uid ON users (uid);

-- A session belongs to the incarnation of its account that it was opened in.
ALTER TABLE sessions ADD COLUMN incarnation BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET incarnation = (SELECT incarnation FROM accounts WHERE accounts.id = sessions.account_id);
