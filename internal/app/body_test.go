package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"animo/internal/app"
)

// TestAPI_large_bodies_are_refused_cheaply sends bodies of nearly the most bytes allowed that are all errors,
// and looks at what the refusal costs in this process, where the server runs too.
func TestAPI_large_bodies_are_refused_cheaply(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	var keys strings.Builder
	for i := range 700_000 {
		keys.WriteString(`,"` + string(rune('a'+i%26)) + strings.Repeat("b", i%7) + `":0`)
	}
	most := int(c.MaxBody) - 1000
	for name, want := range map[string]struct {
		body string
		code string
		cost uint64 // in MB, at most
	}{
		"numbers for texts": {`{"idmodel":"r.txt","opiniones":[0` + strings.Repeat(",0", most/2) + `]}`, "too_large", 64},
		"unknown fields":    {`{"idmodel":"r.txt"` + keys.String() + `}`, "too_large", 64},
		"empty lists":       {`{"idmodel":"r.txt","opiniones":[[]` + strings.Repeat(",[]", most/3) + `]}`, "too_large", 64},
		"one long field":    {`{"` + strings.Repeat("x", most) + `":0}`, "invalid", 120},
		"one long number":   {strings.Repeat("1", most), "malformed_body", 120},
	} {
		t.Run(name, func(t *testing.T) {
			b := *a
			b.t = t
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := b.do("POST", "/senti", want.body)
			runtime.ReadMemStats(&after)
			if r.code() != want.code || len(r.body) > 10_000 {
				t.Errorf("%d %.300s (%d bytes), want %s", r.status, r.body, len(r.body), want.code)
			}
			if cost := (after.TotalAlloc - before.TotalAlloc) >> 20; cost > want.cost {
				t.Errorf("%d MB allocated for a body of %d MB", cost, len(want.body)>>20)
			} else {
				t.Logf("%d MB allocated", cost)
			}
		})
	}
}

func TestAPI_lists_few_of_many_errors(t *testing.T) {
	a := start(t, settings(t))
	r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":[0`+strings.Repeat(",0", 999)+`]}`)
	if r.status != http.StatusUnprocessableEntity || len(r.body) > 3000 {
		t.Errorf("%d, %d bytes: %.300s", r.status, len(r.body), r.body)
	}
}

func TestAPI_body_that_never_comes_ends(t *testing.T) {
	c := settings(t)
	c.RequestTime = 300 * time.Millisecond
	a := start(t, c)
	body, feed := io.Pipe()
	defer feed.Close()
	if r := a.send("POST", "/senti", body, nil); r.status != http.StatusGatewayTimeout || r.code() != "timeout" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAPI_explains_a_bounded_number_of_texts(t *testing.T) {
	a := start(t, settings(t))
	a.upload("r.txt", "?trainer=nb", reviews(t))
	texts := strings.TrimSuffix(strings.Repeat(`"a b",`, 101), ",")
	if r := a.do("POST", "/v1/models/r.txt/classify", `{"texts":[`+texts+`],"explain":1}`); r.status != http.StatusRequestEntityTooLarge || !strings.Contains(r.body, `"field":"explain"`) {
		t.Errorf("explaining 101 texts: %d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models/r.txt/classify", `{"texts":[`+texts+`]}`); r.status != http.StatusOK {
		t.Errorf("classifying 101 texts: %d %s", r.status, r.body)
	}
}

// TestAPI_body_that_never_comes_of_a_request_for_much_ends asks for what may be told for as long as the client likes,
// and announces a body, of which the server reads a part before it answers.
func TestAPI_body_that_never_comes_of_a_request_for_much_ends(t *testing.T) {
	c := settings(t)
	c.RequestTime = 300 * time.Millisecond
	a := startWith(t, c, app.Options{Page: builtPage()})
	addKey(t, c, "sol") // the answers below are those to nobody in particular
	for _, path := range []string{"/assets/index-5f2c.js", "/assets/nothing", "/models/tiny_face_detector_model.bin", "/v1/stream", "/v1/moods/export", "/v1/photos/x/image"} {
		for _, length := range []string{"Content-Length: 10", "Transfer-Encoding: chunked"} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", path, length)
			if answer, err := io.ReadAll(conn); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 ")) {
				t.Errorf("%s with %s: %.100q, %v", path, length, answer, err)
			}
			_ = conn.Close()
		}
	}
}
