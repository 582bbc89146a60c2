package photos_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/photos"
)

// TestFlow_events_in_any_order_and_late delivers events in any order, some several times and some long after they were dealt with, between erasures,
// repeated uploads and analyses anew: a face comes before and after its photo's erasure, an old analysis's face after the new one's. In the
// end of an erased photo nothing is left, and each other photo has each of its faces once.
func TestFlow_events_in_any_order_and_late(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l, rng := newLine(t, options{}), rand.New(rand.NewPCG(seed, 7))
			names, kept, erased := map[string]int{}, map[string]bool{}, map[string]bool{}
			for i := range 5 { // by name: how many faces
				names[fmt.Sprintf("%d.png", i)] = 1 + i%3
			}
			take := func(name string) {
				var shade uint8
				_, _ = fmt.Sscanf(name, "%d.png", &shade)
				kept[l.take(name, picture(names[name], 1+shade)).ID] = true
			}
			for i := range 5 {
				take(fmt.Sprintf("%d.png", i))
			}
			type letter struct {
				function string
				event    animo.Event
			}
			var late []letter // every event that was ever delivered
			handle := func(to letter) {
				for _, f := range l.functions() {
					if f.Name == to.function {
						_ = f.Handle(t.Context(), to.event) // what fails is said again by the sweeper
					}
				}
			}
			for range 150 {
				l.Now = l.Now.Add(time.Second)
				switch functions := l.functions(); rng.IntN(10) {
				case 0:
					ids := slices.Sorted(maps.Keys(kept))
					if len(ids) == 0 {
						break
					}
					id := ids[rng.IntN(len(ids))]
					if _, err := l.flow.photos.Erase(t.Context(), tenant, id); err != nil {
						t.Fatal(err)
					}
					delete(kept, id)
					erased[id] = true
				case 1:
					take(fmt.Sprintf("%d.png", rng.IntN(len(names)))) // known, or another photo after an erasure
				case 2:
					if _, err := l.flow.photos.Reanalyse(t.Context(), tenant, photos.AgainQuery{}); err != nil {
						t.Fatal(err)
					}
				case 3, 4, 5:
					if len(late) > 0 {
						handle(late[rng.IntN(len(late))])
					}
				default: // the carrier hands out an event, perhaps the youngest, and perhaps loses it before it is dealt with
					f := functions[rng.IntN(len(functions))]
					claimed, err := l.Queue.Claim(t.Context(), f.Name, 1+rng.IntN(4), time.Hour)
					if err != nil {
						t.Fatal(err)
					}
					rng.Shuffle(len(claimed), func(i, j int) { claimed[i], claimed[j] = claimed[j], claimed[i] })
					for _, d := range claimed {
						to := letter{f.Name, d.Event}
						if late = append(late, to); rng.IntN(4) > 0 {
							handle(to)
						}
						if err := l.Queue.Done(t.Context(), d); err != nil && !isConflict(err) {
							t.Fatal(err)
						}
					}
				}
			}
			for name := range names { // known, or another photo
				take(name)
			}
			for range 3 { // what was lost is said again
				l.Now = l.Now.Add(time.Minute)
				if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
					t.Fatal(err)
				}
				l.run()
			}
			for _, to := range late { // and all of it once more
				handle(to)
			}
			l.Now = l.Now.Add(time.Hour) // nothing can be under way any more
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
			l.run()
			for _, to := range late {
				handle(to)
			}
			byPhoto := map[string]int{}
			for _, r := range l.recorded() {
				byPhoto[r.PhotoID]++
			}
			l.faces()
			for id := range kept {
				p := l.photo(id)
				if want := names[p.Name]; p.Status != animo.Done || len(p.Faces) != want || byPhoto[id] != want {
					t.Errorf("%s of %s is %s with %d faces, %d of them recorded, want %d", id, p.Name, p.Status, len(p.Faces), byPhoto[id], want)
				}
			}
			for id := range erased {
				if names := l.leftovers(id); len(names) > 0 || byPhoto[id] > 0 {
					t.Errorf("of the erased %s there are %d records and %s", id, byPhoto[id], strings.Join(names, ", "))
				}
			}
			if len(erased) == 0 || len(kept) == 0 {
				t.Errorf("%d erased, %d kept: the plan tries nothing", len(erased), len(kept))
			}
			if n := l.receiptsAreNoted(); n != len(erased) {
				t.Errorf("%d receipts of %d erasures", n, len(erased))
			}
		})
	}
}
