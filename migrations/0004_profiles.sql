-- A column is named for what it means in every cloud.
DROP INDEX accounts_by_app_id;
ALTER TABLE accounts RENAME COLUMN app_id TO application;
CREATE UNIQUE INDEX accounts_by_application ON accounts (application);

-- Names of roles compare as their cloud says: `name` is what two names must share to be one, `written` the name as it was
-- given. No index besides the one that is there.
ALTER TABLE roles ADD COLUMN written TEXT NOT NULL DEFAULT '';
UPDATE roles SET written = name;
