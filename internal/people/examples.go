package people

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/object"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/vision"
)

// example is a face by which a person is known, or one that is known not to be the person's.
type example struct {
	Added time.Time `json:"added"`
	Face  string    `json:"face,omitempty"` // the recorded face that something was said of; "" for an introduction's
	Not   bool      `json:"not,omitempty"`

	id         string
	descriptor vision.Descriptor
}

// maxExamples is how many examples of each kind are kept of a person. More of them make a search slower and hardly better.
const maxExamples = 50

// exampleKey is the key of a person's example, and with "" the prefix of all.
func exampleKey(person, id string) string { return person + "/" + id }

// exampleObject names the thumbnail of a person's example, and with "" the prefix of all.
func exampleObject(person, id string) string { return exampleObjects + exampleKey(person, id) }

const exampleObjects = "people/"

// examples reads a person's examples of both kinds, the first added first.
func (p *People) examples(ctx context.Context, tenant, person string) (list []example, err error) {
	for row, err := range p.tables.Query(ctx, tenant, examplesTable, table.Range{Prefix: exampleKey(person, "")}, false) {
		if err != nil {
			return nil, err
		}
		e, err := exampleOf(row)
		if err != nil {
			p.tables.LeaveOut(tenant, examplesTable, row.Key, err)
			continue
		}
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b example) int { return a.Added.Compare(b.Added) })
	return list, nil
}

// exampleOf reads an example's row: the descriptor, and then the rest as JSON.
func exampleOf(row table.Row) (e example, err error) {
	_, e.id, _ = strings.Cut(row.Key, "/")
	n := min(4*len(e.descriptor), len(row.Value))
	if e.descriptor, err = decodeDescriptor(row.Value[:n]); err == nil {
		err = table.Decode(examplesTable, table.Row{Key: row.Key, Value: row.Value[n:]}, &e)
	}
	return e, err
}

// addExample keeps an example of a person. Its transaction must touch the person, as every transaction that changes examples
// does: then of two that do so at once, one fails. Where there are more examples of the kind than are kept, those that differ
// most stay; addExample removes the others and returns their objects' names.
func (p *People) addExample(ctx context.Context, tx *table.Tx, tenant, person string, e example) (removed []string, err error) {
	about, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	tx.Put(examplesTable, exampleKey(person, e.id), append(EncodeDescriptor(&e.descriptor), about...))
	all, err := p.examples(ctx, tenant, person)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(x example) bool { return x.Not != e.Not || x.id == e.id })
	for _, old := range surplus(append(all, e), maxExamples) {
		tx.Delete(examplesTable, exampleKey(person, old.id))
		removed = append(removed, exampleObject(person, old.id))
	}
	return removed, nil
}

// putThumbnail keeps an example's thumbnail, if there is one.
func putThumbnail(ctx context.Context, objects object.Store, tenant, name string, thumbnail []byte) error {
	if thumbnail == nil {
		return nil
	}
	return objects.Put(ctx, tenant, name, bytes.NewReader(thumbnail))
}

// removeThumbnails removes the thumbnails of examples that were removed.
func (p *People) removeThumbnails(ctx context.Context, tenant string, names []string) error {
	for _, name := range names {
		if _, err := p.objects.Delete(ctx, tenant, name); err != nil {
			return err
		}
		p.removed.Retired()
	}
	return nil
}

// cropThumbnail makes the thumbnail of a recorded face; nil where the picture is not kept.
func (p *People) cropThumbnail(ctx context.Context, tenant string, s sighting) ([]byte, error) {
	body, _, err := p.objects.Get(ctx, tenant, faces.PictureObject(s.photo.ID), object.Range{})
	if animo.CodeOf(err) == animo.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	img, release, err := p.pictures.Decode(ctx, body)
	defer release()
	if err != nil {
		return nil, err
	}
	return pictures.FaceThumbnail(img, s.face.Box)
}

// surplus picks the examples to remove, so that at most `most` stay. While there are too many it takes the two that are
// nearest to each other, and of them picks the one whose nearest neighbour among the others is nearer; of equals, the later one.
func surplus(list []example, most int) (out []example) {
	list = slices.Clone(list)
	for len(list) > most {
		var near [2]int
		nearest := math.Inf(1)
		for i := range list {
			for j := range i {
				if d := list[i].descriptor.Distance(list[j].descriptor); d < nearest {
					nearest, near = d, [2]int{j, i}
				}
			}
		}
		next := func(i, other int) float64 {
			d := math.Inf(1)
			for k := range list {
				if k != i && k != other {
					d = min(d, list[i].descriptor.Distance(list[k].descriptor))
				}
			}
			return d
		}
		pick := near[1]
		if cmp.Less(next(near[0], near[1]), next(near[1], near[0])) {
			pick = near[0]
		}
		out = append(out, list[pick])
		list = slices.Delete(list, pick, pick+1)
	}
	return out
}

// ExampleThumbnail opens the small JPEG of a person's example, with its longest side of at most 160 pixels, or
// with "" that of the first that has one; the caller closes it. It answers NotFound where there is none.
func (p *People) ExampleThumbnail(ctx context.Context, tenant, name, id string) (io.ReadCloser, error) {
	who, err := p.called(ctx, tenant, name)
	if err != nil {
		return nil, err
	}
	list, err := p.examples(ctx, tenant, who.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Not || id != "" && e.id != id {
			continue
		}
		body, _, err := p.objects.Get(ctx, tenant, exampleObject(who.ID, e.id), object.Range{})
		if animo.CodeOf(err) != animo.NotFound {
			return body, err
		}
	}
	return nil, animo.Errorf(animo.NotFound, "there is no thumbnail of that example", "no hay miniatura de ese ejemplo").Of("example")
}

// EncodeDescriptor writes a descriptor as 128 little-endian float32.
func EncodeDescriptor(d *vision.Descriptor) []byte {
	b := make([]byte, 0, 4*len(d))
	for _, v := range d {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// decodeDescriptor reads what EncodeDescriptor wrote.
func decodeDescriptor(b []byte) (d vision.Descriptor, err error) {
	if len(b) != 4*len(d) {
		return d, animo.Errorf(animo.Internal, "a descriptor has %d bytes", "un descriptor tiene %d bytes", len(b))
	}
	for i := range d {
		d[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return d, nil
}
