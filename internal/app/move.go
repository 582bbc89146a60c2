package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/config"
	"animo/internal/object"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/tenants"
)

// MoveOptions say how everything is moved.
type MoveOptions struct {
	Lost bool                                   // move also where objects that rows speak of are lost or damaged already
	Told func(stage MoveStage, done, all int64) // how far it is; all is 0 where nobody knows; nil for nobody
	Now  func() time.Time                       // nil means time.Now
}

// MoveStage is one of the stages of a move.
type MoveStage string

// The stages, in their order.
const (
	MoveRows     MoveStage = "rows"           // are copied
	MoveObjects  MoveStage = "files"          // are copied
	CheckObjects MoveStage = "checking-files" // in both stores
	CheckRows    MoveStage = "checking-rows"  // in both databases
)

// MoveResult says what was moved, as it was compared at the end.
type MoveResult struct {
	Tables  []sqldb.Moved
	Objects int64
	Bytes   int64    // of the objects
	Lost    []string // TENANT/NAME of objects that rows speak of, and that were not there before
	Damaged []string // of objects whose bytes were not those that their rows tell of before
	Master  string   // the name of the master key that the database goes with, which tells nothing of the key; "" for none
	Plain   int      // webhooks whose secrets are not sealed
}

// moving is the row by which the target of a move says whose data it has. Until the move has ended, no server starts on it.
type moving struct {
	Database string     `json:"database"` // the source, as its witness calls it
	Step     int64      `json:"step"`     // how far the source was
	Objects  string     `json:"objects"`  // where its objects go
	Began    time.Time  `json:"began"`
	Anew     bool       `json:"anew,omitempty"` // the rows are to be copied from the beginning
	Ended    *time.Time `json:"ended,omitempty"`
}

const (
	movingTable = "moving"
	movingRow   = "move"
)

// movedFile is behind the path of a database that was moved, or is being moved: the file that says where to. No server starts on it.
const movedFile = ".moved"

// checkMoved answers Conflict for a database that was moved elsewhere, and for one into which another is being moved.
func checkMoved(ctx context.Context, c config.Stores, tables *table.Table) error {
	if path, ok := c.TablesFile(); ok {
		to, err := os.ReadFile(path + movedFile)
		if err == nil {
			return animo.Errorf(animo.Conflict, "the data of %s moved to %s, or is on its way there: start with --tables and --objects as they are now; to stay here, and not there, remove %s",
				"los datos de %s se trasladaron a %s, o van de camino: arranque con --tables y --objects como son ahora; para quedarse aquí, y no allí, borre %s", path, to, path+movedFile).Of("tables")
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	var m moving
	_, err := tables.GetJSON(ctx, clusterTenant, movingTable, movingRow, &m)
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		return nil
	case err == nil && m.Ended == nil:
		return animo.Errorf(animo.Conflict, "data is being moved into this database since %s, and not all of it is there; where that broke off, say animo migrate once more",
			"desde %s se están trasladando datos a esta base de datos y aún no están todos; si se interrumpió, repita animo migrate", m.Began.Format(time.RFC3339)).Of("tables")
	}
	return err
}

// tablesPlace names a database on a server for people, without what may be secret.
func tablesPlace(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "PostgreSQL"
	}
	u.RawQuery = ""
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

// move is a move under way.
type move struct {
	MoveOptions
	from, to               config.Stores
	rows                   sqldb.Move
	fromTables, toTables   *table.Table
	fromObjects, toObjects object.Store
	apart                  bool // the objects are copied to another place
	marker                 moving
	result                 MoveResult
	mu                     sync.Mutex
	sums                   map[string]string // SHA-256 of the objects of the source, by TENANT/NAME; "" where the disk does not give the bytes
	unlike                 []string          // objects of the target that were not those of the source, and are removed
}

// Move copies what is kept in a SQLite file and a store of objects into a PostgreSQL database and another store, or lets the
// objects stay where both settings name one place, and reads all of it in both places at the end. It answers Conflict while anybody uses
// the source, and where something else is in the target. A move that broke off, whatever broke it off, goes on when Move is called again;
// what it finds to be different it copies anew then. The source stays as it is, but for a file beside its database that keeps servers off.
func Move(ctx context.Context, from, to config.Stores, o MoveOptions) (r MoveResult, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Told == nil {
		o.Told = func(MoveStage, int64, int64) {}
	}
	if err := errors.Join(from.Validate(), to.Validate()); err != nil {
		return r, err
	}
	path, ok := from.TablesFile()
	if !ok || !strings.HasPrefix(to.Tables, "postgres") {
		return r, animo.Errorf(animo.Unsupported, "a SQLite file is moved to PostgreSQL, and no other way", "se traslada un archivo SQLite a PostgreSQL, y de ningún otro modo").Of("--to")
	}
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = animo.Errorf(animo.NotFound, "there is no database %s; name the old data folder", "no hay base de datos %s; indique la carpeta de datos anterior", path).Of("--from")
		}
		return r, err
	}
	m := &move{MoveOptions: o, from: from, to: to, apart: from.ObjectsURL() != to.ObjectsURL(), sums: map[string]string{}}
	leave, err := closeSource(ctx, path, tablesPlace(to.Tables))
	if err != nil {
		return r, err
	}
	begun, err := m.run(ctx)
	if err != nil && !begun {
		err = errors.Join(err, leave())
	}
	return m.result, err
}

// closeSource keeps servers off the source, and answers Conflict where one is there. leave lets them again, unless they were kept off before.
func closeSource(ctx context.Context, path, to string) (leave func() error, err error) {
	marker := path + movedFile
	leave = func() error { return os.Remove(marker) }
	err = writeWhole(marker, []byte(to))
	if errors.Is(err, fs.ErrExist) { // by a move that broke off, or ended
		leave = func() error { return nil }
		var before []byte
		switch before, err = os.ReadFile(marker); {
		case err == nil && len(before) == 0: // a power cut, or a kill, was faster than its only line
			err = os.WriteFile(marker, []byte(to), 0o600)
		case err == nil && string(before) != to:
			err = animo.Errorf(animo.Conflict, "the data of %s moved to %s, or is on its way there; go on with that, or, where it is to go elsewhere, remove %s",
				"los datos de %s se trasladaron a %s, o van de camino; continúe con eso o, si deben ir a otro sitio, borre %s", path, before, marker).Of("--to")
		}
	}
	if err != nil {
		return nil, err
	}
	// Whoever opens the database looks for the marker after that; so either it sees the marker, or is seen here.
	if err := sqldb.Alone(ctx, path); err != nil {
		return nil, errors.Join(err, leave())
	}
	return leave, nil
}

// run opens both sides and moves. begun says that something is in the target.
func (m *move) run(ctx context.Context) (begun bool, err error) {
	now := sqldb.Options{Now: m.Now}
	if m.rows.From, err = sqldb.Open(ctx, m.from.TablesURL(), now); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, m.rows.From.Close()) }()
	m.fromTables = table.New(sqltable.New(m.rows.From))
	if m.fromObjects, err = openObjects(ctx, m.from, m.Now); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, m.fromObjects.Close()) }()
	if m.rows.To, err = sqldb.Open(ctx, m.to.TablesURL(), sqldb.Options{Now: m.Now, Connections: m.to.TablesConnections}); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, m.rows.To.Close()) }()
	m.toTables, m.toObjects = table.New(sqltable.New(m.rows.To)), m.fromObjects
	if m.apart {
		if m.toObjects, err = openObjects(ctx, m.to, m.Now); err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, m.toObjects.Close()) }()
	}
	m.rows.Stay = []string{"leases", movingTable} // leases end with the processes that held them
	if begun, err = m.begin(ctx); err != nil {
		return begun, err
	}
	for _, step := range []func(context.Context) error{m.copyRows, m.copyObjects, m.checkObjects, m.checkRows, m.end} {
		if err := step(ctx); err != nil {
			return true, err
		}
	}
	return true, nil
}

// identity finds out which database the source is, and how far it was.
func (m *move) identity(ctx context.Context) (t testimony, err error) {
	for range 2 {
		_, err = m.fromTables.GetJSON(ctx, clusterTenant, witnessTable, witnessRow, &t)
		if animo.CodeOf(err) != animo.NotFound {
			return t, err
		}
		// No server ran on it.
		if err := newWitness(m.from, m.fromObjects, m.fromTables, slog.New(slog.DiscardHandler)).check(ctx); err != nil {
			return t, err
		}
	}
	return t, err
}

// begin writes into the target what is moved there, where nothing is there yet, or looks whether it is the same. begun says that a move
// from this source was or is begun there.
func (m *move) begin(ctx context.Context) (begun bool, err error) {
	source, err := m.identity(ctx)
	if err != nil {
		return false, err
	}
	_, err = m.toTables.GetJSON(ctx, clusterTenant, movingTable, movingRow, &m.marker)
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		if err := m.checkTargetEmpty(ctx); err != nil {
			return false, err
		}
		m.marker = moving{Database: source.Database, Step: source.Step, Objects: objectsPlace(m.to), Began: m.Now().UTC().Truncate(time.Second)}
		return true, m.mark(ctx)
	case err != nil:
		return false, err
	case m.marker.Database != source.Database:
		return false, animo.Errorf(animo.Conflict, "another database is in %s, or on its way there; name an empty one", "en %s hay otra base de datos, o va de camino; indique una vacía", tablesPlace(m.to.Tables)).Of("--to")
	case m.marker.Ended != nil:
		return true, animo.Errorf(animo.Conflict, "the move to %s ended on %s; start the servers there", "el traslado a %s terminó el %s; arranque allí los servidores", tablesPlace(m.to.Tables), m.marker.Ended.Format(time.RFC3339)).Of("--to")
	case m.marker.Objects != objectsPlace(m.to):
		return true, animo.Errorf(animo.Conflict, "this move was begun with the files going to %s; go on with that", "este traslado empezó con los archivos hacia %s; continúe así", m.marker.Objects).Of("--to-objects")
	case m.marker.Anew || m.marker.Step != source.Step: // a server ran on the source in between
		if err := m.rows.Clear(ctx); err != nil {
			return true, err
		}
		m.marker.Anew, m.marker.Step = false, source.Step
		return true, m.mark(ctx)
	}
	return true, nil
}

func (m *move) mark(ctx context.Context) error {
	value, err := json.Marshal(m.marker)
	if err != nil {
		return err
	}
	return m.toTables.Put(ctx, clusterTenant, movingTable, table.Row{Key: movingRow, Value: value})
}

func (m *move) checkTargetEmpty(ctx context.Context) error {
	empty, err := m.rows.Empty(ctx)
	if err == nil && !empty {
		err = animo.Errorf(animo.Conflict, "something is in the database %s already; name one that no server has used", "la base de datos %s ya tiene algo; indique una que ningún servidor haya usado", tablesPlace(m.to.Tables)).Of("--to")
	}
	if err != nil || !m.apart {
		return err
	}
	for o, err := range m.toObjects.(object.Lister).List(ctx) {
		if err == nil {
			err = animo.Errorf(animo.Conflict, "%s has files already (%s of tenant %s); name another bucket, prefix or folder", "%s ya tiene archivos (%s del inquilino %s); indique otro depósito, prefijo o carpeta",
				objectsPlace(m.to), o.Name, o.Tenant).Of("--to-objects")
		}
		return err
	}
	return nil
}

func (m *move) copyRows(ctx context.Context) error {
	m.rows.Told = func(done, all int64) { m.Told(MoveRows, done, all) }
	return m.rows.Fill(ctx)
}

// movedAtOnce is how many objects are copied, or read, at once.
const movedAtOnce = 8

// eachObject calls each with the objects of a store, some at once, and tells how many there were.
func (m *move) eachObject(ctx context.Context, store object.Store, stage MoveStage, each func(context.Context, object.Listed) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(movedAtOnce)
	n := int64(0)
	for o, err := range store.(object.Lister).List(ctx) {
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return each(gctx, o) })
		n++
		m.Told(stage, n, 0)
	}
	return errors.Join(g.Wait(), ctx.Err()) // all were, unless ctx ended
}

// copyObjects copies the objects that the target has not, or has with another size.
func (m *move) copyObjects(ctx context.Context) error {
	if !m.apart {
		return nil
	}
	return m.eachObject(ctx, m.fromObjects, MoveObjects, func(ctx context.Context, o object.Listed) error {
		there, err := m.toObjects.Stat(ctx, o.Tenant, o.Name)
		if err == nil && there.Size == o.Size || err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		body := &rereader{ctx: ctx, store: m.fromObjects, of: o}
		err = errors.Join(m.toObjects.Put(ctx, o.Tenant, o.Name, body), body.close())
		if unreadable(err) { // which checkWanted tells
			return nil
		}
		return err
	})
}

// checkObjects reads all objects in both stores, and removes from the target those that are not the source's. Then it looks whether the
// rows speak of others than there are.
func (m *move) checkObjects(ctx context.Context) error {
	err := m.eachObject(ctx, m.fromObjects, CheckObjects, func(ctx context.Context, o object.Listed) error {
		sum, err := objectSum(ctx, m.fromObjects, o.Tenant, o.Name)
		if unreadable(err) {
			sum, err = "", nil
		} else if err == nil && m.apart {
			var there string
			there, err = objectSum(ctx, m.toObjects, o.Tenant, o.Name)
			if animo.CodeOf(err) == animo.NotFound || err == nil && there != sum {
				err = m.removeUnlike(ctx, o)
			}
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.sums[o.Tenant+"/"+o.Name] = sum
		m.result.Objects, m.result.Bytes = m.result.Objects+1, m.result.Bytes+o.Size
		return err
	})
	if err == nil && m.apart {
		err = m.eachObject(ctx, m.toObjects, CheckObjects, func(ctx context.Context, o object.Listed) error {
			m.mu.Lock()
			_, ok := m.sums[o.Tenant+"/"+o.Name]
			m.mu.Unlock()
			if ok {
				return nil
			}
			return m.toObjects.(object.Lister).Remove(ctx, o.Tenant, o.Name) // which the source had when a move broke off, and has no more
		})
	}
	if err != nil {
		return err
	}
	if n := len(m.unlike); n > 0 {
		return animo.Errorf(animo.Damaged, "%d files are not the same in both places, such as %s; they are removed from %s: run it again, and it copies them anew",
			"%d archivos no son iguales en ambos sitios, como %s; se borraron de %s: repítalo y los copiará de nuevo", n, m.unlike[0], objectsPlace(m.to))
	}
	return m.checkWanted(ctx)
}

// unreadable reports whether the disk did not give an object's bytes.
func unreadable(err error) bool {
	return animo.CodeOf(err) == animo.Damaged || errors.Is(err, syscall.EIO)
}

func (m *move) removeUnlike(ctx context.Context, o object.Listed) error {
	m.mu.Lock()
	m.unlike = append(m.unlike, o.Tenant+"/"+o.Name)
	m.mu.Unlock()
	return m.toObjects.(object.Lister).Remove(ctx, o.Tenant, o.Name)
}

// checkWanted looks whether the objects are there that rows speak of, and are those.
func (m *move) checkWanted(ctx context.Context) error {
	for w, err := range wantedObjects(ctx, m.fromTables) {
		if err != nil {
			return err
		}
		name := w.Tenant + "/" + w.Name
		switch sum, ok := m.sums[name]; {
		case !ok && w.Needed:
			m.result.Lost = append(m.result.Lost, name)
		case ok && (sum == "" || w.SHA256 != "" && w.SHA256 != sum):
			m.result.Damaged = append(m.result.Damaged, name)
		}
	}
	if n := len(m.result.Lost) + len(m.result.Damaged); n > 0 && !m.Lost {
		return animo.Errorf(animo.Damaged, "%d files that rows speak of are lost in the source, and %d are damaged, such as %s; animo doctor --hashes lists them, a backup may have them, and --lost moves without them",
			"faltan en el origen %d archivos de los que hablan las filas, y %d están dañados, como %s; animo doctor --hashes los muestra, una copia puede tenerlos, y --lost traslada sin ellos",
			len(m.result.Lost), len(m.result.Damaged), append(m.result.Lost, m.result.Damaged...)[0])
	}
	return nil
}

func (m *move) checkRows(ctx context.Context) (err error) {
	m.rows.Told = func(done, all int64) { m.Told(CheckRows, done, all) }
	m.result.Tables, err = m.rows.Compare(ctx)
	if animo.CodeOf(err) == animo.Damaged {
		m.marker.Anew = true
		err = errors.Join(err, m.mark(ctx))
	}
	return err
}

// end lets servers start on the target.
func (m *move) end(ctx context.Context) (err error) {
	if m.result.Master, err = tenants.New(m.fromTables, tenants.Options{}).BoundMaster(ctx); err != nil {
		return err
	}
	secrets, err := keptSecrets(ctx, m.fromTables)
	if err != nil {
		return err
	}
	for _, k := range secrets {
		if k.Plain {
			m.result.Plain++
		}
	}
	now := m.Now().UTC().Truncate(time.Second)
	m.marker.Ended = &now
	return m.mark(ctx)
}

// objectSum is the SHA-256 of an object, in hex.
func objectSum(ctx context.Context, store object.Store, tenant, name string) (string, error) {
	body, _, err := store.Get(ctx, tenant, name, object.Range{})
	if err != nil {
		return "", err
	}
	defer body.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, body)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// rereader reads an object of a store, from any place and as often as is asked.
type rereader struct {
	ctx   context.Context
	store object.Store
	of    object.Listed
	at    int64         // where the next byte is read
	body  io.ReadCloser // stands at at; nil before the first byte is read
}

// Read implements io.Reader.
func (r *rereader) Read(p []byte) (n int, err error) {
	if r.body == nil {
		if r.body, _, err = r.store.Get(r.ctx, r.of.Tenant, r.of.Name, object.Range{Offset: r.at}); err != nil {
			return 0, err
		}
	}
	n, err = r.body.Read(p)
	r.at += int64(n)
	return n, err
}

// Seek implements io.Seeker.
func (r *rereader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.of.Size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d", offset)
	}
	if offset == r.at {
		return r.at, nil
	}
	r.at = offset
	return r.at, r.close()
}

func (r *rereader) close() error {
	body := r.body
	r.body = nil
	if body == nil {
		return nil
	}
	return body.Close()
}
