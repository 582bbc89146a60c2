package memcarrier_test

import (
	"testing"
	"testing/synctest"
	"time"

	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/carriertest"
	"animo/internal/bus/carrier/memcarrier"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCarrier(t *testing.T) {
	for name, o := range map[string]memcarrier.Options{
		"honest": {}, "faulty": {Lose: 0.3, Repeat: 0.3, Reorder: 0.5, Seed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			carriertest.Run(t, carriertest.Engine{
				Open: func(*testing.T) func() carrier.Carrier {
					b := memcarrier.New(o)
					return func() carrier.Carrier { return b.Open() }
				},
				Test: synctest.Test, Again: 30 * time.Second, Faulty: name == "faulty",
			})
		})
	}
}

// A broker that is to be faulty loses, repeats and reorders, so that the tests on it show something.
func TestBroker_is_faulty_where_it_is_told_to_be(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := memcarrier.New(memcarrier.Options{Lose: 0.3, Repeat: 0.3, Reorder: 0.5, Seed: 1}).Open()
		const sent = 1000
		for i := range sent {
			if err := c.Send(t.Context(), carrier.Ref{Function: "f", Event: string(rune('a' + i))}); err != nil {
				t.Fatal(err)
			}
		}
		refs, err := c.Receive(t.Context(), "f", 3*sent)
		if err != nil {
			t.Fatal(err)
		}
		seen, disorder := map[string]int{}, 0
		for i, r := range refs {
			seen[r.Event]++
			if i > 0 && r.Event < refs[i-1].Event {
				disorder++
			}
		}
		lost, repeated := sent-len(seen), len(refs)-len(seen)
		if lost < 200 || lost > 400 || repeated < 100 || disorder < 100 {
			t.Errorf("of %d refs %d were lost, %d repeated, %d out of order", sent, lost, repeated, disorder)
		}
	})
}
