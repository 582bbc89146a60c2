package evaluate

import (
	"math"
	"slices"

	"animo"
	"animo/vision"
)

// Photo is a photo of a person, who has a name.
type Photo struct {
	Person string
	// Introduces is whether the photo is good enough to introduce the person by; Found, whether there is a face in it.
	Introduces, Found bool
	Descriptor        vision.Descriptor // of the most prominent face
}

// Identification is how well people are known again.
type Identification struct {
	People int
	Photos int
	Missed int // photos without a face
	// Refused are people with two photos or more of whom none is good enough to introduce the person by.
	Refused int
	Curves  []Curve
}

// Curve tells, for people who were introduced by a number of photos each, how often they and strangers are named, by how near
// to an introduced face a face must be.
type Curve struct {
	Examples  int // photos by which each person was introduced
	Gallery   int // people who were introduced
	Known     int // other photos of these people
	Strangers int // photos that were shown when nobody in them was introduced
	// Named is what comes of naming as vision.Gallery's Identify does, by each caution.
	Named []Named
	// Points are by rising distance, if that alone decided; AtMost are those with the largest distance at which no more than a
	// share of the strangers is named.
	Points []Point
	AtMost []BoundedPoint
}

// Named is what comes of naming at a caution. Perhaps counts whoever has the name at least perhaps.
type Named struct {
	Caution animo.Caution
	Rates
	Perhaps Rates
}

// Point is what comes of naming whoever has an introduced face nearer than a distance.
type Point struct {
	Distance float64
	Rates
}

// Rates say how often known people and strangers are named.
type Rates struct {
	// TruePositive is the share of photos of known people that get the right name (TPIR of ISO/IEC 19795-1), Wrong the share
	// that gets another; FalsePositive is the share of photos of strangers that get any (FPIR).
	TruePositive  Rate
	Wrong         Rate
	FalsePositive Rate
}

// BoundedPoint is a point at which at most a share of the strangers is named.
type BoundedPoint struct {
	FalsePositives float64 // the share
	Point
}

// The distances of a curve's points, and the shares of strangers of the others.
const (
	firstDistance, lastDistance, distanceStep = 0.2, 0.8, 0.02
)

var shares = []float64{0.001, 0.003, 0.01, 0.03, 0.1}

// exampleCounts are by how many photos people are introduced, where enough have them.
var exampleCounts = []int{1, 3}

// IdentificationOf measures how well people are known again. Of each person the first photos that are good enough introduce
// the person; each other photo is a trial with that person, and one of a stranger: whom it is taken for when that person was
// never introduced. Photos of people who have too few are strangers', too.
func IdentificationOf(photos []Photo) Identification {
	var names []string
	own := map[string][]Photo{}
	id := Identification{Photos: len(photos)}
	for _, p := range photos {
		if own[p.Person] == nil {
			names = append(names, p.Person)
		}
		own[p.Person] = append(own[p.Person], p)
		if !p.Found {
			id.Missed++
		}
	}
	slices.Sort(names)
	id.People = len(names)
	for _, name := range names {
		if list := own[name]; len(list) > 1 && !slices.ContainsFunc(list, func(p Photo) bool { return p.Introduces }) {
			id.Refused++
		}
	}
	for _, examples := range exampleCounts {
		if c := curveOf(names, own, examples); c.Gallery > 1 && c.Known > 0 {
			id.Curves = append(id.Curves, c)
		}
	}
	return id
}

// trial is a photo that was shown: how near the nearest other person is, and where it was one of a known person, that one.
type trial struct {
	known           bool
	right, stranger float64 // distances; infinite where there is nobody

	person string
	// What is said of the photo, by caution: as it is, and as if its person had never been introduced.
	said, other map[animo.Caution]vision.Identified
}

func (t *trial) identify(g *vision.Gallery, p *Photo) {
	t.person, t.said, t.other = p.Person, map[animo.Caution]vision.Identified{}, map[animo.Caution]vision.Identified{}
	for _, c := range animo.Cautions() {
		t.other[c] = g.Identify(p.Descriptor, c, func(m vision.Match) bool { return m.Person == p.Person })
		if t.known {
			t.said[c] = g.Identify(p.Descriptor, c, nil)
		}
	}
}

func curveOf(names []string, own map[string][]Photo, examples int) Curve {
	gallery := &vision.Gallery{}
	var shown []Photo
	introduced := map[string]bool{}
	for _, name := range names {
		var by []vision.Descriptor
		var rest []Photo
		for _, p := range own[name] {
			if p.Introduces && len(by) < examples {
				by = append(by, p.Descriptor)
			} else {
				rest = append(rest, p)
			}
		}
		if len(by) < examples || len(rest) == 0 {
			rest = own[name]
		} else if err := gallery.Add(name, by...); err != nil {
			rest = own[name] // a name that no gallery takes
		} else {
			introduced[name] = true
		}
		shown = append(shown, rest...)
	}
	c := Curve{Examples: examples, Gallery: len(introduced)}
	var trials []trial
	for _, p := range shown {
		t := trial{known: introduced[p.Person], right: math.Inf(1), stranger: math.Inf(1)}
		if p.Found {
			t.identify(gallery, &p)
			for _, m := range gallery.Nearest(p.Descriptor, math.MaxFloat32, 2) {
				if m.Person == p.Person {
					t.right = m.Distance
				} else {
					t.stranger = min(t.stranger, m.Distance)
				}
			}
			c.Strangers++
		}
		if t.known {
			c.Known++
		}
		if p.Found || t.known {
			trials = append(trials, t)
		}
	}
	for i := 0; firstDistance+float64(i)*distanceStep < lastDistance+distanceStep/2; i++ {
		c.Points = append(c.Points, c.at(trials, math.Round(100*(firstDistance+float64(i)*distanceStep))/100))
	}
	for _, caution := range animo.Cautions() {
		c.Named = append(c.Named, Named{caution, c.named(trials, caution, vision.Is), c.named(trials, caution, vision.Perhaps)})
	}
	var strangers []float64
	for _, t := range trials {
		if !math.IsInf(t.stranger, 1) {
			strangers = append(strangers, t.stranger)
		}
	}
	slices.Sort(strangers)
	for _, share := range shares {
		if named := int(share * float64(c.Strangers)); named < len(strangers) {
			c.AtMost = append(c.AtMost, BoundedPoint{share, c.at(trials, strangers[named])}) // that one is not nearer than itself
		}
	}
	return c
}

// named returns the rates of names that are at least of a level.
func (c *Curve) named(trials []trial, caution animo.Caution, least vision.Level) Rates {
	right, wrong, named := 0, 0, 0
	for _, t := range trials {
		if said := t.said[caution]; said.Level >= least && said.Person == t.person {
			right++
		} else if said.Level >= least {
			wrong++
		}
		if t.other[caution].Level >= least {
			named++
		}
	}
	return Rates{RateOf(right, c.Known), RateOf(wrong, c.Known), RateOf(named, c.Strangers)}
}

// at returns the point of a distance.
func (c *Curve) at(trials []trial, distance float64) Point {
	right, wrong, named := 0, 0, 0
	for _, t := range trials {
		if t.known && t.right < distance && t.right < t.stranger {
			right++
		} else if t.known && t.stranger < distance {
			wrong++
		}
		if t.stranger < distance {
			named++
		}
	}
	return Point{distance, Rates{RateOf(right, c.Known), RateOf(wrong, c.Known), RateOf(named, c.Strangers)}}
}
