package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"animo"
)

// client speaks to a running Animo over its API.
type client struct {
	base  string // the server's URL without a slash at its end
	key   string // empty for none
	lang  string // of the server's errors
	http  *http.Client
	pause func(ctx context.Context, d time.Duration) error // waits before another attempt
	waits func(d time.Duration, why error)                 // told of a long pause that begins; nil for nobody
}

// longWait is the pause from which on people are told that there is one.
const longWait = 2 * time.Second

// newClient makes a client for the server at a URL.
func newClient(base, key, lang string) (*client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, usagef("--url", "%q is not a URL like http://127.0.0.1:8080", "%q no es una URL como http://127.0.0.1:8080", base)
	}
	return &client{
		base: strings.TrimRight(base, "/"), key: key, lang: lang, pause: sleep,
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:                 http.ProxyFromEnvironment,
				DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				TLSHandshakeTimeout:   10 * time.Second,
				ResponseHeaderTimeout: time.Minute,     // from the request's end; more than the longest wait
				ExpectContinueTimeout: 2 * time.Second, // then the body is sent unasked
				MaxIdleConnsPerHost:   maxJobs,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the key is for this server
		},
	}, nil
}

// sleep waits, or ends with ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// The attempts at one request; together the pauses between them are two minutes.
const (
	attempts   = 10
	firstPause = 500 * time.Millisecond // each is twice the one before
	longPause  = 30 * time.Second       // but no longer
	maxRetry   = 2 * time.Minute        // the longest that a server's Retry-After is obeyed
)

// body opens what a request sends, once for each attempt, and tells how many bytes it has.
type body func() (r io.ReadCloser, size int64, err error)

// call sends a request and reads the JSON of its answer into out, unless that is nil. It tries again, after growing pauses, what
// the server asks to have again and what broke on the way; a request that comes twice must do no harm. The
// error of a server is an animo.Error in the client's language.
func (k *client) call(ctx context.Context, method, path string, send body, out any) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		again, after, err := k.try(ctx, method, path, send, out)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !again || attempt == attempts {
			return err
		}
		wait := max(pause, min(after, maxRetry))
		if k.waits != nil && wait > longWait {
			k.waits(wait, err)
		}
		if err := k.pause(ctx, wait); err != nil {
			return err
		}
		pause = min(2*pause, longPause)
	}
}

// try is one attempt at a request. again says whether another could do better, and after, how long the server
// wants to be left alone.
func (k *client) try(ctx context.Context, method, path string, send body, out any) (again bool, after time.Duration, err error) {
	res, again, err := k.open(ctx, method, path, send)
	if err != nil {
		return again, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		again, after = retryAfter(res)
		err := problemOf(res)
		if res.StatusCode == http.StatusUnauthorized && k.key == "" {
			err = animo.Errorf(animo.Unauthenticated, "%s wants a key; put it into ANIMO_KEY, or give it with --key (animo keys add makes one)",
				"%s pide una clave; póngala en ANIMO_KEY o désela con --key (animo keys add crea una)", k.base)
		}
		return again && animo.CodeOf(err) != animo.Quota, after, err
	}
	if out == nil {
		return false, 0, nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return true, 0, animo.Errorf(animo.Unavailable, "the answer of %s broke off: %v", "la respuesta de %s se cortó: %v", k.base, err)
	}
	return false, 0, nil
}

// open sends a request and returns its answer, whatever its status.
func (k *client) open(ctx context.Context, method, path string, send body) (res *http.Response, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, method, k.base+path, nil)
	if err != nil {
		return nil, false, err
	}
	if send != nil {
		if req.Body, req.ContentLength, err = send(); err != nil {
			return nil, false, err
		}
		req.Header.Set("Expect", "100-continue") // a refusal comes before the bytes go
	}
	req.Header.Set("Accept-Language", k.lang)
	if k.key != "" {
		req.Header.Set("Authorization", "Bearer "+k.key)
	}
	res, err = k.http.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") { // net/http has no value for it
			return nil, false, usagef("--url", "%s does not encrypt; use http:// instead of https://", "%s no cifra; use http:// en vez de https://", k.base)
		}
		return nil, true, animo.Errorf(animo.Unavailable, "no answer from %s; check the URL, and that animo serve runs there (%v)",
			"%s no responde; compruebe la URL, y que animo serve esté en marcha allí (%v)", k.base, err)
	}
	return res, false, nil
}

// retryAfter tells whether an answer asks for another attempt, and after what pause.
func retryAfter(res *http.Response) (again bool, after time.Duration) {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	after = time.Duration(max(seconds, 0)) * time.Second
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true, after
	case http.StatusInsufficientStorage:
		return err == nil, after
	}
	return false, 0
}

// problemOf reads the problem document of an answer. The field that it may name is one of the request, which
// the user has not seen.
func problemOf(res *http.Response) error {
	var p struct {
		Code   animo.Code
		Detail string
	}
	const most = 1 << 20
	if err := json.NewDecoder(io.LimitReader(res.Body, most)).Decode(&p); err != nil || p.Detail == "" {
		return animo.Errorf(animo.Internal, "the server answered %s", "el servidor respondió %s", res.Status)
	}
	return &animo.Error{Code: p.Code, EN: p.Detail, ES: p.Detail}
}

// reach answers an error unless an Animo is there.
func (k *client) reach(ctx context.Context) error {
	res, _, err := k.open(ctx, http.MethodGet, "/livez", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return animo.Errorf(animo.Unavailable, "%s answers, but not as an Animo does (%s)", "%s responde, pero no como un Animo (%s)", k.base, res.Status)
	}
	return nil
}

// sentPhoto is what a server tells of a photo, in part.
type sentPhoto struct {
	ID       string
	Status   animo.Status
	Accepted time.Time `json:"accepted_at"`
	Failure  *struct {
		Code    animo.Code
		Message string // in the client's language
	}
	Faces []animo.Face
}

// upload sends a photo.
func (k *client) upload(ctx context.Context, name string, query url.Values, send body) (p sentPhoto, err error) {
	err = k.call(ctx, http.MethodPut, "/v1/photos/"+url.PathEscape(name)+"?"+query.Encode(), send, &p)
	return p, err
}

// await reads a photo once it is done or has failed.
func (k *client) await(ctx context.Context, id string) (p sentPhoto, err error) {
	for {
		err := k.call(ctx, http.MethodGet, "/v1/photos/"+url.PathEscape(id)+"?wait=20", nil, &p)
		if err != nil || p.Status.Ended() {
			return p, err
		}
	}
}
