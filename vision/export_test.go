package vision

import "animo"

// ScoreOf returns whom a face is most like, and the score that Identify compares with its budget, whatever the level.
func (g *Gallery) ScoreOf(d Descriptor, passOver func(Match) bool) Identified {
	g.mu.RLock()
	defer g.mu.RUnlock()
	ranked := g.ranked(&d, func(who int32, nearest float32) bool { return passOver != nil && passOver(g.match(who, nearest)) })
	id := Identified{Match: g.match(ranked[0].who, ranked[0].nearest), Score: ranked[0].distance}
	g.levels("", &id, ranked[0], ranked[1:])
	return id
}

// MostOf returns the score below which a face is named in a gallery of so many people, by one example each.
func MostOf(c animo.Caution, people int) float64 { return budgets[c][0].most(people, 1) }

// Ahead is how much nearer than the next person somebody must be to be named.
const Ahead = ahead
