package notify_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/notify"
)

// BenchmarkWebhooks measures from faces that wait in the lines to the last yes of receivers on loopback, each
// remembered on disk before the next is told: for one subscriber, whose messages come one after the other, and
// for several at once.
func BenchmarkWebhooks(b *testing.B) {
	for _, subscribers := range []int{1, 8, 32} {
		b.Run("subscribers="+strconv.Itoa(subscribers), func(b *testing.B) {
			h := newHouse(b, notify.Options{AllowPrivate: true})
			var left atomic.Int64
			told := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusNoContent)
				if left.Add(-1) == 0 {
					close(told)
				}
			}))
			defer server.Close()
			var ids []string
			for i := range subscribers {
				id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: server.URL + "/" + strconv.Itoa(i)})
				ids = append(ids, id)
			}
			faces := max(1, b.N/subscribers)
			left.Store(int64(faces * subscribers))
			h.find(faces)
			var turning sync.WaitGroup
			b.ResetTimer()
			start := time.Now()
			for _, id := range ids {
				turning.Go(func() {
					for h.n.Turn(b.Context(), tenant, id) == 0 {
					}
				})
			}
			<-told
			turning.Wait()
			b.ReportMetric(float64(faces*subscribers)/time.Since(start).Seconds(), "deliveries/s")
		})
	}
}

// BenchmarkNotify measures what the function costs for a face that matches one of so many subscriptions.
func BenchmarkNotify(b *testing.B) {
	for _, subscriptions := range []int{0, 1, 100} {
		b.Run("subscriptions="+strconv.Itoa(subscriptions), func(b *testing.B) {
			h := newHouse(b, notify.Options{AllowPrivate: true})
			for i := range subscriptions {
				mood := animo.Sad
				if i == 0 {
					mood = animo.Happy
				}
				h.add(notify.Spec{Kind: notify.Webhook, Target: "http://127.0.0.1:1/" + strings.Repeat("a", i+1), Filter: notify.Filter{Mood: mood}})
			}
			for b.Loop() {
				h.find(1)
			}
		})
	}
}
