-- What users and the assistant said to each other.

CREATE TABLE conversations (
    id            UUID   NOT NULL PRIMARY KEY,
    user_id       TEXT   NOT NULL,
    session_id    TEXT,
    message_count BIGINT NOT NULL DEFAULT 0,
    created       BIGINT NOT NULL,
    UNIQUE (user_id, session_id)
);

-- `position` counts within the conversation: clocks may stand still or step back, the order of what was said may not.
CREATE TABLE messages (
    conversation_id UUID   NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position        BIGINT NOT NULL,
    id              UUID   NOT NULL UNIQUE,
    message         TEXT   NOT NULL,
    created         BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, position)
);

-- Without an answer a turn is still running.
CREATE TABLE turns (
    user_id TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    claimed BIGINT NOT NULL,
    answer  TEXT,
    PRIMARY KEY (user_id, key)
);

CREATE INDEX turns_by_claim ON turns (claimed);
