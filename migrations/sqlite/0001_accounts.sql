-- Accounts, and the sessions that they are signed in with. Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE accounts (
    user_id       TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    UNIQUE,
    full_name     TEXT,
    password_hash TEXT    NOT NULL,
    created       INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id      BLOB NOT NULL PRIMARY KEY,
    revoked INTEGER
) STRICT;

CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,
    session_id BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL,
    issued     INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    used       INTEGER
) STRICT;

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires);
