// Package notify tells people and programs of the faces, trainings and batches that they subscribed to, by webhook and by e-mail. DESIGN.md says
// how it works.
//
//	face.MOOD event -> notify: a row in the line of each subscription that it matches -> a turn: told, in order
//
// Each subscription has a line of its own: a log of rows to be told, and a place in the log up to which all is
// settled. So a subscriber that is down waits alone and misses nothing. What was told stays in the line as the log of
// deliveries, and can be told again. Begin at New; the function puts rows into the lines, Run empties them.
//
// A message is sent once, but where the process dies, or loses the line's lease, between the receiver's yes and the commit
// that settles the parcel. Then it is sent again under the same id, by which the receiver knows it.
package notify

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"animo/internal/bus"
	"animo/internal/cluster"
	"animo/internal/erasures"
	"animo/internal/loop"
	"animo/internal/object"
	"animo/internal/scrub"
	"animo/internal/table"
	"animo/internal/tracing"
)

// The tables, by what their keys are.
const (
	subscriptionsTable = "subscriptions"       // id -> Subscription with its secrets
	linesTable         = "subscription-lines"  // id -> line
	outboxTable        = "subscription-outbox" // face id/subscription id -> parcel; see parcel.go
)

// Objects is where thumbnails of photos are.
type Objects interface {
	// Get opens an object, or answers NotFound; the caller closes it.
	Get(ctx context.Context, tenant, name string, part object.Range) (io.ReadCloser, object.Info, error)
}

// Limits bound what subscriptions may take. A zero field has the default in its comment.
type Limits struct {
	Subscriptions int           // of a tenant; 100
	Kept          int           // settled deliveries that a subscription's log keeps, to be read and replayed; 1,000
	Waiting       int           // deliveries that may wait for one subscriber; what comes then is not told to it; 1 million
	AtOnce        int           // subscribers told at once by this process, at most half of them of one tenant; 32
	SendTime      time.Duration // for one attempt; 15 s, the least that Standard Webhooks recommends
	AnswerBytes   int64         // read of a webhook's answer, so that its connection can be used again; 4 KiB
}

func (l Limits) withDefaults() Limits {
	if l.Subscriptions == 0 {
		l.Subscriptions = 100
	}
	if l.Kept == 0 {
		l.Kept = 1000
	}
	if l.Waiting == 0 {
		l.Waiting = 1_000_000
	}
	if l.AtOnce == 0 {
		l.AtOnce = 32
	}
	if l.SendTime == 0 {
		l.SendTime = 15 * time.Second
	}
	if l.AnswerBytes == 0 {
		l.AnswerBytes = 4 << 10
	}
	return l
}

// Options are what New may be told. All but Leases may be left out.
type Options struct {
	Limits       Limits
	AllowPrivate bool            // let webhooks reach this machine and private networks, and be plain HTTP
	Mail         Mail            // the server for e-mail; without a host, e-mail subscriptions are refused
	PublicURL    string          // where recipients of mail reach this server, without a slash at its end
	Roots        *x509.CertPool  // whose certificates receivers may have; nil means the system's
	Master       Master          // seals the secrets of webhooks
	Leases       *cluster.Leases // of this process, under which lines have their turns; needed
	Erasures     *erasures.Log   // where it is noted which subscriptions ended, so that no backup brings them back; nil means nowhere
	Removed      *scrub.Notes    // is told when plain secrets were sealed; nil means nobody
	Now          func() time.Time
	Log          *slog.Logger
	Keeper       *loop.Keeper // is told of turns that panic; nil means one of its own
	Tracer       trace.Tracer // of the attempts' spans; nil means one whose spans are not kept
}

// Notifier keeps subscriptions and tells their subscribers. It is safe for concurrent use.
type Notifier struct {
	tables    *table.Table
	objects   Objects
	limits    Limits
	private   bool
	master    Master
	publicURL string
	leases    *cluster.Leases
	erasures  *erasures.Log
	removed   *scrub.Notes
	now       func() time.Time
	log       *slog.Logger
	keeper    *loop.Keeper
	tracer    trace.Tracer

	web   *webhooks
	mail  *mailer // nil where no mail is sent
	turns *turns
	said  sync.Map   // lineID -> why its secret does not open, as it was logged last
	adds  sync.Mutex // held while a subscription is added, so that the count of them holds
}

// New makes a Notifier over its tables, with the thumbnails that mails show. It starts nothing.
func New(tables *table.Table, objects Objects, o Options) (*Notifier, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(o.Log, nil)
	}
	if o.Tracer == nil {
		o.Tracer = tracing.IDs()
	}
	n := &Notifier{
		tables: tables, objects: objects, limits: o.Limits.withDefaults(), private: o.AllowPrivate, master: o.Master, publicURL: o.PublicURL,
		leases: o.Leases, erasures: o.Erasures, removed: o.Removed, now: o.Now, log: o.Log, keeper: o.Keeper, tracer: o.Tracer,
	}
	n.web = newWebhooks(n.limits, o.AllowPrivate, o.Roots)
	if o.Mail.Host != "" {
		m, err := newMailer(o.Mail, n.limits.SendTime, o.Roots)
		if err != nil {
			return nil, err
		}
		n.mail = m
	}
	n.turns = newTurns(n.limits.AtOnce, n.takeTurn)
	return n, nil
}

// Functions returns the function that puts faces into the lines, to be registered with the bus. It has one worker, so that
// the lines have a tenant's faces in the order in which these were found.
func (n *Notifier) Functions() []bus.Function {
	return []bus.Function{{Name: "notify", On: append([]string{"face.*"}, workEvents...), Workers: 1, Deadline: time.Minute, Handle: n.handle}}
}

// Run tells subscribers what waits for them until ctx ends, and then waits for the turns that are under way. Sweep finds
// lines that another process filled, or that were left at the last stop.
func (n *Notifier) Run(ctx context.Context) { n.turns.Run(ctx) }

// Close ends the connections to receivers that are not used at that moment.
func (n *Notifier) Close() { n.web.close() }
