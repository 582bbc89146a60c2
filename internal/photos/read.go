package photos

import (
	"bytes"
	"context"
	"io"
	"slices"

	"animo"
	"animo/internal/faces"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/vision"
)

// Photo reads one photo with its faces, or answers NotFound.
func (p *Photos) Photo(ctx context.Context, tenant, id string) (animo.Photo, error) {
	row, err := p.photo(ctx, tenant, id)
	if err != nil {
		return row.Photo, err
	}
	if row.Count > 0 {
		if row.Faces, err = faces.ReadAnalysis(p.plain(ctx, tenant), id, row.Round); err == nil {
			err = faces.NameFaces(p.plain(ctx, tenant), row.Faces)
		}
		if err == nil {
			err = p.people.Suggest(ctx, tenant, row.Faces)
		}
	}
	if err == nil {
		err = p.finish(ctx, tenant, &row)
	}
	return row.Photo, err
}

// Query chooses photos. The zero Query is all of them.
type Query struct {
	Name   string       // empty: any
	Source *string      // nil: every source
	Status animo.Status // empty: any
}

// may reports whether q can choose the photo of a row. The row of a photo whose faces are being recorded says done, so that
// whether q chooses it is known after finish.
func (q Query) may(row faces.Photo) bool {
	return (q.Name == "" || row.Name == q.Name) && (q.Source == nil || row.Source == *q.Source) &&
		(q.Status == "" || row.Status == q.Status || q.Status == animo.Analysing && row.Status == animo.Done)
}

// scanMost is how many photos one page looks at, so that a filter that few pass does not keep a client waiting.
const scanMost = 20_000

// List lists photos without their faces, the last accepted first, at most limit of them, beginning after the
// id `after`, "" for the start. A page may be short, even empty, before the end: next is "" at the end only.
func (p *Photos) List(ctx context.Context, tenant string, q Query, after string, limit int) (page []animo.Photo, next string, err error) {
	rows, next, err := table.Newest(ctx, p.tables, tenant, faces.PhotosTable, after, limit, scanMost, q.may)
	if err != nil {
		return nil, "", err
	}
	list := make([]*faces.Photo, len(rows))
	for i := range rows {
		list[i] = &rows[i].Value
		list[i].Rev = rows[i].Rev
	}
	for some := range slices.Chunk(list, 100) {
		if err := p.finish(ctx, tenant, some...); err != nil {
			return nil, "", err
		}
	}
	page = []animo.Photo{}
	for _, row := range list {
		if q.Status == "" || row.Status == q.Status {
			page = append(page, row.Photo)
		}
	}
	return page, next, nil
}

// Image opens a photo's picture, as it came, and tells what kind it is; the caller closes it. It answers
// NotFound for a picture that is not kept any more.
func (p *Photos) Image(ctx context.Context, tenant, id string) (body io.ReadCloser, photo animo.Photo, format vision.Format, err error) {
	row, err := p.photo(ctx, tenant, id)
	if err != nil {
		return nil, row.Photo, format, err
	}
	body, err = p.open(ctx, tenant, faces.PictureObject(id))
	if err != nil {
		return nil, row.Photo, format, err
	}
	var head [64]byte // enough for every kind that FormatOf knows
	n, err := io.ReadFull(body, head[:])
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		_ = body.Close()
		return nil, row.Photo, format, err
	}
	whole := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), body), body}
	return whole, row.Photo, vision.FormatOf(head[:n]), nil
}

// namesLookedAt is among how many of the newest photos Open looks for a name.
const namesLookedAt = 10_000

// Open opens a photo's picture by the photo's ID or, among the newest photos, by the name it was given; of several
// of one name it takes the newest. The caller closes it. It answers NotFound where there is none.
func (p *Photos) Open(ctx context.Context, tenant, name string) (io.ReadCloser, error) {
	_, err := p.photo(ctx, tenant, name)
	if err == nil {
		return p.open(ctx, tenant, faces.PictureObject(name))
	}
	if animo.CodeOf(err) != animo.NotFound {
		return nil, err
	}
	rows, _, err := table.Newest(ctx, p.tables, tenant, faces.PhotosTable, "", 1, namesLookedAt, Query{Name: name}.may)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, noPhoto(name)
	}
	return p.open(ctx, tenant, faces.PictureObject(rows[0].Key))
}

// Thumbnail opens the small JPEG of an analysed photo, with its longest side of at most 320 pixels; the caller
// closes it. It answers NotFound where there is none, or none yet.
func (p *Photos) Thumbnail(ctx context.Context, tenant, id string) (body io.ReadCloser, photo animo.Photo, err error) {
	row, err := p.photo(ctx, tenant, id)
	if err == nil {
		err = analysed(&row.Photo)
	}
	if err == nil {
		body, err = p.open(ctx, tenant, faces.ThumbnailObject(id))
	}
	return body, row.Photo, err
}

// Annotated returns an analysed photo's picture as a JPEG with a box round each face, its emotion and who it is, in "es" or
// "en". It answers NotFound for a picture that is not kept any more, or not analysed yet, and what analysing it would for one
// that cannot be read.
func (p *Photos) Annotated(ctx context.Context, tenant, id, lang string) ([]byte, animo.Photo, error) {
	photo, err := p.Photo(ctx, tenant, id)
	if err == nil {
		err = analysed(&photo)
	}
	if err != nil {
		return nil, photo, err
	}
	img, _, release, err := p.picture(ctx, tenant, id)
	defer release()
	if err != nil {
		return nil, photo, err
	}
	is := slices.DeleteFunc(slices.Clone(photo.Faces), func(face animo.Face) bool { return face.NotFace() })
	b, err := pictures.Annotate(img, is, lang)
	return b, photo, err
}

// analysed answers NotFound for a photo of which nothing can be made: one whose analysis failed, or has not ended.
func analysed(p *animo.Photo) error {
	switch {
	case !p.Analysed.IsZero():
		return nil
	case p.Status == animo.Failed && p.Failure != nil:
		return animo.Errorf(animo.NotFound, "this photo failed: %[1]s", "esta foto falló: %[2]s", p.Failure.EN, p.Failure.ES).Of("id")
	}
	return animo.Errorf(animo.NotFound, "this picture is not there yet: the photo is not analysed; ask again when it is", "esta imagen aún no está: la foto no se ha analizado; pregunte cuando lo esté").Of("id")
}
