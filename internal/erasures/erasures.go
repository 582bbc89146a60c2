// Package erasures keeps a log of what was erased, in a file beside the backups, so that a backup that is restored does not bring
// it back. The log names nobody: it has ids, which are random or made by hashing. Begin at New.
package erasures

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"animo"
	"animo/internal/durable"
	"animo/internal/table"
)

// Kind says what was erased.
type Kind string

// The kinds. ID is that of the photo, and so on.
const (
	Photo   Kind = "photo"
	Face    Kind = "face"    // one that a client measured, and that was accepted at Entry.Accepted
	Person  Kind = "person"  //
	Merge   Kind = "merge"   // a person who became the person Entry.Into, so that the erasure of that one is of both
	Example Kind = "example" // of a person, added at Entry.Accepted: the person's id, "/" and the example's
	Tenant  Kind = "tenant"  // all of it; no ID
	Key     Kind = "key"     // an API key, by how it begins, or an access key; no Entry.Tenant

	Subscription Kind = "subscription"
	Dataset      Kind = "dataset"    // its revisions up to Entry.UpTo, by a hash that its package makes
	Model        Kind = "model"      // its versions up to Entry.UpTo, and its corrections, likewise
	Correction   Kind = "correction" // of a model, kept at Entry.Accepted, likewise
	Collected    Kind = "collected"  // a face in a collection, or a collection with its faces, by a hash that its package makes
)

// Entry is one line of the log.
type Entry struct {
	Tenant   string    `json:"tenant,omitempty"` // its Mark
	Kind     Kind      `json:"kind"`
	ID       string    `json:"id,omitempty"`
	Into     string    `json:"into,omitempty"`
	UpTo     string    `json:"up_to,omitempty"`   // the newest revision or version that there was: what comes again under the name is newer
	Accepted time.Time `json:"accepted,omitzero"` // of what has the same id when it comes again
	At       time.Time `json:"at"`                // when it was noted; tells people which lines are older than their oldest backup
}

// line is what a line of the file holds: an entry, or the database that the entries are of.
type line struct {
	Database string `json:"database,omitempty"`
	*Entry
}

// Mark names a tenant in the log: a hash, and another one for another tenant of the same name.
func Mark(t animo.Tenant) string {
	return animo.ID("tenant", t.ID, t.Created.UTC().Format(time.RFC3339Nano))
}

// Log is the log. It is safe for concurrent use, also by several processes. A nil Log notes nothing.
type Log struct {
	path    string
	rows    *table.Table
	options Options

	mu   sync.Mutex
	said string // why the file could not be written, as it was logged last
}

// Options are what New may be told.
type Options struct {
	Tenant func(ctx context.Context, id string) (animo.Tenant, error) // a tenant in use, or NotFound
	Now    func() time.Time                                           // nil means time.Now
	Log    *slog.Logger                                               // nil means slog.Default
}

// The rows of entries that could not be written into the file yet belong to no tenant that a request can be.
const (
	owner        = "_erasures"
	waitingTable = "waiting" // hash of the line -> Entry
)

// New makes the log at a path. Entries wait in the table where the file cannot be written.
func New(path string, rows *table.Table, o Options) *Log {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Log{path: path, rows: rows, options: o}
}

// Begin makes the file where there is none, and notes in it which database the entries that follow are of.
func (l *Log) Begin(database string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	there, err := Read(l.path, func(Entry) error { return nil })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if there.Of(database) {
		return nil
	}
	return l.write(line{Database: database})
}

// Note notes that things of a tenant were erased. It returns nil when that is on disk: in the file, or where that cannot be
// written in a row, from which Flush moves it. Whoever erases something notes it before the receipt is kept, again after each crash in
// between: a repeat changes nothing.
func (l *Log) Note(ctx context.Context, tenant string, list ...Entry) error {
	if l == nil || len(list) == 0 {
		return nil
	}
	t, err := l.options.Tenant(ctx, tenant)
	if animo.CodeOf(err) == animo.NotFound { // it was removed, with all that it had, which is noted
		return nil
	}
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Tenant = Mark(t)
	}
	return l.note(ctx, list...)
}

// NoteTenant notes that a tenant was removed.
func (l *Log) NoteTenant(ctx context.Context, t animo.Tenant) error {
	if l == nil {
		return nil
	}
	return l.note(ctx, Entry{Tenant: Mark(t), Kind: Tenant})
}

// NoteKey notes that a key was revoked.
func (l *Log) NoteKey(ctx context.Context, id string) error {
	if l == nil {
		return nil
	}
	return l.note(ctx, Entry{Kind: Key, ID: id})
}

func (l *Log) note(ctx context.Context, list ...Entry) error {
	at := l.options.Now().UTC().Truncate(time.Second)
	lines := make([]line, len(list))
	for i := range list {
		list[i].At = at
		lines[i].Entry = &list[i]
	}
	l.mu.Lock()
	err := l.write(lines...)
	if err != nil && err.Error() != l.said {
		l.said = err.Error()
		l.options.Log.Error("an erasure cannot be noted in the log of erasures, and waits in the database until it can", "file", l.path, "err", err)
	}
	l.mu.Unlock()
	if err == nil {
		return nil
	}
	for _, e := range list {
		if err := l.rows.PutJSON(ctx, owner, waitingTable, animo.ID(e.Tenant, string(e.Kind), e.ID, e.Into, e.UpTo), e); err != nil {
			return err
		}
	}
	return nil
}

// Waiting counts the entries that could not be written into the file yet.
func Waiting(ctx context.Context, rows *table.Table) (int, error) {
	return rows.Count(ctx, owner, waitingTable, table.Range{})
}

// Flush moves into the file what could not be written there before. Run it now and then.
func (l *Log) Flush(ctx context.Context) error {
	for row, err := range table.ReadableRows[Entry](ctx, l.rows, owner, waitingTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		l.mu.Lock()
		err = l.write(line{Entry: &row.Value})
		l.mu.Unlock()
		if err == nil {
			err = l.rows.DeleteKey(ctx, owner, waitingTable, row.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// write appends lines and syncs them. A process that dies here leaves a line without an end, which the next one ends.
func (l *Log) write(list ...line) error {
	var b []byte
	for _, v := range list {
		one, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b = append(append(b, one...), '\n')
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err = f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			b = append([]byte{'\n'}, b...)
		}
	}
	if err == nil {
		_, err = f.Write(b) // one call, so that lines of several processes do not mix
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil && info.Size() == 0 {
		err = durable.SyncFolder(filepath.Dir(l.path))
	}
	return errors.Join(err, f.Close())
}

// Summary says what a file of erasures holds.
type Summary struct {
	Entries   int
	Broken    int // lines that cannot be read, as a crash may leave one
	databases map[string]bool
}

// Of reports whether the file has entries of that database, or would have.
func (s Summary) Of(database string) bool { return s.databases[database] }

// Read calls each with every entry of a file, the first noted first.
func Read(path string, each func(Entry) error) (s Summary, err error) {
	s.databases = map[string]bool{}
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var l line
		switch err := json.Unmarshal(lines.Bytes(), &l); {
		case len(bytes.TrimSpace(lines.Bytes())) == 0:
		case err == nil && l.Database != "":
			s.databases[l.Database] = true
		case err == nil && l.Entry != nil && l.Kind != "":
			s.Entries++
			if err := each(*l.Entry); err != nil {
				return s, err
			}
		default:
			s.Broken++
		}
	}
	return s, lines.Err()
}
