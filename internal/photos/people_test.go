package photos_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/moods"
	"animo/internal/photos"
	"animo/internal/table"
)

func (l *line) introduce(name string, content []byte) animo.Person {
	l.T.Helper()
	p, err := l.flow.people.Introduce(l.T.Context(), tenant, name, bytes.NewReader(content))
	if err != nil {
		l.T.Fatal(err)
	}
	return p
}

// names returns whom the faces of a photo are said to be, in their order, with a hyphen for nobody. It checks that all
// that is known of them agrees: the photo's faces, their records, and the lists by person.
func (l *line) names(id string) string {
	l.T.Helper()
	recorded := l.recorded()
	var names []string
	for _, face := range l.photo(id).Faces {
		name := "-"
		if len(face.People) > 0 {
			name = face.People[0].Name
		}
		names = append(names, name)
		r, ok := recorded[face.ID]
		if !ok {
			continue
		}
		if !slices.Equal(r.ImageData.Celebrities, face.People) {
			l.T.Errorf("face %s is %v, but recorded as %v", face.ID, face.People, r.ImageData.Celebrities)
		}
		if name != "-" && !slices.Contains(l.facesOf(name), face.ID) {
			l.T.Errorf("face %s is not among %s's: %v", face.ID, name, l.facesOf(name))
		}
	}
	return strings.Join(names, " ")
}

// facesOf returns the ids of a person's faces, as moods are asked for.
func (l *line) facesOf(name string) (ids []string) {
	l.T.Helper()
	page, next, err := l.flow.moods.List(l.T.Context(), tenant, moods.Query{Person: name}, "", 100)
	if err != nil || next != "" {
		l.T.Fatal(next, err)
	}
	for _, r := range page {
		ids = append(ids, r.FaceID)
	}
	n := 0
	for _, err := range l.flow.moods.All(l.T.Context(), tenant, moods.Query{Person: name}) {
		if err != nil {
			l.T.Fatal(err)
		}
		n++
	}
	if n != len(ids) {
		l.T.Errorf("of %s, %d faces are listed and %d exported", name, len(ids), n)
	}
	return ids
}

// traces names the tables that hold a text, in keys or values, and the objects' folders.
func (l *line) traces(text string) (found []string) {
	l.T.Helper()
	for _, tbl := range []string{"people", "people-names", "people-examples", "people-faces", "face-people", "face-unsettled", "people-changes",
		"photo-faces", "faces-happy", "faces-sad", "faces-surprised", "faces-other"} {
		for row, err := range l.Rows.Query(l.T.Context(), tenant, tbl, table.Range{}, false) {
			if err != nil {
				l.T.Fatal(err)
			}
			if strings.Contains(row.Key, text) || bytes.Contains(row.Value, []byte(text)) {
				found = append(found, tbl)
			}
		}
	}
	return found
}

// sweep runs the sweeper after so long, and then what is queued.
func (l *line) sweep(after time.Duration) {
	l.T.Helper()
	l.Now = l.Now.Add(after)
	if _, err := l.flow.sweep(l.T.Context(), tenant); err != nil {
		l.T.Fatal(err)
	}
	l.run()
}

func TestPeople_are_recognised_once_they_are_introduced(t *testing.T) {
	l := newLine(t, options{})
	before := l.take("antes.png", picture(2, 1))
	l.run()
	p := l.introduce("Ana", portrait(10))
	if p.Name != "Ana" || p.ID == "" || len(p.Examples) != 1 || !p.Introduced.Equal(l.Now) {
		t.Errorf("introduced %+v", p)
	}
	if again := l.introduce("Ana", portrait(10)); again.ID != p.ID || len(again.Examples) != 1 {
		t.Errorf("by the same picture again: %+v", again)
	}
	if more := l.introduce("Ana", portrait(11)); more.ID != p.ID || len(more.Examples) != 2 {
		t.Errorf("by another picture: %+v", more)
	}
	after := l.take("despues.png", picture(2, 2))
	l.run()
	for _, id := range []string{before.ID, after.ID} {
		if got := l.names(id); got != "Ana -" {
			t.Errorf("photo %s shows %s", id, got)
		}
	}
	if got := l.faces()[animo.Happy]; got != 4 {
		t.Errorf("%d faces are counted, want 4", got)
	}
	if places, err := l.told(); err != nil || len(places) != 4 {
		t.Errorf("told of %d faces, %v; want 4, each once", len(places), err)
	}
	if n, err := l.flow.sweep(t.Context(), tenant); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("%d events and %d dead letters are left", live, dead)
	}
}

func TestSummary_of_a_person_counts_that_persons_faces(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(10))
	l.introduce("Bea", portrait(200))
	l.emotions = []string{"SAD", "HAPPY"}
	for i := range 4 { // Ana is sad in each, somebody else happy
		l.take("foto.png", picture(2, uint8(i)))
		l.Now = l.Now.Add(20 * time.Minute)
	}
	l.run()
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	nowhere := "terraza"
	for name, c := range map[string]struct {
		tenant string
		q      moods.SummaryQuery
		want   string // sad faces in each half of an hour
	}{
		"all":            {tenant, moods.SummaryQuery{Person: "Ana"}, "[12:00 2 90][12:30 1 90][13:00 1 90] 4 4"},
		"a time":         {tenant, moods.SummaryQuery{Person: "Ana", From: start.Add(25 * time.Minute), To: start.Add(45 * time.Minute)}, "[12:00 2 90][12:30 1 90] 3 3"},
		"another source": {tenant, moods.SummaryQuery{Person: "Ana", Source: &nowhere}, " 0 0"},
		"nowhere seen":   {tenant, moods.SummaryQuery{Person: "Bea"}, " 0 0"},
		"nobody":         {tenant, moods.SummaryQuery{Person: "Nadie"}, " 0 0"},
		"another tenant": {"otro", moods.SummaryQuery{Person: "Ana"}, " 0 0"},
	} {
		c.q.Every = 30 * time.Minute
		s, err := l.flow.moods.Summary(t.Context(), c.tenant, c.q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got strings.Builder
		for _, i := range s.Intervals {
			fmt.Fprintf(&got, "[%s %d %v]", i.From.Format("15:04"), i.Moods[animo.Sad].Faces, i.Moods[animo.Sad].Confidence)
		}
		fmt.Fprintf(&got, " %d %d", s.Total[animo.Sad].Faces, s.Sources["puerta"][animo.Sad].Faces)
		if got.String() != c.want || s.Total[animo.Happy].Faces != 0 {
			t.Errorf("%s: %q, want %q; in all %v", name, &got, c.want, s.Total)
		}
	}
}

func TestPeople_are_listed_by_name_with_what_they_are_known_by(t *testing.T) {
	l := newLine(t, options{})
	for i, name := range []string{"Zoé", "ana", "Ana", "Ñuño"} {
		l.introduce(name, portrait(uint8(10*i+10)))
	}
	var names []string
	for after, pages := "", 0; ; pages++ {
		page, next, err := l.flow.people.List(t.Context(), tenant, after, 3)
		if err != nil || pages > 2 {
			t.Fatal(pages, err)
		}
		for _, p := range page {
			names = append(names, p.Name)
		}
		if after = next; next == "" {
			break
		}
	}
	if !slices.Equal(names, []string{"Ana", "Zoé", "ana", "Ñuño"}) {
		t.Errorf("listed %q", names)
	}
	p, err := l.flow.people.Person(t.Context(), tenant, "Ana")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", p.Examples[0].ID} {
		body, err := l.flow.people.ExampleThumbnail(t.Context(), tenant, "Ana", id)
		if err != nil {
			t.Fatal(err)
		}
		c, err := jpeg.DecodeConfig(body)
		_ = body.Close()
		if err != nil || max(c.Width, c.Height) > 160 {
			t.Errorf("thumbnail: %+v, %v", c, err)
		}
	}
	for _, name := range []string{"Bea", "", "a/b"} {
		if _, err := l.flow.people.Person(t.Context(), tenant, name); !isGone(err) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if page, _, err := l.flow.people.List(t.Context(), "otro", "", 10); err != nil || len(page) != 0 {
		t.Errorf("another tenant sees %v, %v", page, err)
	}
	if _, err := l.flow.people.ExampleThumbnail(t.Context(), "otro", "Ana", ""); !isGone(err) {
		t.Errorf("another tenant sees a thumbnail: %v", err)
	}
}

func TestPeople_refuse_bad_names_and_pictures(t *testing.T) {
	l := newLine(t, options{})
	for name, want := range map[string]animo.Code{
		"": animo.UnsafeName, "a/b": animo.UnsafeName, `a\b`: animo.UnsafeName, "..": animo.UnsafeName, " Ana": animo.UnsafeName, "Ana\n": animo.UnsafeName,
		"\xff": animo.UnsafeName, strings.Repeat("a", 129): animo.UnsafeName, strings.Repeat("ñ", 64): "",
	} {
		_, err := l.flow.people.Introduce(t.Context(), tenant, name, bytes.NewReader(portrait(50)))
		if want == "" && err != nil || want != "" && animo.CodeOf(err) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		picture []byte
		want    animo.Code
	}{
		"two faces":    {picture(2, 1), animo.SeveralFaces},
		"a small face": {picture(1, 1), animo.SmallFace},
		"no picture":   {[]byte("hola"), animo.UnknownImage},
		"half a one":   {portrait(10)[:60], animo.TruncatedImage},
	} {
		if _, err := l.flow.people.Introduce(t.Context(), tenant, "Bea", bytes.NewReader(c.picture)); animo.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	l.emotions = nil
	if _, err := l.flow.people.Introduce(t.Context(), tenant, "Bea", bytes.NewReader(portrait(10))); err == nil {
		t.Error("a picture without a face introduces somebody")
	}
	if _, err := l.flow.people.Person(t.Context(), tenant, "Bea"); !isGone(err) {
		t.Errorf("whom no picture introduced is there: %v", err)
	}
}

func TestPeople_what_somebody_says_of_a_face_counts(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(10))
	p := l.take("a.png", picture(3, 1))
	l.run()
	if got := l.names(p.ID); got != "Ana - -" {
		t.Fatalf("the photo shows %s", got)
	}
	ctx := t.Context()
	face, err := l.flow.people.SayIs(ctx, tenant, p.ID+"-1", "Bea")
	if err != nil || len(face.People) != 1 || face.People[0] != (animo.Celebrity{Name: "Bea", Similarity: 100}) {
		t.Errorf("said to be Bea: %+v, %v", face, err)
	}
	if got := l.names(p.ID); got != "Ana Bea -" { // at once
		t.Errorf("after that the photo shows %s", got)
	}
	if _, err := l.flow.people.SayIsNot(ctx, tenant, p.ID+"-0", "Ana"); err != nil {
		t.Error(err)
	}
	if got := l.names(p.ID); got != "- Bea -" {
		t.Errorf("said not to be Ana, it shows %s", got)
	}
	l.run()
	other := l.take("b.png", picture(3, 2)) // with the same faces
	l.run()
	if got := l.names(other.ID); got != "- Bea -" {
		t.Errorf("another photo of them shows %s", got)
	}
	l.introduce("Ana", portrait(13)) // which is nearer to her other faces than what she is not
	alone := l.take("c.png", portrait(14))
	l.run()
	if got := l.names(alone.ID); got != "Ana" {
		t.Errorf("a photo of her shows %s", got)
	}
	if _, err := l.flow.people.SayIs(ctx, tenant, p.ID+"-0", "Ana"); err != nil { // after all
		t.Error(err)
	}
	l.run()
	if got := l.names(p.ID) + ", " + l.names(other.ID); got != "Ana Bea -, Ana Bea -" {
		t.Errorf("said to be Ana again, the photos show %s", got)
	}
	if ana, err := l.flow.people.Person(ctx, tenant, "Ana"); err != nil || len(ana.Examples) != 3 || !slices.ContainsFunc(ana.Examples, func(e animo.Example) bool { return e.Face == p.ID+"-0" }) {
		t.Errorf("Ana is known by %+v, %v", ana.Examples, err)
	}
	if bea, err := l.flow.people.Person(ctx, tenant, "Bea"); err != nil || len(bea.Examples) != 1 || bea.Examples[0].Face != p.ID+"-1" {
		t.Errorf("Bea is known by %+v, %v", bea.Examples, err)
	}
	if _, err := l.flow.people.SayIs(ctx, tenant, p.ID+"-1", "Ana"); err != nil { // another's, after all
		t.Error(err)
	}
	if bea, err := l.flow.people.Person(ctx, tenant, "Bea"); err != nil || len(bea.Examples) != 0 {
		t.Errorf("Bea is known by %+v, %v", bea.Examples, err)
	}
	if places, err := l.told(); err != nil || len(places) != 7 || l.faces()[animo.Happy] != 6 {
		t.Errorf("told of %d faces, %v; %v are counted", len(places), err, l.faces())
	}
	for id, want := range map[string]animo.Code{"nada": animo.NotFound, p.ID: animo.NotFound, p.ID + "-3": animo.NotFound, p.ID + "-r1-0": animo.NotFound} {
		if _, err := l.flow.people.SayIs(ctx, tenant, id, "Ana"); animo.CodeOf(err) != want {
			t.Errorf("of %s: %v", id, err)
		}
	}
	if _, err := l.flow.people.SayIs(ctx, "otro", p.ID+"-0", "Ana"); !isGone(err) {
		t.Errorf("by another tenant: %v", err)
	}
	if _, err := l.flow.people.SayIsNot(ctx, tenant, p.ID+"-0", "Nadie"); !isGone(err) {
		t.Errorf("not somebody who is not known: %v", err)
	}
	if _, err := l.flow.people.SayIs(ctx, tenant, p.ID+"-0", "a/b"); animo.CodeOf(err) != animo.UnsafeName {
		t.Errorf("a bad name: %v", err)
	}
}

func TestPeople_nothing_can_be_said_of_faces_whose_descriptors_are_gone(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{KeepPhotos: time.Hour, KeepFaces: 100 * time.Hour}
	l.introduce("Ana", portrait(10))
	p := l.take("a.png", picture(2, 1))
	l.run()
	l.Now = l.Now.Add(2 * time.Hour)
	if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := l.flow.people.SayIs(t.Context(), tenant, p.ID+"-1", "Bea"); animo.CodeOf(err) != animo.Unsupported {
		t.Errorf("%v", err)
	}
	if got := l.names(p.ID); got != "Ana -" {
		t.Errorf("the photo shows %s", got)
	}
	if a, err := l.flow.photos.Reanalyse(t.Context(), tenant, photos.AgainQuery{}); err != nil || a != (photos.Again{Skipped: 1}) {
		t.Errorf("analysed again without its picture: %+v, %v", a, err)
	}
}

func TestPeople_answer_an_introduction_as_they_are_then(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(10))
	l.Now = l.Now.Add(time.Hour)
	p := l.introduce("Ana", portrait(12))
	if now, err := l.flow.people.Person(t.Context(), tenant, "Ana"); err != nil || !reflect.DeepEqual(p, now) || !p.Changed.Equal(l.Now) {
		t.Errorf("answered %+v\nshe is %+v, %v", p, now, err)
	}
}

func TestPeople_keep_the_examples_that_differ_most(t *testing.T) {
	l := newLine(t, options{})
	for i := range 60 {
		l.introduce("Ana", portrait(uint8(10+4*i)))
	}
	p := l.introduce("Ana", portrait(11)) // which hardly differs from the first
	if len(p.Examples) != 50 {
		t.Errorf("%d examples are kept", len(p.Examples))
	}
	body, err := l.flow.people.ExampleThumbnail(t.Context(), tenant, "Ana", p.Examples[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, body); n == 0 || err != nil {
		t.Error(n, err)
	}
	_ = body.Close()
	far := l.take("lejos.png", portrait(246)) // like the last one
	near := l.take("cerca.png", portrait(10))
	l.run()
	if l.names(far.ID) != "Ana" || l.names(near.ID) != "Ana" {
		t.Errorf("the ends are not known any more: %s, %s", l.names(far.ID), l.names(near.ID))
	}
}

func TestPeople_renamed_are_so_in_everything(t *testing.T) {
	l := newLine(t, options{})
	id := l.introduce("Ana", portrait(10)).ID
	l.introduce("Bea", portrait(20))
	p := l.take("a.png", picture(3, 1))
	l.run()
	if r, err := l.flow.people.Rename(t.Context(), tenant, "Ana", "Anna"); err != nil || r.Name != "Anna" || r.ID != id || len(r.Examples) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := l.names(p.ID); got != "Anna Bea -" || len(l.facesOf("Ana")) != 0 || len(l.traces(`"Ana"`)) > 0 {
		t.Errorf("the photo shows %s; the old name is in %v", got, l.traces(`"Ana"`))
	}
	if _, err := l.flow.people.Rename(t.Context(), tenant, "Anna", "Bea"); !isConflict(err) {
		t.Errorf("to somebody else's name: %v", err)
	}
	if _, err := l.flow.people.Rename(t.Context(), tenant, "Ana", "Eva"); !isGone(err) {
		t.Errorf("by the old name: %v", err)
	}
	if _, err := l.flow.people.Rename(t.Context(), tenant, "Anna", "a/b"); animo.CodeOf(err) != animo.UnsafeName {
		t.Errorf("to a bad name: %v", err)
	}
	if r, err := l.flow.people.Rename(t.Context(), tenant, "Anna", "Anna"); err != nil || r.ID != id {
		t.Errorf("to the same: %+v, %v", r, err)
	}
	if other := l.introduce("Ana", portrait(30)); other.ID == id {
		t.Error("the old name still means the same person")
	}
	l.run()
	if got := l.names(p.ID); got != "Anna Bea Ana" {
		t.Errorf("the photo shows %s", got)
	}
}

func TestPeople_merged_are_one(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(10))
	l.introduce("Ani", portrait(20))
	p := l.take("a.png", picture(3, 1))
	l.run()
	if _, err := l.flow.people.SayIsNot(t.Context(), tenant, p.ID+"-2", "Ani"); err != nil {
		t.Fatal(err)
	}
	m, err := l.flow.people.Merge(t.Context(), tenant, "Ani", "Ana")
	if err != nil || m.Name != "Ana" || len(m.Examples) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	if got := l.names(p.ID); got != "Ana Ana -" || len(l.traces(`"Ani"`)) > 0 {
		t.Errorf("the photo shows %s; the name is in %v", got, l.traces(`"Ani"`))
	}
	if body, err := l.flow.people.ExampleThumbnail(t.Context(), tenant, "Ana", m.Examples[1].ID); err != nil {
		t.Errorf("the thumbnail: %v", err)
	} else {
		_ = body.Close()
	}
	l.introduce("Ana", portrait(27)) // 0.3 from the third face, of which it was said whose it is not
	other := l.take("b.png", picture(3, 2))
	l.run()
	if got := l.names(other.ID) + ", " + l.names(p.ID); got != "Ana Ana -, Ana Ana -" {
		t.Errorf("photos show %s", got)
	}
	for into, want := range map[string]animo.Code{"Ana": animo.Invalid, "Eva": animo.NotFound} {
		if _, err := l.flow.people.Merge(t.Context(), tenant, "Ana", into); animo.CodeOf(err) != want {
			t.Errorf("into %s: %v", into, err)
		}
	}
	if _, err := l.flow.people.Merge(t.Context(), tenant, "Ani", "Ana"); !isGone(err) {
		t.Errorf("merged twice: %v", err)
	}
}

func TestPeople_erased_leave_a_receipt_and_no_name(t *testing.T) {
	l := newLine(t, options{})
	id := l.introduce("Ana", portrait(10)).ID
	l.introduce("Ana", portrait(12))
	l.introduce("Bea", portrait(20))
	p := l.take("a.png", picture(3, 1))
	l.run()
	if _, err := l.flow.people.SayIs(t.Context(), tenant, p.ID+"-2", "Ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.flow.people.SayIsNot(t.Context(), tenant, p.ID+"-1", "Ana"); err != nil {
		t.Fatal(err)
	}
	l.run()
	r, err := l.flow.people.Erase(t.Context(), tenant, "Ana")
	if err != nil || r.Erased != id || r.Faces != 2 || r.Descriptors != 4 || r.Files != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := l.names(p.ID); got != "- Bea -" || l.faces()[animo.Happy] != 3 {
		t.Errorf("the photo shows %s, %v", got, l.faces())
	}
	l.sweep(2 * time.Minute)
	l.sweep(10 * time.Minute)
	if left := append(l.traces("Ana"), l.traces(id)...); len(left) > 0 {
		t.Errorf("left in %v", left)
	}
	if list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10); err != nil || len(list) != 1 || list[0] != r {
		t.Errorf("receipts %+v, %v", list, err)
	}
	if _, err := l.flow.people.Erase(t.Context(), tenant, "Ana"); !isGone(err) {
		t.Errorf("erased twice: %v", err)
	}
	if n, err := l.Objects.Delete(t.Context(), tenant, "people/"+id); n != 0 || err != nil {
		t.Errorf("%d thumbnails were left, %v", n, err)
	}
	if again := l.introduce("Ana", portrait(10)); again.ID == id || len(again.Examples) != 1 {
		t.Errorf("introduced again: %+v", again)
	}
}

func TestPeople_erased_do_not_come_back_from_a_dead_letter(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(10))
	p := l.take("a.png", picture(2, 1))
	l.full = errors.New("the disk is out of order")
	l.run()
	l.full = nil
	if _, dead := l.depth(); dead == 0 {
		t.Fatal("there is no dead letter")
	}
	r, err := l.flow.people.Erase(t.Context(), tenant, "Ana")
	if err != nil || r.Events == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	dead, err := l.Queue.DeadLetters(t.Context(), tenant, "record-happy", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dead {
		if bytes.Contains(d.Event.Data, []byte("Ana")) {
			t.Errorf("the name is in a dead letter: %s", d.Event.Data)
		}
	}
	if _, err := l.Queue.Redrive(t.Context(), tenant, "record-happy"); err != nil {
		t.Fatal(err)
	}
	l.introduce("Ana", portrait(200)) // somebody else
	l.sweep(2 * time.Minute)
	if got := l.names(p.ID); got != "- -" || l.photo(p.ID).Status != animo.Done {
		t.Errorf("the photo shows %s, %v", got, l.photo(p.ID).Status)
	}
}

// What waits for others than those who record a face, such as who tells subscribers, names nobody who is erased.
func TestPeople_erased_are_named_by_no_event_that_waits(t *testing.T) {
	l := newLine(t, options{})
	if err := l.Queue.Declare(t.Context(), "listener", []string{"face.*"}); err != nil {
		t.Fatal(err)
	}
	l.introduce("Ana", portrait(10))
	p := l.take("a.png", picture(2, 1))
	l.run()
	if l.photo(p.ID).Status != animo.Done {
		t.Fatal("the photo is not done")
	}
	if r, err := l.flow.people.Erase(t.Context(), tenant, "Ana"); err != nil || r.Events != 1 || r.Faces != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	told := map[string]bool{}
	waiting, err := l.Queue.Claim(t.Context(), "listener", 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range waiting {
		var r animo.MoodRecord
		if err := json.Unmarshal(d.Event.Data, &r); err != nil {
			t.Fatal(err)
		}
		if told[r.FaceID] = true; bytes.Contains(d.Event.Data, []byte("Ana")) {
			t.Errorf("the name waits to be told: %s", d.Event.Data)
		}
	}
	if len(waiting) != 2 || len(told) != 2 {
		t.Errorf("%d events of the faces %v wait; it was two", len(waiting), told)
	}
}
