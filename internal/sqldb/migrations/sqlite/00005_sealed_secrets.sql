-- +goose Up

-- From this schema on programs read secrets that are sealed under the master key. A database in which there is nothing yet is for
-- such programs alone, and its secrets are sealed from the first on. One that is in use stays open to the releases that it was open
-- to, with plain secrets, until its operator raises `oldest`. A later migration's `oldest` is not below this row's as it is then.
INSERT INTO schema_note (version, oldest) SELECT 5, CASE WHEN EXISTS (SELECT 1 FROM row) THEN 3 ELSE 5 END;

-- +goose Down
DELETE FROM schema_note WHERE version = 5;
