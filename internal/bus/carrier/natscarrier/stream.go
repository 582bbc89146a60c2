package natscarrier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// stream returns a function's stream, whether or not the servers have it.
func (c *Carrier) stream(function string) *stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streams[function]
	if s == nil {
		s = &stream{turn: make(chan struct{}, 1)}
		c.streams[function] = s
	}
	return s
}

// forget has the servers asked for a stream anew.
func (c *Carrier) forget(s *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has = nil
}

func (s *stream) known() (has jetstream.Consumer, failed time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has, s.failed
}

// open returns the consumer of a function's stream, and makes both where they are not there. To send, it does not ask again right
// after it was asked in vain, so that events are published fast though NATS is away.
func (c *Carrier) open(ctx context.Context, function string, send bool) (jetstream.Consumer, error) {
	s := c.stream(function)
	if has, _ := s.known(); has != nil {
		return has, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	has, failed := s.known()
	if has != nil {
		return has, nil
	}
	if send && time.Since(failed) < sendPause {
		return nil, errors.New("the stream could not be had a moment ago")
	}
	has, told, err := c.make(ctx, function)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			s.failed = time.Now()
		}
		return nil, err
	}
	if told != s.told {
		s.told = told
		c.log.Info("a stream of NATS carries events", "function", function, "stream", told)
	}
	s.has, s.failed = has, time.Time{}
	return has, nil
}

// make makes a function's stream and consumer, or takes those that are there, and tells what they are. A stream that somebody set
// up otherwise stays as it is, but for replicas that it lacks: whatever it loses, the ledger knows.
func (c *Carrier) make(ctx context.Context, function string) (has jetstream.Consumer, told string, err error) {
	if !c.conn.IsConnected() {
		return nil, "", errors.New("not connected")
	}
	name, subject := c.address.prefix+"-"+token(function), c.subject(function, "")+"*"
	config := jetstream.StreamConfig{
		Name: name, Description: "rings for events of Animo, which keeps the events elsewhere", Subjects: []string{subject},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.MemoryStorage, Discard: jetstream.DiscardOld,
		MaxMsgs: mostRefs, MaxAge: oldestRef, Replicas: c.address.replicas,
	}
	s, err := c.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = c.create(ctx, config)
	} else if err == nil && s.CachedInfo().Config.Replicas < max(c.address.replicas, 3) && s.CachedInfo().Cluster != nil && c.address.replicas != 1 {
		grown := s.CachedInfo().Config
		grown.Replicas = max(c.address.replicas, 3)
		if more, err := c.js.UpdateStream(ctx, grown); err == nil { // else the cluster is too small
			s = more
		}
	}
	if err != nil {
		return nil, "", err
	}
	found := s.CachedInfo().Config
	if !slices.Contains(found.Subjects, subject) {
		return nil, "", fmt.Errorf("the stream %s is of the subjects %v and not of %s", name, found.Subjects, subject)
	}
	has, err = s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.again, MaxDeliver: -1,
		MaxAckPending: mostRefs, // refs that wait for their time are among them
	})
	told = fmt.Sprintf("%s: replicas %d, storage %v, messages up to %d", name, found.Replicas, found.Storage, found.MaxMsgs)
	return has, told, err
}

// create makes a stream with as many replicas as are wanted, or with one where the servers are too few and none were asked for.
func (c *Carrier) create(ctx context.Context, config jetstream.StreamConfig) (jetstream.Stream, error) {
	wanted := config.Replicas
	if wanted == 0 {
		config.Replicas = 3
	}
	s, err := c.js.CreateStream(ctx, config)
	if _, refused := errors.AsType[*jetstream.APIError](err); err == nil || wanted != 0 || !refused {
		return s, err
	}
	config.Replicas = 1
	return c.js.CreateStream(ctx, config)
}
