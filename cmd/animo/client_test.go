package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"animo"
)

// flaky is a server that answers one request after another as it is told, and a client whose pauses are noted
// and not waited for.
func flaky(t *testing.T, answers ...http.HandlerFunc) (k *client, pauses *[]time.Duration, asked *atomic.Int32) {
	t.Helper()
	pauses, asked = new([]time.Duration), new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1))
		if r.Body != nil && n <= len(answers) {
			if sent, err := io.ReadAll(r.Body); err != nil || r.Method == http.MethodPut && string(sent) != "a photo" {
				t.Errorf("request %d brings %q, %v", n, sent, err)
			}
		}
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	k, err := newClient(server.URL+"/", "the-key", "es")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.http.CloseIdleConnections)
	k.pause = func(ctx context.Context, d time.Duration) error {
		*pauses = append(*pauses, d)
		return ctx.Err()
	}
	return k, pauses, asked
}

// answer answers with a status, a Retry-After where there is one, and a body.
func answer(status int, retryAfter, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hangUp breaks the connection off.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestClient_tries_again_what_may_do_better_later(t *testing.T) {
	k, pauses, _ := flaky(t,
		answer(503, "7", `{"code":"unavailable","detail":"zu viel"}`),
		hangUp,
		answer(429, "", ``),
		answer(507, "9000", ``),
		answer(202, "", `{"id":"a`), // breaks off
		answer(202, "", `{"id":"abc","status":"queued"}`))
	p, err := k.upload(t.Context(), "a b.jpg", nil, bytesBody([]byte("a photo")))
	if err != nil || p.ID != "abc" || p.Status != animo.Queued {
		t.Errorf("%+v, %v", p, err)
	}
	want := []time.Duration{7 * time.Second, time.Second, 2 * time.Second, maxRetry, 8 * time.Second}
	if !slices.Equal(*pauses, want) {
		t.Errorf("pauses %v, want %v", *pauses, want)
	}
}

func TestClient_gives_up_in_the_end(t *testing.T) {
	k, pauses, asked := flaky(t, answer(503, "", `{"code":"unavailable","detail":"ocupado"}`))
	_, err := k.upload(t.Context(), "a.jpg", nil, bytesBody([]byte("a photo")))
	if animo.CodeOf(err) != animo.Unavailable || asked.Load() != attempts {
		t.Errorf("%v after %d attempts, want unavailable after %d", err, asked.Load(), attempts)
	}
	if sum, last := total(*pauses), (*pauses)[len(*pauses)-1]; sum < time.Minute || sum > 3*time.Minute || last != longPause {
		t.Errorf("the pauses %v are %v", *pauses, sum)
	}
}

func total(list []time.Duration) (sum time.Duration) {
	for _, d := range list {
		sum += d
	}
	return sum
}

func TestClient_takes_a_refusal_for_an_answer(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   animo.Code
		says   string
	}{
		"a problem":                  {answer(422, "", `{"code":"unknown_image","detail":"no es una imagen","field":"body"}`), animo.UnknownImage, "no es una imagen"},
		"a full disk without a term": {answer(507, "", `{"code":"no_space","detail":"el disco está lleno"}`), animo.NoSpace, "el disco está lleno"},
		"a quota, whatever the term": {answer(507, "5", `{"code":"quota","detail":"se guardan 5 fotos"}`), animo.Quota, "se guardan 5 fotos"},
		"another server's page":      {answer(404, "", `<html>`), animo.Internal, "404"},
		"a way to another server":    {http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, animo.Internal, "302"},
	} {
		t.Run(name, func(t *testing.T) {
			k, pauses, asked := flaky(t, c.answer)
			_, err := k.upload(t.Context(), "a.jpg", nil, bytesBody([]byte("a photo")))
			if animo.CodeOf(err) != c.code || !strings.Contains(animo.ReasonOf(err).ES, c.says) || asked.Load() != 1 || len(*pauses) > 0 {
				t.Errorf("%v (%s) after %d requests, want %s at once", err, animo.CodeOf(err), asked.Load(), c.code)
			}
		})
	}
}

func TestClient_says_who_it_is_and_what_it_speaks(t *testing.T) {
	k, _, _ := flaky(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer the-key" {
			t.Errorf("Authorization %q", got)
		}
		if got := r.Header.Get("Accept-Language"); got != "es" {
			t.Errorf("Accept-Language %q", got)
		}
		if got := r.URL.EscapedPath(); got != "/v1/photos/a%20b%2Fc.jpg" {
			t.Errorf("path %q", got)
		}
		if r.ContentLength != 7 {
			t.Errorf("Content-Length %d", r.ContentLength)
		}
		answer(202, "", `{}`)(w, r)
	})
	if _, err := k.upload(t.Context(), "a b/c.jpg", nil, bytesBody([]byte("a photo"))); err != nil {
		t.Error(err)
	}
}

func TestClient_ends_with_its_context(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	k, _, asked := flaky(t, func(http.ResponseWriter, *http.Request) {
		cancel()
		panic(http.ErrAbortHandler)
	})
	if _, err := k.upload(ctx, "a.jpg", nil, bytesBody([]byte("a photo"))); !errors.Is(err, context.Canceled) || asked.Load() != 1 {
		t.Errorf("%v after %d requests, want canceled after one", err, asked.Load())
	}
}

func TestClient_stream_tells_moods_and_its_end(t *testing.T) {
	k, _, _ := flaky(t, answer(200, "", "retry: 2000\n\nevent: gap\nid: 3\ndata: {\"from\":3}\n\n: still here\n\n"+
		"event: mood\nid: 4\ndata: {\"mood\":\"HAPPY\",\"face_id\":\"a-0\"}\n\nevent:mood\ndata:{\"mood\":\"SAD\"}\n\n"))
	faces, err := k.moods(t.Context(), url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	var got []animo.Mood
	for m := range faces {
		if m.err != nil {
			err = m.err
			continue
		}
		got = append(got, m.Mood)
	}
	if !slices.Equal(got, []animo.Mood{animo.Happy, animo.Sad}) || animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("%v, %v; want happy, sad, and an error at the end", got, err)
	}
}

func TestNewClient_refuses_what_is_no_server(t *testing.T) {
	for _, base := range []string{"", "127.0.0.1:8080", "ftp://a", "http://", "http://a?b=c", "http://a#b"} {
		if _, err := newClient(base, "", "en"); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v, want a usage error", base, err)
		}
	}
}
