-- Sessions are found by their key and forgotten by account and end; every further index is paid for by each AssumeRole.
DROP INDEX sessions_by_role;
DROP INDEX sessions_by_expiry;
CREATE INDEX sessions_by_expiry ON sessions (account_id, expires_at);
