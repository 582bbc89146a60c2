package vision

import (
	"cmp"
	"math"
	"slices"
)

// similarities are points of the scale of similarities: so many percent is a face as similar as the budget lets strangers be.
// Programs that were written for Amazon Rekognition ask for 80, 90, 95 or 99 and expect about that. Scores are measured; see README.md.
var similarities = [...]struct {
	percent float64
	budget  budget
}{
	{80, budget{share: 0.03, score: 0.135, byTenfold: 0.05}},
	{90, budget{share: 0.01, score: 0.092, byTenfold: 0.12}},
	{95, budget{share: 0.003, score: 0.04, byTenfold: 0.16}},
	{99, budget{share: 0.0003, score: 0, byTenfold: 0.16}},
}

// Similarity puts the distance of two faces, compared with nobody else, in percent: 100 for equal descriptors; 99, 95, 90 and 80
// where 0.03, 0.3, 1 and 3 of 100 pairs of strangers are as near, at distances of 0.509, 0.569, 0.607 and 0.647.
func Similarity(distance float64) float64 {
	return similarity(distance, distanceLimits(1), func(limit float64) float64 { return limit })
}

// limits are the distances or scores at the points of the scale, falling.
type limits [len(similarities)]float64

// distanceLimits are those where a face is one of so many people's, and only its distance is known.
func distanceLimits(people int) (l limits) {
	for i, s := range similarities {
		l[i] = strangerLimit(s.budget.share/float64(people), strangerMean)
	}
	return l
}

// scoreLimits are those of scores, with one descriptor of everybody.
func scoreLimits(people int) (l limits) {
	for i, s := range similarities {
		l[i] = s.budget.most(people, 1)
	}
	return l
}

// similarity returns the percentage for a distance whose distance or score x is compared with the limits; distanceAt gives the
// distance that would have another x. Between the limits, and below the lowest, log-odds are linear in x; above the highest the
// percentage is linear in the distance, up to 100 at 0.
func similarity(x float64, l limits, distanceAt func(x float64) float64) float64 {
	last := len(l) - 1
	if x < l[last] {
		top := similarities[last].percent
		return 100 - (100-top)*distanceAt(x)/distanceAt(l[last])
	}
	i := 1
	for i < last && x < l[i] {
		i++
	}
	odds := func(i int) float64 { p := similarities[i].percent; return math.Log(p / (100 - p)) }
	slope := (odds(i) - odds(i-1)) / (l[i] - l[i-1])
	return 100 / (1 + math.Exp(-odds(i)-slope*(x-l[i])))
}

// alike is the distance below which two descriptors of a gallery are taken for one person's, when a face is compared with others: 92 of
// 100 pairs of one person's photos are as near, and 1 in 6,000 of two people's.
const alike = 0.5

// Search finds up to n faces in a gallery that has one descriptor under each name, that of a face and not of a person: the most similar
// first, all of them at least so many percent similar. As in Identify it depends on the others how similar a face is: among 30 and
// more it has to be nearer than the next two that are not alike to it, and the nearest one's own nearest neighbour counts; among
// fewer, such a distance must be rare among so many strangers.
//
// Faces for which passOver is true are passed over, as if the gallery did not have them. nil passes over none.
func (g *Gallery) Search(d Descriptor, least float64, n int, passOver func(name string) bool) []Match {
	g.mu.RLock()
	defer g.mu.RUnlock()
	skip := func(who int32) bool { return passOver != nil && passOver(g.people[who].name) }
	for most := max(n, 0) + compared; ; most *= 4 {
		list := g.nearest(&d, most)
		all := len(list) < most
		list = slices.DeleteFunc(list, func(c candidate) bool { return skip(c.who) })
		matches, ok := g.similar(list, n, skip)
		if !ok && !all {
			continue
		}
		below := slices.IndexFunc(matches, func(m Match) bool { return m.Similarity < least })
		if below >= 0 {
			matches = matches[:below]
		}
		return matches
	}
}

// similar returns the first n of a list, the nearest first, by falling similarity. It is not ok where that takes more of the gallery.
func (g *Gallery) similar(list []candidate, n int, skip func(who int32) bool) (matches []Match, ok bool) {
	ok = true
	byDistance, byScore := distanceLimits(len(g.people)), scoreLimits(len(g.people))
	own := math.NaN() // half of how far the nearest face's own nearest neighbour is
	for _, c := range list[:min(max(n, 0), len(list))] {
		distance := math.Sqrt(float64(c.nearest))
		m := Match{Person: g.people[c.who].name, Distance: distance}
		next, enough := g.nextTwo(list, c)
		switch {
		case len(g.people) < fewPeople || !enough:
			ok = ok && len(g.people) < fewPeople
			m.Similarity = similarity(distance, byDistance, func(limit float64) float64 { return limit })
		default:
			if math.IsNaN(own) {
				own = g.nearestUnlike(list[0].place, skip) / 2
			}
			m.Similarity = similarity(2*distance-next-own, byScore, func(score float64) float64 { return (score + next + own) / 2 })
		}
		matches = append(matches, m)
	}
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Person, b.Person))
	})
	return matches, ok
}

// nextTwo returns the mean distance of the two nearest of a list that are not alike to one of it, if there are two.
func (g *Gallery) nextTwo(list []candidate, to candidate) (mean float64, enough bool) {
	found := 0
	for _, c := range list {
		if g.apart(c.place, to.place) {
			mean += math.Sqrt(float64(c.nearest)) / 2
			if found++; found == 2 {
				return mean, true
			}
		}
	}
	return 0, false
}

// nearestUnlike returns the distance from one descriptor of the gallery to the nearest that is not alike to it.
func (g *Gallery) nearestUnlike(place int, skip func(who int32) bool) float64 {
	for most := compared; ; most *= 4 {
		list := g.nearest(&g.descriptors[place], most)
		for _, c := range list {
			if g.apart(c.place, place) && !skip(c.who) {
				return math.Sqrt(float64(c.nearest))
			}
		}
		if len(list) < most {
			return alike
		}
	}
}

// apart reports whether two descriptors of the gallery are not alike.
func (g *Gallery) apart(place, other int) bool {
	return squaredDistance(&g.descriptors[place], &g.descriptors[other], alike*alike) >= alike*alike
}
