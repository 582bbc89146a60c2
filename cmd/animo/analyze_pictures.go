package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"animo"
	"animo/vision"
)

// picture is one to analyse.
type picture struct {
	name string // for people: printable, and one line
	path string // empty for standard input
}

// findPictures lists the pictures that were named: files as they are, and of a folder all files that begin
// like a picture, at any depth, in the order of their names. Hidden files and folders are passed over.
// Whether a file is there at all is left to the one who opens it.
func findPictures(c *console, names []string) ([]picture, error) {
	var pictures []picture
	stdin, others := false, 0
	for _, name := range names {
		if name == "-" {
			if stdin {
				return nil, usagef("FILE", `"-" is there twice; standard input can be read once`, `"-" está dos veces; la entrada estándar se lee una sola vez`)
			}
			stdin = true
			pictures = append(pictures, picture{name: "-"})
			continue
		}
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			pictures = append(pictures, picture{printable(name), name})
			continue
		}
		before := len(pictures)
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path != name && strings.HasPrefix(entry.Name(), "."):
				if entry.IsDir() {
					return fs.SkipDir
				}
			case entry.IsDir():
			case looksLikePicture(path):
				pictures = append(pictures, picture{printable(path), path})
			default:
				others++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(pictures) == before {
			return nil, animo.Errorf(animo.NotFound, "%s: there is no picture in it", "%s: no contiene ninguna imagen", printable(name))
		}
	}
	if others > 0 {
		c.note("passed over files that are no pictures: %d", "se omitieron archivos que no son imágenes: %d", others)
	}
	return pictures, nil
}

// looksLikePicture reports whether a file begins as a picture does. One that cannot be opened counts, so that
// it is reported and not missed.
func looksLikePicture(path string) bool { return recognize(path) == nil }

// recognize tells by a file's first bytes why it is no picture; nil where it may be one, or cannot be opened. HEIC and
// AVIF are pictures, though this machine may not be the one that can read them.
func recognize(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if !info.Mode().IsRegular() {
		return errNoPicture
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, vision.HeadBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF || vision.FormatOf(head[:n]) != "" {
		return nil
	}
	return vision.Recognize(head[:n])
}

// openPicture opens a file that somebody named.
func openPicture(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, animo.Errorf(animo.NotFound, "there is no such file", "no existe ese archivo")
	}
	return f, err
}

// printable quotes a name that would not print as one line.
func printable(name string) string {
	for _, r := range name {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return strconv.Quote(name)
		}
	}
	return name
}

// inOrder calls work for each number below n, several at a time, and yields the results in order. At most
// twice as many are under way or wait to be taken. Nothing is left running when it ends.
func inOrder[T any](ctx context.Context, n, atOnce int, work func(ctx context.Context, i int) T) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		slots, queue := make(chan struct{}, atOnce), make(chan chan T, atOnce)
		group.Go(func() {
			defer close(queue)
			for i := range n {
				result := make(chan T, 1)
				select {
				case slots <- struct{}{}:
				case <-ctx.Done():
					return
				}
				group.Go(func() {
					result <- work(ctx, i)
					<-slots
				})
				select {
				case queue <- result:
				case <-ctx.Done():
					return
				}
			}
		})
		i := 0
		for result := range queue {
			if !yield(i, <-result) {
				return
			}
			i++
		}
	}
}
