-- A column is named for what it means in every cloud.
DROP INDEX accounts_by_app_id;
ALTER TABLE accounts RENAME COLUMN app_id TO application;
CREATE UNIQUE INDEX accounts_by_application ON accounts (application);

-- Names of roles compare as their cloud says: `folded` is what two names must share to be one.
ALTER TABLE roles ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE roles SET folded = name;
CREATE UNIQUE INDEX roles_by_folded_name ON roles (account_id, folded);
