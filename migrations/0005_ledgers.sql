-- An account's row counts what its quotas limit, so that no write has to count rows.
ALTER TABLE accounts ADD COLUMN role_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN user_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN group_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN policy_count BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET
    role_count = (SELECT COUNT(*) FROM roles WHERE roles.account_id = accounts.id),
    user_count = (SELECT COUNT(*) FROM users WHERE users.account_id = accounts.id),
    group_count = (SELECT COUNT(*) FROM user_groups WHERE user_groups.account_id = accounts.id),
    policy_count = (SELECT COUNT(*) FROM policies WHERE policies.account_id = accounts.id);

-- Lists of policies count what is bounded by each; most users and roles have no boundary.
CREATE INDEX users_by_boundary ON users (account_id, boundary_id) WHERE boundary_id <> '';
CREATE INDEX roles_by_boundary ON roles (account_id, boundary_id) WHERE boundary_id <> '';
