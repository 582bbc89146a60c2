// Package natscarrier carries refs by NATS JetStream. Start at Open.
//
// Each function has a stream and one consumer, which all processes share. A ref is a message of the subject
// PREFIX.FUNCTION.TENANT. The streams are in the servers' memory and bounded: what is pushed out, was on a server that died, or is wiped
// by somebody is lost, as a carrier may lose it, and nothing of anybody stays on a broker's disk.
package natscarrier

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"animo"
	"animo/internal/bus/carrier"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options tune a Carrier. The zero value works.
type Options struct {
	// Again is after how long a ref comes again where nobody said that it is done; 0 means 30 s.
	Again time.Duration
	Log   *slog.Logger // nil means slog.Default
}

const (
	// mostRefs is how many refs wait for one function at most, and how many are in flight. More push the oldest out.
	mostRefs = 10_000
	// oldestRef is how old a ref becomes. The ledger rings again long before.
	oldestRef = time.Hour
	// mostDelay bounds how long the server holds a ref back before it is looked at again, so that clocks that differ do little.
	mostDelay = time.Minute
	// answerTime is how long an answer of the servers is waited for. It is less than an election takes.
	answerTime = 2 * time.Second
	// waitTime is how long Receive waits for a ref.
	waitTime = 10 * time.Second
	// beat is how often the server tells who waits that it is there; two missing ones are its end.
	beat = 2 * time.Second
	// noLeaderPause is for how long Receive waits before it asks a consumer without a leader again.
	noLeaderPause = 50 * time.Millisecond
	// sendPause is for how long Send does not ask again for a stream that could not be had.
	sendPause = 5 * time.Second
	// consumer is the name of the consumer of each stream.
	consumer = "animo"
)

// Carrier is a carrier.Carrier on the servers of a NATS cluster, or on one.
type Carrier struct {
	log     *slog.Logger
	again   time.Duration
	address address
	conn    *nats.Conn
	js      jetstream.JetStream
	gone    chan struct{} // closed when the connection has ended for good

	ctx    context.Context // until Close
	cancel context.CancelFunc

	mu      sync.Mutex
	streams map[string]*stream // by function
	reason  string             // why no server could be reached, last
}

// A stream is a function's, with its consumer.
type stream struct {
	turn   chan struct{} // holds one element while somebody asks the servers for the stream
	mu     sync.Mutex
	has    jetstream.Consumer // nil where it must be asked for
	failed time.Time          // when it was asked for in vain, last
	told   string             // what the log said of it
}

var _ carrier.Carrier = (*Carrier)(nil)

// Open connects to the servers of an address, nats://HOST:PORT,HOST:PORT?OPTIONS, and logs what it finds. Servers that are away
// are waited for in the background. A wrong address is Invalid, a wrong password Forbidden.
func Open(ctx context.Context, url string, o Options) (*Carrier, error) {
	a, err := parse(url)
	if err != nil {
		return nil, err
	}
	if o.Again == 0 {
		o.Again = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	c := &Carrier{log: o.Log, again: o.Again, address: a, gone: make(chan struct{}), streams: map[string]*stream{}}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	options := append(a.options(),
		nats.Name("animo"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond), nats.Timeout(answerTime),
		nats.PingInterval(10*time.Second), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what is sent while the servers are away is refused at once, and not kept for later
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if c.ctx.Err() == nil {
				c.log.Warn("the connection to NATS broke; events come from the tables meanwhile, up to a second later", "error", err)
			}
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { c.unreached(err) }),
		nats.ReconnectHandler(func(*nats.Conn) { c.connected() }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.log.Warn("NATS", "error", err) }),
		nats.ClosedHandler(func(*nats.Conn) { close(c.gone) }),
	)
	if c.conn, err = nats.Connect(strings.Join(a.servers, ","), options...); err != nil {
		c.cancel()
		return nil, refused(err)
	}
	c.js, err = jetstream.New(c.conn, jetstream.WithDefaultTimeout(answerTime), jetstream.WithPublishAsyncTimeout(2*answerTime),
		jetstream.WithPublishAsyncMaxPending(mostRefs), jetstream.WithPublishAsyncErrHandler(func(_ jetstream.JetStream, m *nats.Msg, err error) { c.lost(m.Subject, err) }))
	if err == nil {
		if failed := c.conn.LastError(); errors.Is(failed, nats.ErrAuthorization) || errors.Is(failed, nats.ErrAuthExpired) {
			err = failed
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, refused(err)
	}
	if c.conn.IsConnected() {
		c.tell(ctx)
	} else {
		c.log.Warn("NATS cannot be reached yet; events come from the tables meanwhile, up to a second later", "servers", len(a.servers))
	}
	return c, nil
}

// refused is the answer to an address that no connection can be made of.
func refused(err error) error {
	if errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) {
		return animo.Errorf(animo.Forbidden, "NATS refuses this user (%v): look at the address and the credentials in the setting bus", "NATS rechaza a este usuario (%v): revise la dirección y las credenciales en el ajuste bus", err).Of("bus").Because(err)
	}
	return animo.Errorf(animo.Invalid, "NATS cannot be used as the setting bus says: %v", "no se puede usar NATS como dice el ajuste bus: %v", err).Of("bus").Because(err)
}

// unreached logs why no server can be reached, once for each reason.
func (c *Carrier) unreached(err error) {
	c.mu.Lock()
	known := c.reason == err.Error()
	c.reason = err.Error()
	c.mu.Unlock()
	if !known {
		c.log.Warn("NATS cannot be reached", "error", err)
	}
}

// connected tells of a connection that was made anew.
func (c *Carrier) connected() {
	c.mu.Lock()
	c.reason = ""
	c.mu.Unlock()
	go func() { c.tell(c.ctx) }() // ends within answerTime
}

// tell logs what the servers are, and what they let this user have.
func (c *Carrier) tell(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	log := c.log.With("server", c.conn.ConnectedServerName(), "version", c.conn.ConnectedServerVersion(), "cluster", c.conn.ConnectedClusterName(), "tls", c.conn.TLSRequired())
	account, err := c.js.AccountInfo(ctx)
	switch {
	case c.ctx.Err() != nil:
	case err != nil:
		log.Warn("NATS is there, but its JetStream does not answer; events come from the tables meanwhile, up to a second later", "error", err)
	default:
		log.Info("connected to NATS", "streams", account.Streams, "streams_limit", account.Limits.MaxStreams, "memory", account.Memory, "memory_limit", account.Limits.MaxMemory,
			"storage", account.Store, "storage_limit", account.Limits.MaxStore) // a limit of -1 is none
	}
}

// Close implements carrier.Carrier.
func (c *Carrier) Close() error {
	c.cancel()
	c.conn.Close()
	<-c.gone
	return nil
}

// ended is the answer of a call after Close or after the end of ctx; nil before.
func (c *Carrier) ended(ctx context.Context) error {
	if c.ctx.Err() != nil {
		return animo.Errorf(animo.Unavailable, "the carrier is closed", "el transportador está cerrado")
	}
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return animo.Ended(err)
}

// failed is the answer to what NATS did not do.
func (c *Carrier) failed(ctx context.Context, err error) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	return animo.Errorf(animo.Unavailable, "NATS does not do it now: %v", "NATS no lo hace ahora: %v", err).Because(err)
}

// body is a ref's message.
type body struct {
	Event     string `json:"event"`
	NotBefore int64  `json:"not_before,omitempty"` // in milliseconds since 1970
}

// token is a name as it stands in subjects and names of streams, where dots, stars, slashes and spaces mean something.
func token(name string) string {
	return strings.NewReplacer(".", "%2E", "*", "%2A", "~", "%7E").Replace(url.PathEscape(name))
}

func (c *Carrier) subject(function, tenant string) string {
	return c.address.prefix + "." + token(function) + "." + token(tenant)
}

// Send implements carrier.Carrier. It does not wait for the servers to say that they have the refs: so it costs no round trip, and
// one that is lost is one that a carrier may lose. No more than mostRefs are under way.
func (c *Carrier) Send(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	for _, ref := range refs {
		if _, err := c.open(ctx, ref.Function, true); err != nil {
			return c.failed(ctx, err)
		}
		b := body{Event: ref.Event}
		if !ref.NotBefore.IsZero() {
			b.NotBefore = ref.NotBefore.UnixMilli()
		}
		data, err := json.Marshal(b)
		if err != nil {
			return c.failed(ctx, err)
		}
		if _, err := c.js.PublishAsync(c.subject(ref.Function, ref.Tenant), data); err != nil {
			return c.failed(ctx, err)
		}
	}
	return nil
}

// lost sees to it that a stream that did not answer is asked for anew.
func (c *Carrier) lost(subject string, err error) {
	parts := strings.Split(subject, ".")
	function, e := url.PathUnescape(parts[len(parts)-2])
	if e == nil && (errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse)) {
		c.forget(c.stream(function))
	}
}

// Receive implements carrier.Carrier.
func (c *Carrier) Receive(ctx context.Context, function string, n int) ([]carrier.Ref, error) {
	if err := c.ended(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	waiting, stop := context.WithTimeout(ctx, waitTime)
	defer stop()
	for began := time.Now(); ; {
		refs, err := c.fetch(ctx, waiting, function, n)
		if end, _ := waiting.Deadline(); !time.Now().Before(end) {
			<-waiting.Done() // which comes a moment after
		}
		switch {
		case len(refs) > 0 || ctx.Err() != nil:
			return refs, c.endedOf(ctx, refs)
		case err == nil || waiting.Err() != nil:
			return nil, nil
		}
		c.forget(c.stream(function)) // it, or its leader, may be gone
		if !errors.Is(err, nats.ErrNoResponders) || time.Since(began) > answerTime {
			return nil, c.failed(ctx, err)
		}
		pause := time.NewTimer(noLeaderPause) // a new consumer has no leader yet
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
		pause.Stop()
	}
}

// fetch returns up to n refs that are there, or waits for one.
func (c *Carrier) fetch(ctx, waiting context.Context, function string, n int) ([]carrier.Ref, error) {
	has, err := c.open(ctx, function, false)
	if err != nil {
		return nil, err
	}
	batch, err := has.FetchNoWait(n) // a Fetch of n would wait for n
	if err != nil {
		return nil, err
	}
	if refs := c.gather(ctx, function, batch); len(refs) > 0 || ctx.Err() != nil || batch.Error() != nil {
		return refs, batch.Error()
	}
	options := []jetstream.FetchOpt{jetstream.FetchContext(waiting)}
	if end, _ := waiting.Deadline(); time.Until(end) > 2*beat+answerTime/10 { // it must have time for two
		options = append(options, jetstream.FetchHeartbeat(beat))
	}
	if batch, err = has.Fetch(1, options...); err != nil {
		return nil, err
	}
	return c.gather(waiting, function, batch), batch.Error()
}

// endedOf is ended where there are no refs to give.
func (c *Carrier) endedOf(ctx context.Context, refs []carrier.Ref) error {
	if len(refs) > 0 {
		return nil
	}
	return c.ended(ctx)
}

// gather returns the refs of a batch that came before ctx ended. Those that are to arrive later are given back until then.
func (c *Carrier) gather(ctx context.Context, function string, batch jetstream.MessageBatch) (refs []carrier.Ref) {
	for {
		select {
		case m, ok := <-batch.Messages():
			if !ok {
				return refs
			}
			if ref, ok := c.read(function, m); ok {
				refs = append(refs, ref)
			}
		case <-ctx.Done():
			for range batch.Messages() { // until the library's goroutine for the batch has ended: a second, where no server answers
			}
			return refs
		}
	}
}

// read returns the ref of a message; ok is false where it is not to arrive now.
func (c *Carrier) read(function string, m jetstream.Msg) (ref carrier.Ref, ok bool) {
	var b body
	parts := strings.Split(m.Subject(), ".")
	tenant, err := url.PathUnescape(parts[len(parts)-1])
	if err != nil || json.Unmarshal(m.Data(), &b) != nil { // nobody here sent it
		_ = m.Term()
		return ref, false
	}
	ref = carrier.Ref{Function: function, Tenant: tenant, Event: b.Event, Receipt: m.Reply()}
	if b.NotBefore != 0 {
		ref.NotBefore = time.UnixMilli(b.NotBefore)
		if left := time.Until(ref.NotBefore); left > 0 {
			_ = m.NakWithDelay(min(left, mostDelay)) // after an error it comes again
			return ref, false
		}
	}
	return ref, true
}

// Done implements carrier.Carrier.
func (c *Carrier) Done(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	for _, ref := range refs {
		if ref.Receipt == "" {
			continue
		}
		if err := c.conn.Publish(ref.Receipt, []byte("+ACK")); err != nil {
			return c.failed(ctx, err)
		}
	}
	return nil
}
