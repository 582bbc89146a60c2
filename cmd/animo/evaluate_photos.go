package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"animo"
	"animo/vision"
	"animo/vision/evaluate"
)

// folderPicture is a picture and the name of the folder it lies in.
type folderPicture struct {
	picture
	folder string
}

// picturesByFolder lists the pictures of the folders in a folder, of those that are wanted.
func picturesByFolder(c *console, flag, root string, wanted func(name string) bool) ([]folderPicture, error) {
	entries, err := os.ReadDir(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, animo.Errorf(animo.NotFound, "there is no folder %s", "no existe la carpeta %s", printable(root)).Of(flag)
	case err != nil:
		return nil, err
	}
	var list []folderPicture
	for _, entry := range entries {
		name := entry.Name()
		if !entry.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		if !wanted(name) {
			c.note("passed over the folder %s: that is no emotion that Animo tells", "se omitió la carpeta %s: no es una emoción que Animo distinga", printable(name))
			continue
		}
		own, err := findPictures(c, []string{filepath.Join(root, name)})
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return nil, err
		}
		for _, p := range own {
			list = append(list, folderPicture{p, name})
		}
	}
	if len(list) == 0 {
		return nil, usagef(flag, "%s holds no folders with pictures that can be used", "%s no contiene carpetas con imágenes que se puedan usar", printable(root))
	}
	return list, nil
}

// eachPicture decodes each picture and has look make something of it, several at a time. take gets that in the order of the
// pictures. A picture that cannot be read is named on stderr, left out and makes the command fail in the end.
func eachPicture[T any](ctx context.Context, c *console, list []folderPicture, look func(ctx context.Context, p folderPicture, m vision.Image) (T, error), take func(T)) error {
	a := &analysis{c: c, bar: newBar(c)}
	defer a.bar.clear()
	type result struct {
		found T
		err   error
	}
	results := inOrder(ctx, len(list), runtime.GOMAXPROCS(0), func(ctx context.Context, i int) (r result) {
		m, cut, err := list[i].decode(ctx, nil)
		if err == nil {
			err = cut // a part of a face is another face
		}
		if err == nil {
			r.found, err = look(ctx, list[i], m)
		}
		r.err = err
		return r
	})
	for i, r := range results {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.err != nil {
			a.fail(fmt.Errorf("%s: %w", list[i].name, r.err))
		} else {
			take(r.found)
		}
		a.progress("pictures", i+1, len(list))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if a.failed > 0 {
		return animo.Errorf(animo.CodeOf(a.first), "left out: %d (see above)", "descartadas: %d (véase arriba)", a.failed)
	}
	return nil
}

// evaluateFaces scores what faces are said to show.
func (v *evaluateCmd) evaluateFaces(ctx context.Context, c *console) error {
	list, err := picturesByFolder(c, "--faces", v.Faces, func(name string) bool {
		_, ok := evaluate.EmotionOf(name)
		return ok
	})
	if err != nil {
		return err
	}
	engine, err := vision.New(vision.Options{Attributes: vision.WithExpressions, Workers: 1})
	if err != nil {
		return err
	}
	var faces []evaluate.Face
	failed := eachPicture(ctx, c, list, func(ctx context.Context, p folderPicture, m vision.Image) (f evaluate.Face, err error) {
		f.Label, _ = evaluate.EmotionOf(p.folder)
		if v.Crop == "whole" {
			f.Found = true
			f.Said, err = engine.ReadWhole(ctx, m)
			return f, err
		}
		found, err := engine.Analyze(ctx, m)
		if err == nil && len(found) > 0 {
			f.Found, f.Said = true, found[0].Expressions
		}
		return f, err
	}, func(f evaluate.Face) { faces = append(faces, f) })
	if ctx.Err() != nil || len(faces) == 0 {
		return failed
	}
	crop := v.Crop
	if crop == "" {
		crop = "pipeline"
	}
	scores := evaluate.EmotionsOf(faces)
	if v.JSON {
		err = printJSON(c.stdout, emotionsJSONOf(crop, scores))
	} else {
		err = printEmotions(c, crop, scores)
	}
	return errors.Join(err, failed)
}

// evaluatePeople scores how people are recognised.
func (v *evaluateCmd) evaluatePeople(ctx context.Context, c *console) error {
	list, err := picturesByFolder(c, "--people", v.People, func(string) bool { return true })
	if err != nil {
		return err
	}
	engine, err := vision.New(vision.Options{Attributes: vision.WithDescriptor | vision.WithQuality, Workers: 1})
	if err != nil {
		return err
	}
	var photos []evaluate.Photo
	failed := eachPicture(ctx, c, list, func(ctx context.Context, p folderPicture, m vision.Image) (evaluate.Photo, error) {
		faces, err := engine.Analyze(ctx, m)
		if err != nil {
			return evaluate.Photo{}, err
		}
		photo := evaluate.Photo{Person: p.folder}
		if face, err := (vision.Gates{}).Only(faces, m.W, m.H); err == nil {
			photo.Found, photo.Introduces, photo.Descriptor = true, true, face.Descriptor
		} else if len(faces) > 0 {
			photo.Found, photo.Descriptor = true, faces[0].Descriptor
		}
		return photo, nil
	}, func(p evaluate.Photo) { photos = append(photos, p) })
	if ctx.Err() != nil || len(photos) == 0 {
		return failed
	}
	id := evaluate.IdentificationOf(photos)
	if len(id.Curves) == 0 {
		return errors.Join(failed, animo.Errorf(animo.Invalid, "at least two people need two photos each, of which one is good enough to introduce the person",
			"al menos dos personas necesitan dos fotos cada una, de las que una sirva para presentarla").Of("--people"))
	}
	if v.JSON {
		err = printJSON(c.stdout, identificationJSONOf(id))
	} else {
		err = printIdentification(c, id)
	}
	return errors.Join(err, failed)
}
