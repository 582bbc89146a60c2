package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"animo"
	"animo/text"
	"animo/text/labelled"
)

// opinionFiles are the files of labelled opinions that a command was given, joined in that order. They
// are read from the disk each time, so that their size is no matter of memory.
type opinionFiles struct {
	files   []opinionFile
	o       labelled.Options
	skipped int // rows left out, in the last reading
}

type opinionFile struct {
	name    string // as the person wrote it
	path    string
	spooled bool           // path is a copy that close removes
	plan    *labelled.Plan // how it is read; nil before the first time
	reading animo.Reading  // of the last reading
}

// wholeFile is a file that is at its path once it is complete.
type wholeFile struct {
	*os.File
	path string
}

// createWhole makes a file beside its path, with a name of its own that has the same end. The caller places or discards it.
func createWhole(path, end string) (*wholeFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".animo-*"+end)
	return &wholeFile{f, path}, err
}

// place closes the file and puts it at its path.
func (f *wholeFile) place() error {
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.path)
}

// discard closes and removes a file that was not placed.
func (f *wholeFile) discard() {
	_ = f.Close()
	_ = os.Remove(f.Name()) // which is gone when it was placed
}

// fileFlags say what a file of opinions is, where that shall not be guessed.
type fileFlags struct {
	Text   string  `placeholder:"COLUMN" help:"The column or key of the text, by name or by number from 1; TITLE+TEXT joins two. Otherwise it is found."`
	Label  string  `placeholder:"COLUMN" help:"The column or key of the label. Otherwise it is found."`
	Scale  string  `placeholder:"LOW-HIGH" help:"How the label's numbers are meant, such as 1-5, 0-4, 1-2 or -1-1. Otherwise it is found from them."`
	Strict bool    `help:"Refuse a file with any row that cannot be used; neutral ones may be there."`
	Broken float64 `default:"20" placeholder:"PERCENT" help:"How many rows of a file may be broken before it is refused (default 20); those without a text, without a label or neutral are not broken."`
}

// options are what the flags say.
func (f fileFlags) options() (labelled.Options, error) {
	o := labelled.Options{Told: labelled.Told{Text: f.Text, Label: f.Label, Scale: f.Scale}, Broken: f.Broken / 100, Strict: f.Strict}
	if f.Broken < 0 || f.Broken > 100 {
		return o, usagef("--broken", "%g is not a percentage", "%g no es un porcentaje", f.Broken)
	}
	if f.Broken == 0 {
		o.Broken = 1e-9 // not one row
	}
	if err := o.Told.Check(); err != nil {
		return o, asFlag(err)
	}
	return o, nil
}

// openFiles checks that the files can be read again and again. What can be read only once, standard input
// ("-") and pipes, is copied to the folder for temporary files first.
func openFiles(ctx context.Context, c *console, names []string, flags fileFlags) (*opinionFiles, error) {
	options, err := flags.options()
	if err != nil {
		return nil, err
	}
	o := &opinionFiles{o: options}
	if err := o.open(ctx, c, names); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *opinionFiles) open(ctx context.Context, c *console, names []string) error {
	stdin := false
	for _, name := range names {
		file := opinionFile{name: name, path: name}
		switch info, err := os.Stat(name); {
		case name == "-" && stdin:
			return usagef("FILE", `"-" is there twice; standard input can be read once`, `"-" está dos veces; la entrada estándar se lee una sola vez`)
		case name == "-":
			stdin = true
			file.name = c.say("standard input", "entrada estándar")
			if err := o.spool(ctx, file, c.stdin); err != nil {
				return err
			}
			continue
		case errors.Is(err, fs.ErrNotExist):
			return animo.Errorf(animo.NotFound, "%s: there is no such file", "%s: no existe ese archivo", name)
		case err != nil:
			return err
		case info.IsDir():
			return animo.Errorf(animo.Invalid, "%s is a folder; name the files in it", "%s es una carpeta; nombre los archivos que contiene", name)
		case !info.Mode().IsRegular():
			pipe, err := os.Open(name)
			if err != nil {
				return err
			}
			err = o.spool(ctx, file, pipe)
			if err := errors.Join(err, pipe.Close()); err != nil {
				return err
			}
			continue
		}
		o.files = append(o.files, file)
	}
	return nil
}

// spool copies what can be read once.
func (o *opinionFiles) spool(ctx context.Context, file opinionFile, from io.Reader) error {
	f, err := os.CreateTemp("", "animo-*.opinions")
	if err != nil {
		return err
	}
	file.path, file.spooled = f.Name(), true
	o.files = append(o.files, file)
	_, err = io.Copy(f, interruptible(ctx, from))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", file.name, err)
	}
	return nil
}

// close removes the copies.
func (o *opinionFiles) close() error {
	var errs error
	for _, f := range o.files {
		if f.spooled {
			errs = errors.Join(errs, os.Remove(f.path))
		}
	}
	return errs
}

// source returns the rows of all files. An error names its file and line.
func (o *opinionFiles) source() text.Source {
	return func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			o.skipped = 0
			for i := range o.files {
				if more, err := o.read(ctx, &o.files[i], yield); err != nil {
					yield(animo.Opinion{}, err)
					return
				} else if !more {
					return
				}
			}
		}
	}
}

// read yields the rows of one file, and reports whether more are wanted. The first time it finds out how the file is to
// be read.
func (o *opinionFiles) read(ctx context.Context, file *opinionFile, yield func(animo.Opinion, error) bool) (more bool, err error) {
	open := func() (io.ReadCloser, error) { return os.Open(file.path) }
	if file.plan == nil {
		if file.plan, err = labelled.Survey(open, o.o); err != nil {
			return false, fmt.Errorf("%s: %w", file.name, asFlag(err))
		}
	}
	f, err := open()
	if err != nil {
		return false, err
	}
	defer f.Close()
	rows := labelled.NewReader(f, file.plan, o.o)
	defer rows.Close()
	defer func() {
		file.reading = rows.Reading()
		o.skipped += rows.Skipped()
	}()
	for row, err := range rows.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", file.name, err)
		}
		if !yield(row.Opinion, nil) {
			return false, nil
		}
	}
	return true, nil
}

// fileReading is how one file was read, for programs.
type fileReading struct {
	File string `json:"file"`
	animo.Reading
}

func (o *opinionFiles) readings() []fileReading {
	list := make([]fileReading, len(o.files))
	for i, f := range o.files {
		list[i] = fileReading{f.name, f.reading}
	}
	return list
}
