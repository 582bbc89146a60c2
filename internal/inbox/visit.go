package inbox

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// file is one file of a drop, from when it is seen until it is moved.
type file struct {
	path  string      // below the drop
	info  fs.FileInfo // as it was at the last look
	since time.Time   // when it was first seen so
	takes int         // how often it was taken in
	taken time.Time   // when it was last
	ended endedFunc   // nil until it is taken in
	rest  rest        // while nothing can be done with it
}

// rest is a pause that is longer each time: 1 s, 2 s and so on to a minute.
type rest struct {
	until time.Time
	pause time.Duration
}

// begin begins a pause, and reports whether it is the first in a row.
func (r *rest) begin(now time.Time) (first bool) {
	first = r.pause == 0
	r.pause = min(max(time.Second, 2*r.pause), time.Minute)
	r.until = now.Add(r.pause)
	return first
}

// visit looks at the files of a drop: it moves those that have ended, and returns those that are ready to be
// taken in, by path, those that failed before at the end.
func (b *Inbox) visit(ctx context.Context, home *os.Root, d *drop, now time.Time) (ready []*file) {
	resting := b.resting(d, now)
	for p, f := range d.files {
		switch {
		case ctx.Err() != nil:
			return nil
		case now.Before(f.rest.until):
		case f.ended != nil:
			b.settle(ctx, home, d, f, now)
		case resting: // it could not be taken in now
		default:
			info, err := home.Lstat(d.in(p))
			switch {
			case err != nil || !info.Mode().IsRegular():
				delete(d.files, p) // should it be there still, it is found anew
			case !unchanged(f.info, info):
				f.info, f.since = info, now
			case now.Sub(f.since) >= b.o.Quiet: // nothing was written for so long
				ready = append(ready, f)
			}
		}
	}
	if len(d.files) == 0 {
		b.unsay(d.key() + " waits")
	}
	b.find(home, d, ".", b.room(d), 0, now)
	slices.SortFunc(ready, func(a, b *file) int {
		return cmp.Or(cmp.Compare(a.rest.pause, b.rest.pause), cmp.Compare(a.path, b.path))
	})
	return ready
}

// unchanged reports whether nothing was written to a file between two looks.
func unchanged(a, b fs.FileInfo) bool { return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) }

// room is how many more files a drop may have in flight. The drops that hold files share what there is; so that
// none stands still because others do, each may have as many as are taken in at once.
func (b *Inbox) room(d *drop) int {
	total, sharing := 0, 1
	for _, other := range b.drops {
		total += len(other.files)
		if other != d && len(other.files) > 0 {
			sharing++
		}
	}
	return max(min(b.o.InFlight/sharing-len(d.files), b.o.InFlight-total), b.o.Takes-len(d.files))
}

// maxDepth is how many folders deep files are looked for.
const maxDepth = 16

// find adds files of a folder and those below it that are not known yet, room of them at most, and tells how
// much room is left. It reads names only until it meets one that is new.
func (b *Inbox) find(home *os.Root, d *drop, folder string, room, depth int, now time.Time) int {
	if room <= 0 {
		return 0
	}
	name := d.in(folder)
	if depth > maxDepth {
		b.sayOnce(d.tenant+"/"+name, "a folder of the inbox is left alone: it lies too deep", "tenant", d.tenant, "folder", name)
		return room
	}
	dir, err := openFolder(home, name, depth == 0)
	if err != nil {
		b.sayOnce(d.tenant+"/"+name, "a folder of the inbox is left alone", "tenant", d.tenant, "folder", name, "err", err)
		return room
	}
	defer dir.Close()
	b.watchFolder(dir, d, folder)
	for room > 0 {
		entries, err := dir.ReadDir(256) // a few at a time: there may be millions
		for _, e := range entries {
			p := path.Join(folder, e.Name())
			switch {
			case room <= 0 || ignored(e.Name()) || d.files[p] != nil:
			case e.IsDir():
				room = b.find(home, d, p, room, depth+1, now)
			case !e.Type().IsRegular():
				b.sayOnce(d.tenant+"/"+d.in(p), "something in the inbox is left alone: it is not a file", "tenant", d.tenant, "path", d.in(p), "type", e.Type().String())
			default:
				if info, err := home.Lstat(d.in(p)); err == nil && info.Mode().IsRegular() {
					d.files[p] = &file{path: p, info: info, since: now}
					room--
				}
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.sayOnce(d.tenant+"/"+name, "a folder of the inbox cannot be read to its end", "tenant", d.tenant, "folder", name, "err", err)
			}
			break
		}
	}
	return room
}

// openFolder opens a folder that is not a link to one; a drop's own is made where there is none.
func openFolder(home *os.Root, name string, create bool) (*os.File, error) {
	info, err := home.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = home.Mkdir(name, folderMode); err == nil {
			info, err = home.Lstat(name)
		}
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errors.New("it is not a folder of its own")
	}
	return home.Open(name)
}

// ignored reports whether a name is one that programs give to what is hidden or not complete yet.
func ignored(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".part", ".tmp", ".crdownload":
		return true
	}
	return false
}
