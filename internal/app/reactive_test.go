package app_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/pictures"
	"animo/vision"
)

// atOnce is how many clients the tests have at once, half as many under the race detector.
func atOnce() int {
	if testing.Short() {
		return 1500
	}
	return 3000
}

// TestReactive_3000_at_once_are_all_answered_by_senti has as many clients ask at the same moment, each over a connection of its own. Each is answered, though the
// server serves fewer at once: those beyond are told when to come again, and have their answer then.
func TestReactive_3000_at_once_are_all_answered_by_senti(t *testing.T) {
	a := start(t, settings(t))
	if tr := a.upload("r.txt", "?trainer=nb", reviews(t)); tr.Status != "done" {
		t.Fatalf("%+v", tr)
	}
	n := atOnce()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	answers := map[int]int{} // by status
	ask := func() (again time.Duration) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/senti", strings.NewReader(`{"idmodel":"r.txt","opiniones":["Todo excelente"]}`))
		if err != nil {
			t.Error(err)
			return 0
		}
		res, err := client.Do(req)
		if err != nil {
			t.Error("no answer:", err)
			return 0
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		mu.Lock()
		answers[res.StatusCode]++
		mu.Unlock()
		switch {
		case err != nil:
			t.Error(err)
		case res.StatusCode == http.StatusOK:
			if string(body) != `[["Positivo","Todo excelente"]]`+"\n" {
				t.Errorf("answered %s", body)
			}
		case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable:
			seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
			if err != nil || seconds < 1 {
				t.Errorf("answered %d with Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
				return 0
			}
			return time.Duration(seconds) * time.Second
		default:
			t.Errorf("answered %d %s", res.StatusCode, body)
		}
		return 0
	}
	gate := make(chan struct{})
	var clients sync.WaitGroup
	for range n {
		clients.Go(func() {
			<-gate
			for again := ask(); again > 0; again = ask() {
				select {
				case <-time.After(again): // as it was told
				case <-t.Context().Done():
					return
				}
			}
		})
	}
	close(gate)
	clients.Wait()
	if answers[http.StatusOK] != n {
		t.Errorf("%d of %d have their answer: %v", answers[http.StatusOK], n, answers)
	}
	t.Logf("answers by status: %v", answers)
}

// TestReactive_3000_follow_the_stream_and_hear_of_each_face has the clients of two tenants follow, and each of them must hear of the faces of its own.
func TestReactive_3000_follow_the_stream_and_hear_of_each_face(t *testing.T) {
	c := settings(t)
	a := startWith(t, c, app.Options{Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil })})
	tenants := []*animo{a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar"))}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	defer ended.Wait()
	defer cancel()
	heard := make(chan string) // a photo's name from a client that heard of both its faces
	doors := make(chan struct{}, 64)
	var open sync.WaitGroup
	for i := range atOnce() {
		own := tenants[i%2]
		doors <- struct{}{}
		open.Add(1)
		ended.Go(func() {
			begun := sync.OnceFunc(func() { <-doors; open.Done() })
			defer begun()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, own.url+"/v1/stream", nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+own.key)
			res, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Error(res.Status)
				return
			}
			faces, lines := 0, bufio.NewScanner(res.Body)
			for lines.Scan() {
				begun()
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, `"mood"`) {
					if faces++; faces%2 == 0 {
						_, rest, _ := strings.Cut(data, `"image_id":"`)
						name, _, _ := strings.Cut(rest, `"`)
						select {
						case heard <- name:
						case <-ctx.Done():
							return
						}
					}
				}
			}
			if err := lines.Err(); !errors.Is(err, context.Canceled) {
				t.Error("a stream ended:", err)
			}
		})
	}
	open.Wait()
	if t.Failed() {
		return
	}
	for i, own := range tenants {
		own.put([]string{"sol.png", "mar.png"}[i], dot(1))
	}
	late := time.After(time.Minute)
	told := map[string]int{}
	for range atOnce() {
		select {
		case name := <-heard:
			told[name]++
		case <-late:
			t.Fatalf("only %v heard of it", told)
		}
	}
	if half := atOnce() / 2; told["sol.png"] != half || told["mar.png"] != half {
		t.Errorf("heard: %v, want %d of each tenant", told, half)
	}
}

// TestReactive_a_broken_model_is_said_and_troubles_nothing_else spoils the file of a version that answers. Who asks it is told so, everything else goes on, and the model
// answers again once somebody rolls it back.
func TestReactive_a_broken_model_is_said_and_troubles_nothing_else(t *testing.T) {
	c := fileSettings(t)
	a := start(t, c)
	for _, name := range []string{"sana.txt", "rota.txt", "rota.txt"} {
		if tr := a.upload(name, "?trainer=nb", reviews(t)+strings.Repeat("Todo muy bien\t1\n", len(a.versions(name)))); tr.Status != "done" {
			t.Fatalf("%+v", tr)
		}
	}
	versions := a.versions("rota.txt")
	if len(versions) != 2 {
		t.Fatalf("versions: %v", versions)
	}
	serve := func(version string) {
		t.Helper()
		if r := a.do("PUT", "/v1/models/rota.txt/current", `{"version":"`+version+`"}`); r.status >= 300 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	serve(versions[1])
	a.stop()
	network := filepath.Join(c.Data, "objects", "default", "models", "rota.txt", versions[1], "network.safetensors")
	content, err := os.ReadFile(network)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(network, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	a = start(t, c)
	ask := func(model string) answer {
		return a.do("POST", "/senti", `{"idmodel":"`+model+`","opiniones":["Todo excelente"]}`)
	}
	for range 2 { // nothing is remembered of the first time that could harm
		if r := ask("rota.txt"); r.status != http.StatusInternalServerError || r.code() != "corrupt_model" {
			t.Errorf("the broken model answers %d %s", r.status, r.body)
		}
	}
	if r := ask("sana.txt"); r.status != http.StatusOK {
		t.Errorf("the other model answers %d %s", r.status, r.body)
	}
	for _, path := range []string{"/livez", "/readyz", "/modelos", "/v1/models/rota.txt", "/v1/moods", "/v1/queues"} {
		if r := a.do("GET", path, ""); r.status != http.StatusOK {
			t.Errorf("%s beside it: %d %s", path, r.status, r.body)
		}
	}
	serve(versions[0])
	if r := ask("rota.txt"); r.status != http.StatusOK {
		t.Errorf("rolled back: %d %s", r.status, r.body)
	}
}

// versions are the ids of a model's versions, the oldest first.
func (a *animo) versions(model string) (ids []string) {
	a.t.Helper()
	var m struct{ Versions []struct{ Version string } }
	a.do("GET", "/v1/models/"+model, "").into(a.t, &m)
	for _, v := range m.Versions {
		ids = append(ids, v.Version)
	}
	slices.Sort(ids)
	return ids
}
