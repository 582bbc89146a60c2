package app_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"animo/internal/app"
)

// builtPage is what Vite makes of a small page.
func builtPage() fs.FS {
	return fstest.MapFS{
		"index.html":             {Data: []byte(`<!doctype html><script type="module" src="/assets/index-5f2c.js"></script>`)},
		"assets/index-5f2c.js":   {Data: []byte(strings.Repeat("console.log('hola');\n", 200))},
		"assets/photo-77aa.webp": {Data: []byte("RIFF")},
		"icon.svg":               {Data: []byte("<svg/>")},
		".gitkeep":               {Data: []byte("x")},
	}
}

// plain asks for a file as it is, without what Go's client does about compression.
func (a *animo) plain(method, path string, header http.Header) (*http.Response, string) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = header
	res, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res, string(body)
}

func TestPage_is_served_to_everybody_under_strict_headers(t *testing.T) {
	c := settings(t)
	a := startWith(t, c, app.Options{Page: builtPage()})
	addKey(t, c, "sol") // from here on a request for anything of a tenant needs a key
	for path, want := range map[string]struct{ media, cache, begins string }{
		"/":                       {"text/html; charset=utf-8", "no-cache", "<!doctype html><script"},
		"/assets/index-5f2c.js":   {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "console.log"},
		"/assets/photo-77aa.webp": {"image/webp", "public, max-age=31536000, immutable", "RIFF"},
		"/icon.svg":               {"image/svg+xml", "no-cache", "<svg/>"},
	} {
		res, body := a.plain("GET", path, http.Header{})
		h := res.Header
		if res.StatusCode != http.StatusOK || h.Get("Content-Type") != want.media || h.Get("Cache-Control") != want.cache || !strings.HasPrefix(body, want.begins) {
			t.Errorf("%s: %d %v %.40q", path, res.StatusCode, h, body)
		}
		for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Permissions-Policy": "camera=(self)"} {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), value)
			}
		}
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy+";", part+";") {
				t.Errorf("%s: the policy lacks %s: %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", path, policy)
		}
		tag := h.Get("ETag")
		if again, _ := a.plain("GET", path, http.Header{"If-None-Match": {tag}}); tag == "" || again.StatusCode != http.StatusNotModified {
			t.Errorf("%s with the tag %s: %d", path, tag, again.StatusCode)
		}
	}
	for path, want := range map[string]int{"/assets/index-0000.js": 404, "/assets/": 404, "/models/": 404, "/.gitkeep": 401, "/dist.md": 401, "/embed.go": 401} {
		if r := a.do("GET", path, ""); r.status != want || r.code() == "" {
			t.Errorf("%s: %d %s, want %d", path, r.status, r.body, want)
		}
	}
	if r := a.do("DELETE", "/assets/index-5f2c.js", ""); r.status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE of a file: %d %s", r.status, r.body)
	}
}

func TestPage_texts_are_compressed_for_who_takes_it(t *testing.T) {
	a := startWith(t, settings(t), app.Options{Page: builtPage()})
	const path = "/assets/index-5f2c.js"
	want, whole := a.plain("GET", path, http.Header{})
	tags := map[string]bool{want.Header.Get("ETag"): true}
	for accept, packed := range map[string]bool{"gzip": true, "br, GZIP;q=0.5": true, "gzip;q=0": false, "br": false, "x-gzip": false, "identity": false} {
		res, body := a.plain("GET", path, http.Header{"Accept-Encoding": {accept}})
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != packed || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%q: %v", accept, res.Header)
			continue
		}
		if packed {
			tags[res.Header.Get("ETag")] = true
			z, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if len(body) > len(whole)/4 {
				t.Errorf("%d bytes of %d", len(body), len(whole))
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			body = string(b)
		}
		if body != whole {
			t.Errorf("%q: %.40q, want %.40q", accept, body, whole)
		}
	}
	if len(tags) != 2 {
		t.Errorf("two forms have the tags %v", tags)
	}
	if res, body := a.plain("GET", "/assets/photo-77aa.webp", http.Header{"Accept-Encoding": {"gzip"}}); res.Header.Get("Content-Encoding") != "" || body != "RIFF" {
		t.Errorf("a picture: %v", res.Header)
	}
	if res, body := a.plain("HEAD", path, http.Header{"Accept-Encoding": {"gzip"}}); res.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d %q", res.StatusCode, body)
	}
}

// TestPage_networks_are_those_that_face_api_loads follows what face-api does with them: it reads the manifest and
// then the files that the manifest names beside it.
func TestPage_networks_are_those_that_face_api_loads(t *testing.T) {
	a := start(t, settings(t))
	networks := []string{"tiny_face_detector", "face_landmark_68"}
	if res, _ := a.plain("GET", "/models/emotions.safetensors", http.Header{}); res.StatusCode == http.StatusNoContent { // a build without the network of our own
		networks = append(networks, "face_expression")
	} else if res.StatusCode != http.StatusOK {
		t.Errorf("emotions.safetensors: %d", res.StatusCode)
	}
	for _, network := range networks {
		var manifest []struct {
			Paths   []string
			Weights []struct {
				Shape        []int
				Quantization *struct{ Dtype string }
			}
		}
		_, body := a.plain("GET", "/models/"+network+"_model-weights_manifest.json", http.Header{})
		if err := json.Unmarshal([]byte(body), &manifest); err != nil {
			t.Fatalf("%s: %v in %.80q", network, err, body)
		}
		for _, group := range manifest {
			want := 0
			for _, w := range group.Weights {
				n := 4
				if w.Quantization != nil && w.Quantization.Dtype == "uint8" {
					n = 1
				}
				for _, side := range w.Shape {
					n *= side
				}
				want += n
			}
			got := 0
			for _, path := range group.Paths {
				res, body := a.plain("GET", "/models/"+path, http.Header{})
				if res.StatusCode != http.StatusOK {
					t.Errorf("%s: %d", path, res.StatusCode)
				}
				got += len(body)
			}
			if got != want {
				t.Errorf("%s has %d bytes, its manifest says %d", network, got, want)
			}
		}
	}
	for _, path := range []string{"/models/ssd_mobilenetv1_model.bin", "/models/age_gender_model.bin", "/models/face_recognition_model.bin", "/models/README.md"} {
		if r := a.do("GET", path, ""); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}
