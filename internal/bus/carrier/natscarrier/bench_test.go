package natscarrier_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/natstest"

	"github.com/nats-io/nats.go/jetstream"
)

// BenchmarkRefs sends refs, receives them and says that they are done, 64 at once, and does the same with JetStream alone, set up alike:
// messages published without waiting for each answer, taken by a consumer that reads ahead, and acknowledged. No more than 2,048 are
// under way.
func BenchmarkRefs(b *testing.B) {
	for _, replicas := range []int{1, 3} {
		url := natstest.URL(b) + fmt.Sprint("&replicas=", replicas)
		b.Run(fmt.Sprint("carrier/replicas=", replicas), func(b *testing.B) {
			c := open(b, url, natscarrier.Options{Log: slog.New(slog.DiscardHandler)})
			defer c.Close()
			flow(b, func(n int) {
				refs := make([]carrier.Ref, n)
				for i := range refs {
					refs[i] = ref(i)
				}
				if err := c.Send(b.Context(), refs...); err != nil {
					b.Error(err)
				}
			}, func() int {
				refs, err := c.Receive(b.Context(), "f", batch)
				if err == nil {
					err = c.Done(b.Context(), refs...)
				}
				if err != nil {
					b.Error(err)
				}
				return len(refs)
			})
		})
		b.Run(fmt.Sprint("jetstream/replicas=", replicas), func(b *testing.B) {
			js, end := natstest.Connect(b, url)
			defer end()
			s, err := js.CreateOrUpdateStream(b.Context(), jetstream.StreamConfig{
				Name: fmt.Sprint("raw-", replicas), Subjects: []string{fmt.Sprintf("raw-%d.*", replicas)}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.MemoryStorage,
				Discard: jetstream.DiscardOld, MaxMsgs: 10_000, Replicas: replicas,
			})
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := js.DeleteStream(b.Context(), s.CachedInfo().Config.Name); err != nil {
					b.Error(err)
				}
			}()
			has, err := s.CreateOrUpdateConsumer(b.Context(), jetstream.ConsumerConfig{Durable: "raw", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 10_000})
			if err != nil {
				b.Fatal(err)
			}
			messages, err := has.Messages()
			if err != nil {
				b.Fatal(err)
			}
			defer messages.Stop()
			subject, data := fmt.Sprintf("raw-%d.acme", replicas), []byte(`{"event":"uq3cAhnzYxTj_-8"}`)
			flow(b, func(n int) {
				for range n {
					if _, err := js.PublishAsync(subject, data); err != nil {
						b.Error(err)
					}
				}
			}, func() int {
				m, err := messages.Next()
				if err == nil {
					err = m.Ack()
				}
				if err != nil {
					b.Error(err)
				}
				return 1
			})
		})
	}
}

const batch = 64

func ref(i int) carrier.Ref {
	return carrier.Ref{Function: "f", Tenant: fmt.Sprint("t", i%5), Event: "uq3cAhnzYxTj_-8"}
}

// flow sends b.N refs, some at once, and takes as many.
func flow(b *testing.B, send func(n int), take func() int) {
	send(1) // makes what must be there
	for got := 0; got < 1; {
		got += take()
	}
	room := make(chan bool, 2048/batch)
	b.ResetTimer()
	began := time.Now()
	var sending sync.WaitGroup
	sending.Go(func() {
		for left := b.N; left > 0 && !b.Failed(); left -= batch {
			room <- true
			send(min(batch, left))
		}
	})
	for got, freed := 0, 0; got < b.N && !b.Failed(); {
		got += take()
		for ; freed < got/batch; freed++ {
			<-room
		}
	}
	sending.Wait()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "refs/s")
}
