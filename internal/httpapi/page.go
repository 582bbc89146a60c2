package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"animo"
	"animo/vision"
)

// pagePolicy lets the page use nothing but what this server gives it, and nobody put it into a frame.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"media-src 'self' blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// browserFiles are those of the networks that the page runs in the visitor's browser (web/src/camera/worker.ts). A build without
// our own network for expressions answers 204 for it, and has face-api's in its place.
func browserFiles(weights fs.FS) (names []string) {
	networks := []string{"tiny_face_detector_model", "face_landmark_68_model"}
	if _, err := fs.Stat(weights, ownEmotions); err != nil {
		networks = append(networks, "face_expression_model")
	} else {
		names = append(names, ownEmotions)
	}
	for _, network := range networks {
		names = append(names, network+"-weights_manifest.json", network+".bin")
	}
	return names
}

const ownEmotions = "emotions.safetensors"

// How long browsers keep a file: one whose name changes with its content for ever, any other until they have asked
// whether it is still the same.
const (
	keepForEver = "public, max-age=31536000, immutable"
	keepAndAsk  = "no-cache"
)

// addPage serves the page and what belongs to it, to everybody: nothing of it is any tenant's.
func (s *server) addPage() {
	add := func(path, metric string, kind kind, answer http.HandlerFunc) {
		s.add(route{row: row{"GET", path, public, kind, metric, plain(func(_ *server, w http.ResponseWriter, r *http.Request) { answer(w, r) })}})
	}
	weights := vision.Weights()
	names := browserFiles(weights)
	for _, name := range names {
		if _, err := fs.Stat(weights, name); err == nil {
			add("/models/"+name, "/models", download, s.file(weights, name, keepAndAsk))
		}
	}
	if !slices.Contains(names, ownEmotions) {
		add("/models/"+ownEmotions, "/models", download, func(w http.ResponseWriter, _ *http.Request) {
			pageHeaders(w.Header())
			w.Header().Set("Cache-Control", keepAndAsk)
			w.WriteHeader(http.StatusNoContent)
		})
	}
	if s.Page == nil {
		add("/{$}", "/", ordinary, s.Local.enter(s.unbuilt))
		return
	}
	err := fs.WalkDir(s.Page, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir():
		case name == "index.html":
			add("/{$}", "/", ordinary, s.Local.enter(s.file(s.Page, name, keepAndAsk)))
		case strings.HasPrefix(name, "assets/"):
			add("/"+name, "/assets", download, s.file(s.Page, name, keepForEver))
		case !strings.HasPrefix(filepath.Base(name), "."):
			add("/"+name, "other", ordinary, s.file(s.Page, name, keepAndAsk))
		}
		return err
	})
	if err != nil {
		panic(err) // the files are in memory
	}
}

// noFile answers where the page's files are and this one is not.
func (s *server) noFile(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, s.Log, animo.Errorf(animo.NotFound, "there is no such file of the page; load the page anew", "la página no tiene ese archivo; vuelva a cargarla"))
}

// fileTypes are the media types of the page's files, by the ends of their names. Texts are sent compressed.
var fileTypes = map[string]struct {
	media string
	text  bool
}{
	".html": {"text/html; charset=utf-8", true}, ".js": {"text/javascript; charset=utf-8", true}, ".css": {"text/css; charset=utf-8", true},
	".json": {"application/json", true}, ".webmanifest": {"application/manifest+json", true}, ".svg": {"image/svg+xml", true},
	".txt": {"text/plain; charset=utf-8", true}, ".map": {"application/json", true}, ".wasm": {"application/wasm", true},
	".png": {"image/png", false}, ".jpg": {"image/jpeg", false}, ".webp": {"image/webp", false}, ".ico": {"image/x-icon", false}, ".woff2": {"font/woff2", false},
}

// forms are the two forms in which a file is sent.
type forms struct {
	tag    string // names the content
	packed []byte // compressed with gzip; nil where that saves nothing
}

// file serves one of the page's files. What is to know about it is found out when it is first asked for.
func (s *server) file(files fs.FS, name, keep string) http.HandlerFunc {
	kind := fileTypes[filepath.Ext(name)]
	if kind.media == "" {
		kind.media = "application/octet-stream"
	}
	prepare := sync.OnceValues(func() (forms, error) {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return forms{}, err
		}
		sum := sha256.Sum256(b)
		f := forms{tag: hex.EncodeToString(sum[:8])}
		if kind.text {
			f.packed, err = pack(b)
		}
		return f, err
	})
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := prepare()
		if err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		h := w.Header()
		pageHeaders(h)
		h.Set("Content-Type", kind.media)
		h.Set("Cache-Control", keep)
		if f.packed != nil {
			h.Set("Vary", "Accept-Encoding")
			if takesGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				h.Set("ETag", `"`+f.tag+`-gzip"`)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.packed))
				return
			}
		}
		h.Set("ETag", `"`+f.tag+`"`)
		http.ServeFileFS(w, r, files, name)
	}
}

// pageHeaders are those of everything that is the page's.
func pageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(self)")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// pack compresses b with gzip, or returns nil where that does not make it smaller.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil || out.Len() >= len(b) {
		return nil, err
	}
	return out.Bytes(), nil
}

// takesGzip reports whether an Accept-Encoding header names gzip (RFC 9110, 12.5.3).
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !ok || err == nil && q > 0
	}
	return false
}

//go:embed unbuilt.html
var unbuiltHTML string

var unbuiltTemplate = template.Must(template.New("unbuilt").Parse(unbuiltHTML))

// unbuilt stands where the page would be in a program that was built without it.
func (s *server) unbuilt(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := unbuiltTemplate.Execute(&b, callerOf(r.Context()).lang); err != nil {
		writeProblem(w, r, s.Log, err)
		return
	}
	h := w.Header()
	pageHeaders(h)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, &b) // the client may be gone
}
