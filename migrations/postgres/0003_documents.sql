-- JSON documents of plugins. `owner` is the user, or empty for what all users of the plugin share.
--
-- `body` is what the plugin stored, letter for letter. `fields` holds the body's values once more, each as a text whose
-- order by bytes is the order of the values (host/store/src/document/rank.rs), so that both databases compare alike.

CREATE TABLE documents (
    plugin     TEXT   NOT NULL COLLATE "C",
    owner      TEXT   NOT NULL COLLATE "C",
    collection TEXT   NOT NULL COLLATE "C",
    id         TEXT   NOT NULL COLLATE "C",
    revision   BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    updated    BIGINT NOT NULL,
    fields     JSONB  NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (plugin, owner, collection, id)
);

CREATE INDEX documents_by_creation ON documents (plugin, owner, collection, created, id);
