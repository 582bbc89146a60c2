package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"animo"
	"animo/vision"
)

// gatesWithoutPose let a face pass however it is turned.
var gatesWithoutPose = vision.Gates{MaxRoll: math.Inf(1), MaxPitch: math.Inf(1), MaxYaw: math.Inf(1)}

// meet introduces the people of a folder: each folder in it is called like a person and holds photos of that
// person alone. A photo that does not serve is noted; a person without any that serves is a failure.
func (a *analysis) meet(ctx context.Context, folder string, gates vision.Gates) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return animo.Errorf(animo.NotFound, "there is no folder %s", "no existe la carpeta %s", printable(folder)).Of("--people")
	case err != nil:
		return err
	}
	var photos []picture
	var owners []string // of photos
	var people []string
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		people = append(people, entry.Name())
		own, err := findPictures(a.c, []string{filepath.Join(folder, entry.Name())})
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		for _, p := range own {
			photos, owners = append(photos, p), append(owners, entry.Name())
		}
	}
	if len(people) == 0 {
		return usagef("--people", "%s holds no folders; it takes one for each person, with photos in it",
			"%s no contiene carpetas; lleva una por persona, con fotos dentro", printable(folder))
	}

	a.people = &vision.Gallery{}
	type introduced struct {
		face vision.Face
		err  error
	}
	results := inOrder(ctx, len(photos), a.atOnce, func(ctx context.Context, i int) (r introduced) {
		m, cut, err := photos[i].decode(ctx, nil)
		if err := cmp.Or(err, cut); err != nil {
			return introduced{err: err}
		}
		faces, err := a.engine.Analyze(ctx, m)
		if err != nil {
			return introduced{err: err}
		}
		r.face, r.err = gates.Only(faces, m.W, m.H)
		return r
	})
	for i, r := range results {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.err == nil {
			r.err = a.people.Add(owners[i], r.face.Descriptor)
		}
		if r.err != nil {
			a.bar.clear()
			a.c.note("%s is not used: %s", "%s no se usa: %s", photos[i].name, a.c.wording(r.err))
		}
		a.progress("people", i+1, len(photos))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	known := make(map[string]bool)
	for _, name := range a.people.People() {
		known[name] = true
	}
	for _, name := range people {
		if !known[name] {
			a.fail(animo.Errorf(animo.NoFace, "%s stays unknown: no photo in the folder serves", "%s queda sin conocer: ninguna foto de la carpeta sirve", printable(name)))
		}
	}
	return nil
}
