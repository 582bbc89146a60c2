-- +goose Up

-- Rows by tenant, table and key. The key is a BLOB so that it is compared byte by byte in every dialect,
-- whatever the collation.
CREATE TABLE row (
    tenant TEXT    NOT NULL,
    tbl    TEXT    NOT NULL,
    key    BLOB    NOT NULL,
    value  BLOB    NOT NULL,
    rev    INTEGER NOT NULL,
    PRIMARY KEY (tenant, tbl, key)
) WITHOUT ROWID;

-- One inbox per function. patterns is a JSON array of event type patterns.
CREATE TABLE queue (
    name     TEXT PRIMARY KEY,
    patterns TEXT NOT NULL
) WITHOUT ROWID;

-- One event in one queue. state is 0 ready, 1 waiting for its next attempt, 2 leased, 3 dead. Times are
-- milliseconds since 1970; due is the end of a pause or lease and NULL in the other states.
CREATE TABLE message (
    seq     INTEGER PRIMARY KEY,
    queue   TEXT    NOT NULL,
    tenant  TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    event   BLOB    NOT NULL,
    state   INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    due     INTEGER,
    died    INTEGER,
    owner   TEXT,
    token   TEXT,
    reason  BLOB,
    UNIQUE (queue, tenant, id)
);
CREATE INDEX message_ready ON message (queue, tenant, seq) WHERE state = 0;
CREATE INDEX message_due ON message (queue, due) WHERE due IS NOT NULL;
CREATE INDEX message_dead ON message (queue, tenant, died, seq) WHERE state = 3;

-- The tenants that may have something ready in a queue, in the order in which they are served.
CREATE TABLE lane (
    queue  TEXT    NOT NULL,
    tenant TEXT    NOT NULL,
    turn   INTEGER NOT NULL,
    PRIMARY KEY (queue, tenant)
) WITHOUT ROWID;
CREATE INDEX lane_turn ON lane (queue, turn);

-- +goose Down
DROP TABLE lane;
DROP TABLE message;
DROP TABLE queue;
DROP TABLE row;
