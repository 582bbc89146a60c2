package s3_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/object/objecttest"
	"animo/internal/object/s3"
	"animo/internal/s3test"
)

// through returns the address of a store as it is reached through a handler that may pass requests on to the server.
func through(t *testing.T, address string, handler func(w http.ResponseWriter, r *http.Request, server http.Handler)) string {
	t.Helper()
	return throughProxy(t, address, false, handler)
}

// throughProxy is through, over TLS if need be.
func throughProxy(t *testing.T, address string, tls bool, handler func(w http.ResponseWriter, r *http.Request, server http.Handler)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	to, err := url.Parse(query.Get("endpoint"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host // and the Host that was signed
	}, ErrorLog: log.New(io.Discard, "", 0)}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(w, r, proxy) }))
	if tls {
		s.StartTLS()
		bundle := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_CA_BUNDLE", bundle)
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		s.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	query.Set("endpoint", s.URL)
	u.RawQuery = query.Encode()
	return u.String()
}

// Over TLS the SDK sends bodies in another form, with their sums at the end.
func TestStore_over_TLS(t *testing.T) {
	s3test.URL(t) // without a server all of it is skipped, and not its parts alone
	var trailers atomic.Int32
	handler := func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if r.Header.Get("X-Amz-Trailer") != "" {
			trailers.Add(1)
		}
		server.ServeHTTP(w, r)
	}
	objecttest.Run(t, func(t *testing.T) object.Store {
		return open(t, throughProxy(t, s3test.URL(t)+"&part-size=5242880", true, handler))
	})
	if trailers.Load() == 0 {
		t.Error("no sum came at the end of a body")
	}
	s := open(t, throughProxy(t, s3test.URL(t)+"&part-size=5242880", true, handler))
	content := strings.Repeat("0123456789", 1_200_000)
	put(t, s, "large", content)
	if info, err := s.Stat(t.Context(), "t", "large"); err != nil || info.Size != int64(len(content)) {
		t.Errorf("%+v, %v", info, err)
	}
}

func put(t *testing.T, s object.Store, name, content string) {
	t.Helper()
	if err := s.Put(t.Context(), "t", name, strings.NewReader(content)); err != nil {
		t.Fatalf("Put(%q): %v", name, err)
	}
}

func wantCode(t *testing.T, when string, err error, code animo.Code) {
	t.Helper()
	if animo.CodeOf(err) != code {
		t.Errorf("%s: %v (%s), want %s", when, err, animo.CodeOf(err), code)
	}
	for _, secret := range []string{os.Getenv("AWS_SECRET_ACCESS_KEY"), "hunter2"} {
		for e := err; e != nil && secret != ""; {
			if strings.Contains(e.Error(), secret) {
				t.Errorf("%s: the error tells a secret: %v", when, e)
			}
			u, ok := e.(interface{ Unwrap() error })
			if !ok {
				break
			}
			e = u.Unwrap()
		}
	}
}

func TestOpen_says_what_is_wrong(t *testing.T) {
	good := s3test.URL(t)
	endpoint := good[strings.Index(good, "?"):]
	for url, code := range map[string]animo.Code{
		"s3://":                                   animo.Invalid,
		"s3:bucket":                               animo.Invalid,
		"s3://key:hunter2@bucket" + endpoint:      animo.Invalid,
		"s3://bucket/a/../b" + endpoint:           animo.UnsafeName,
		"s3://bucket?endpoint=ftp://x":            animo.Invalid,
		"s3://bucket?endpoint=http://a:hunter2@x": animo.Invalid,
		"s3://bucket?secret=x":                    animo.Invalid,
		good + "&part-size=1":                     animo.Invalid,
		s3test.Bucket(t, "nobody-made-this"):      animo.NotFound,
		"s3://animo?endpoint=http://127.0.0.1:1":  animo.Machine,
	} {
		s, err := s3.Open(t.Context(), url, nil)
		wantCode(t, url, err, code)
		if err == nil {
			_ = s.Close()
		}
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	_, err := s3.Open(t.Context(), good, nil)
	wantCode(t, "wrong credentials", err, animo.Forbidden)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s3.Open(ctx, good, nil)
	wantCode(t, "an ended context", err, animo.Interrupted)
	none := t.TempDir() + "/none"
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""} {
		t.Setenv(name, value)
	}
	_, err = s3.Open(t.Context(), good, nil)
	wantCode(t, "no credentials", err, animo.Invalid)
	_, err = s3.Open(t.Context(), "s3://bucket", nil)
	wantCode(t, "no region", err, animo.Invalid)
}

// What was right at the start and is not any more passes when somebody has seen to it, so nothing is given up because of it.
func TestStore_faults_of_the_server_are_the_machines(t *testing.T) {
	var answer atomic.Pointer[string]
	var asked atomic.Int32
	s := open(t, through(t, s3test.URL(t), func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		asked.Add(1)
		a := answer.Load()
		if a == nil {
			server.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		status, code, _ := strings.Cut(*a, " ")
		n := 0
		_, _ = fmt.Sscan(status, &n)
		if n == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(n)
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
	}))
	put(t, s, "a", "kept")
	for text, code := range map[string]animo.Code{
		"503 SlowDown": animo.Machine, "500 InternalError": animo.Machine, "429 TooManyRequests": animo.Machine, "502 ": animo.Machine, "400 RequestTimeout": animo.Machine,
		"403 AccessDenied": animo.Machine, "403 SignatureDoesNotMatch": animo.Machine, "400 ExpiredToken": animo.Machine, "404 NoSuchBucket": animo.Machine, "301 PermanentRedirect": animo.Machine,
		"507 XMinioStorageFull": animo.NoSpace, "403 QuotaExceeded": animo.NoSpace, "400 InvalidArgument": animo.Internal, "0": animo.Machine,
	} {
		answer.Store(&text)
		asked.Store(0)
		putErr := s.Put(t.Context(), "t", "a", strings.NewReader("new"))
		wantCode(t, text+": Put", putErr, code)
		if retried := asked.Load() > 1; retried != (code == animo.Machine && (strings.Contains("05", text[:1]) || strings.Contains(text, "Request"))) {
			t.Errorf("%s: asked %d times", text, asked.Load())
		}
		if asked.Load() > 1 { // as the others would be, which takes its time
			answer.Store(nil)
			continue
		}
		_, _, getErr := s.Get(t.Context(), "t", "a", object.Range{})
		wantCode(t, text+": Get", getErr, code)
		_, deleteErr := s.Delete(t.Context(), "t", "")
		wantCode(t, text+": Delete", deleteErr, code)
		answer.Store(nil)
	}
	body, _, err := s.Get(t.Context(), "t", "a", object.Range{})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, err := io.ReadAll(body); err != nil || string(b) != "kept" {
		t.Errorf("after all that: %q, %v", b, err)
	}
}

func TestStore_sends_again_what_the_server_did_not_take(t *testing.T) {
	var asked atomic.Int32
	s := open(t, through(t, s3test.URL(t)+"&part-size=5242880", func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if r.Method == http.MethodPut && asked.Add(1)%2 == 1 { // it breaks off in the middle of the body
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			panic(http.ErrAbortHandler)
		}
		server.ServeHTTP(w, r)
	}))
	for _, size := range []int{100_000, 12 << 20} {
		content := bytes.Repeat([]byte("0123456789abcdef"), size/16)
		r := bytes.NewReader(append([]byte("head"), content...))
		_, _ = r.Seek(4, io.SeekStart)
		if err := s.Put(t.Context(), "t", "a", r); err != nil {
			t.Fatal(err)
		}
		body, info, err := s.Get(t.Context(), "t", "a", object.Range{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if _ = body.Close(); err != nil || info.Size != int64(len(content)) || !bytes.Equal(got, content) {
			t.Errorf("%d bytes of %d, %v", len(got), size, err)
		}
	}
}

// A large object comes in parts, whole or not at all, and what a crash left of one is removed a day later.
func TestStore_sends_large_objects_in_parts(t *testing.T) {
	var parts atomic.Int32
	var broken atomic.Bool
	address := through(t, s3test.URL(t)+"&part-size=5242880", func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if r.URL.Query().Has("partNumber") {
			parts.Add(1)
			if broken.Load() && r.URL.Query().Get("partNumber") == "2" {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(http.StatusForbidden)
				return
			}
		}
		if broken.Load() && r.Method == http.MethodDelete { // as after a crash: nobody ends the upload
			w.WriteHeader(http.StatusForbidden)
			return
		}
		server.ServeHTTP(w, r)
	})
	s := open(t, address)
	content := strings.Repeat("0123456789", 1_200_000)
	put(t, s, "whole", content[:5<<20])
	if n := parts.Load(); n != 0 {
		t.Errorf("%d parts of what is no larger than one", n)
	}
	put(t, s, "large", content)
	if n := parts.Load(); n != 3 {
		t.Errorf("%d parts, want 3", n)
	}
	for _, part := range []object.Range{{}, {Offset: 5<<20 - 5, Length: 10}, {Offset: int64(len(content)) - 3}} {
		body, info, err := s.Get(t.Context(), "t", "large", part)
		if err != nil {
			t.Fatal(err)
		}
		want := content[part.Offset:]
		if part.Length > 0 {
			want = want[:part.Length]
		}
		got, err := io.ReadAll(body)
		if _ = body.Close(); err != nil || info.Size != int64(len(content)) || string(got) != want {
			t.Errorf("%+v: %d bytes, %v", part, len(got), err)
		}
	}
	broken.Store(true)
	if err := s.Put(t.Context(), "t", "half", strings.NewReader(content)); animo.CodeOf(err) != animo.Machine {
		t.Errorf("a part that is refused: %v", err)
	}
	broken.Store(false)
	if _, err := s.Stat(t.Context(), "t", "half"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("an object of which a part is missing: %v", err)
	}
	if n := s3.Uploads(t, s); n != 1 {
		t.Fatalf("%d uploads are left, want 1", n)
	}
	for _, after := range []struct {
		age  time.Duration
		left int
	}{{23 * time.Hour, 1}, {25 * time.Hour, 0}} {
		later, err := s3.Open(t.Context(), address, func() time.Time { return time.Now().Add(after.age) })
		if err != nil {
			t.Fatal(err)
		}
		if n := s3.Uploads(t, later); n != after.left {
			t.Errorf("%d uploads are left after %v, want %d", n, after.age, after.left)
		}
		_ = later.Close()
	}
}

func TestStore_deletes_in_batches(t *testing.T) {
	const n = 1010
	var batches atomic.Int32
	s := open(t, through(t, s3test.URL(t), func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if r.Method == http.MethodPost && r.URL.Query().Has("delete") {
			batches.Add(1)
		}
		server.ServeHTTP(w, r)
	}))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < n; i += 4 {
				if err := s.Put(t.Context(), "t", fmt.Sprint("d/", i), strings.NewReader("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	put(t, s, "e", "stays")
	listed := 0
	for _, err := range s.(object.Lister).List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
	}
	removed, err := s.Delete(t.Context(), "t", "d/")
	if err != nil || removed != n || listed != n+1 || batches.Load() != 2 {
		t.Errorf("%d of %d removed in %d batches, %v; %d were listed", removed, n, batches.Load(), err, listed)
	}
	if _, err := s.Stat(t.Context(), "t", "e"); err != nil {
		t.Errorf("what has another name: %v", err)
	}
}

// Two stores in one bucket under different prefixes see nothing of each other, also where one's prefix begins like the other's.
func TestStore_keeps_to_its_prefix(t *testing.T) {
	address := s3test.URL(t)
	path, query, _ := strings.Cut(address, "?")
	a, b := open(t, address), open(t, path+"b/deeper?"+query)
	put(t, a, "x", "a's")
	put(t, b, "x", "b's")
	if n, err := a.Delete(t.Context(), "t", ""); n != 1 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	for o, err := range a.(object.Lister).List(t.Context()) {
		t.Errorf("a lists %s, %v", o.Name, err)
	}
	if _, err := b.Stat(t.Context(), "t", "x"); err != nil {
		t.Error(err)
	}
}

// Nothing could be erased in a bucket that keeps earlier versions.
func TestOpen_refuses_a_bucket_that_keeps_versions(t *testing.T) {
	address := s3test.Bucket(t, "versioned-"+strings.ToLower(rand.Text()[:8]))
	s3.Versioned(t, address)
	_, err := s3.Open(t.Context(), address, nil)
	wantCode(t, "a versioned bucket", err, animo.Conflict)
}
