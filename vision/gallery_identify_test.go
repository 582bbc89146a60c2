package vision

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"animo"
)

func TestIdentify_names_the_known_and_not_strangers(t *testing.T) {
	for _, people := range []int{1, 2, 5, fewPeople - 1, fewPeople, 200} {
		rng := rand.New(rand.NewPCG(21, uint64(people)))
		human := randomDescriptor(rng)
		var g Gallery
		var known []Descriptor
		for i := range people {
			d := near(human, 0.57, rng) // any two are about 0.8 from each other, as strangers are
			known = append(known, d)
			mustAdd(t, &g, fmt.Sprint(i), d)
		}
		named, right := 0, 0
		const trials = 300
		for i := range trials {
			if g.Identify(near(human, 0.57, rng), animo.Usual, nil).Level == Is {
				named++
			}
			who := i % people
			if id := g.Identify(near(known[who], 0.3, rng), animo.Usual, nil); id.Level == Is && id.Person == fmt.Sprint(who) {
				right++
			}
		}
		if named > trials*3/100 || right < trials*97/100 {
			t.Errorf("of %d people %d of %d known faces are named, and %d strangers", people, right, trials, named)
		}
	}
}

// TestIdentify_levels puts a face at growing distances from the one person of a gallery, whom a stranger is rarely near.
func TestIdentify_levels(t *testing.T) {
	var g Gallery
	mustAdd(t, &g, "Ana", Descriptor{0: 1})
	at := func(distance float32, c animo.Caution) Level {
		return g.Identify(Descriptor{0: 1, 1: distance}, c, nil).Level
	}
	for _, c := range []struct {
		distance             float32
		strict, usual, eager Level
	}{
		{0.5, Is, Is, Is}, {0.58, Perhaps, Is, Is}, {0.63, Perhaps, Perhaps, Perhaps}, {0.69, Nobody, Perhaps, Perhaps}, {0.71, Nobody, Nobody, Nobody},
	} {
		if got := []Level{at(c.distance, animo.Strict), at(c.distance, animo.Usual), at(c.distance, animo.Eager)}; !slices.Equal(got, []Level{c.strict, c.usual, c.eager}) {
			t.Errorf("at %g strict, usual and eager say %v, want %v", c.distance, got, []Level{c.strict, c.usual, c.eager})
		}
	}
	if got := at(0.58, ""); got != Is {
		t.Errorf("without a caution at 0.58: %v, want what usual says", got)
	}
	if id := g.Identify(Descriptor{0: 1, 1: 0.71}, "", nil); id != (Identified{}) {
		t.Errorf("nobody is %+v", id)
	}
	if id := new(Gallery).Identify(Descriptor{0: 1}, "", nil); id != (Identified{}) {
		t.Errorf("an empty gallery knows %+v", id)
	}
}

func TestIdentify_is_stricter_where_people_look_alike(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for _, people := range []int{9, 60} {
		level := func(apart float64) Level {
			var g Gallery
			human := randomDescriptor(rng)
			first := near(human, apart/math.Sqrt2, rng)
			mustAdd(t, &g, "0", first)
			for i := 1; i < people; i++ {
				mustAdd(t, &g, fmt.Sprint(i), near(human, apart/math.Sqrt2, rng))
			}
			return g.Identify(near(first, 0.5, rng), animo.Usual, nil).Level
		}
		if wide, alike := level(0.85), level(0.45); wide != Is || alike == Is {
			t.Errorf("of %d people, 0.5 from one: %v where they are 0.85 apart, %v where they are 0.45 apart; want Is and not", people, wide, alike)
		}
	}
}

func TestIdentify_between_two_names_neither_for_sure(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	g := crowd(t, 100, rng)
	face := near(g.descriptors[0], 0.42, rng)
	if id := g.Identify(face, animo.Usual, nil); id.Level != Is || id.Person != g.people[g.owner[0]].name {
		t.Fatalf("before: %+v", id)
	}
	mustAdd(t, g, "twin", near(face, g.ranked(&face, func(int32, float32) bool { return false })[0].distance+0.01, rng))
	if id := g.Identify(face, animo.Usual, nil); id.Level == Is {
		t.Errorf("with somebody as near: %+v", id)
	}
}

func TestIdentify_passes_over(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	g := crowd(t, 100, rng)
	name := g.people[g.owner[0]].name
	face := near(g.descriptors[0], 0.1, rng)
	if id := g.Identify(face, animo.Usual, nil); id.Person != name || id.Level != Is || math.Abs(id.Distance-0.1) > 0.02 || id.Similarity != Similarity(id.Distance) {
		t.Fatalf("%+v", id)
	}
	if id := g.Identify(face, animo.Usual, func(m Match) bool { return m.Person == name }); id.Level == Is || id.Person == name {
		t.Errorf("passed over: %+v", id)
	}
	passed := 0
	if id := g.Identify(face, animo.Usual, func(Match) bool { passed++; return true }); id != (Identified{}) || passed < 100 {
		t.Errorf("all passed over, %d: %+v", passed, id)
	}
}

// TestRanked_like_all compares the people nearest to a face with those found by looking at everybody.
func TestRanked_like_all(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	g := crowd(t, 60, rng)
	for range 50 {
		face := near(g.descriptors[rng.IntN(len(g.descriptors))], 0.6, rng)
		nearest, squares := map[int32]float64{}, map[int32]float64{}
		for i := range g.descriptors {
			d := face.Distance(g.descriptors[i])
			who := g.owner[i]
			if n, seen := nearest[who]; !seen || d < n {
				nearest[who] = d
			}
			squares[who] += d * d / 5
		}
		got := g.ranked(&face, func(int32, float32) bool { return false })
		order := slices.SortedFunc(func(yield func(int32) bool) {
			for who := range nearest {
				if !yield(who) {
					return
				}
			}
		}, func(a, b int32) int { return int(math.Copysign(1, nearest[a]-nearest[b])) })
		if len(got) != compared {
			t.Fatalf("%d people are compared", len(got))
		}
		for i, c := range got {
			if !slices.Contains(order[:compared], c.who) {
				t.Errorf("%d is not among the nearest", c.who)
			}
			if want := (nearest[c.who] + math.Sqrt(squares[c.who])) / 2; math.Abs(c.distance-want) > 1e-5 || i > 0 && c.distance < got[i-1].distance {
				t.Errorf("%d is at %g, want %g", c.who, c.distance, want)
			}
		}
	}
}

func TestIdentify_follows_the_gallery(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	g, fresh := crowd(t, 50, rng), new(Gallery)
	face := near(g.descriptors[7], 0.45, rng)
	g.Identify(face, animo.Usual, nil) // what it knows of its people's distances is now kept
	for i := range 20 {
		mustAdd(t, g, fmt.Sprint("new", i), near(g.descriptors[7], 0.6, rng))
	}
	g.Remove("3")
	if err := fresh.Add("x", randomDescriptor(rng)); err != nil {
		t.Fatal(err)
	}
	fresh.Remove("x")
	for _, name := range g.People() {
		for i, owner := range g.owner {
			if g.people[owner].name == name {
				mustAdd(t, fresh, name, g.descriptors[i])
			}
		}
	}
	if got, want := g.ScoreOf(face, nil), fresh.ScoreOf(face, nil); got != want {
		t.Errorf("a gallery that changed says %+v, one made anew %+v", got, want)
	}
}

// TestIdentify_counts_the_persons_own_neighbour works out a score from distances that it finds itself.
func TestIdentify_counts_the_persons_own_neighbour(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	var g Gallery
	var all []Descriptor
	human := randomDescriptor(rng)
	for i := range fewPeople {
		all = append(all, near(human, 0.5+0.005*float64(i), rng))
		mustAdd(t, &g, fmt.Sprint(i), all[i])
	}
	for who, d := range all {
		face := near(d, 0.2, rng)
		var others, neighbours []float64
		for i := range all {
			if i != who {
				others, neighbours = append(others, face.Distance(all[i])), append(neighbours, d.Distance(all[i]))
			}
		}
		slices.Sort(others)
		want := 2*face.Distance(d) - (others[0]+others[1])/2 - slices.Min(neighbours)/2
		if id := g.ScoreOf(face, nil); id.Person != fmt.Sprint(who) || math.Abs(id.Score-want) > 1e-5 {
			t.Errorf("the face of %d is %s's with %g, want %g", who, id.Person, id.Score, want)
		}
	}
}
