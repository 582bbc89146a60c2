-- +goose Up

-- Counts and sums by tenant, table and key, beside the rows of the table.
CREATE TABLE tally (
    tenant TEXT    NOT NULL,
    tbl    TEXT    NOT NULL,
    key    BLOB    NOT NULL,
    n      INTEGER NOT NULL,
    sum    REAL    NOT NULL,
    PRIMARY KEY (tenant, tbl, key)
) WITHOUT ROWID;

-- The order in which rows were added: a log holds the places 1, 2, 3, … of which the oldest may be forgotten.
CREATE TABLE place (
    tenant TEXT    NOT NULL,
    log    TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    tbl    TEXT    NOT NULL,
    key    BLOB    NOT NULL,
    PRIMARY KEY (tenant, log, seq)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE place;
DROP TABLE tally;
