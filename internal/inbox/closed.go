package inbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// closed takes in those photos, of files that were just closed or moved into their folder, that end as a whole picture does.
// Nothing else of them is known, because a file may be opened again and grow: the looks wait for the quiet time of the others.
// paths are below the inbox.
func (b *Inbox) closed(ctx context.Context, paths []string, now time.Time) {
	root, err := os.OpenRoot(b.dir)
	if err != nil {
		return // the next look says so
	}
	defer root.Close()
	var drops []*drop
	var ready [][]*file
	for _, p := range paths {
		tenant, rest, _ := strings.Cut(p, "/")
		kind, p, _ := strings.Cut(rest, "/")
		d := b.drops[dropID{tenant, kind}]
		if d == nil || p == "" || slices.ContainsFunc(strings.Split(p, "/"), ignored) || b.resting(d, now) {
			continue
		}
		_ = b.within(root, tenant, func(home *os.Root) {
			f := b.closedFile(home, d, p, now)
			if f == nil {
				return
			}
			i := slices.Index(drops, d)
			if i < 0 {
				i, drops, ready = len(drops), append(drops, d), append(ready, nil)
			}
			if !slices.Contains(ready[i], f) {
				ready[i] = append(ready[i], f)
			}
		})
	}
	b.takeIn(ctx, root, drops, ready, now)
}

// closedFile returns a file of a drop that may be taken at once, nil for one that may not.
func (b *Inbox) closedFile(home *os.Root, d *drop, p string, now time.Time) *file {
	info, err := home.Lstat(d.in(p))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f := d.files[p]
	switch {
	case f == nil && b.room(d) <= 0, f != nil && (f.ended != nil || now.Before(f.rest.until)):
		return nil // the looks see to it
	case f == nil:
		f = &file{path: p, info: info, since: now}
		d.files[p] = f
	case !unchanged(f.info, info):
		f.info, f.since = info, now
	}
	in, err := openFile(home, d.in(p))
	if err != nil {
		return nil
	}
	defer in.Close()
	if !endsWhole(in, info.Size()) {
		return nil
	}
	return f
}

// endsWhole reports whether a file begins like a JPEG, a PNG, a WebP, a HEIC or an AVIF, and ends just where one does: with
// the mark of its end, or after so many bytes as it says itself.
func endsWhole(r io.ReaderAt, size int64) bool {
	head := make([]byte, 16)
	if n, _ := r.ReadAt(head, 0); n < len(head) {
		return false
	}
	tail := make([]byte, 12)
	if n, _ := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return false
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return bytes.HasSuffix(tail, []byte("\xff\xd9"))
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return bytes.Equal(tail[:8], []byte("\x00\x00\x00\x00IEND"))
	case string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return int64(binary.LittleEndian.Uint32(head[4:]))+8 == size
	case string(head[4:8]) == "ftyp":
		return endsWithABox(r, size)
	}
	return false
}

// endsWithABox reports whether the boxes of an ISO base media file, each of which begins with its length, fill it, and what is
// said of the picture and the picture are among them.
func endsWithABox(r io.ReaderAt, size int64) bool {
	const most = 1000 // boxes side by side; pictures have three or four
	head := make([]byte, 16)
	at, meta, pixels := int64(0), false, false
	for range most {
		if at == size {
			return meta && pixels
		}
		n, _ := r.ReadAt(head, at)
		if n < 8 {
			return false
		}
		long := int64(binary.BigEndian.Uint32(head))
		if long == 1 && n == len(head) {
			long = int64(binary.BigEndian.Uint64(head[8:]))
		}
		if long < 8 || long > size-at {
			return false
		}
		at, meta, pixels = at+long, meta || string(head[4:8]) == "meta", pixels || string(head[4:8]) == "mdat"
	}
	return false
}

// watchFolder asks the system to tell of the files of a photos' folder, where it does that.
func (b *Inbox) watchFolder(dir *os.File, d *drop, folder string) {
	if b.watcher == nil || d.kind != photosKind {
		return
	}
	if err := b.watcher.watch(dir, path.Join(d.tenant, d.in(folder))); err != nil {
		b.sayOnce("watch", "the system does not tell of all files that were closed; these are taken after the quiet time", "err", err)
	}
}
