package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"animo"
	"animo/text"
)

// uploadCmd sends photos to a running server.
type uploadCmd struct {
	Files   []string `arg:"" name:"file" help:"Photos, and folders whose photos are all sent, at any depth."`
	URL     string   `default:"http://127.0.0.1:8080" env:"ANIMO_URL" placeholder:"URL" help:"The server (default http://127.0.0.1:8080)."`
	Key     string   `env:"ANIMO_KEY" placeholder:"KEY" help:"API key, where the server wants one. Put it into ANIMO_KEY: others on this machine can see command lines."`
	Source  string   `placeholder:"NAME" help:"Which camera or stage the photos come from."`
	TakenAt string   `placeholder:"TIME" help:"When the photos were taken, such as 2026-11-21T18:30:00Z; or \"file\", for when each file was last changed, whatever the camera says. Otherwise the camera's clock tells, by the photo's EXIF data, else the file's date."`
	Wait    bool     `help:"Wait until each photo is analysed, and print the moods of its faces."`
	Jobs    int      `default:"4" placeholder:"N" help:"How many photos are sent at once (default 4)."`
}

// maxJobs is the most photos that are sent at once: half of what a server lets a tenant do by default.
const maxJobs = 64

// Help is the part of --help with the examples.
func (uploadCmd) Help() string {
	return `A photo is called like its file, without the folders; the same name and bytes again are the same photo, so a broken run can be repeated. Of a folder, the files that begin like a picture are sent; links, hidden files and what is no file are left out. Files of opinions are not sent: curl -T does that.

Each photo gives one line on stdout: its name, its id and its status, with tabs between; with --wait, also how many faces of which mood it has, or why it failed. What the server is too busy for, and what broke on the way, is tried again for two minutes. A photo that is refused is named on stderr and does not stop the others, unless they would be refused, too: without the right key, without a stated purpose, with a quota that is used up. The exit code is 1 then, and also where a file that was named, or is called like a picture, is none.

Examples:

    animo upload foto.jpg --wait
    animo upload fotos --source escenario --taken-at file
    ANIMO_KEY=$(cat clave) animo upload --url https://animo.example.com fotos`
}

// Run sends the photos, several at a time.
func (u *uploadCmd) Run(ctx context.Context, c *console) error {
	if u.Jobs < 1 || u.Jobs > maxJobs {
		return usagef("--jobs", "%d is not a number of photos at once; allowed are 1 to %d", "%d no es un número de fotos a la vez; se admiten de 1 a %d", u.Jobs, maxJobs)
	}
	var taken time.Time
	if u.TakenAt != "" && u.TakenAt != "file" {
		var err error
		if taken, err = time.Parse(time.RFC3339, u.TakenAt); err != nil {
			return usagef("--taken-at", `%q is neither a time like 2026-11-21T18:30:00Z nor "file"`, `%q no es una hora como 2026-11-21T18:30:00Z ni "file"`, u.TakenAt)
		}
	}
	k, err := newClient(u.URL, u.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	files, wrong, err := findPhotos(c, u.Files)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		if err := k.reach(ctx); err != nil {
			return err
		}
	}
	up := &uploading{c: c, client: k, options: u, taken: taken, wrong: wrong, bar: newBar(c)}
	k.waits = up.waits
	return up.run(ctx, files)
}

// uploading is one run of the command.
type uploading struct {
	c       *console
	client  *client
	options *uploadCmd
	taken   time.Time // zero: each file's, or none
	wrong   int       // files that should be pictures and are none
	screen  sync.Mutex
	bar     *bar // with screen, as is stderr while photos are sent
	sent    atomic.Int64
	barred  atomic.Bool // the server refuses every photo
}

// errNotSent is what became of a photo that would be refused as another was, which says why.
var errNotSent = errors.New("not sent")

// bars tells the refusals that do not concern one photo but whoever sends it.
func bars(code animo.Code) bool {
	return code == animo.Unauthenticated || code == animo.Forbidden || code == animo.Quota
}

// uploaded is what became of a file.
type uploaded struct {
	sentPhoto // without an ID where it was not accepted
	err       error
}

// waits says that a photo waits for the server.
func (u *uploading) waits(d time.Duration, why error) {
	u.screen.Lock()
	defer u.screen.Unlock()
	u.bar.clear()
	u.c.note("waiting %v, then trying again: %s", "se espera %v antes de reintentar: %s", d.Round(time.Second), u.c.wording(why))
}

// run sends the files and prints what became of each, in their order.
func (u *uploading) run(ctx context.Context, files []string) error {
	defer u.bar.clear()
	failed, left, first := u.wrong, 0, error(nil)
	if u.wrong > 0 {
		first = errNoPicture
	}
	fail := func(err error) {
		if failed++; first == nil {
			first = err
		}
	}
	u.progress(0, len(files))
	results := inOrder(ctx, len(files), u.options.Jobs, func(ctx context.Context, i int) uploaded { return u.send(ctx, files[i]) })
	for i, r := range results {
		if r.err != nil && ctx.Err() != nil {
			continue // it was not let end; those that did are still printed
		}
		if errors.Is(r.err, errNotSent) {
			left++
			continue
		}
		if r.err != nil {
			fail(r.err)
		}
		if err := u.tell(files[i], r); err != nil {
			return err
		}
		if r.Failure != nil {
			fail(&animo.Error{Code: r.Failure.Code})
		}
		u.progress(i+1, len(files))
	}
	if ctx.Err() != nil {
		return animo.Errorf(animo.Interrupted, "interrupted; photos sent: %d of %d", "interrumpido; fotos enviadas: %d de %d", u.sent.Load(), len(files))
	}
	u.bar.clear()
	u.c.note("photos sent: %d", "fotos enviadas: %d", u.sent.Load())
	switch {
	case left > 0:
		return animo.Errorf(animo.CodeOf(first), "failed: %d (see above); not sent, as they would be refused, too: %d", "fallaron: %d (véase arriba); sin enviar, porque también se rechazarían: %d", failed, left)
	case failed > 0:
		return animo.Errorf(animo.CodeOf(first), "failed: %d (see above)", "fallaron: %d (véase arriba)", failed)
	}
	return nil
}

// progress draws the bar where there is something to wait for.
func (u *uploading) progress(done, total int) {
	stage := "photos"
	if u.options.Wait {
		stage = "waiting"
	}
	if u.screen.Lock(); total > 1 {
		u.bar.show(text.Progress{Stage: stage, Done: done, Total: total})
	}
	u.screen.Unlock()
}

// send sends one file and, with --wait, waits for its faces.
func (u *uploading) send(ctx context.Context, path string) (r uploaded) {
	if u.barred.Load() {
		return uploaded{err: errNotSent}
	}
	query, taken := url.Values{}, u.taken
	if u.options.Source != "" {
		query.Set("source", u.options.Source)
	}
	f, info, err := openPhoto(path)
	if err != nil {
		return uploaded{err: err}
	}
	_ = f.Close()
	query.Set("modified_at", info.ModTime().UTC().Format(time.RFC3339Nano))
	if u.options.TakenAt == "file" {
		taken = info.ModTime()
	}
	if !taken.IsZero() {
		query.Set("taken_at", taken.UTC().Format(time.RFC3339Nano))
	}
	r.sentPhoto, r.err = u.client.upload(ctx, filepath.Base(path), query, fileBody(path))
	if bars(animo.CodeOf(r.err)) && u.barred.Swap(true) {
		r.err = errNotSent // another that was under way says why
	}
	if r.err != nil {
		return r
	}
	u.sent.Add(1)
	if u.options.Wait {
		p, err := u.client.await(ctx, r.ID)
		if err != nil {
			r.err = err
			return r
		}
		r.sentPhoto = p
	}
	return r
}

// tell prints what became of a file.
func (u *uploading) tell(path string, r uploaded) error {
	u.screen.Lock()
	defer u.screen.Unlock()
	u.bar.clear()
	if r.err != nil {
		u.c.fail(fmt.Errorf("%s: %w", printable(path), r.err))
	}
	if r.ID == "" {
		return nil
	}
	return u.print(path, r)
}

// print writes a photo's line.
func (u *uploading) print(path string, r uploaded) error {
	line := []string{printable(filepath.Base(path)), r.ID, string(r.Status)}
	if u.options.Wait && r.Status.Ended() {
		line = append(line, r.found(u.c))
	}
	_, err := fmt.Fprintln(u.c.stdout, strings.Join(line, "\t"))
	return err
}

// found tells how many faces of which mood a photo has, or why it failed.
func (p *sentPhoto) found(c *console) string {
	if p.Failure != nil {
		return p.Failure.Message
	}
	faces := map[animo.Mood]int{}
	for _, f := range p.Faces {
		if f.NotFace() {
			continue
		}
		faces[f.Mood]++
	}
	var parts []string
	for _, m := range animo.Moods() {
		if faces[m] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", faces[m], m))
		}
	}
	if len(parts) == 0 {
		return c.say("no faces", "sin rostros")
	}
	return strings.Join(parts, ", ")
}

// fileBody is a body that is in a file.
func fileBody(path string) body {
	return func() (io.ReadCloser, int64, error) {
		f, info, err := openPhoto(path)
		if err != nil {
			return nil, 0, err
		}
		return f, info.Size(), nil
	}
}

// openPhoto opens a file to send.
func openPhoto(path string) (*os.File, fs.FileInfo, error) {
	f, err := openPicture(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = animo.Errorf(animo.Invalid, "it is not a file", "no es un archivo")
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// errNoPicture is what is wrong with what should be a picture.
var errNoPicture = animo.Errorf(animo.UnknownImage, "it is not a picture", "no es una imagen")

// pictureNames are how the names of pictures end.
var pictureNames = map[string]bool{".jpg": true, ".jpeg": true, ".jfif": true, ".png": true, ".gif": true, ".webp": true, ".bmp": true, ".tif": true, ".tiff": true,
	".heic": true, ".heif": true, ".avif": true, ".jxl": true, ".jp2": true, ".psd": true,
	".dng": true, ".cr2": true, ".cr3": true, ".nef": true, ".arw": true, ".raf": true, ".orf": true, ".rw2": true, ".pef": true, ".srw": true}

// findPhotos lists the files to send: those that were named, and of a folder all that begin like a picture, at any
// depth, in the order of their names. Links in a folder are not followed, so that nothing outside it is sent;
// they and whatever else is no file are named. Hidden files and folders are passed over. Those that are called
// like a picture, or were named, and do not begin like one are named on stderr and counted in wrong.
func findPhotos(c *console, names []string) (files []string, wrong int, err error) {
	refuse := func(path string, why error) {
		c.fail(fmt.Errorf("%s: %w", printable(path), why))
		wrong++
	}
	others := 0
	for _, name := range names {
		info, err := os.Stat(name)
		if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
			return nil, 0, usagef("FILE", "%s is not a file", "%s no es un archivo", printable(name)) // a pipe would never end
		}
		if err != nil || !info.IsDir() {
			if err == nil {
				if why := recognize(name); why != nil {
					refuse(name, why)
					continue
				}
			}
			files = append(files, name)
			continue
		}
		before, wrongBefore := len(files), wrong
		err = filepath.WalkDir(name+string(filepath.Separator), func(path string, entry fs.DirEntry, err error) error {
			hidden := strings.HasPrefix(entry.Name(), ".") && filepath.Clean(path) != filepath.Clean(name)
			switch {
			case err != nil:
				return err
			case entry.IsDir() && hidden:
				return fs.SkipDir
			case entry.IsDir() || hidden:
			case !entry.Type().IsRegular():
				c.note("passed over %s: it is not a file but a link or the like", "se omitió %s: no es un archivo sino un enlace o similar", printable(path))
			case looksLikePicture(path):
				files = append(files, path)
			case pictureNames[strings.ToLower(filepath.Ext(path))]:
				refuse(path, recognize(path))
			default:
				others++
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		if len(files) == before && wrong == wrongBefore {
			return nil, 0, animo.Errorf(animo.NotFound, "%s: there is no picture in it", "%s: no contiene ninguna imagen", printable(name))
		}
	}
	if others > 0 {
		c.note("passed over files that are no pictures: %d", "se omitieron archivos que no son imágenes: %d", others)
	}
	return files, wrong, nil
}
