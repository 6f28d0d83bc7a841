-- What users and the assistant said to each other.

CREATE TABLE conversations (
    id            BLOB    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL,
    session_id    TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    created       INTEGER NOT NULL,
    UNIQUE (user_id, session_id)
) STRICT;

-- `position` counts within the conversation: clocks may stand still or step back, the order of what was said may not.
CREATE TABLE messages (
    conversation_id BLOB    NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,
    id              BLOB    NOT NULL UNIQUE,
    message         TEXT    NOT NULL,
    created         INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, position)
) STRICT;

-- Without an answer a turn is still running.
CREATE TABLE turns (
    user_id TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    claimed INTEGER NOT NULL,
    answer  TEXT,
    PRIMARY KEY (user_id, key)
) STRICT;

CREATE INDEX turns_by_claim ON turns (claimed);
