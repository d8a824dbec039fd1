-- The last number that a server has reserved for ids that a cloud counts across all its accounts.
CREATE TABLE counters (
    cloud    TEXT NOT NULL PRIMARY KEY,
    reserved BIGINT NOT NULL
);

CREATE TABLE user_tags (
    account_id TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    tag_key    TEXT NOT NULL,
    tag_value  TEXT NOT NULL,
    place      BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id, tag_key),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
);
