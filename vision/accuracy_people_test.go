package vision_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"animo"
	"animo/internal/sharedtest"
	"animo/vision"
	"animo/vision/evaluate"
)

// openSet is people who are introduced by their first photos and shown by others, and strangers.
type openSet struct {
	names     []string
	examples  map[string][]vision.Descriptor
	probes    map[string][]vision.Descriptor
	strangers []vision.Descriptor
}

// openSetOf reads what describe makes of the photos of a plan.
func openSetOf(tb testing.TB, describe func(file string) (vision.Descriptor, bool)) openSet {
	tb.Helper()
	data, err := os.ReadFile(sharedtest.Path(tb, "data", "openset", "plan.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var plan struct {
		Introduce, Probe map[string][]string
		Strangers        []string
	}
	if err := json.Unmarshal(data, &plan); err != nil {
		tb.Fatal(err)
	}
	all := func(files []string) (list []vision.Descriptor) {
		for _, f := range files {
			if d, ok := describe(f); ok {
				list = append(list, d)
			}
		}
		return list
	}
	s := openSet{examples: map[string][]vision.Descriptor{}, probes: map[string][]vision.Descriptor{}, strangers: all(plan.Strangers)}
	for name, files := range plan.Introduce {
		s.names = append(s.names, name)
		s.examples[name], s.probes[name] = all(files), all(plan.Probe[name])
	}
	slices.Sort(s.names)
	return s
}

// with returns the people who have n examples or more, with the first n.
func (s openSet) with(n int) openSet {
	out := openSet{examples: map[string][]vision.Descriptor{}, probes: s.probes, strangers: s.strangers}
	for _, name := range s.names {
		if len(s.examples[name]) >= n {
			out.names = append(out.names, name)
			out.examples[name] = s.examples[name][:n]
		}
	}
	return out
}

func (s openSet) gallery(tb testing.TB, names []string) *vision.Gallery {
	g := &vision.Gallery{}
	for _, name := range names {
		if err := g.Add(name, s.examples[name]...); err != nil {
			tb.Fatal(err)
		}
	}
	return g
}

// count is how often people and strangers were named.
type count struct{ known, right, wrong, strangers, named int }

func (c *count) person(name, said string) {
	c.known++
	if said == name {
		c.right++
	} else if said != "" {
		c.wrong++
	}
}

func (c *count) stranger(said string) {
	if c.strangers++; said != "" {
		c.named++
	}
}

// log prints the rates. Where galleries were drawn several times, trials are not independent: the intervals are of so many
// trials as there are different photos.
func (c *count) log(b *testing.B, what string, known, strangers int) {
	b.Logf("%-28s right %s  wrong %s  strangers %s", what, rateOf(c.right, c.known, known), rateOf(c.wrong, c.known, known), rateOf(c.named, c.strangers, strangers))
}

// rate is a share in percent, with what holds the true one in 95 of 100 cases.
type rate struct{ share, low, high float64 }

func (r rate) String() string { return fmt.Sprintf("%5.2f %% [%.1f, %.1f]", r.share, r.low, r.high) }

func rateOf(hits, of, distinct int) rate {
	share := float64(hits) / float64(max(of, 1))
	r := evaluate.RateOf(int(math.Round(share*float64(min(of, distinct)))), min(of, distinct))
	return rate{100 * share, 100 * r.Range[0], 100 * r.Range[1]}
}

// BenchmarkAccuracy_people measures open-set identification: how many photos of introduced people get their name (right) or
// another's (wrong), and how many of strangers get any. Strangers are 300 people who are never introduced, and everybody who is
// not, or whose name is passed over. Percentages, with 95 % intervals in the lines that it logs.
//
//	go test -run '^$' -bench Accuracy_people -benchtime 1x ./vision
//
// With ANIMO_CURVES=FILE it also draws them, as an SVG.
func BenchmarkAccuracy_people(b *testing.B) {
	engine, err := vision.New(vision.Options{Attributes: vision.WithDescriptor | vision.WithQuality})
	if err != nil {
		b.Skip("SKIPPED, NOT TESTED: ", err)
	}
	var p portraits
	all := openSetOf(b, func(file string) (d vision.Descriptor, ok bool) {
		data, err := os.ReadFile(sharedtest.Path(b, "data", "openset", file))
		if err != nil {
			b.Fatal(err)
		}
		img, err := vision.Decode(b.Context(), bytes.NewReader(data), vision.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		faces, err := engine.Analyze(b.Context(), img)
		if err != nil {
			b.Fatal(err)
		}
		p.add(faces, img)
		if len(faces) == 0 {
			return d, false
		}
		return faces[0].Descriptor, true
	})
	b.Run("portraits", p.report)
	measurePeople(b, all)
}

// portraits counts what becomes of portraits besides their names.
type portraits struct{ all, refused, frontal, sure int }

func (p *portraits) add(faces []vision.Face, img vision.Image) {
	p.all++
	if _, err := (vision.Gates{}).Only(faces, img.W, img.H); err != nil {
		p.refused++
	}
	if len(faces) > 0 && math.Abs(faces[0].Pose.Yaw) < 15 && math.Abs(faces[0].Pose.Pitch) < 15 {
		p.frontal++
		if faces[0].Score > 0.99 {
			p.sure++
		}
	}
}

func (p *portraits) report(b *testing.B) {
	b.ReportMetric(100*float64(p.refused)/float64(p.all), "refused-%") // as introductions
	b.ReportMetric(100*float64(p.sure)/float64(p.frontal), "frontal-above-99-%")
	b.ReportMetric(0, "ns/op")
}

func measurePeople(b *testing.B, all openSet) {
	b.Run(fmt.Sprintf("1_to_3_photos/%d_people", len(all.names)), func(b *testing.B) { measureGalleries(b, all, len(all.names)) })
	b.Run("similarity/1_photo", func(b *testing.B) { measureSimilarity(b, all.with(1)) })
	b.Run("similarity/1_to_3_photos", func(b *testing.B) { measureSimilarity(b, all) })
	var drawn curves
	for _, examples := range []int{1, 3} {
		s := all.with(examples)
		for _, people := range []int{1, 2, 5, 10, 20, 29, 30, 50, 100, len(s.names)} {
			if people <= len(s.names) {
				b.Run(fmt.Sprintf("%d_photos/%d_people", examples, people), func(b *testing.B) {
					drawn.add(examples, measureGalleries(b, s, people))
				})
			}
		}
		if examples == 1 {
			for _, people := range []int{50, 150, 1000, 10_000} {
				b.Run(fmt.Sprintf("extrapolated/%d_people", people), func(b *testing.B) {
					if p := extrapolate(b, s, people); people >= len(s.names) {
						drawn.add(0, p)
					}
				})
			}
		}
		b.Run(fmt.Sprintf("%d_photos/halves", examples), func(b *testing.B) { measureHalves(b, s) })
	}
	drawn.write(b)
}

// measureGalleries counts what is said at each caution in galleries of so many people, drawn several times where there are more.
func measureGalleries(b *testing.B, s openSet, people int) point {
	counts := map[string]*count{}
	of := func(what string) *count {
		if counts[what] == nil {
			counts[what] = &count{}
		}
		return counts[what]
	}
	rng := rand.New(rand.NewPCG(1, 2))
	draws := 1
	if people < len(s.names) {
		draws = max(10, 1000/people)
	}
	for range draws {
		names := slices.Clone(s.names)
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:people]
		g := s.gallery(b, names)
		show := func(d vision.Descriptor, name string, passOver func(vision.Match) bool) {
			for _, c := range animo.Cautions() {
				id := g.Identify(d, c, passOver)
				for level, what := range map[vision.Level]string{vision.Is: string(c), vision.Perhaps: string(c) + ", with perhaps"} {
					said := ""
					if id.Level >= level {
						said = id.Person
					}
					if name != "" {
						of(what).person(name, said)
					} else {
						of(what).stranger(said)
					}
				}
			}
		}
		for _, name := range s.names {
			for _, d := range s.probes[name] {
				if slices.Contains(names, name) {
					show(d, name, nil)
				}
				if people > 1 {
					show(d, "", func(m vision.Match) bool { return m.Person == name })
				}
			}
		}
		for _, d := range s.strangers {
			show(d, "", nil)
		}
	}
	for _, c := range animo.Cautions() {
		for _, what := range []string{string(c), string(c) + ", with perhaps"} {
			counts[what].log(b, what, 2*people, len(s.strangers)+2*len(s.names))
		}
	}
	usual := counts[string(animo.Usual)]
	b.ReportMetric(100*float64(usual.right)/float64(usual.known), "right-%")
	b.ReportMetric(100*float64(usual.wrong)/float64(usual.known), "wrong-%")
	b.ReportMetric(100*float64(usual.named)/float64(usual.strangers), "strangers-%")
	b.ReportMetric(0, "ns/op")
	return point{people, rateOf(usual.right, usual.known, 2*people), rateOf(usual.named, usual.strangers, len(s.strangers)+2*len(s.names))}
}

// measureSimilarity counts what searches find, at the thresholds that programs use, among faces of which nobody knows whose they are,
// as in a collection of Rekognition: how many searches for a known person find a face of that person (kept), and how many find
// another's (wrong): of the known, of the people who are strangers, and of those whose own faces are passed over.
func measureSimilarity(b *testing.B, s openSet) {
	g, owner := &vision.Gallery{}, map[string]string{}
	for _, name := range s.names {
		for i, d := range s.examples[name] {
			face := fmt.Sprintf("%s %d", name, i)
			owner[face] = name
			if err := g.Add(face, d); err != nil {
				b.Fatal(err)
			}
		}
	}
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
	for _, least := range []float64{80, 90, 95, 99} {
		search := func(d vision.Descriptor, name string, passOver func(face string) bool) (right, wrong int) {
			for _, m := range g.Search(d, least, 80, passOver) {
				if owner[m.Person] == name {
					right = 1
				} else {
					wrong = 1
				}
			}
			return right, wrong
		}
		var known, kept, mistaken, named, passed int
		for _, name := range s.names {
			for _, d := range s.probes[name] {
				right, wrong := search(d, name, nil)
				known, kept, mistaken = known+1, kept+right, mistaken+wrong
				_, wrong = search(d, name, func(face string) bool { return owner[face] == name })
				passed += wrong
			}
		}
		for _, d := range s.strangers {
			_, wrong := search(d, "", nil)
			named += wrong
		}
		b.Logf("%2.0f %%: kept %.1f %%, wrong: of the known %.2f %%, of strangers %.2f %%, of those passed over %.2f %%",
			least, percent(kept, known), percent(mistaken, known), percent(named, len(s.strangers)), percent(passed, known))
		b.ReportMetric(percent(kept, known), fmt.Sprintf("kept-at-%.0f-%%", least))
		b.ReportMetric(percent(named, len(s.strangers)), fmt.Sprintf("wrong-at-%.0f-%%", least))
	}
	b.ReportMetric(0, "ns/op")
}

// measureHalves fits the score at which 1 % of the strangers of one half are named, and counts what it does to the other half,
// both ways. All people are in the gallery; a half's trials are the photos of every other person and stranger.
func measureHalves(b *testing.B, s openSet) {
	g := s.gallery(b, s.names)
	type trial struct {
		name, said string // name is empty for a stranger
		score      float64
	}
	var halves [2][]trial
	for i, name := range s.names {
		for _, d := range s.probes[name] {
			known := g.ScoreOf(d, nil)
			stranger := g.ScoreOf(d, func(m vision.Match) bool { return m.Person == name })
			halves[i%2] = append(halves[i%2], trial{name, known.Person, known.Score}, trial{"", stranger.Person, stranger.Score})
		}
	}
	for i, d := range s.strangers {
		id := g.ScoreOf(d, nil)
		halves[i%2] = append(halves[i%2], trial{"", id.Person, id.Score})
	}
	var both count
	for i, fit := range halves {
		var strangers []float64
		for _, t := range fit {
			if t.name == "" {
				strangers = append(strangers, t.score)
			}
		}
		slices.Sort(strangers)
		most := strangers[max(1, (len(strangers)+1)/100)-1] // below the k-th of n lie k of n+1 others, on average
		var c count
		for _, t := range halves[1-i] {
			said := ""
			if t.score < most {
				said = t.said
			}
			for _, c := range []*count{&c, &both} {
				if t.name != "" {
					c.person(t.name, said)
				} else {
					c.stranger(said)
				}
			}
		}
		c.log(b, fmt.Sprintf("score %.3f of half %d", most, i+1), len(s.names), len(s.strangers))
	}
	both.log(b, "both", 2*len(s.names), len(s.strangers)+2*len(s.names))
	b.ReportMetric(100*float64(both.right)/float64(both.known), "right-%")
	b.ReportMetric(100*float64(both.wrong)/float64(both.known), "wrong-%")
	b.ReportMetric(100*float64(both.named)/float64(both.strangers), "strangers-%")
	b.ReportMetric(0, "ns/op")
}

// extrapolate counts what the usual caution would say in a gallery of so many people, introduced by one photo each. How far a
// photo is from its own person is measured. How far it is from the nearest others is drawn: from a normal distribution with the mean
// and deviation of its distances to everybody else. For 150 people the names of the known come out as measured, and there are
// twice as many of strangers.
func extrapolate(b *testing.B, s openSet, people int) point {
	rng := rand.New(rand.NewPCG(3, 4))
	type others struct{ mean, deviation float64 }
	of := func(d vision.Descriptor, name string) others {
		var sum, squares, n float64
		add := func(e vision.Descriptor) {
			if far := d.Distance(e); far > 0 {
				sum, squares, n = sum+far, squares+far*far, n+1
			}
		}
		for _, other := range s.names {
			if other != name {
				add(s.examples[other][0])
			}
		}
		for _, e := range s.strangers {
			add(e)
		}
		return others{sum / n, math.Sqrt(squares/n - sum*sum/n/n)}
	}
	nearest := func(o others, of, n int) []float64 { // the n smallest of so many draws
		var list []float64
		share := 0.0
		for range n {
			share += rng.ExpFloat64() / float64(of)
			list = append(list, o.mean+o.deviation*math.Sqrt2*math.Erfinv(2*min(share, 0.999)-1))
		}
		return list
	}
	most := vision.MostOf(animo.Usual, people)
	var persons []others
	for _, name := range s.names {
		persons = append(persons, of(s.examples[name][0], name))
	}
	named := func(d []float64, person others) bool {
		score := 2*d[0] - (d[1]+d[2])/2 - nearest(person, people-1, 1)[0]/2
		return score < most && d[0] < vision.MatchDistance && d[1]-d[0] >= vision.Ahead
	}
	var c count
	stranger := func(o others) {
		for range 20 {
			said := ""
			if named(nearest(o, people, 3), persons[rng.IntN(len(persons))]) {
				said = "somebody"
			}
			c.stranger(said)
		}
	}
	for i, name := range s.names {
		for _, d := range s.probes[name] {
			o, own := of(d, name), d.Distance(s.examples[name][0])
			for range 20 {
				list := append([]float64{own}, nearest(o, people-1, 2)...)
				said := ""
				if slices.Sort(list); list[0] == own && named(list, persons[i]) {
					said = name
				}
				c.person(name, said)
			}
			stranger(o)
		}
	}
	for _, d := range s.strangers {
		stranger(of(d, ""))
	}
	c.log(b, "extrapolated", 2*len(s.names), len(s.strangers)+2*len(s.names))
	b.ReportMetric(100*float64(c.right)/float64(c.known), "right-%")
	b.ReportMetric(100*float64(c.named)/float64(c.strangers), "strangers-%")
	b.ReportMetric(0, "ns/op")
	return point{people, rateOf(c.right, c.known, 2*len(s.names)), rateOf(c.named, c.strangers, len(s.strangers)+2*len(s.names))}
}
