package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"

	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/vision"
)

// startNodes starts so many nodes, each with a data folder of its own, over one PostgreSQL and one folder of objects. It returns the
// settings of the first one, too.
func startNodes(t *testing.T, n int, o app.Options) ([]*animo, config.Config) {
	t.Helper()
	tables, objects := postgrestest.URL(t), filepath.Join(t.TempDir(), "objects")
	var nodes []*animo
	var first config.Config
	for i := range n {
		c := settings(t)
		c.Tables, c.Objects = tables, "file:"+objects
		c.MasterKey = strings.Repeat("A", 43) + "=" // 32 zero bytes
		if i == 0 {
			first = c
		}
		nodes = append(nodes, startWith(t, c, o))
	}
	return nodes, first
}

// TestNodes_share_a_tenants_rate sends photos and measured faces to two nodes while the clock stands still: as many come in as may come at once,
// or a little more.
func TestNodes_share_a_tenants_rate(t *testing.T) {
	const most = 40 // at once: half of those of a minute
	began := time.Now()
	nodes, c := startNodes(t, 2, app.Options{
		Now:   func() time.Time { return began },
		Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return nil, nil }),
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	boss := nodes[0].as(addAdministrator(t, c, "default"))
	if r := boss.do("PATCH", "/v1/tenants/default", fmt.Sprintf(`{"photos_per_minute":%d,"faces_per_minute":%d}`, 2*most, 2*most)); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	shade := 0
	photo := func(node *animo) int {
		shade++
		return node.do("PUT", fmt.Sprintf("/v1/photos/p%d.png", shade), dot(uint8(shade))).status
	}
	face := func(node *animo) int {
		shade++
		return node.do("POST", "/v1/moods", fmt.Sprintf(`{"items":[{"image_id":"c%d.jpg","taken_at":%q,"emotions":[{"type":"HAPPY","confidence":90}]}]}`, shade, began.Format(time.RFC3339))).status
	}
	in := map[string][]int{"photos": {0, 0}, "faces": {0, 0}}
	const rest = 2500 * time.Millisecond // in which the nodes tell each other more than once
	for late := time.Now().Add(rest); time.Now().Before(late); {
		refused := 0
		for i, node := range nodes {
			for what, send := range map[string]func(*animo) int{"photos": photo, "faces": face} {
				switch status := send(node.as(boss.key)); status {
				case http.StatusAccepted, http.StatusOK:
					in[what][i]++
					late = time.Now().Add(rest)
				case http.StatusTooManyRequests:
					refused++
				default:
					t.Fatalf("%s: %d", what, status)
				}
			}
		}
		if refused == 4 {
			time.Sleep(20 * time.Millisecond) // leaves the nodes some of the machine
		}
	}
	for what, n := range in {
		// Before a node heard of the other it took what it would alone. How near to the rate both keep is tested in package rates.
		if n[0]+n[1] < most*9/10 || n[0]+n[1] > most*3/2 {
			t.Errorf("%v %s came in at the nodes, want %d in all, or a little more", n, what, most)
		} else {
			t.Logf("%v %s came in at the nodes", n, what)
		}
	}
}

// TestNodes_follow_what_changed_on_another asks a node for what it holds in memory, changes that on another node, and asks again: the answer is
// the new one, at once.
func TestNodes_follow_what_changed_on_another(t *testing.T) {
	known, other := portrait(t, "Alec_Baldwin_0003"), portrait(t, "Alec_Baldwin_0004")
	nodes, c := startNodes(t, 2, app.Options{})
	here, there := nodes[0], nodes[1]
	must := func(r answer) answer {
		t.Helper()
		if r.status/100 != 2 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		return r
	}
	senti := func(text string) func() string {
		return func() string {
			r := there.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["`+text+`"]}`)
			var pairs [][]string
			if json.Unmarshal([]byte(r.body), &pairs) != nil || len(pairs) == 0 {
				return r.code()
			}
			return pairs[0][0]
		}
	}
	good := senti("Todo excelente, muy recomendable")
	image := &types.Image{Bytes: []byte(other)}
	recognise := func() string {
		out, err := there.rekognition("any", "any").RecognizeCelebrities(t.Context(), &sdk.RecognizeCelebritiesInput{Image: image})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, k := range out.CelebrityFaces {
			names = append(names, *k.Name)
		}
		return strings.Join(names, ", ")
	}
	mine := here.rekognition("any", "any")
	search := func() string {
		out, err := there.rekognition("any", "any").SearchFacesByImage(t.Context(), &sdk.SearchFacesByImageInput{CollectionId: aws.String("crew"), Image: image})
		if err != nil {
			return awsCode(err)
		}
		return fmt.Sprint(len(out.FaceMatches))
	}
	var first, second training
	var face, key, tenantKey string
	var cookie http.Header
	status := func(path string, node func() *animo) func() string {
		return func() string { return fmt.Sprint(node().do("GET", path, "").status) }
	}
	withKey := func() *animo { return there.as(tenantKey) }
	for _, c := range []struct {
		what   string
		ask    func() string
		before string
		change func()
		after  string
	}{
		{"a model is trained", good, "unknown_model", func() { first = here.upload("r.txt", "?trainer=nb", reviews(t)) }, "Positivo"},
		{"another version is published", good, "Positivo", func() {
			second = here.upload("r.txt", "?trainer=nb", strings.NewReplacer("\t1", "\t0", "\t0", "\t1").Replace(reviews(t)))
		}, "Negativo"},
		{"a version is rolled back", good, "Negativo", func() { must(here.do("PUT", "/v1/models/r.txt/current", `{"version":"`+first.Version+`"}`)) }, "Positivo"},
		{"a text is corrected", senti("zorple"), "Positivo", func() {
			must(here.do("POST", "/v1/models/r.txt/corrections", `{"text":"zorple","label":"negativo"}`))
		}, "Negativo"},
		{"a model is deleted", good, "Positivo", func() { must(here.do("DELETE", "/v1/models/r.txt", "")) }, "unknown_model"},
		{"somebody is introduced", recognise, "", func() { here.introduce("Alec", known) }, "Alec"},
		{"somebody is renamed", recognise, "Alec", func() { must(here.do("PATCH", "/v1/people/Alec", `{"name":"Baldwin"}`)) }, "Baldwin"},
		{"somebody is erased", recognise, "Baldwin", func() { must(here.do("DELETE", "/v1/people/Baldwin", "")) }, ""},
		{"a collection is made", search, "ResourceNotFoundException", func() {
			if _, err := mine.CreateCollection(t.Context(), &sdk.CreateCollectionInput{CollectionId: aws.String("crew")}); err != nil {
				t.Fatal(err)
			}
		}, "0"},
		{"a face is indexed", search, "0", func() {
			out, err := mine.IndexFaces(t.Context(), &sdk.IndexFacesInput{CollectionId: aws.String("crew"), Image: &types.Image{Bytes: []byte(known)}})
			if err != nil || len(out.FaceRecords) != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
			face = *out.FaceRecords[0].Face.FaceId
		}, "1"},
		{"a face is deleted", search, "1", func() {
			if _, err := mine.DeleteFaces(t.Context(), &sdk.DeleteFacesInput{CollectionId: aws.String("crew"), FaceIds: []string{face}}); err != nil {
				t.Fatal(err)
			}
		}, "0"},
		{"the first key is made", status("/v1/photos", func() *animo { return there }), "200", func() { key = addAdministrator(t, c, "default"); here = here.as(key) }, "401"},
		{"a tenant and its key are made", status("/v1/photos", withKey), "401", func() {
			made[tenantView](here, "/v1/tenants", `{"id":"sol","purpose":"event"}`)
			tenantKey = made[keyView](here, "/v1/tenants/sol/keys", `{}`).Key
			cookie = here.signIn(tenantKey) // a session that was opened there
		}, "200"},
		{"a tenant is given another purpose", func() string { return there.sessionOf(cookie).Purpose }, "event", func() {
			must(here.do("PATCH", "/v1/tenants/sol", `{"purpose":"research"}`))
		}, "research"},
		{"a key is revoked, of a session", func() string { return fmt.Sprint(there.send("GET", "/v1/photos", nil, cookie).status) }, "200", func() {
			must(here.do("DELETE", "/v1/tenants/sol/keys/"+tenantKey[:14], ""))
		}, "401"},
		{"a key is made anew", status("/v1/photos", withKey), "401", func() { tenantKey = made[keyView](here, "/v1/tenants/sol/keys", `{}`).Key }, "200"},
		{"a tenant is removed", status("/v1/photos", withKey), "200", func() { must(here.do("DELETE", "/v1/tenants/sol", "")) }, "401"},
	} {
		if got := c.ask(); got != c.before {
			t.Fatalf("before %s: %q, want %q", c.what, got, c.before)
		}
		c.change()
		changed := time.Now()
		for got := c.ask(); got != c.after; got = c.ask() {
			if took := time.Since(changed); took > time.Second {
				t.Errorf("%v after %s: %q, want %q", took, c.what, got, c.after)
				break
			}
		}
	}
	if first.Version == second.Version {
		t.Error("both versions are one")
	}
}

// TestNodes_tell_the_live_stream_alike follows the stream on three nodes while photos come in at all of them. One node dies: who followed there goes on
// at another one without a loss or a repeat, and is not told what was erased anywhere meanwhile.
func TestNodes_tell_the_live_stream_alike(t *testing.T) {
	nodes, _ := startNodes(t, 3, app.Options{Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil })})
	var clients []*listener
	for _, n := range nodes {
		clients = append(clients, n.listen("", ""))
	}
	var taken []photo
	send := func(n int, to ...*animo) {
		for i := range n {
			shade := len(taken)
			p := to[i%len(to)].photo(fmt.Sprintf("p%d.png", shade), "", dot(uint8(shade)))
			taken = append(taken, p)
		}
	}
	send(6, nodes...)
	var told [][]string // what each client was told, as its id and face
	for _, l := range clients {
		ids, list := l.faces(12)
		var faces []string
		for i := range ids {
			faces = append(faces, ids[i]+" "+list[i].FaceID)
		}
		told = append(told, faces)
	}
	if !slices.Equal(told[0], told[1]) || !slices.Equal(told[0], told[2]) {
		t.Errorf("the nodes tell different streams:\n%v\n%v\n%v", told[0], told[1], told[2])
	}

	// The last faces that were told are on their way to the client when its node dies; then photos come, and one goes.
	last, _, _ := strings.Cut(told[1][9], " ")
	nodes[1].stop()
	alive := []*animo{nodes[0], nodes[2]}
	send(4, alive...)
	gone := taken[7]
	clients[0].faces(8) // this node's feed holds the faces of the photo that goes
	if r := nodes[2].do("DELETE", gone.StatusURL, ""); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if kind, _, r := clients[0].next(); kind != "erased" || r.PhotoID != gone.ID {
		t.Errorf("who followed all along is told %s of %s, want that %s was erased", kind, r.PhotoID, gone.ID)
	}
	for i, n := range alive {
		l := n.listen("", last)
		if l.from != last {
			t.Errorf("node %d goes on after %s, want %s", i, l.from, last)
		}
		_, again := l.faces(2)
		if got := []string{again[0].FaceID, again[1].FaceID}; !strings.HasSuffix(told[1][10], got[0]) || !strings.HasSuffix(told[1][11], got[1]) {
			t.Errorf("node %d tells %v, want the two after %s: %v", i, got, last, told[1][10:])
		}
		_, rest := l.faces(6)
		for j, r := range rest {
			if want := []photo{taken[6], taken[6], taken[8], taken[8], taken[9], taken[9]}[j]; r.PhotoID != want.ID {
				t.Errorf("node %d tells face %d of %s, want %s; %s was erased", i, j, r.PhotoID, want.ID, gone.ID)
			}
		}
		if kind, _, r := l.next(); kind != "erased" || r.PhotoID != gone.ID {
			t.Errorf("node %d tells %s of %s, want that %s was erased", i, kind, r.PhotoID, gone.ID)
		}
	}
}
