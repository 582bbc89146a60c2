package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"animo"
	"animo/text"
	"animo/text/labelled"
)

// opinionFiles are the files of labelled opinions that a command was given, joined in that order. They
// are read from the disk each time, so that their size is no matter of memory.
type opinionFiles struct {
	files   []opinionFile
	skipped int // rows with three stars, in the last reading
}

type opinionFile struct {
	name    string // as the person wrote it
	path    string
	spooled bool // path is a copy that close removes
}

// openFiles checks that the files can be read again and again. What can be read only once, standard input
// ("-") and pipes, is copied to the folder for temporary files first.
func openFiles(ctx context.Context, c *console, names []string) (*opinionFiles, error) {
	o := &opinionFiles{}
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

// source gives the rows of all files. An error names its file and line.
func (o *opinionFiles) source() text.Source {
	return func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			o.skipped = 0
			for _, f := range o.files {
				if more, err := o.read(ctx, f, yield); err != nil {
					yield(animo.Opinion{}, err)
					return
				} else if !more {
					return
				}
			}
		}
	}
}

// read yields the rows of one file, and reports whether more are wanted.
func (o *opinionFiles) read(ctx context.Context, file opinionFile, yield func(animo.Opinion, error) bool) (more bool, err error) {
	f, err := os.Open(file.path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	rows := labelled.NewReader(f, labelled.Limits{})
	defer func() { o.skipped += rows.Skipped() }()
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
