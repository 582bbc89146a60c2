package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"animo"
	"animo/internal/durable"
	"animo/internal/object"
)

// format is that of the manifest and the folder. A program refuses a later one.
const format = 1

// About says what a backup is of.
type About struct {
	Release  string `json:"animo"`            // the program that made it
	Database string `json:"database"`         // which one, as its witness says
	Master   string `json:"master,omitempty"` // the name of the master key that it goes with, which tells nothing of the key; "" for none
}

// Manifest says what is in a backup, beside its files.
type Manifest struct {
	Format int `json:"format"`
	About
	Taken time.Time `json:"taken"`

	Files   int      `json:"-"`
	Bytes   int64    `json:"-"`
	Lost    []string `json:"-"` // TENANT/NAME of objects that rows speak of, and that were not there
	Damaged []string `json:"-"` // of objects that the disk did not give, or whose bytes are not those that their rows tell of
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"` // within the backup's folder, with /
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ending is the last line of a manifest.
type ending struct {
	Files   int      `json:"files"`
	Bytes   int64    `json:"total_bytes"`
	Lost    []string `json:"lost,omitempty"`
	Damaged []string `json:"damaged,omitempty"`
	Before  string   `json:"manifest_sha256"` // of all lines before
}

// write reads the backup's files, to hash them as they are on its disk, and writes the manifest: a line that says what the backup is of, one
// for each file, and the ending.
func (r *Result) write(ctx context.Context, dir string, objects object.Store, wanted map[string]string) (err error) {
	r.Format = format
	temp := filepath.Join(dir, manifestFile+".tmp")
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	out := bufio.NewWriter(f)
	lines := json.NewEncoder(io.MultiWriter(out, sum))
	if err := lines.Encode(r.Manifest); err != nil {
		return err
	}
	add := func(name string) (string, error) {
		file, err := hashFile(ctx, dir, name)
		if err != nil {
			return "", err
		}
		r.Files, r.Bytes = r.Files+1, r.Bytes+file.Bytes
		return file.SHA256, lines.Encode(file)
	}
	if _, err := add(databaseFile); err != nil {
		return err
	}
	for o, err := range objects.(object.Lister).List(ctx) {
		if err != nil {
			return err
		}
		sum, err := add(objectsFolder + "/" + o.Tenant + "/" + o.Name)
		if err != nil {
			return err
		}
		if told := wanted[o.Tenant+"/"+o.Name]; told != "" && told != sum {
			r.Damaged = append(r.Damaged, o.Tenant+"/"+o.Name)
		}
	}
	if err := json.NewEncoder(out).Encode(ending{r.Files, r.Bytes, r.Lost, r.Damaged, hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return err
	}
	if err := errors.Join(out.Flush(), f.Sync()); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(dir, manifestFile)); err != nil {
		return err
	}
	return errors.Join(durable.SyncFolder(dir), durable.SyncFolder(filepath.Dir(filepath.Clean(dir)))) // and the folder's own name
}

// hashFile reads a file of a backup. No name leads out of the folder.
func hashFile(ctx context.Context, dir, name string) (File, error) {
	if !filepath.IsLocal(name) || strings.Contains(name, "\\") {
		return File{}, animo.Errorf(animo.UnsafeName, "the manifest names %q, which is outside of the backup", "el manifiesto nombra %q, que está fuera de la copia", animo.Clip(name))
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, reader{ctx, f})
	return File{name, n, hex.EncodeToString(sum.Sum(nil))}, err
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// Backup is a backup that was made before.
type Backup struct {
	Manifest
	dir string
}

// Open opens the backup in a folder. It answers Invalid where there is none, or one that a later release made, and Damaged where the manifest
// is.
func Open(dir string) (*Backup, error) {
	b := &Backup{dir: dir}
	err := b.read(func(File) error { return nil })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, animo.Errorf(animo.Invalid, "there is no backup in %s, or none that was finished: it has no %s", "en %s no hay ninguna copia, o no se terminó: no tiene %s", dir, manifestFile)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// read reads the manifest and calls each with every file.
func (b *Backup) read(each func(File) error) error {
	f, err := os.Open(filepath.Join(b.dir, manifestFile))
	if err != nil {
		return err
	}
	defer f.Close()
	damaged := func(err error) error {
		return animo.Errorf(animo.Damaged, "the manifest of the backup in %s is damaged or incomplete; take another backup", "el manifiesto de la copia en %s está dañado o incompleto; use otra copia", b.dir).Because(err)
	}
	in := bufio.NewReader(f)
	sum := sha256.New()
	line, err := nextLine(in, sum)
	if err != nil {
		return damaged(err)
	}
	m := Manifest{}
	if err := json.Unmarshal(line, &m); err != nil || m.Database == "" {
		return damaged(err)
	}
	if m.Format > format {
		return animo.Errorf(animo.Invalid, "a later release (%s) made the backup in %s; restore it with that one", "una versión posterior (%s) hizo la copia en %s; restáurela con ella", m.Release, b.dir)
	}
	for {
		before := hex.EncodeToString(sum.Sum(nil))
		line, err := nextLine(in, sum)
		if err != nil {
			return damaged(err)
		}
		var l struct {
			File
			ending
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return damaged(err)
		}
		if l.Before == "" {
			m.Files, m.Bytes = m.Files+1, m.Bytes+l.File.Bytes
			if err := each(l.File); err != nil {
				return err
			}
			continue
		}
		if l.Before != before || l.Files != m.Files || l.ending.Bytes != m.Bytes {
			return damaged(errors.New("its own hash is another"))
		}
		m.Lost, m.Damaged = l.Lost, l.Damaged
		b.Manifest = m
		return nil
	}
}

func nextLine(in *bufio.Reader, sum hash.Hash) ([]byte, error) {
	line, err := in.ReadBytes('\n')
	_, _ = sum.Write(line) // never fails
	return line, err
}

// Verify reads every file of the backup, and answers Damaged, naming up to ten files, where some are not there or not as they were.
func (b *Backup) Verify(ctx context.Context) error {
	var bad []string
	n := 0
	err := b.read(func(want File) error {
		got, err := hashFile(ctx, b.dir, want.Name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && got == want {
			return nil
		}
		if n++; n <= 10 {
			why := "differs"
			if err != nil {
				why = err.Error()
			}
			bad = append(bad, fmt.Sprintf("%s: %s", want.Name, why))
		}
		return nil
	})
	if err != nil || n == 0 {
		return err
	}
	return animo.Errorf(animo.Damaged, "%d files of the backup in %s are missing or damaged; take another backup", "%d archivos de la copia en %s faltan o están dañados; use otra copia", n, b.dir).
		Because(errors.New(strings.Join(bad, "; ")))
}
