package app_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"

	"animo/internal/app"
	"animo/internal/table"
	"animo/internal/tenants"
)

// keptData is what a folder of testdata held when the server that made it was killed, as that server told it.
type keptData struct {
	Key       string
	AccessKey string `json:"access_key"`
	Secret    string
	At        time.Time
	Photos    []struct {
		ID, Status string
		Name       string `json:"image_id"`
		Source     string
		Faces      []string
	}
	Moods []struct {
		FaceID       string `json:"face_id"`
		PhotoID      string `json:"photo_id"`
		Mood, Source string
		People       []string
	}
	People []struct {
		ID, Name string
		Examples int
	}
	Receipts      []struct{ ID string }
	Dead          map[string][]string
	Subscriptions []struct {
		ID         string
		Deliveries []delivery
	}
	Corrections []struct{ ID, Text, Label string }
	Answers     struct {
		Version string
		Results []labelled
	}
	Datasets   []struct{ Name string }
	Collection []string
	Gone       struct {
		Photos, People []string
		Measured       string
	}
}

// labelled is how a model answers for one text.
type labelled struct {
	Label       string
	Probability float64
}

// unpack writes the files of a folder of testdata below dir, and reads what the folder held.
func unpack(t *testing.T, name, dir string) (kept keptData) {
	t.Helper()
	told, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(told, &kept); err != nil {
		t.Fatal(err)
	}
	packed, err := os.Open(filepath.Join("testdata", name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return kept
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		content, err := io.ReadAll(files)
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// all returns every element of a list of the API.
func all[T any](a *animo, path string) []T {
	a.t.Helper()
	r := a.do("GET", path, "")
	var page struct {
		Items []T
		Next  string
	}
	if r.into(a.t, &page); r.status != http.StatusOK || page.Next != "" {
		a.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	return page.Items
}

// TestUpgrade_data_of_the_release_before_opens_and_nothing_is_lost starts on the data of a server of the commit
// c1c651d that was killed with photos, faces, people and a training file in flight.
func TestUpgrade_data_of_the_release_before_opens_and_nothing_is_lost(t *testing.T) {
	dir := t.TempDir()
	kept := unpack(t, "data-c1c651d", dir)
	c := fileSettings(t)
	c.Data, c.AllowPrivateWebhooks, c.SweepEvery = filepath.Join(dir, "data"), true, 200*time.Millisecond
	began := time.Now()
	a := startWith(t, c, app.Options{Now: func() time.Time { return kept.At.Add(time.Second + time.Since(began)) }}) // before anything is kept too long
	a = a.as(kept.Key)

	for _, name := range []string{"nuevas.txt", "opiniones.txt"} {
		if got := a.await(name); got.Status != "done" {
			t.Errorf("the training of %s, which was in flight: %+v", name, got)
		}
	}
	for _, p := range kept.Photos {
		if got := a.awaitPhotoFor(p.ID, 60*time.Second); got.Name != p.Name || got.Source != p.Source || (got.Status == "failed") != (p.Status == "failed") {
			t.Errorf("photo %+v is %+v", p, got)
		}
	}
	a.quiet()
	for range 2 { // what a sweep finds is queued
		awaitNothingPending(t, a, c.Stores.Data)
		a.quiet()
	}

	photos := all[photo](a, "/v1/photos?limit=1000")
	if len(photos) != len(kept.Photos) {
		t.Errorf("%d photos are listed, want %d", len(photos), len(kept.Photos))
	}
	records := a.records("limit=1000")
	checkFaces(t, a, kept, records)
	checkPeople(t, a, kept)
	checkOpinions(t, a, kept)
	checkTold(t, a, kept, records)

	for queue, ids := range kept.Dead {
		var got []string
		for _, d := range a.deadLetters(queue) {
			got = append(got, d.ID)
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(ids))) || len(got) == 0 {
			t.Errorf("dead letters of %s: %v, want %v", queue, got, ids)
		}
	}
	for _, r := range kept.Receipts {
		if !slices.ContainsFunc(all[struct{ ID string }](a, "/v1/receipts?limit=1000"), func(got struct{ ID string }) bool { return got.ID == r.ID }) {
			t.Errorf("the receipt %s is not listed any more", r.ID)
		}
	}
	a.stop() // requests are signed with the time of this day
	a = start(t, c).as(kept.Key)
	faces, err := a.rekognition(kept.AccessKey, kept.Secret).ListFaces(t.Context(), &sdk.ListFacesInput{CollectionId: aws.String("crew")})
	if err != nil || len(faces.Faces) != len(kept.Collection) || *faces.Faces[0].FaceId != kept.Collection[0] {
		t.Errorf("the collection has %+v, %v, want %v", faces, err, kept.Collection)
	}
}

// awaitPhotoFor is awaitPhoto with an end.
func (a *animo) awaitPhotoFor(id string, most time.Duration) (p photo) {
	a.t.Helper()
	for began := time.Now(); time.Since(began) < most; {
		if a.do("GET", "/v1/photos/"+id+"?wait=2", "").into(a.t, &p); p.Status == "done" || p.Status == "failed" {
			return p
		}
	}
	a.t.Fatalf("photo %s of %s is still %s", id, p.Name, p.Status)
	return p
}

// awaitNothingPending waits until the tables say of no photo, face or person that there is work left.
func awaitNothingPending(t *testing.T, a *animo, data string) {
	t.Helper()
	c := settings(t)
	c.Data = data
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for began := time.Now(); ; {
		n, err := s.Tables.Count(t.Context(), "sol", "photo-pending", table.Range{})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Since(began) > 15*time.Second {
			t.Fatalf("%d photos wait for the sweeper", n)
		}
		a.quiet()
	}
}

// checkFaces holds what is recorded against the photos: each face of a photo that is done is recorded once, those
// that were recorded before are recorded still, and the counts are those of the records.
func checkFaces(t *testing.T, a *animo, kept keptData, records []record) {
	t.Helper()
	recorded := map[string]int{}
	for _, r := range records {
		recorded[r.FaceID]++
	}
	want := map[string]bool{}
	for _, p := range all[photo](a, "/v1/photos?limit=1000") {
		var full photo
		if a.do("GET", "/v1/photos/"+p.ID, "").into(t, &full); full.Status == "done" && len(full.Faces) == 0 {
			t.Errorf("nobody is found in %s", full.Name)
		}
		for _, f := range full.Faces {
			want[f.ID] = true
		}
	}
	again := map[string]bool{} // photos that were analysed once more, which gives their faces other ids
	for _, p := range kept.Photos {
		again[p.ID] = p.Status != "done"
	}
	for _, m := range kept.Moods {
		if m.PhotoID == "" {
			want[m.FaceID] = true
		} else if recorded[m.FaceID] == 0 && !again[m.PhotoID] {
			t.Errorf("%+v was recorded, and is not", m)
		}
	}
	measured := 0
	for _, r := range records {
		if r.PhotoID == "" {
			want[r.FaceID] = true
			measured++
		}
		if r.FaceID == kept.Gone.Measured || slices.Contains(kept.Gone.Photos, r.PhotoID) {
			t.Errorf("what was erased is recorded: %+v", r)
		}
	}
	if measured != 4 {
		t.Errorf("%d faces that a client measured are recorded, want the 2 from before and 2 that waited", measured)
	}
	for id, n := range recorded {
		if n != 1 || !want[id] {
			t.Errorf("face %s is recorded %d times; its photo has it: %v", id, n, want[id])
		}
	}
	if len(recorded) != len(want) || len(want) <= len(kept.Moods) {
		t.Errorf("%d faces are recorded, want %d; before the upgrade there were %d", len(recorded), len(want), len(kept.Moods))
	}
	byMood := map[string]int{}
	for _, r := range records {
		byMood[r.Mood]++
	}
	for mood, n := range byMood {
		if got := len(a.records("limit=1000&mood=" + mood)); got != n {
			t.Errorf("%d faces are listed as %s, want %d", got, mood, n)
		}
	}
	var summary struct {
		Total map[string]struct{ Faces int }
	}
	r := a.do("GET", "/v1/moods/summary?every=1d", "")
	r.into(t, &summary)
	for mood, n := range byMood {
		if summary.Total[mood].Faces != n {
			t.Errorf("the summary is %s, and %d faces are recorded as %s", r.body, n, mood)
		}
	}
	for _, id := range kept.Gone.Photos {
		if r := a.do("GET", "/v1/photos/"+id, ""); r.status != http.StatusNotFound {
			t.Errorf("the erased photo %s: %d %s", id, r.status, r.body)
		}
	}
}

// checkPeople holds the people, and the names of the faces that were recorded, against those before.
func checkPeople(t *testing.T, a *animo, kept keptData) {
	t.Helper()
	people := all[person](a, "/v1/people?limit=1000")
	if len(people) != len(kept.People) {
		t.Errorf("there are %+v, want %+v", people, kept.People)
	}
	named := map[string]bool{} // whoever had a recorded face; who gets one now is a matter of how sure it must be
	for _, m := range kept.Moods {
		for _, name := range m.People {
			named[name] = true
		}
	}
	for _, p := range kept.People {
		if i := slices.IndexFunc(people, func(got person) bool { return got.ID == p.ID }); i < 0 || people[i].Name != p.Name || people[i].Examples != p.Examples {
			t.Errorf("%+v is not known as before: %+v", p, people)
		}
		if r := a.do("GET", "/v1/people/"+url.PathEscape(p.Name)+"/thumbnail", ""); r.status != http.StatusOK {
			t.Errorf("picture of %s: %d %s", p.Name, r.status, r.body)
		}
		if named[p.Name] && len(a.records("person="+url.QueryEscape(p.Name))) == 0 {
			t.Errorf("nothing is recorded of %s", p.Name)
		}
	}
	if len(named) < 3 {
		t.Errorf("only %v had recorded faces", named)
	}
	for _, name := range kept.Gone.People {
		if r := a.do("GET", "/v1/people/"+name, ""); r.status != http.StatusNotFound || len(a.records("person="+name)) > 0 {
			t.Errorf("%s is gone, and known: %d %s, %+v", name, r.status, r.body, a.records("person="+name))
		}
	}
	recorded := a.do("GET", "/v1/moods?limit=1000", "").body
	for _, name := range kept.Gone.People {
		if strings.Contains(recorded, `"`+name+`"`) {
			t.Errorf("%s is gone, and named in what is recorded", name)
		}
	}
}

// checkOpinions checks that what was trained answers as before, in its version, and that what waited is trained.
func checkOpinions(t *testing.T, a *animo, kept keptData) {
	t.Helper()
	if v := kept.Answers.Version; v != "" {
		if r := a.do("PUT", "/v1/models/opiniones.txt/current", `{"version":"`+v+`"}`); r.status != http.StatusOK {
			t.Errorf("back to version %s: %d %s", v, r.status, r.body)
		}
	}
	var got struct {
		Version string
		Results []labelled
	}
	r := a.send("POST", "/v1/models/opiniones.txt/classify", strings.NewReader(`{"texts":["Muy recomendable, todo limpio","Pésimo servicio, un asco"]}`), http.Header{"Content-Type": {"application/json"}})
	if r.into(t, &got); r.status != http.StatusOK || got.Version != kept.Answers.Version || !slices.Equal(got.Results, kept.Answers.Results) {
		t.Errorf("the model answers %d %s, and answered %+v", r.status, r.body, kept.Answers)
	}
	if got := all[struct{ ID, Text, Label string }](a, "/v1/models/opiniones.txt/corrections"); !slices.Equal(got, kept.Corrections) || len(got) != 1 {
		t.Errorf("corrections %+v, want %+v", got, kept.Corrections)
	}
	if got := all[struct{ Name string }](a, "/v1/datasets"); len(got) != len(kept.Datasets) {
		t.Errorf("datasets %+v, want %+v", got, kept.Datasets)
	}
	if r := a.send("POST", "/v1/models/nuevas.txt/classify", strings.NewReader(`{"texts":["todo limpio"]}`), http.Header{"Content-Type": {"application/json"}}); r.status != http.StatusOK {
		t.Errorf("the model of the file that waited: %d %s", r.status, r.body)
	}
}

// checkTold checks that the subscriptions still know what they told, and that each face that was ever told of, or is recorded
// now, stands once in the log of each subscription to it. The first is to all faces, the second to the happy.
func checkTold(t *testing.T, a *animo, kept keptData, records []record) {
	t.Helper()
	for i, sub := range kept.Subscriptions {
		now := all[delivery](a, "/v1/subscriptions/"+sub.ID+"/deliveries?limit=1000")
		times := map[string]int{}
		for _, d := range now {
			times[d.Face]++
		}
		for _, d := range sub.Deliveries {
			if j := slices.IndexFunc(now, func(n delivery) bool { return n.ID == d.ID }); j < 0 || now[j].Outcome != d.Outcome || now[j].Face != d.Face {
				t.Errorf("delivery %+v of %s is not as it was: %+v", d, sub.ID, now)
			}
		}
		for _, r := range records {
			again := strings.Contains(r.FaceID, "-r") // the photo's faces were told of before
			if want := !again && (i == 0 || r.Mood == "HAPPY"); want != (times[r.FaceID] == 1) {
				t.Errorf("face %s (%s) stands %d times in the log of subscription %d", r.FaceID, r.Mood, times[r.FaceID], i)
			}
		}
		if len(now) <= len(sub.Deliveries) {
			t.Errorf("subscription %d has %d deliveries, and had %d: what waited is not told", i, len(now), len(sub.Deliveries))
		}
	}
}
