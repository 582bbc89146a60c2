-- +goose Up

-- What each schema says of the releases that may use it. Every migration from here on adds its own row.
-- oldest: the newest schema that a program has to know, at least, in order to use a database of this one.
-- release: the program that brought the database to this schema.
CREATE TABLE schema_note (version INTEGER PRIMARY KEY, oldest INTEGER NOT NULL, release TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO schema_note (version, oldest) VALUES (4, 3);

-- +goose Down
DROP TABLE schema_note;
