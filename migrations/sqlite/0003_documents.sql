-- JSON documents of plugins. `owner` is the user, or empty for what all users of the plugin share.
--
-- `body` is what the plugin stored, letter for letter. `fields` holds the body's values once more, each as a text whose
-- order by bytes is the order of the values (host/store/src/document/rank.rs), so that both databases compare alike. It
-- stands before the body, so that a scan need not read through large bodies.

CREATE TABLE documents (
    plugin     TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    fields     BLOB    NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (plugin, owner, collection, id)
) STRICT;

CREATE INDEX documents_by_creation ON documents (plugin, owner, collection, created, id);
