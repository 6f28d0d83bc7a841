-- What accounts may do, and which plugins are switched off.

ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'administrator'));

CREATE INDEX administrators ON accounts (created, user_id) WHERE role = 'administrator';

-- A plugin that has no row is on. `since` is when somebody switched it off.
CREATE TABLE plugin_switches (
    plugin TEXT    NOT NULL PRIMARY KEY,
    since  INTEGER NOT NULL
) STRICT;
