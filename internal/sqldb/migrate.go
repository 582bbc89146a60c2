package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"animo"

	"github.com/pressly/goose/v3"
)

// migrations holds a folder per dialect. A migration that was released is never edited.
//
//go:embed migrations
var migrations embed.FS

// SealedSecrets is the first schema whose programs read secrets that are sealed.
const SealedSecrets = 5

// migrate brings the tables up to date. Two processes that start together may both try: the second one's
// transaction fails because the tables are there, and at its next try there is nothing left to do. The migrations are those of the
// folder that is named after the dialect.
//
// migrate opens a database that a newer release has migrated where the note of the schema allows that, so that two releases
// can run side by side during an upgrade, and answers Conflict where the note does not.
func migrate(ctx context.Context, db *sql.DB, d goose.Dialect, folder, release string, o ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(d, db, files, o...)
	if err != nil {
		return err
	}
	const tries = 5
	for range tries {
		err = upgrade(ctx, db, p, release)
		if _, coded := errors.AsType[*animo.Error](err); err == nil || ctx.Err() != nil || coded || isAway(err) {
			return err
		}
	}
	return fmt.Errorf("migrate: %w", err)
}

// upgrade applies the migrations that the database lacks, and notes the release that applied them.
func upgrade(ctx context.Context, db *sql.DB, p *goose.Provider, release string) error {
	current, newest, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > newest {
		return checkNote(ctx, db, current, newest, release)
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "UPDATE schema_note SET release = $1 WHERE release = ''", release)
	return err
}

// checkNote answers nil where a database of a newer schema may be used by a program that knows schemas up to newest.
func checkNote(ctx context.Context, db *sql.DB, current, newest int64, release string) error {
	oldest, by := current, "" // a schema without a note serves no older release
	err := db.QueryRowContext(ctx, "SELECT oldest, release FROM schema_note WHERE version = $1", current).Scan(&oldest, &by)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if oldest <= newest {
		return nil
	}
	if by != "" {
		by = " (" + by + ")"
	}
	return animo.Errorf(animo.Conflict,
		"a later release of Animo%s brought the database to schema %d; it needs one that knows schema %d, and this one (%s) knows schemas up to %d: start the later release, or restore a backup from before the upgrade",
		"una versión posterior de Animo%s llevó la base de datos al esquema %d; necesita una que conozca el esquema %d, y esta (%s) conoce hasta el %d: arranque la versión posterior o restaure una copia anterior a la actualización",
		by, current, oldest, release, newest)
}

// Oldest is the newest schema that a program has to know, at least, in order to use the database.
func (db *DB) Oldest(ctx context.Context) (oldest int64, err error) {
	err = db.Each(ctx, func(r *sql.Rows) error { return r.Scan(&oldest) }, "SELECT oldest FROM schema_note ORDER BY version DESC LIMIT 1")
	return oldest, err
}

// Require keeps programs from opening the database that do not know a schema; there is no way back. Those that have it open go on.
func (db *DB) Require(ctx context.Context, schema int64) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec("UPDATE schema_note SET oldest = $1 WHERE oldest < $1 AND version = (SELECT max(version) FROM schema_note)", schema)
		return err
	})
}
