// Package inbox takes in what people and cameras drop into a folder, for those that can copy a file and cannot
// call an API. Each tenant has its own:
//
//	DIR/TENANT/photos/NAME          a photo
//	DIR/TENANT/photos/SOURCE/…/NAME a photo from that source
//	DIR/TENANT/training/NAME        a training file
//	DIR/TENANT/done/photos/…        what was analysed or trained, under the name that it had
//	DIR/TENANT/failed/photos/…      what could not be, each with NAME.reason.txt beside it
//
// The folder is looked at once a second, because network mounts tell nobody of changes. A file is taken when it
// has not changed for a while (Options.Quiet); a photo that ends as a whole picture does, as soon as the system tells that it
// was closed or moved there, if the system does (Options.Watch). It waits where it is until its analysis or training has ended, and is moved
// then. Everything known of it is in the flows: after a restart it is taken again, which changes nothing. A picture whose
// end is missing is given a minute to grow. Any other copy that stalls for longer than the quiet time is taken for a whole
// file; whoever copies over a line that may do so gives the file a name that begins with a dot or ends in .part, and
// renames it at the end.
//
// Nothing is ever deleted here. What lies in done and failed belongs to whoever runs the folder, also when the
// photo itself is erased or its time is over.
package inbox

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/loop"
	"animo/internal/opinions"
	"animo/internal/photos"
)

// Photos is what the inbox needs of the photo flow.
type Photos interface {
	// Take accepts a photo; the same name and bytes again are the same photo, which is known then.
	Take(ctx context.Context, tenant string, u photos.Upload, r io.Reader) (p animo.Photo, known bool, err error)
	// Photo tells how far a photo is, or answers NotFound.
	Photo(ctx context.Context, tenant, id string) (animo.Photo, error)
}

// Opinions is what the inbox needs of the opinion flow.
type Opinions interface {
	// Take accepts a training file; the same name and bytes again are the same version.
	Take(ctx context.Context, tenant, name string, r io.Reader, size int64, recipe opinions.Recipe) (animo.Version, error)
	// Version tells how far a version of a model is, or answers NotFound.
	Version(ctx context.Context, tenant, model, id string) (opinions.Training, error)
}

// Tenants is what the inbox needs of the registry.
type Tenants interface {
	// List returns the tenants in use.
	List(ctx context.Context) ([]animo.Tenant, error)
}

// Options say whom an Inbox gives files to, and how many. Photos, Opinions and Tenants are needed; a zero field
// of the others has the default in its comment.
type Options struct {
	Photos   Photos
	Opinions Opinions
	Tenants  Tenants
	Interval time.Duration    // from one look to the next; 1 s
	Quiet    time.Duration    // for which a file must not have changed until it is taken, at least an interval; 2 s
	Takes    int              // files taken in at once; 4
	InFlight int              // files known at once, between being seen and being moved; 1000
	Watch    bool             // ask the system to tell of photos that were closed, where it does, so that they need not wait for Quiet
	Now      func() time.Time // nil means time.Now
	Log      *slog.Logger     // nil means slog.Default
	Keeper   *loop.Keeper     // is told of what panics while a file is taken in; nil means one of its own
}

// Inbox is a watched folder. Run watches it.
type Inbox struct {
	dir   string
	o     Options
	drops map[dropID]*drop

	watcher *watcher // nil while the system tells of nothing

	mu   sync.Mutex      // for what files that are taken in at the same time share:
	said map[string]bool // what was logged and shall not be logged again
}

// dropID names one of a tenant's two drops.
type dropID struct{ tenant, kind string }

// drop is a folder that files are dropped into.
type drop struct {
	dropID
	take  takeFunc
	files map[string]*file // by path below the drop; Inbox.mu guards it while files are taken in
	rest  rest             // while nothing of it can be taken; Inbox.mu guards it
}

// The kinds of drops, which are folders of these names.
const (
	photosKind   = "photos"
	trainingKind = "training"
)

// The folders that files are moved to.
const (
	doneFolder   = "done"
	failedFolder = "failed"
)

// folderMode lets the group of whoever runs Animo drop files, and nobody else read them.
const folderMode = 0o770

// New makes an Inbox of a folder, which it makes where there is none.
func New(dir string, o Options) (*Inbox, error) {
	if o.Interval == 0 {
		o.Interval = time.Second
	}
	if o.Quiet == 0 {
		o.Quiet = 2 * time.Second
	}
	o.Quiet = max(o.Quiet, o.Interval)
	if o.Takes == 0 {
		o.Takes = 4
	}
	if o.InFlight == 0 {
		o.InFlight = 1000
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(o.Log, nil)
	}
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, animo.Errorf(animo.Invalid, "inbox: %q is not a folder and cannot be made one", "inbox: %q no es una carpeta y no se puede crear", dir).Of("inbox").Because(err)
	}
	return &Inbox{dir: dir, o: o, drops: map[dropID]*drop{}, said: map[string]bool{}}, nil
}

// Run watches the folder until ctx ends. It may be called once.
func (b *Inbox) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var told <-chan []string
	if b.o.Watch {
		w, err := newWatcher()
		if err != nil {
			b.o.Log.Info("the inbox is looked at each second; files are taken after the quiet time", "err", err)
		} else {
			b.watcher, told = w, w.told
			var reading sync.WaitGroup
			reading.Go(w.read)
			defer reading.Wait()
			defer w.close()
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case paths := <-told:
			b.closed(ctx, paths, b.o.Now())
			continue
		case <-timer.C:
		}
		b.look(ctx, b.o.Now())
		timer.Reset(b.o.Interval) // after the look: two looks are never closer than the interval
	}
}

// look goes through the folder once: it moves what has ended, and takes in what has come to rest.
func (b *Inbox) look(ctx context.Context, now time.Time) {
	// The folder is opened anew each time, so that a mount that went away and came back is found.
	root, err := os.OpenRoot(b.dir)
	if err != nil {
		b.sayOnce("root", "the inbox cannot be read", "dir", b.dir, "err", err)
		return
	}
	defer root.Close()
	list, err := b.o.Tenants.List(ctx)
	if err != nil {
		if ctx.Err() == nil {
			b.sayOnce("tenants", "the inbox waits: the tenants cannot be listed", "err", err)
		}
		return
	}
	b.unsay("root", "tenants")

	drops := b.dropsOf(list)
	b.tellStrangers(root, list)
	ready := make([][]*file, len(drops))
	for i, d := range drops {
		err := b.within(root, d.tenant, func(home *os.Root) {
			if d.kind == photosKind { // once for the two drops of a tenant
				b.tellMisplaced(home, d.tenant)
			}
			ready[i] = b.visit(ctx, home, d, now)
		})
		if err != nil {
			b.sayOnce(d.key(), "a folder of the inbox is left alone", "tenant", d.tenant, "err", err)
		}
	}
	b.takeIn(ctx, root, drops, ready, now)
}

// dropsOf returns the drops of these tenants, and forgets those of all others.
func (b *Inbox) dropsOf(list []animo.Tenant) []*drop {
	now := make(map[dropID]*drop, 2*len(list))
	drops := make([]*drop, 0, 2*len(list))
	add := func(id dropID, take takeFunc) {
		d := b.drops[id]
		if d == nil {
			d = &drop{dropID: id, take: take, files: map[string]*file{}}
		}
		now[id] = d
		drops = append(drops, d)
	}
	for _, t := range list {
		add(dropID{t.ID, photosKind}, b.takePhoto)
		add(dropID{t.ID, trainingKind}, b.takeTraining)
	}
	b.drops = now
	return drops
}

// tellStrangers logs the folders that are no tenant's, and the files beside them.
func (b *Inbox) tellStrangers(root *os.Root, list []animo.Tenant) {
	known := make(map[string]bool, len(list))
	for _, t := range list {
		known[t.ID] = true
	}
	dir, err := root.Open(".")
	if err != nil {
		return // look would have said so
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(namesMost)
	for _, e := range entries {
		switch {
		case ignored(e.Name()):
		case !e.IsDir():
			b.sayMisplaced(e.Name())
		case !known[e.Name()]:
			b.sayOnce("stranger/"+e.Name(), "a folder of the inbox is left alone: there is no such tenant", "folder", e.Name())
		}
	}
}

// tellMisplaced logs what lies in a tenant's folder and in none of its drops.
func (b *Inbox) tellMisplaced(home *os.Root, tenant string) {
	dir, err := home.Open(".")
	if err != nil {
		return // the look at its drops says so
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(namesMost)
	for _, e := range entries {
		if e.Type().IsRegular() && !ignored(e.Name()) {
			b.sayMisplaced(path.Join(tenant, e.Name()))
		}
	}
}

// sayMisplaced logs that a file lies where none is taken.
func (b *Inbox) sayMisplaced(p string) {
	b.sayOnce("misplaced/"+p, "a file of the inbox is left alone: files are taken from TENANT/photos and TENANT/training", "path", p)
}

// namesMost is how many names of a folder that holds no drop are looked at, lest a wrong one keep the inbox busy.
const namesMost = 1000

// within calls do with a tenant's folder, making it where there is none. No path in it leads out of it: a
// tenant who may make links there reaches nobody else's files.
func (b *Inbox) within(root *os.Root, tenant string, do func(home *os.Root)) error {
	if err := root.Mkdir(tenant, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, err := root.Lstat(tenant); err != nil {
		return err
	} else if !info.IsDir() {
		return errors.New("it is not a folder of its own")
	}
	home, err := root.OpenRoot(tenant)
	if err != nil {
		return err
	}
	defer home.Close()
	do(home)
	return nil
}

// takeIn takes in what is ready, a few files at once, the drops in turn.
func (b *Inbox) takeIn(ctx context.Context, root *os.Root, drops []*drop, ready [][]*file, now time.Time) {
	var group errgroup.Group
	group.SetLimit(b.o.Takes)
	for left, i := true, 0; left; i++ {
		left = false
		for n, d := range drops {
			if i >= len(ready[n]) {
				continue
			}
			left = true
			group.Go(func() error {
				err := b.o.Keeper.Step("inbox", func() error {
					return b.within(root, d.tenant, func(home *os.Root) { b.takeFile(ctx, home, d, ready[n][i], now) })
				})
				if loop.Panicked(err) {
					b.postpone(d, ready[n][i], now, err)
				}
				return err
			})
		}
	}
	_ = group.Wait() // a folder that went away since it was visited is said at the next look
}

// resting reports whether nothing of a drop can be taken now.
func (b *Inbox) resting(d *drop, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(d.rest.until)
}

// sayOnce logs a warning that was not logged under this key before.
func (b *Inbox) sayOnce(key, what string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.said[key] {
		return
	}
	const most = 10_000 // keys remembered; then some are said again
	if len(b.said) >= most {
		clear(b.said)
	}
	b.said[key] = true
	b.o.Log.Warn(what, args...)
}

// unsay forgets the failures that were logged under these keys, so that the next one is logged again.
func (b *Inbox) unsay(keys ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		delete(b.said, key)
	}
}

// key is what is said of a drop under.
func (d *drop) key() string { return d.tenant + "/" + d.kind }

// in returns a path in the tenant's folder of a path below the drop.
func (d *drop) in(p string) string { return path.Join(d.kind, p) }
