package inbox

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/unicode/norm"

	"animo"
	"animo/internal/opinions"
	"animo/internal/photos"
)

// takeFunc gives a file to its flow: the tenant, the path below the drop, the bytes, and what the file is.
type takeFunc func(ctx context.Context, tenant, p string, r io.Reader, info fs.FileInfo) (endedFunc, error)

// endedFunc tells how far a file is that was taken in, and of one that failed, why.
type endedFunc func(ctx context.Context) (animo.Status, *animo.Reason, error)

// takePhoto returns a photo to its flow. The first of the folders that it lies in is its source.
func (b *Inbox) takePhoto(ctx context.Context, tenant, p string, r io.Reader, info fs.FileInfo) (endedFunc, error) {
	p = composed(p)
	source, _, inFolder := strings.Cut(p, "/")
	if !inFolder {
		source = ""
	}
	photo, _, err := b.o.Photos.Take(ctx, tenant, photos.Upload{Name: path.Base(p), Source: source, Size: info.Size(), Modified: info.ModTime()}, r)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (animo.Status, *animo.Reason, error) {
		photo, err := b.o.Photos.Photo(ctx, tenant, photo.ID)
		return photo.Status, photo.Failure, err
	}, nil
}

// takeTraining returns a training file to its flow.
func (b *Inbox) takeTraining(ctx context.Context, tenant, p string, r io.Reader, info fs.FileInfo) (endedFunc, error) {
	v, err := b.o.Opinions.Take(ctx, tenant, path.Base(composed(p)), r, info.Size(), opinions.Recipe{})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (animo.Status, *animo.Reason, error) {
		training, err := b.o.Opinions.Version(ctx, tenant, v.Model, v.ID)
		return training.Status, training.Failure, err
	}, nil
}

// composed is a name in Unicode's composed form (NFC), as the API keeps names: macOS writes others.
func composed(name string) string { return norm.NFC.String(name) }

// takeFile takes in a file that has come to rest. One that is refused for good is moved at once.
func (b *Inbox) takeFile(ctx context.Context, home *os.Root, d *drop, f *file, now time.Time) {
	if ctx.Err() != nil || b.resting(d, now) { // since the look began
		return
	}
	in, err := openFile(home, d.in(f.path))
	if errors.Is(err, fs.ErrNotExist) {
		return // taken away again; the next look sees it
	}
	if err != nil {
		b.postpone(d, f, now, err)
		return
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() || !unchanged(f.info, info) {
		return // somebody is at it; the next look sees what it is now
	}
	if d.kind == photosKind && now.Sub(f.since) < cutQuiet {
		switch cut, err := lacksEnd(in, info.Size()); {
		case err != nil:
			b.postpone(d, f, now, err)
			return
		case cut:
			return // it may be coming in still; the next look sees whether it has grown
		}
	}
	f.info = info
	ended, err := d.take(ctx, d.tenant, f.path, &reader{ctx, in}, info)
	switch code := animo.CodeOf(err); {
	case err == nil:
		f.ended = ended
	case ctx.Err() != nil:
		return
	case code.Final() && !isTenants(code) && animo.MachineFault(err) == nil:
		reason := animo.ReasonOf(err)
		f.ended = func(context.Context) (animo.Status, *animo.Reason, error) { return animo.Failed, &reason, nil }
	default:
		b.postpone(d, f, now, err)
		return
	}
	f.takes, f.taken, f.rest = f.takes+1, now, rest{}
	b.mu.Lock()
	d.rest = rest{}
	b.mu.Unlock()
	b.settle(ctx, home, d, f, now)
}

// openFile opens a file to be read. A pipe put in the file's place would keep its opener waiting, but for O_NONBLOCK; a file
// has no use for it.
func openFile(home *os.Root, name string) (*os.File, error) {
	return home.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// isTenants tells the refusals that concern no file but its tenant: it has been removed, it may not send photos,
// or it keeps as many as it may. Whoever runs Animo can put these right, and the files are taken then.
func isTenants(code animo.Code) bool {
	return code == animo.NotFound || code == animo.Forbidden || code == animo.Quota
}

// reader reads a file until ctx ends.
type reader struct {
	ctx context.Context
	in  io.Reader
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// postpone leaves a file where it is, to be tried again after a pause. Where the reason may be everybody's, all
// of its drop waits, too.
func (b *Inbox) postpone(d *drop, f *file, now time.Time, err error) {
	about := []any{"tenant", d.tenant, "path", d.in(f.path), "code", animo.CodeOf(err), "err", err, causeOf(err)}
	first := f.rest.begin(now)
	switch animo.CodeOf(err) {
	case animo.NoSpace, animo.Machine, animo.TooManyRequests, animo.Unavailable, animo.Forbidden, animo.Quota:
		b.mu.Lock()
		if !now.Before(d.rest.until) { // several that fail together are one failure
			d.rest.begin(now)
		}
		b.mu.Unlock()
		b.sayOnce(d.key()+" waits", "the files of a folder of the inbox have to wait; they are tried again until they can be taken", about...)
	default:
		if first {
			b.o.Log.Warn("a file of the inbox has to wait; it is tried again until it can be taken", about...)
		}
	}
}

// settle moves a file whose analysis or training has ended. One that was replaced since it was taken in is
// another file, and stays to be taken in.
func (b *Inbox) settle(ctx context.Context, home *os.Root, d *drop, f *file, now time.Time) {
	status, why, err := f.ended(ctx)
	if animo.CodeOf(err) == animo.NotFound {
		// Taken in again, what somebody has just erased would be back.
		reason := animo.ReasonOf(animo.Errorf(animo.NotFound, "it was erased before this folder heard of its end; to have it back, drop it again",
			"se borró antes de que esta carpeta supiera cómo terminó; para tenerlo otra vez, déjelo de nuevo"))
		status, why, err = animo.Failed, &reason, nil
	}
	if err == nil && !status.Ended() {
		f.rest.until = now.Add(now.Sub(f.taken) / 4) // what takes long is asked for less often
		return
	}
	if err == nil {
		err = b.put(home, d, f, status, why, now)
	}
	if err != nil && ctx.Err() == nil && f.rest.begin(now) {
		b.o.Log.Warn("a file of the inbox cannot be moved yet", "tenant", d.tenant, "path", d.in(f.path), "err", err, causeOf(err))
	}
}

// causeOf is what an error is due to, for the log; nothing where it says all itself.
func causeOf(err error) slog.Attr {
	if cause := errors.Unwrap(err); cause != nil {
		return slog.Any("cause", cause)
	}
	return slog.Attr{}
}

// put moves a file to where files of its status go, and forgets it.
func (b *Inbox) put(home *os.Root, d *drop, f *file, status animo.Status, why *animo.Reason, now time.Time) error {
	info, err := home.Lstat(d.in(f.path))
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case err == nil && f.replacedBy(info):
		*f = file{path: f.path, info: info, since: now, takes: f.takes}
		return nil
	case err == nil:
		to := path.Join(doneFolder, d.in(f.path))
		var text []byte
		if status == animo.Failed {
			to, text = path.Join(failedFolder, d.in(f.path)), reasonText(d.kind, why)
		}
		moved, err := move(home, d.in(f.path), to, f.info, text)
		if moved != "" && why != nil {
			b.o.Log.Warn("a file of the inbox failed", "tenant", d.tenant, "path", moved, "code", why.Code, "reason", why.EN)
		}
		if err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(d.files, f.path)
	return nil
}

// replacedBy reports whether what lies at a file's path is not what was taken in. That it is another file of
// the same size and time counts once only: some network mounts number their files anew at each look.
func (f *file) replacedBy(info fs.FileInfo) bool {
	return !info.Mode().IsRegular() || !unchanged(f.info, info) || f.takes < 2 && !os.SameFile(f.info, info)
}
