package collections_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/collections"
	"animo/internal/erasures"
	"animo/internal/table"
	"animo/vision"
)

func TestIndex_keeps_what_it_gives(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c, other := d.create("staff"), d.create("guests")
	faces, err := d.Index(ctx, tenant, c, pictureOf("a"), found(7, 3)...)
	if err != nil || len(faces) != 2 {
		t.Fatalf("%v, %v", faces, err)
	}
	for i, person := range []int{7, 3} {
		f := faces[i]
		if f.Name != "a" || f.Box != (vision.Rect{X: 0.1, Y: 0.2, W: 0.3, H: 0.4}) || f.Confidence != 99.5 || f.Descriptor != describe(person) || f.Picture != faces[0].Picture {
			t.Errorf("face %d is %+v", i, f)
		}
		if kept, err := d.Face(ctx, tenant, c, f.ID); err != nil || kept != f {
			t.Errorf("face %d is kept as %+v, %v", i, kept, err)
		}
		_, err := d.Face(ctx, tenant, other, f.ID)
		wantCode(t, "the face in another collection", err, animo.NotFound)
	}
	if again := d.index(d.Store, c, "a", 7, 3); again[0] != faces[0].ID || again[1] != faces[1].ID || d.count(c) != 2 {
		t.Errorf("the same again has the IDs %v, and there are %d faces", again, d.count(c))
	}
	renamed, err := d.Index(ctx, tenant, c, collections.Picture{Sum: pictureOf("a").Sum, Name: "b"}, found(7)...)
	if err != nil || renamed[0].ID == faces[0].ID || renamed[0].Picture != faces[0].Picture || d.count(c) != 3 {
		t.Errorf("the same picture under another name: %+v, %v, and there are %d faces", renamed, err, d.count(c))
	}
	if ids := d.index(d.Store, other, "a", 7); ids[0] == faces[0].ID {
		t.Error("the same face has one ID in two collections")
	}
	if none, err := d.Index(ctx, tenant, c, pictureOf("empty")); err != nil || len(none) != 0 {
		t.Errorf("of a picture without faces: %v, %v", none, err)
	}
}

// TestFaces_of_earlier_versions: the IDs and the rows of collections that exist already. The IDs were computed by a
// program of its own, from what animo.ID promises.
func TestFaces_of_earlier_versions(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	one := found(0)[0]
	one.Place = 3
	faces, err := d.Index(ctx, tenant, c, collections.Picture{Sum: "abc", Name: "team:1"}, one)
	if err != nil || faces[0].ID != "ecfea84f-96b8-1540-cd0d-69a949607b3e" || faces[0].Picture != "0b24340d-8866-b24c-4387-1dfea2e513be" {
		t.Errorf("%+v, %v", faces, err)
	}
	// 1 and 0.5, then zeros, as little-endian float32 in base64
	descriptor := "AACAPwAAAD8" + strings.Repeat("A", 4*128*4/3-11+1) + "="
	row := `{"box":{"Width":0.25,"Height":0.5,"Left":-0.125,"Top":0.75},"confidence":98.5,"external":"x","image":"` + nobody + `","descriptor":"` + descriptor + `"}`
	if err := d.tables.Put(ctx, tenant, "collection-faces", table.Row{Key: "staff/20260501T120000.000Z/" + nobody, Value: []byte(row)}); err != nil {
		t.Fatal(err)
	}
	want := collections.Face{ID: nobody, Picture: nobody, Name: "x", Box: vision.Rect{X: -0.125, Y: 0.75, W: 0.25, H: 0.5}, Confidence: 98.5}
	want.Descriptor[0], want.Descriptor[1] = 1, 0.5
	if got, err := d.Face(ctx, tenant, c, nobody); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestIndex_stops_at_the_limit(t *testing.T) {
	d, ctx := open(t, collections.Limits{Faces: 2}), t.Context()
	c := d.create("staff")
	d.index(d.Store, c, "a", 1)
	_, err := d.Index(ctx, tenant, c, pictureOf("b"), found(2, 3)...)
	wantCode(t, "a third face", err, animo.Quota)
	d.index(d.Store, c, "c", 2)
	if n := d.count(c); n != 2 {
		t.Errorf("%d faces, want 2", n)
	}
}

func TestIndex_refuses_what_no_face_is_described_by(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	bad := found(1, 2)
	bad[1].Descriptor = vision.Descriptor{}
	_, err := d.Index(ctx, tenant, c, pictureOf("a"), bad...)
	wantCode(t, "a descriptor of zeros", err, animo.Invalid)
	d.rows(0)
}

// list returns the IDs of the faces that are yielded.
func list(t *testing.T, faces func(func(collections.Face, error) bool)) (ids []string) {
	t.Helper()
	for f, err := range faces {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, f.ID)
	}
	return ids
}

func TestFaces_begin_behind_a_face(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	d.index(d.Store, d.create("staf"), "a", 1)
	d.index(d.Store, d.create("staff-2"), "a", 1)
	want := slices.Sorted(slices.Values(slices.Concat(d.index(d.Store, c, "a", 1, 2, 3), d.index(d.Store, c, "b", 1, 2))))
	for i := range len(want) + 1 {
		after := ""
		if i > 0 {
			after = want[i-1]
		}
		if got := list(t, d.Faces(ctx, tenant, c, after)); !slices.Equal(got, want[i:]) {
			t.Errorf("behind %q: %v, want %v", after, got, want[i:])
		}
	}
	if got := list(t, d.FacesByID(ctx, tenant, c, want[3], want[1], want[3], nobody)); !slices.Equal(got, []string{want[1], want[3]}) {
		t.Errorf("by ID: %v", got)
	}
	for _, err := range d.FacesByID(ctx, tenant, c, want[0], "x") {
		if err != nil {
			wantCode(t, "what is no ID", err, animo.Invalid)
			return
		}
	}
	t.Error("what is no ID is taken for one")
}

func TestDeleteFaces(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	ids := slices.Sorted(slices.Values(d.index(d.Store, c, "a", 1, 2, 3, 4)))
	if got := d.search(d.Store, c, 1); len(got) == 0 {
		t.Fatal("nothing is found before")
	}
	gone, err := d.DeleteFaces(ctx, tenant, c, ids[2], ids[0], ids[2], nobody)
	if err != nil || !slices.Equal(gone, []string{ids[0], ids[2]}) {
		t.Errorf("%v, %v", gone, err)
	}
	if left := list(t, d.Faces(ctx, tenant, c, "")); !slices.Equal(left, []string{ids[1], ids[3]}) || d.count(c) != 2 {
		t.Errorf("left are %v, counted %d", left, d.count(c))
	}
	if gone, err := d.DeleteFaces(ctx, tenant, c, ids[0]); err != nil || len(gone) != 0 {
		t.Errorf("once more: %v, %v", gone, err)
	}
	_, err = d.DeleteFaces(ctx, tenant, c, ids[1], "x")
	wantCode(t, "what is no ID", err, animo.Invalid)
	d.rows(2)
}

func TestCheckFaceID(t *testing.T) {
	wantCode(t, "a UUID", collections.CheckFaceID("0f8fad5b-d9cb-469f-a165-70867728950e"), "")
	for _, bad := range []string{"", "x", "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5bd9cb469fa16570867728950e", "{0f8fad5b-d9cb-469f-a165-70867728950e}", "urn:uuid:" + nobody} {
		wantCode(t, bad, collections.CheckFaceID(bad), animo.Invalid)
	}
}

// TestEraseMarked notes what is removed, and removes it from a copy of what was there before.
func TestEraseMarked_removes_again_what_was_noted(t *testing.T) {
	d, old := open(t, collections.Limits{}), open(t, collections.Limits{})
	path := filepath.Join(t.TempDir(), "erasures.log")
	d.options.Erasures = erasures.New(path, d.tables, erasures.Options{
		Tenant: func(context.Context, string) (animo.Tenant, error) { return animo.Tenant{ID: tenant}, nil },
	})
	d.Store = d.another()
	for _, s := range []*desk{d, old} {
		s.index(s.Store, s.create("staff"), "a", 7, 3)
		s.index(s.Store, s.create("guests"), "b", 4)
	}
	staff, err := d.Get(t.Context(), tenant, "staff")
	if err != nil {
		t.Fatal(err)
	}
	ids := d.index(d.Store, staff, "a", 7)
	if _, err := d.DeleteFaces(t.Context(), tenant, staff, ids...); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(t.Context(), tenant, "guests"); err != nil {
		t.Fatal(err)
	}
	marks := map[string]bool{}
	if _, err := erasures.Read(path, func(e erasures.Entry) error { marks[e.ID] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for again, want := range []int{2, 0} {
		if n, err := old.EraseMarked(t.Context(), tenant, marks); err != nil || n != want {
			t.Errorf("time %d: %d removed, %v, want %d", again, n, err, want)
		}
	}
	if n := old.count(staff); n != 1 {
		t.Errorf("%d faces are left, want 1", n)
	}
	_, err = old.Get(t.Context(), tenant, "guests")
	wantCode(t, "a deleted collection", err, animo.NotFound)
}
