-- Accounts, and the sessions that they are signed in with. Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE accounts (
    user_id       TEXT   NOT NULL PRIMARY KEY,
    email         TEXT   UNIQUE,
    full_name     TEXT,
    password_hash TEXT   NOT NULL,
    created       BIGINT NOT NULL
);

CREATE TABLE sessions (
    id      UUID NOT NULL PRIMARY KEY,
    revoked BIGINT
);

CREATE TABLE refresh_tokens (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    session_id UUID   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id    TEXT   NOT NULL,
    issued     BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    used       BIGINT
);

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires);
