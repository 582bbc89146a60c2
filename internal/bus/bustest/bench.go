package bustest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"animo/internal/bus"
)

// Benchmark carries events through a queue: published, claimed by one worker loop, acknowledged, each step kept before the
// next.
func Benchmark(b *testing.B, open func(b *testing.B) bus.Driver) {
	for _, publishers := range []int{1, 32} {
		b.Run(fmt.Sprint("publishers=", publishers), func(b *testing.B) {
			d := bus.Queues{Driver: open(b)}
			Declare(b, d, "q", "*")
			next, acked := atomic.Int64{}, make(chan bool, 64)
			stop := make(chan struct{})
			hands := make(chan bool, publishers)
			loop := make(chan struct{})
			go func() {
				defer close(loop)
				for {
					got := Claim(b, d, "q", publishers)
					for _, m := range got {
						hands <- true
						go func() {
							defer func() { <-hands }()
							if err := d.Done(b.Context(), m); err != nil {
								b.Error(err)
							}
							acked <- true
						}()
					}
					if len(got) == 0 {
						select {
						case <-d.Wake("q"):
						case <-stop:
							return
						}
					}
				}
			}()
			b.ReportAllocs()
			b.ResetTimer()
			for range publishers {
				go func() {
					for {
						i := next.Add(1)
						if i > int64(b.N) {
							return
						}
						if err := d.Publish(b.Context(), Event(fmt.Sprint("t", i%5), fmt.Sprint(i))); err != nil {
							b.Error(err)
						}
					}
				}()
			}
			for range b.N {
				<-acked
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			close(stop)
			<-loop
		})
	}
}
