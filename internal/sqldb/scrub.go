package sqldb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"animo"
)

// Scrub makes rows that were deleted before the call unreadable in the database's files. SQLite overwrites a deleted
// row (secure_delete), but two kinds of copies of it may be left: those in the log, which holds pages as they
// were before, and those in the unused parts of pages, where SQLite leaves bytes when it moves rows from a full
// page to its neighbours. Scrub reads every page, blanks those parts, copies the log back and empties it. That
// takes time in proportion to the database, so call it once after many deletions.
//
// It answers Unavailable where a reader needs the log for longer than a tenth of a second, for which writes
// wait for Scrub at most; nothing is lost by that, and Scrub may be called again. It does not reach the copies that a
// disk keeps beneath its files.
//
// PostgreSQL lets go of what was deleted when it vacuums, in its own time; Scrub makes it do so now. Its write-ahead log and the disk
// beneath keep copies until they are overwritten.
func (db *DB) Scrub(ctx context.Context) error {
	if db.dialect == PostgreSQL {
		_, err := db.read.ExecContext(ctx, `VACUUM (INDEX_CLEANUP ON, TRUNCATE ON) row, tally, place, message`)
		return Error(err)
	}
	if err := db.blankPages(ctx); err != nil {
		return err
	}
	return Error(db.writer.hand(ctx, db.writer.outside, emptyLog))
}

// emptyLog copies the log back into the database and truncates it, as long as no reader needs it.
func emptyLog(tx *Tx) error {
	if err := tx.pragma("busy_timeout(100)"); err != nil {
		return err
	}
	busy := 0
	err := tx.Each(func(rows *sql.Rows) error {
		var pages, copied int
		return rows.Scan(&busy, &pages, &copied)
	}, `PRAGMA wal_checkpoint(TRUNCATE)`)
	err = errors.Join(err, tx.pragma(busyTimeout))
	if err == nil && busy != 0 {
		err = animo.Errorf(animo.Unavailable,
			"the database is being read; try again", "se está leyendo la base de datos; inténtelo de nuevo")
	}
	return err
}

// pragma sets a pragma, which may answer with a row.
func (t *Tx) pragma(p string) error {
	return t.Each(func(*sql.Rows) error { return nil }, `PRAGMA `+p)
}

// blankStep is how many pages are blanked in one transaction, so that other writes hardly wait.
const blankStep = 64

// blankPages blanks the unused parts of all pages. It looks for pages that need it as a reader, and at those pages
// again as the writer, because they may have changed.
func (db *DB) blankPages(ctx context.Context) error {
	var dirty []int64
	var data sql.RawBytes
	err := db.Each(ctx, func(rows *sql.Rows) error {
		var n int64
		if err := rows.Scan(&n, &data); err != nil {
			return err
		}
		if n >= maxPages {
			return animo.Errorf(animo.Unsupported, "a database of more than 128 GB cannot be scrubbed",
				"una base de datos de más de 128 GB no se puede limpiar")
		}
		if isDirty(unused(data, n)) {
			dirty = append(dirty, n)
		}
		return nil
	}, `SELECT pgno, data FROM sqlite_dbpage`)
	if err != nil {
		return err
	}
	for len(dirty) > 0 {
		step := dirty[:min(blankStep, len(dirty))]
		dirty = dirty[len(step):]
		if err := db.Write(ctx, func(tx *Tx) error { return blank(tx, step) }); err != nil {
			return err
		}
	}
	return nil
}

func blank(tx *Tx, pages []int64) error {
	for _, n := range pages {
		var page []byte
		err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&page) }, `SELECT data FROM sqlite_dbpage WHERE pgno = $1`, n)
		if err != nil {
			return err
		}
		parts := unused(page, n)
		if !isDirty(parts) {
			continue
		}
		for _, part := range parts {
			clear(part)
		}
		_, err = tx.Exec(`UPDATE sqlite_dbpage SET data = $1 WHERE pgno = $2`, page, n)
		if err != nil {
			return fmt.Errorf("blank page %d: %w", n, err)
		}
	}
	return nil
}

func isDirty(parts [][]byte) bool {
	for _, part := range parts {
		for _, b := range part {
			if b != 0 {
				return true
			}
		}
	}
	return false
}

// maxPages is up to how many pages a database may have for unused to tell kinds of pages apart: 2²⁵, 128 GB.
const maxPages = 1 << 25

// unused returns the parts of page n that no row uses, or nothing when it is no page of a b-tree. The format is
// that of https://www.sqlite.org/fileformat2.html#b_tree_pages: a header that begins with the page's kind, the
// pointers to its cells, a gap, and the cells with free blocks between them. Pages of other kinds begin with
// the number of another page, and so with a byte that is 0 or 1 where there are fewer than maxPages; free pages
// may look like any, and nothing of them is used.
func unused(page []byte, n int64) (parts [][]byte) {
	const pageOneHeader = 100 // in front of page 1's own
	h := 0
	if n == 1 {
		h = pageOneHeader
	}
	if len(page) != pageSize {
		return nil
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(page[at:])) }
	header := 0
	switch page[h] {
	case 2, 5: // an interior page of an index or a table
		header = 12
	case 10, 13: // a leaf
		header = 8
	default:
		return nil
	}
	from, to := h+header+2*u16(h+3), u16(h+5)
	if from > to || to > len(page) {
		return nil
	}
	parts = append(parts, page[from:to])
	for at := u16(h + 1); at != 0; { // a free block begins with the next one's place and its own size
		if at < to || at+4 > len(page) || at+u16(at+2) > len(page) || u16(at+2) < 4 {
			return nil
		}
		parts = append(parts, page[at+4:at+u16(at+2)])
		next := u16(at)
		if next != 0 && next <= at {
			return nil
		}
		at = next
	}
	return parts
}
