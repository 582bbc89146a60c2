package animo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Event is a CloudEvents 1.0 envelope with the tenant as an extension attribute. Its JSON is the
// structured form of the CloudEvents JSON format, which is also how it is stored and sent.
type Event struct {
	SpecVersion     string          `json:"specversion"` // always "1.0"
	ID              string          `json:"id"`          // from the content (see ID), so a repeat has the same one
	Source          string          `json:"source"`      // which part of Animo says it, for example "animo/opinions"
	Type            string          `json:"type"`        // for example "dataset.stored"
	Subject         string          `json:"subject"`     // what it is about, for example a dataset's name
	Time            time.Time       `json:"time"`
	Tenant          string          `json:"tenant"`
	DataContentType string          `json:"datacontenttype,omitempty"`
	Data            json.RawMessage `json:"data,omitempty"`
	// Basis names the state that the event was said of, in the words of who says it: a function that finds the
	// state unchanged need not read it. It is an extension attribute; nothing follows from its absence.
	Basis string `json:"basis,omitempty"`
	// TraceParent is the span in which the event was published, as in W3C's Trace Context; "" for none. It is the extension
	// attribute of CloudEvents' Distributed Tracing.
	TraceParent string `json:"traceparent,omitempty"`
}

// NewEvent makes an event whose data is v as JSON. v must be a value that encoding/json can write.
func NewEvent(id, source, typ, subject, tenant string, at time.Time, v any) (Event, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return Event{}, err
	}
	return Event{SpecVersion: "1.0", ID: id, Source: source, Type: typ, Subject: subject, Time: at.UTC(), Tenant: tenant, DataContentType: "application/json", Data: data}, nil
}

// ID derives an identifier from the parts that make a thing what it is: the first 128 bits of SHA-256
// over the parts, each with its length, as 32 hexadecimal digits. Equal parts give equal ids on every
// machine, which is what makes a repeated delivery harmless.
func ID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		n := uint64(len(p))
		h.Write([]byte{byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Matches reports whether an event type fits a pattern: the same text, or a prefix ending in "*".
func Matches(pattern, eventType string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(eventType, prefix)
	}
	return pattern == eventType
}
