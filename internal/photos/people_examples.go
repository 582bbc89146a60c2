package photos

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/draw"

	"animo"
	"animo/internal/table"
	"animo/vision"
	"animo/vision/annotate"
)

// example is a face by which a person is known, or one that is known not to be the person's.
type example struct {
	Added time.Time `json:"added"`
	Face  string    `json:"face,omitempty"` // the recorded face that something was said of; "" for an introduction's
	Not   bool      `json:"not,omitempty"`

	id         string
	descriptor vision.Descriptor
}

// maxExamples is how many examples of each kind are kept of a person. More make a search slower and hardly
// better.
const maxExamples = 50

// exampleKey is the key of a person's example, and with "" the prefix of all.
func exampleKey(person, id string) string { return person + "/" + id }

// exampleObject names the thumbnail of a person's example, and with "" the prefix of all.
func exampleObject(person, id string) string { return "people/" + person + "/" + id }

// examples reads a person's examples of both kinds, the first added first.
func (f *Flow) examples(ctx context.Context, tenant, person string) (list []example, err error) {
	prefix := exampleKey(person, "")
	for row, err := range f.tables.Query(ctx, tenant, examplesTable, table.Range{Prefix: prefix}, false) {
		if err != nil {
			return nil, err
		}
		e := example{id: strings.TrimPrefix(row.Key, prefix)}
		n := min(4*len(e.descriptor), len(row.Value))
		if e.descriptor, err = decodeDescriptor(row.Value[:n]); err == nil {
			err = json.Unmarshal(row.Value[n:], &e)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b example) int { return a.Added.Compare(b.Added) })
	return list, nil
}

// addExample keeps an example of a person, with its thumbnail where there is one; one that is kept already stays as
// it is. Of more examples of its kind than are kept, those that differ most stay.
func (f *Flow) addExample(ctx context.Context, tenant, person string, e example, thumbnail []byte) error {
	about, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if thumbnail != nil {
		if err := f.objects.Put(ctx, tenant, exampleObject(person, e.id), bytes.NewReader(thumbnail)); err != nil {
			return err
		}
	}
	row := table.Row{Key: exampleKey(person, e.id), Value: append(encodeDescriptor(&e.descriptor), about...)}
	if _, err := f.tables.PutNew(ctx, tenant, examplesTable, row); err != nil {
		return err
	}
	all, err := f.examples(ctx, tenant, person)
	if err != nil {
		return err
	}
	for _, old := range surplus(slices.DeleteFunc(all, func(x example) bool { return x.Not != e.Not }), maxExamples) {
		if _, err := f.removeExample(ctx, tenant, person, old.id); err != nil {
			return err
		}
	}
	return nil
}

// removeExample forgets one example of a person, if it is there, and tells how many thumbnails that were.
func (f *Flow) removeExample(ctx context.Context, tenant, person, id string) (files int, err error) {
	if err := f.tables.DeleteKey(ctx, tenant, examplesTable, exampleKey(person, id)); err != nil {
		return 0, err
	}
	f.noteRemoved(time.Time{}, true)
	return f.objects.Delete(ctx, tenant, exampleObject(person, id))
}

// surplus picks the examples that are one too many: as long as there are more than most, of the two nearest to
// each other the one that has the nearer neighbour among the others, and of equals the later one.
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
		drop := near[1]
		if cmp.Less(next(near[0], near[1]), next(near[1], near[0])) {
			drop = near[0]
		}
		out = append(out, list[drop])
		list = slices.Delete(list, drop, drop+1)
	}
	return out
}

// exampleSide is the longest side of an example's thumbnail, in pixels.
const exampleSide = 160

// faceThumbnail makes a small JPEG of a face with a little of what is round it.
func faceThumbnail(img vision.Image, box animo.Box) ([]byte, error) {
	const margin = 0.25 // of the box, on each side
	w, h := float64(img.W), float64(img.H)
	part := image.Rect(
		int((box.Left-margin*box.Width)*w), int((box.Top-margin*box.Height)*h),
		int(math.Ceil((box.Left+(1+margin)*box.Width)*w)), int(math.Ceil((box.Top+(1+margin)*box.Height)*h)),
	).Intersect(image.Rect(0, 0, img.W, img.H))
	if part.Empty() {
		part = image.Rect(0, 0, img.W, img.H)
	}
	size := part.Size()
	if long := max(size.X, size.Y); long > exampleSide {
		size = image.Pt(max(1, size.X*exampleSide/long), max(1, size.Y*exampleSide/long))
	}
	cut := vision.NewImage(part.Dx(), part.Dy())
	for y := range cut.H {
		from := 3 * ((part.Min.Y+y)*img.W + part.Min.X)
		copy(cut.Pix[3*y*cut.W:], img.Pix[from:from+3*cut.W])
	}
	small := image.NewRGBA(image.Rectangle{Max: size})
	large := annotate.RGBA(shrink(cut, exampleSide))
	draw.ApproxBiLinear.Scale(small, small.Rect, large, large.Rect, draw.Src, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 85})
	return b.Bytes(), err
}

// ExampleThumbnail opens the small JPEG of a person's example, with its longest side of at most 160 pixels, or
// with "" that of the first that has one; the caller closes it. It answers NotFound where there is none.
func (f *Flow) ExampleThumbnail(ctx context.Context, tenant, name, id string) (io.ReadCloser, error) {
	row, err := f.person(ctx, tenant, name)
	if err != nil {
		return nil, err
	}
	list, err := f.examples(ctx, tenant, row.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Not || id != "" && e.id != id {
			continue
		}
		body, err := f.objects.Get(ctx, tenant, exampleObject(row.ID, e.id))
		if !gone(err) {
			return body, err
		}
	}
	return nil, animo.Errorf(animo.NotFound, "there is no thumbnail of that example", "no hay miniatura de ese ejemplo").Of("example")
}

// encodeDescriptor writes a descriptor as 128 little-endian float32.
func encodeDescriptor(d *vision.Descriptor) []byte {
	b := make([]byte, 0, 4*len(d))
	for _, v := range d {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// decodeDescriptor reads what encodeDescriptor wrote.
func decodeDescriptor(b []byte) (d vision.Descriptor, err error) {
	if len(b) != 4*len(d) {
		return d, animo.Errorf(animo.Internal, "a descriptor has %d bytes", "un descriptor tiene %d bytes", len(b))
	}
	for i := range d {
		d[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return d, nil
}
