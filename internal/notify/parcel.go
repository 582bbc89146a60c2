package notify

import (
	"encoding/json"
	"strings"
	"time"

	"animo"
)

// parcel is a row of the outbox: something to be told to one subscriber, and what became of it.
type parcel struct {
	Kind    kind            `json:"kind,omitempty"`
	ID      string          `json:"id,omitempty"`   // of the message
	Type    string          `json:"type,omitempty"` // of the event
	Time    time.Time       `json:"time,omitzero"`  // of the event
	Added   time.Time       `json:"added,omitzero"`
	Data    json.RawMessage `json:"data,omitempty"` // a face's record, or what an event of opinions says
	Notice  *animo.Reason   `json:"notice,omitempty"`
	Outcome Outcome         `json:"outcome,omitempty"`

	Settled  time.Time `json:"settled,omitzero"`
	Attempts int       `json:"attempts,omitempty"`
	Last     *Attempt  `json:"last,omitempty"`

	TraceParent string `json:"traceparent,omitempty"` // of the event
}

// kind says what a parcel is.
type kind string

const (
	ofFace   kind = ""
	ofReplay kind = "replay"  // what was told, to be told once more
	ofWork   kind = "opinion" // the end of a training or of a batch; see work.go
	ofTest   kind = "test"    // told when it was asked for
	ofNotice kind = "notice"  // to a recipient of mail: something about another subscription
	ofState  kind = "state"   // why the subscription was paused, or that its line is full; told to nobody
)

// Outcome says what became of a delivery.
type Outcome string

// The outcomes.
const (
	Waits  Outcome = ""       // it is to be told
	Told   Outcome = "told"   // the receiver took it
	Untold Outcome = "untold" // it will not be told: a failed test, or a note for the log alone
)

// Attempt is how the last attempt at a delivery went.
type Attempt struct {
	Time   time.Time     `json:"time"`
	Took   time.Duration `json:"took"`
	Status int           `json:"status,omitempty"` // that a webhook answered; 0 when there was no answer
	Reason *animo.Reason `json:"reason,omitempty"` // why it failed; nil when it did not
}

// message is what is sent to a receiver.
type message struct {
	ID   string // stays the same at every attempt and replay, so that a receiver knows what it has had
	Type string
	Time time.Time
	Data json.RawMessage
}

func (p *parcel) message() message { return message{p.ID, p.Type, p.Time, p.Data} }

// attempt is how sending went. A zero reason means that the receiver took it.
type attempt struct {
	Attempt
	untried bool          // nothing was sent, because the webhook's secret does not open
	gone    bool          // the receiver wants no more
	after   time.Duration // for which the receiver wants no attempt
}

func failed(err error) attempt {
	r := animo.ReasonOf(err)
	return attempt{Attempt: Attempt{Reason: &r}}
}

// The keys of the outbox begin with the face, so that the parcels of an erased photo are one range; those of no face begin
// with an exclamation mark. The same face and subscription have the same key, so a repeated event adds nothing.
func faceKey(face, subscription string) string { return face + "/" + subscription }

func otherKey(what, subscription string) string { return "!" + what + "/" + subscription }

// noticeKey is the key of a notice, and with "" the prefix of all notices to a subscription.
func noticeKey(subscription, what string) string { return "!notice/" + subscription + "/" + what }

// faceOf returns the face that a key begins with; "" for the key of a parcel of no face.
func faceOf(key string) string {
	face, _, _ := strings.Cut(key, "/")
	if strings.HasPrefix(face, "!") {
		return ""
	}
	return face
}

// outboxLog is the log of a subscription's parcels: its line.
func outboxLog(subscription string) string { return "subscription/" + subscription }

// messageID is a message's id: without a full stop, as the signature's scheme wants it.
func messageID(tenant, subscription, of string) string {
	return "msg_" + animo.ID("message", tenant, subscription, of)
}
