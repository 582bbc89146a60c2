package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/tracing"
)

// webhooks sends messages as Standard Webhooks 1.0.0 wants them (github.com/standard-webhooks/standard-webhooks).
type webhooks struct {
	client *http.Client
	dialer *net.Dialer
	limits Limits
}

// newWebhooks makes a client that follows no redirect, uses no proxy (which would resolve names itself) and
// dials public addresses only, unless private ones are allowed.
func newWebhooks(l Limits, private bool, roots *x509.CertPool) *webhooks {
	dialer := &net.Dialer{Timeout: l.SendTime}
	if !private {
		dialer.Control = onlyPublic
	}
	return &webhooks{limits: l, dialer: dialer, client: &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    l.SendTime,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // the answer is not read
			MaxIdleConns:           4 * l.AtOnce,
			MaxIdleConnsPerHost:    l.AtOnce,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w *webhooks) close() { w.client.CloseIdleConnections() }

// payload is the body of a webhook: type and timestamp say what happened and when, data is what is recorded.
type payload struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// send posts one message and returns how that went.
func (w *webhooks) send(ctx context.Context, url string, keys [][]byte, m message, now time.Time) attempt {
	body, err := json.Marshal(payload{m.Type, m.Time, m.Data})
	if err != nil {
		return failed(err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.limits.SendTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return failed(err)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Animo")
	if parent := tracing.Parent(ctx); parent != "" {
		req.Header.Set("Traceparent", parent)
	}
	req.Header.Set("Webhook-Id", m.ID)
	req.Header.Set("Webhook-Timestamp", stamp)
	req.Header.Set("Webhook-Signature", signatures(keys, m.ID, stamp, body))
	res, err := w.client.Do(req)
	if err != nil {
		return failed(asReason(err))
	}
	defer res.Body.Close()
	// A short answer is read to its end, so that the connection can be used again. Nobody needs what it says.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, w.limits.AnswerBytes))
	if res.StatusCode/100 == 2 {
		return attempt{Attempt: Attempt{Status: res.StatusCode}}
	}
	a := failed(animo.Errorf(animo.Unavailable, "the receiver answered %d; it must answer 200 to 299", "el receptor respondió %d; debe responder de 200 a 299", res.StatusCode))
	a.Status, a.gone, a.after = res.StatusCode, res.StatusCode == http.StatusGone, retryAfter(res, now)
	return a
}

// retryAfter is how long a receiver that said no wants to be left alone: so many seconds, or until a moment
// (RFC 9110, section 10.2.3).
func retryAfter(res *http.Response, now time.Time) time.Duration {
	said := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(said, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, downTime)
	}
	if until, err := http.ParseTime(said); err == nil {
		return min(max(0, until.Sub(now)), downTime)
	}
	return 0
}

// asReason puts into words why a receiver was not reached, without its URL.
func asReason(err error) error {
	if e, ok := errors.AsType[*animo.Error](err); ok {
		return e
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return animo.Errorf(animo.Unavailable, "the name %s cannot be resolved", "no se puede resolver el nombre %s", animo.Clip(dns.Name))
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return animo.Errorf(animo.Timeout, "no answer came in time", "no llegó respuesta a tiempo").Because(err)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return animo.Errorf(animo.Unavailable, "the receiver's certificate is not valid for its name", "el certificado del receptor no es válido para su nombre").Because(err)
	}
	return animo.Errorf(animo.Unavailable, "the receiver cannot be reached, or broke the connection off", "no se alcanza al receptor, o cortó la conexión").Because(err)
}

// signatures signs a message with every key: "v1," and the base64 of the HMAC-SHA256 over id.timestamp.body, with spaces between.
func signatures(keys [][]byte, id, timestamp string, body []byte) string {
	var list []string
	for _, key := range keys {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(id + "." + timestamp + "."))
		h.Write(body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(list, " ")
}
