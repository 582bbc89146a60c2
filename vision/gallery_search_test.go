package vision

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSearch_finds_the_same_person_and_no_stranger asks in galleries with two faces of each person: about 0.4 from each other, where
// any two people are about 0.8.
func TestSearch_finds_the_same_person_and_no_stranger(t *testing.T) {
	for _, people := range []int{1, 5, 14, 15, 100} {
		rng := rand.New(rand.NewPCG(31, uint64(people)))
		human := randomDescriptor(rng)
		var g Gallery
		var known []Descriptor
		for i := range people {
			known = append(known, near(human, 0.57, rng))
			mustAdd(t, &g, fmt.Sprint(i, "a"), near(known[i], 0.28, rng))
			mustAdd(t, &g, fmt.Sprint(i, "b"), near(known[i], 0.28, rng))
		}
		wrong, both := 0, 0
		const trials = 300
		for i := range trials {
			if len(g.Search(near(human, 0.57, rng), 90, 9, nil)) > 0 {
				wrong++
			}
			who := i % people
			found := g.Search(near(known[who], 0.28, rng), 90, 9, nil)
			names := make([]string, len(found))
			for i, m := range found {
				names[i] = m.Person
			}
			slices.Sort(names)
			if slices.Equal(names, []string{fmt.Sprint(who, "a"), fmt.Sprint(who, "b")}) {
				both++
			}
		}
		if wrong > trials*3/100 || both < trials*95/100 {
			t.Errorf("of %d people: in %d of %d searches both faces and no other are found, and for %d strangers anything", people, both, trials, wrong)
		}
	}
}

func TestSearch_gives_the_most_similar_first_down_to_the_least(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	for _, people := range []int{0, 1, 20, 200} {
		g := crowd(t, people, rng)
		face := randomDescriptor(rng)
		if people > 0 {
			face = near(g.descriptors[0], 0.1, rng)
		}
		all := g.Search(face, 0, 1000, nil)
		if len(all) != people || !slices.IsSortedFunc(all, func(a, b Match) int { return int(b.Similarity*1e6 - a.Similarity*1e6) }) {
			t.Errorf("of %d faces %d are found, in the order %v", people, len(all), all)
		}
		if people == 0 {
			continue
		}
		if all[0].Similarity < 99 || all[0].Similarity >= 100 {
			t.Errorf("of %d faces the one at 0.1 is %g %% similar", people, all[0].Similarity)
		}
		if got := g.Search(face, all[0].Similarity, 1000, nil); len(got) != 1 || got[0] != all[0] {
			t.Errorf("just as similar: %v, want %v", got, all[0])
		}
		if got := g.Search(face, 0, 3, nil); len(got) != min(3, people) || got[0] != all[0] {
			t.Errorf("at most 3: %v", got)
		}
		passed := g.Search(face, 0, 1000, func(name string) bool { return name == all[0].Person })
		if len(passed) != people-1 || slices.ContainsFunc(passed, func(m Match) bool { return m.Person == all[0].Person }) {
			t.Errorf("passing over %s, of %d: %d are found", all[0].Person, people, len(passed))
		}
		if equal := g.Search(g.descriptors[0], 100, 9, nil); len(equal) != 1 || equal[0].Similarity != 100 {
			t.Errorf("for a face of its own it gives %v", equal)
		}
	}
}

// TestSearch_among_faces_of_one_person has nobody else to compare with: the distance decides.
func TestSearch_among_faces_of_one_person(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	var g Gallery
	person := randomDescriptor(rng)
	for i := range 100 {
		mustAdd(t, &g, fmt.Sprint(i), near(person, 0.2, rng))
	}
	if found := g.Search(near(person, 0.2, rng), 95, 10, nil); len(found) != 10 {
		t.Errorf("%d of 10 are found", len(found))
	}
	if found := g.Search(near(person, 0.8, rng), 80, 10, nil); len(found) != 0 {
		t.Errorf("a stranger is like %v", found)
	}
}
