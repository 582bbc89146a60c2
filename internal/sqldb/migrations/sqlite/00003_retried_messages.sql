-- +goose Up

-- Events that are ready to be tried again, of which there are few: counted without a look at all that are ready.
CREATE INDEX message_retried ON message (queue, tenant) WHERE state = 0 AND attempt > 0;

-- +goose Down
DROP INDEX message_retried;
