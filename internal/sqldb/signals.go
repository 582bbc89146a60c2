package sqldb

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// channel is where the processes on a PostgreSQL database tell each other that there is something to look at. What that is they
// read from the rows; so a signal may be lost, and whoever listens looks now and then anyway. SQLite has nothing of the kind.
const channel = "animo"

// sendTime bounds how long a signal waits for the server.
const sendTime = 5 * time.Second

// sender sends signals, many at once, outside of the transactions that they tell of: within them, NOTIFY would let only one
// transaction commit at a time.
type sender struct {
	mu      sync.Mutex
	waiting map[string]bool // topics
	ring    chan struct{}
	stop    func() // ends run and waits for it
}

// newSender makes a sender of a pool, whose loop the keeper runs until stop.
func newSender(db *DB) *sender {
	s := &sender{waiting: map[string]bool{}, ring: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { db.keeper.Run(ctx, "signals", 0, func(ctx context.Context) error { return s.run(ctx, db) }) })
	s.stop = func() { cancel(); wg.Wait() }
	return s
}

func (s *sender) run(ctx context.Context, db *DB) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.ring:
		}
		s.mu.Lock()
		topics := slices.Collect(maps.Keys(s.waiting))
		clear(s.waiting)
		s.mu.Unlock()
		sending, cancel := context.WithTimeout(ctx, sendTime)
		_, err := db.read.ExecContext(sending, `SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic`, channel, topics)
		cancel()
		if err != nil && ctx.Err() == nil {
			return Error(err)
		}
	}
}

// Signal tells those who Listen, in every process on the database, that there is something to look at, by topics of at most
// 1,000 bytes. It does not wait until they are told, and an error is the log's. On SQLite it does nothing.
func (db *DB) Signal(topics ...string) {
	s := db.sender
	if s == nil {
		return
	}
	s.mu.Lock()
	for _, topic := range topics {
		s.waiting[topic] = true
	}
	s.mu.Unlock()
	select {
	case s.ring <- struct{}{}:
	default: // it will see these, too
	}
}

// Listen calls heard with the topic of each signal until ctx ends or the connection is lost, and with "" at its beginning, because
// signals may have been missed before. On SQLite it waits for the end of ctx.
func (db *DB) Listen(ctx context.Context, heard func(topic string)) error {
	if db.dialect != PostgreSQL {
		<-ctx.Done()
		return nil
	}
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return Error(err)
	}
	defer conn.Close()
	err = conn.Raw(func(driver any) error {
		pg := driver.(*stdlib.Conn).Conn()
		if _, err := pg.Exec(ctx, "LISTEN "+channel); err != nil {
			return err
		}
		heard("")
		for {
			n, err := pg.WaitForNotification(ctx)
			if err != nil {
				return errors.Join(err, pg.Close(context.WithoutCancel(ctx))) // it listens, so nobody else may have it
			}
			heard(n.Payload)
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return Error(err)
}
