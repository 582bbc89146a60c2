package sqldb

import "context"

// Migrations are the files of migrations.
var Migrations = migrations

// CheckNote is what a release that knows schemas up to newest says of a database of the schema current.
func CheckNote(ctx context.Context, db *DB, current, newest int64) error {
	return checkNote(ctx, db.read, current, newest, "v1.2.3")
}
