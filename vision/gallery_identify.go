package vision

import (
	"cmp"
	"math"
	"slices"

	"animo"
)

// Level says how sure it is whose a face is.
type Level int

// The levels. Perhaps is worth asking somebody about, and no more.
const (
	Nobody Level = iota
	Perhaps
	Is
)

// PerhapsDistance is the distance to a person's nearest descriptor from which on nobody is taken for that person, not even
// perhaps, whatever the gallery.
const PerhapsDistance = 0.7

// Identified is what a gallery says of a face. For Nobody it is the zero value.
type Identified struct {
	Match
	Level Level
	// Score orders faces that are taken for one person by one gallery: the lowest is the surest.
	Score float64
}

// fewPeople is how many people a gallery has at least in which a face is judged by how much nearer it is to one than to all
// others. With fewer the second-best person lies at a distance of chance, and the nearest distance alone tells more.
const fewPeople = 30

// How near a stranger is to an introduced person, measured on photos of 450 people: normally distributed, about. Of a person
// with several examples the nearest counts half, so that more examples bring everybody nearer.
const (
	strangerMean      = 0.814
	strangerDeviation = 0.089
	nearerByExamples  = 0.018 // for each factor e
	strangerPairs     = 30    // pairs of people of the gallery that count as much as this measurement
)

// budget is a share of strangers that may be taken for somebody, and the score below which that share is in a gallery of 150
// people, with how much less it is in one of a tenth. The scores are measured; see README.md.
type budget struct {
	share      float64
	score      float64
	byTenfold  float64
	atDistance float64 // from there on nobody, whatever the share
}

// budgets are the shares for names, and for perhaps.
var budgets = map[animo.Caution][2]budget{
	animo.Strict: {{0.003, 0.048, 0.16, MatchDistance}, {0.03, 0.126, 0.05, PerhapsDistance}},
	animo.Usual:  {{0.01, 0.097, 0.12, MatchDistance}, {0.1, 0.175, 0.01, PerhapsDistance}},
	animo.Eager:  {{0.05, 0.145, 0.04, MatchDistance}, {0.25, 0.226, 0, PerhapsDistance}},
}

// By how much more examples of a person let the score be higher: the mean of several is less a matter of chance.
const (
	scoreByExamples = 0.015 // for each factor e
	usefulExamples  = 5     // as many, the nearest, are looked at; more let it be no higher
)

// ahead is how much nearer than the next person somebody must be to be named. Of two who are as near it may be either.
const ahead = 0.03

// measuredPeople is the largest gallery of which there are measurements. The score hardly depends on the size: what lets the
// nearest stranger come nearer brings the second nearest, too. Beyond, it falls a little with each factor of ten, as far as the
// distances of strangers, extrapolated, tell.
const (
	measuredPeople = 150
	beyondTenfold  = 0.015
)

// most returns the score below which a face is within the budget, of a person with so many examples.
func (b budget) most(people, examples int) float64 {
	more := scoreByExamples * math.Log(float64(min(examples, usefulExamples)))
	if examples > usefulExamples { // of many the nearest are nearer by chance, and a score has a distance twice
		more -= 2 * nearerByExamples * math.Log(float64(examples)/usefulExamples)
	}
	tenfolds := math.Log10(float64(people) / measuredPeople)
	return b.score + more + b.byTenfold*min(0, tenfolds) - beyondTenfold*max(0, tenfolds)
}

// Identify says whose a face is, or that it is nobody's whom the gallery knows, by a budget of errors that c stands for
// (open-set identification: most faces are nobody's). No distance alone can do that: the nearest of 150 strangers is nearer
// than 0.6 in 60 of 100 cases, and that of 10,000 nearly always.
//
// A person's distance is the mean of two: to the nearest of the descriptors, and the root mean square to the five
// nearest, which is the distance to their mean and how far they lie around it in one. In a gallery of
// 30 people and more a face's score is that distance, less how much farther the next two people are, less half of how far the
// person's own nearest neighbour is: who looks like somebody else in the gallery must be nearer. In a smaller one the distance
// must be one at which strangers are, of so many people, as rarely as the budget says; where the gallery's people are nearer
// to each other than usual, so are strangers.
//
// People for whom passOver is true are passed over, as if the gallery did not know them. nil passes over nobody.
func (g *Gallery) Identify(d Descriptor, c animo.Caution, passOver func(Match) bool) Identified {
	g.mu.RLock()
	defer g.mu.RUnlock()
	ranked := g.ranked(&d, func(who int32, nearest float32) bool { return passOver != nil && passOver(g.match(who, nearest)) })
	if len(ranked) == 0 {
		return Identified{}
	}
	best := ranked[0]
	id := Identified{Match: g.match(best.who, best.nearest), Score: best.distance}
	levels := g.levels(c, &id, best, ranked[1:])
	for level, within := range levels {
		if within {
			id.Level = Level(level)
		}
	}
	if id.Level == Nobody {
		return Identified{}
	}
	return id
}

// levels tells which levels a face reaches whose best person and whose next ones are given, and sets the score.
func (g *Gallery) levels(c animo.Caution, id *Identified, best candidate, rest []candidate) (levels [3]bool) {
	of, ok := budgets[c]
	if !ok {
		of = budgets[animo.Usual]
	}
	people := len(g.people)
	for i, b := range of {
		var within bool
		if len(rest) < 2 || people < fewPeople {
			within = best.distance < g.limit(b.share, best.who)
		} else {
			id.Score = 2*best.distance - (rest[0].distance+rest[1].distance)/2 - g.neighbour(best.who)/2
			within = id.Score < b.most(people, g.people[best.who].descriptors)
		}
		levels[Is-Level(i)] = within && id.Distance < b.atDistance
	}
	if len(rest) > 0 && rest[0].distance-best.distance < ahead {
		levels[Is], levels[Perhaps] = false, levels[Is] || levels[Perhaps]
	}
	return levels
}

// limit returns the distance within which a stranger is of anybody in the gallery in that share of cases.
func (g *Gallery) limit(share float64, who int32) float64 {
	people := float64(len(g.people))
	mean := strangerMean - nearerByExamples*math.Log(float64(g.people[who].descriptors))
	if sum, pairs := g.between(); pairs > 0 {
		mean = min(mean, (strangerPairs*mean+sum)/(strangerPairs+pairs))
	}
	return strangerLimit(share/people, mean)
}

// strangerLimit returns the distance within which so many strangers are of one person, where their mean is known.
func strangerLimit(share, mean float64) float64 {
	return mean - strangerDeviation*math.Sqrt2*math.Erfinv(1-2*share)
}

// candidate is a person near a face.
type candidate struct {
	who      int32
	nearest  float32 // squared, to the nearest descriptor
	place    int     // of that
	distance float64 // see Identify
}

// otherLook is how much farther than the nearest an example counts at most: it may show the person with a beard, or as a child.
const otherLook = 0.3

// compared is how many people are compared with a face by all their descriptors: those with the nearest one.
const compared = 8

// ranked returns the people nearest to a face, the nearest first, but those who are passed over.
func (g *Gallery) ranked(d *Descriptor, passOver func(who int32, nearest float32) bool) []candidate {
	for most := compared; ; most *= 4 {
		list := g.nearest(d, most)
		all := len(list) < most
		list = slices.DeleteFunc(list, func(c candidate) bool { return passOver(c.who, c.nearest) })
		if all || len(list) >= min(3, most) {
			g.compare(d, list)
			return list
		}
	}
}

// nearest returns up to most people by their nearest descriptors.
func (g *Gallery) nearest(d *Descriptor, most int) []candidate {
	list := make([]candidate, 0, most+1)
	bound := float32(math.MaxFloat32)
	g.scan(d, bound, func(i int, squared float32) float32 {
		who := g.owner[i]
		at := slices.IndexFunc(list, func(c candidate) bool { return c.who == who })
		switch {
		case at < 0 && len(list) < most:
			at = len(list)
			list = append(list, candidate{who: who, nearest: squared, place: i})
		case at < 0:
			at = most - 1
			list[at] = candidate{who: who, nearest: squared, place: i}
		case squared >= list[at].nearest:
			return bound
		default:
			list[at].nearest, list[at].place = squared, i
		}
		for ; at > 0 && list[at].nearest < list[at-1].nearest; at-- {
			list[at], list[at-1] = list[at-1], list[at]
		}
		if len(list) == most {
			bound = list[most-1].nearest
		}
		return bound
	})
	return list
}

// compare sets the candidates' distances, and puts them in that order.
func (g *Gallery) compare(d *Descriptor, list []candidate) {
	several := make(map[int32][]float64, len(list)) // distances to those with several descriptors
	for _, c := range list {
		if g.people[c.who].descriptors > 1 {
			several[c.who] = nil
		}
	}
	for _, i := range g.descriptorsOf(several) {
		who := g.owner[i]
		several[who] = append(several[who], math.Sqrt(float64(squaredDistance(d, &g.descriptors[i], math.MaxFloat32))))
	}
	for i := range list {
		c := &list[i]
		distances, ok := several[c.who]
		if !ok {
			c.distance = math.Sqrt(float64(c.nearest))
			continue
		}
		slices.Sort(distances)
		distances = distances[:min(usefulExamples, len(distances))]
		sum := 0.0
		for _, far := range distances {
			far = min(far, distances[0]+otherLook)
			sum += far * far
		}
		c.distance = (distances[0] + math.Sqrt(sum/float64(len(distances)))) / 2
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(g.people[a.who].name, g.people[b.who].name))
	})
}

// descriptorsOf returns the places of people's descriptors.
func (g *Gallery) descriptorsOf(people map[int32][]float64) (places []int) {
	theirs := make([]bool, len(g.people))
	left := 0 // of them to find
	for who := range people {
		theirs[who] = true
		left += g.people[who].descriptors
	}
	for i := 0; i < len(g.owner) && left > 0; i++ {
		if theirs[g.owner[i]] {
			places = append(places, i)
			left--
		}
	}
	return places
}

// profile is what a gallery knows of its own people's distances. Every change of the gallery begins another.
type profile struct {
	neighbours map[int32]float64 // of each person who was asked for: how far the nearest other is
	sum, pairs float64           // of all pairs of people, in a gallery of few
	summed     bool
}

// profiled is how many of a person's descriptors tell how far the nearest other person is.
const profiled = 3

// neighbour returns the distance of a person's examples to the nearest other person.
func (g *Gallery) neighbour(who int32) float64 {
	g.profiling.Lock()
	n, known := g.profile.neighbours[who]
	g.profiling.Unlock()
	if known {
		return n
	}
	places := g.descriptorsOf(map[int32][]float64{who: nil})
	places = places[:min(profiled, len(places))]
	for _, i := range places {
		if others := g.ranked(&g.descriptors[i], func(other int32, _ float32) bool { return other == who }); len(others) > 0 {
			n += others[0].distance / float64(len(places))
		}
	}
	g.profiling.Lock()
	defer g.profiling.Unlock()
	if g.profile.neighbours == nil {
		g.profile.neighbours = map[int32]float64{}
	}
	g.profile.neighbours[who] = n
	return n
}

// between sums up how far the people of a small gallery are from each other.
func (g *Gallery) between() (sum, pairs float64) {
	if len(g.people) < 2 || len(g.people) >= fewPeople {
		return 0, 0
	}
	g.profiling.Lock()
	defer g.profiling.Unlock()
	if g.profile.summed {
		return g.profile.sum, g.profile.pairs
	}
	first := make(map[int32]int, len(g.people)) // place of each person's first descriptor
	for i, who := range g.owner {
		if _, seen := first[who]; !seen {
			first[who] = i
		}
	}
	for who := range int32(len(g.people)) { // in an order of its own, so that rounding is the same each time
		for other := range who {
			g.profile.sum += math.Sqrt(float64(squaredDistance(&g.descriptors[first[who]], &g.descriptors[first[other]], math.MaxFloat32)))
			g.profile.pairs++
		}
	}
	g.profile.summed = true
	return g.profile.sum, g.profile.pairs
}
