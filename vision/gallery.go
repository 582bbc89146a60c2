package vision

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"animo"
)

// MatchDistance is the distance between two descriptors below which they are taken for the same person, where there are no
// others whom it might be. Among many people somebody is as near to most strangers: see Identify.
const MatchDistance = 0.6

// Distance returns the Euclidean distance between two descriptors.
func (d Descriptor) Distance(e Descriptor) float64 {
	return math.Sqrt(float64(squaredDistance(&d, &e, math.MaxFloat32)))
}

// Match is a person that somebody might be.
type Match struct {
	Person     string
	Distance   float64 // to the nearest of the person's descriptors
	Similarity float64 // in percent; see Similarity
}

// Gallery knows people by the descriptors of their faces, several each. The zero value knows nobody. It may
// be used by any number of goroutines at once. A search passes over nobody, so it is exact.
type Gallery struct {
	mu     sync.RWMutex
	people []person
	index  map[string]int32 // in people
	// The descriptors lie in one piece, in no order, and beside each whose it is.
	descriptors []Descriptor
	owner       []int32 // in people
	codes       []int8  // of each descriptor, len(code{}) of them
	rests       []float32

	profiling sync.Mutex // of profile, while mu is held for reading
	profile   profile
}

type person struct {
	name        string
	descriptors int
}

// maxNameBytes bounds a person's name; the file format counts on it.
const maxNameBytes = 1024

// Add introduces a person, or adds descriptors to one who is known. A name is UTF-8 of 1 to 1024 bytes, and a
// descriptor finite numbers, not all zero; otherwise the error is Invalid and nothing was added.
func (g *Gallery) Add(name string, descriptors ...Descriptor) error {
	if err := check(name, descriptors); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.add(name, descriptors)
	return nil
}

// Set has a person known by these descriptors and no others; without any, the person is forgotten. No search sees
// anything between before and after. It refuses what Add does.
func (g *Gallery) Set(name string, descriptors ...Descriptor) error {
	if err := check(name, descriptors); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remove(name)
	g.add(name, descriptors)
	return nil
}

// check answers Invalid for what Add refuses.
func check(name string, descriptors []Descriptor) error {
	if name == "" || len(name) > maxNameBytes || !utf8.ValidString(name) {
		return animo.Errorf(animo.Invalid, "%q is not a name; it takes 1 to %d bytes of UTF-8",
			"%q no es un nombre; lleva de 1 a %d bytes de UTF-8", name, maxNameBytes).Of("name")
	}
	for i := range descriptors {
		if !descriptors[i].valid() {
			return animo.Errorf(animo.Invalid, "descriptor %d of %s is not one: its numbers are all 0, or not all finite",
				"el descriptor %d de %s no lo es: sus números son todos 0 o no todos finitos", i+1, name).Of("descriptor")
		}
	}
	return nil
}

func (g *Gallery) add(name string, descriptors []Descriptor) {
	if len(descriptors) == 0 {
		return
	}
	g.profile = profile{}
	who, known := g.index[name]
	if !known {
		if g.index == nil {
			g.index = make(map[string]int32)
		}
		who = int32(len(g.people))
		g.index[name] = who
		g.people = append(g.people, person{name: name})
	}
	g.people[who].descriptors += len(descriptors)
	g.descriptors = append(g.descriptors, descriptors...)
	for i := range descriptors {
		c, rest := descriptors[i].encode()
		g.owner, g.codes, g.rests = append(g.owner, who), append(g.codes, c[:]...), append(g.rests, rest)
	}
}

// valid reports whether d may stand in a gallery. A descriptor of zeros is what a Face has where none was
// asked for.
func (d *Descriptor) valid() bool {
	sum := float32(0)
	for _, v := range d {
		sum += v * v
	}
	return sum > 0 && sum <= math.MaxFloat32 // false for NaN, too
}

// Remove forgets a person: no trace of the name or the descriptors is left in memory that the gallery holds.
// It reports whether the person was known.
func (g *Gallery) Remove(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.remove(name)
}

func (g *Gallery) remove(name string) bool {
	who, known := g.index[name]
	if !known {
		return false
	}
	g.profile = profile{}
	kept := 0
	for i, owner := range g.owner {
		if owner != who {
			g.descriptors[kept], g.owner[kept], g.rests[kept] = g.descriptors[i], owner, g.rests[i]
			copy(g.codes[kept*len(code{}):], g.codes[i*len(code{}):][:len(code{})])
			kept++
		}
	}
	clear(g.descriptors[kept:])
	clear(g.codes[kept*len(code{}):])
	g.descriptors, g.owner, g.rests, g.codes = g.descriptors[:kept], g.owner[:kept], g.rests[:kept], g.codes[:kept*len(code{})]

	// The last person takes the free place.
	last := int32(len(g.people) - 1)
	if who != last {
		g.people[who] = g.people[last]
		g.index[g.people[who].name] = who
		for i, owner := range g.owner {
			if owner == last {
				g.owner[i] = who
			}
		}
	}
	g.people[last] = person{}
	g.people = g.people[:last]
	delete(g.index, name)
	return true
}

// Len counts the people and their descriptors.
func (g *Gallery) Len() (people, descriptors int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return len(g.people), len(g.descriptors)
}

// People lists the names, in order.
func (g *Gallery) People() []string {
	g.mu.RLock()
	defer g.mu.RUnlock()
	names := make([]string, len(g.people))
	for i, p := range g.people {
		names[i] = p.name
	}
	slices.Sort(names)
	return names
}

// Match finds the person with the descriptor nearest to d. It is not ok where all are at limit or farther;
// MatchDistance is a good limit.
func (g *Gallery) Match(d Descriptor, limit float64) (nearest Match, ok bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	bound := square(limit)
	who := int32(-1)
	g.scan(&d, bound, func(i int, squared float32) float32 {
		bound, who = squared, g.owner[i]
		return bound
	})
	if who < 0 {
		return Match{}, false
	}
	return g.match(who, bound), true
}

// Nearest finds up to n people with a descriptor nearer to d than limit, the nearest first.
func (g *Gallery) Nearest(d Descriptor, limit float64, n int) []Match {
	g.mu.RLock()
	defer g.mu.RUnlock()
	bound := square(limit)
	best := make(map[int32]float32)
	g.scan(&d, bound, func(i int, squared float32) float32 {
		if b, seen := best[g.owner[i]]; !seen || squared < b {
			best[g.owner[i]] = squared
		}
		return bound
	})
	matches := make([]Match, 0, len(best))
	for who, s := range best {
		matches = append(matches, g.match(who, s))
	}
	slices.SortFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Person, b.Person))
	})
	return matches[:min(max(n, 0), len(matches))]
}

func (g *Gallery) match(who int32, squared float32) Match {
	distance := math.Sqrt(float64(squared))
	return Match{g.people[who].name, distance, Similarity(distance)}
}

// square returns the bound on squared distances that stands for a limit.
func square(limit float64) float32 {
	if limit <= 0 {
		return 0
	}
	return float32(min(limit*limit, math.MaxFloat32))
}

// squaredDistance sums the squared differences of a and b; once the sum has reached bound it may stop and
// give what it has. Strangers are told apart after half of the numbers or less. The four sums do not wait
// for each other's additions.
func squaredDistance(a, b *Descriptor, bound float32) float32 {
	var sum float32
	for i := 0; i < len(a); i += 32 {
		x, y := (*[32]float32)(a[i:]), (*[32]float32)(b[i:])
		var s0, s1, s2, s3 float32
		for j := 0; j < 32; j += 4 {
			d0, d1, d2, d3 := x[j]-y[j], x[j+1]-y[j+1], x[j+2]-y[j+2], x[j+3]-y[j+3]
			s0 += d0 * d0
			s1 += d1 * d1
			s2 += d2 * d2
			s3 += d3 * d3
		}
		if sum += (s0 + s1) + (s2 + s3); sum >= bound {
			return sum
		}
	}
	return sum
}
