-- +goose Up

-- The same tables as SQLite's schema of this number. Names and keys are compared byte by byte, whatever the database's
-- collation.
CREATE TABLE row (
    tenant TEXT COLLATE "C" NOT NULL,
    tbl    TEXT COLLATE "C" NOT NULL,
    key    BYTEA            NOT NULL,
    value  BYTEA            NOT NULL,
    rev    BIGINT           NOT NULL,
    PRIMARY KEY (tenant, tbl, key)
);

CREATE TABLE tally (
    tenant TEXT COLLATE "C" NOT NULL,
    tbl    TEXT COLLATE "C" NOT NULL,
    key    BYTEA            NOT NULL,
    n      BIGINT           NOT NULL,
    sum    DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (tenant, tbl, key)
) WITH (fillfactor = 50);

CREATE TABLE place (
    tenant TEXT COLLATE "C" NOT NULL,
    log    TEXT COLLATE "C" NOT NULL,
    seq    BIGINT           NOT NULL,
    tbl    TEXT COLLATE "C" NOT NULL,
    key    BYTEA            NOT NULL,
    PRIMARY KEY (tenant, log, seq)
);

-- The last number that a log gave. Who appends holds its row until the commit, so that places become visible in their order.
CREATE TABLE log_end (
    tenant TEXT COLLATE "C" NOT NULL,
    log    TEXT COLLATE "C" NOT NULL,
    seq    BIGINT           NOT NULL,
    PRIMARY KEY (tenant, log)
) WITH (fillfactor = 50);

CREATE TABLE queue (
    name     TEXT COLLATE "C" PRIMARY KEY,
    patterns TEXT NOT NULL
);

CREATE TABLE message (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue   TEXT COLLATE "C" NOT NULL,
    tenant  TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    event   BYTEA   NOT NULL,
    state   INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    due     BIGINT,
    died    BIGINT,
    owner   TEXT COLLATE "C",
    token   TEXT COLLATE "C",
    reason  BYTEA,
    UNIQUE (queue, tenant, id)
);
CREATE INDEX message_ready ON message (queue, tenant, seq) WHERE state = 0;
CREATE INDEX message_retried ON message (queue, tenant) WHERE state = 0 AND attempt > 0;
CREATE INDEX message_due ON message (queue, due) WHERE due IS NOT NULL;
CREATE INDEX message_dead ON message (queue, tenant, died, seq) WHERE state = 3;

CREATE TABLE lane (
    queue  TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    turn   BIGINT NOT NULL,
    PRIMARY KEY (queue, tenant)
);
CREATE INDEX lane_turn ON lane (queue, turn);

-- Breaks a transaction off where a statement of it did not find as many rows as it expects, so that all statements of a commit are
-- sent at once, without a look at what each did.
-- +goose StatementBegin
CREATE FUNCTION animo_expect(n BIGINT, want BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
    IF n <> want THEN
        RAISE EXCEPTION 'a row is not as it was read' USING ERRCODE = 'AN409';
    END IF;
    RETURN n;
END
$$;
-- +goose StatementEnd

CREATE TABLE schema_note (version BIGINT PRIMARY KEY, oldest BIGINT NOT NULL, release TEXT NOT NULL DEFAULT '');
INSERT INTO schema_note (version, oldest) VALUES (5, 5);

-- +goose Down
DROP TABLE schema_note;
DROP FUNCTION animo_expect;
DROP TABLE lane;
DROP TABLE message;
DROP TABLE queue;
DROP TABLE log_end;
DROP TABLE place;
DROP TABLE tally;
DROP TABLE row;
