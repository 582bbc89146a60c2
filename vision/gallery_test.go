package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"animo"
)

// randomDescriptor has the length that the network's descriptors have, about 1.4.
func randomDescriptor(rng *rand.Rand) (d Descriptor) {
	for i := range d {
		d[i] = float32(rng.NormFloat64()) * 0.124
	}
	return d
}

// near returns a descriptor at a distance from d.
func near(d Descriptor, distance float64, rng *rand.Rand) Descriptor {
	step := randomDescriptor(rng)
	length := step.Distance(Descriptor{})
	for i := range d {
		d[i] += step[i] * float32(distance/length)
	}
	return d
}

func mustAdd(t testing.TB, g *Gallery, name string, d ...Descriptor) {
	t.Helper()
	if err := g.Add(name, d...); err != nil {
		t.Fatal(err)
	}
}

// TestGallery_finds_the_nearest compares with every distance computed in float64.
func TestGallery_finds_the_nearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var g Gallery
	all := map[string][]Descriptor{}
	for i := range 300 {
		name := fmt.Sprintf("p%d", i)
		for range 1 + i%4 {
			all[name] = append(all[name], randomDescriptor(rng))
		}
		mustAdd(t, &g, name, all[name]...)
	}
	for i := range 100 {
		query := near(all[fmt.Sprintf("p%d", i)][0], 0.2+float64(i)/100, rng)
		var want []Match
		for name, ds := range all {
			best := math.Inf(1)
			for _, d := range ds {
				sum := 0.0
				for j := range d {
					sum += (float64(d[j]) - float64(query[j])) * (float64(d[j]) - float64(query[j]))
				}
				best = min(best, math.Sqrt(sum))
			}
			want = append(want, Match{Person: name, Distance: best})
		}
		slices.SortFunc(want, func(a, b Match) int {
			if a.Distance < b.Distance {
				return -1
			}
			return 1
		})
		limit := (want[4].Distance + want[5].Distance) / 2
		got := g.Nearest(query, limit, 100)
		if len(got) != 5 {
			t.Fatalf("%d people are nearer than %g, want 5", len(got), limit)
		}
		for j, m := range got {
			if m.Person != want[j].Person || math.Abs(m.Distance-want[j].Distance) > 1e-6 {
				t.Errorf("place %d: got %v, want %v", j, m, want[j])
			}
		}
		if two := g.Nearest(query, limit, 2); !slices.Equal(two, got[:2]) {
			t.Errorf("the two nearest are %v, want %v", two, got[:2])
		}
		if m, ok := g.Match(query, limit); !ok || m != got[0] {
			t.Errorf("the nearest is %v (%v), want %v", m, ok, got[0])
		}
		if m, ok := g.Match(query, want[0].Distance-1e-5); ok {
			t.Errorf("%v is nearer than the nearest", m)
		}
	}
}

// TestGallery_codes_pass_over_nobody compares both ways of searching, at limits round each distance, among
// descriptors that codes say little of, too.
func TestGallery_codes_pass_over_nobody(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	g := crowd(t, 300, rng)
	for i := range 40 {
		d := randomDescriptor(rng)
		for j := range d {
			d[j] *= float32(math.Pow(10, float64(i-20)))
		}
		mustAdd(t, g, fmt.Sprint("odd", i), d)
	}
	// The worst for codes: one of the two is what its code stands for, and the other all but half a step from
	// it, in every number.
	for _, share := range []float32{0.49, 0.51} {
		var even, odd Descriptor
		for i := range even {
			even[i] = float32(i%11-5) * 16 * codeStep
			odd[i] = even[i] + share*codeStep
		}
		for _, pair := range [][2]Descriptor{{even, odd}, {odd, even}} {
			var two Gallery
			mustAdd(t, &two, "one", pair[0])
			if _, ok := two.Match(pair[1], even.Distance(odd)+1e-6); !ok {
				t.Errorf("%g of a step away, nobody is found", share)
			}
		}
	}
	found := 0
	for i := range 200 {
		query := near(g.descriptors[rng.IntN(len(g.descriptors))], float64(i)/100, rng)
		exact := squaredDistance(&query, &g.descriptors[rng.IntN(len(g.descriptors))], math.MaxFloat32)
		for _, bound := range []float32{0, exact, math.Nextafter32(exact, 0), math.Nextafter32(exact, 9), 0.36, 1, math.MaxFloat32} {
			var got, want []int
			for list, scan := range map[*[]int]func(*Descriptor, float32, func(int, float32) float32){&got: g.scanCodes, &want: g.scanDescriptors} {
				scan(&query, bound, func(i int, squared float32) float32 {
					if squared != squaredDistance(&query, &g.descriptors[i], math.MaxFloat32) {
						t.Errorf("descriptor %d is not at %g", i, squared)
					}
					*list = append(*list, i)
					return bound
				})
			}
			if !slices.Equal(got, want) {
				t.Fatalf("within %g the codes let %d through, want %d", bound, len(got), len(want))
			}
			found += len(want)
		}
	}
	if found < 1000 {
		t.Errorf("only %d descriptors were near", found)
	}
}

func TestGallery_best_of_several_descriptors_counts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var g Gallery
	query := randomDescriptor(rng)
	mustAdd(t, &g, "steady", near(query, 0.5, rng), near(query, 0.5, rng))
	mustAdd(t, &g, "changing", near(query, 1.3, rng), near(query, 0.3, rng))
	m, ok := g.Match(query, MatchDistance)
	if !ok || m.Person != "changing" || math.Abs(m.Distance-0.3) > 1e-5 || m.Similarity != Similarity(m.Distance) {
		t.Errorf("got %v (%v), want changing at 0.3", m, ok)
	}
}

func TestSimilarity(t *testing.T) {
	for distance, want := range map[float64]float64{0: 100, 0.3: 99.4, 0.509: 99, 0.569: 95, 0.607: 90, 0.647: 80, 1: 0.3, 100: 0} {
		if got := Similarity(distance); math.Abs(got-want) > 0.15 {
			t.Errorf("Similarity(%g) = %.1f, want %.1f", distance, got, want)
		}
	}
}

// TestGallery_like_a_map does the same random changes to a gallery and to a map.
func TestGallery_like_a_map(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var g Gallery
	want := map[string][]Descriptor{}
	for range 2000 {
		name := string(rune('a' + rng.IntN(12)))
		if rng.IntN(3) == 0 {
			_, known := want[name]
			if g.Remove(name) != known {
				t.Fatalf("Remove(%s) of a known person (%v) said otherwise", name, known)
			}
			delete(want, name)
		} else {
			d := randomDescriptor(rng)
			mustAdd(t, &g, name, d)
			want[name] = append(want[name], d)
		}
		total := 0
		for person, ds := range want {
			total += len(ds)
			for _, d := range ds {
				if m, ok := g.Match(d, 1e-3); !ok || m.Person != person || m.Distance != 0 {
					t.Fatalf("%s's descriptor is %v's (%v)", person, m, ok)
				}
			}
		}
		if people, descriptors := g.Len(); people != len(want) || descriptors != total || len(g.People()) != people {
			t.Fatalf("%d people and %d descriptors, want %d and %d", people, descriptors, len(want), total)
		}
	}
}

// TestGallery_Remove_leaves_no_trace looks into the memory behind what is in use.
func TestGallery_Remove_leaves_no_trace(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var g Gallery
	mustAdd(t, &g, "kept", randomDescriptor(rng))
	mustAdd(t, &g, "gone", randomDescriptor(rng), randomDescriptor(rng))
	g.Remove("gone")
	for _, d := range g.descriptors[:cap(g.descriptors)][len(g.descriptors):] {
		if d != (Descriptor{}) {
			t.Error("a removed descriptor is still in memory")
		}
	}
	for _, n := range g.codes[:cap(g.codes)][len(g.codes):] {
		if n != 0 {
			t.Error("a removed descriptor's code is still in memory")
		}
	}
	for _, p := range g.people[:cap(g.people)][len(g.people):] {
		if p.name != "" {
			t.Errorf("the name %q is still in memory", p.name)
		}
	}
}

func TestGallery_refuses(t *testing.T) {
	d := randomDescriptor(rand.New(rand.NewPCG(1, 1)))
	bad := func(v float64) Descriptor { d := d; d[77] = float32(v); return d }
	for what, add := range map[string]func(*Gallery) error{
		"no name":   func(g *Gallery) error { return g.Add("", d) },
		"long name": func(g *Gallery) error { return g.Add(string(make([]byte, 1025)), d) },
		"not UTF-8": func(g *Gallery) error { return g.Add("\xff", d) },
		"NaN":       func(g *Gallery) error { return g.Add("x", d, bad(math.NaN())) },
		"infinite":  func(g *Gallery) error { return g.Add("x", d, bad(math.Inf(-1))) },
		"huge":      func(g *Gallery) error { return g.Add("x", bad(1e30)) },
		"zeros":     func(g *Gallery) error { return g.Add("x", Descriptor{}) },
	} {
		var g Gallery
		if err := add(&g); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%s: %v, want %s", what, err, animo.Invalid)
		}
		if people, descriptors := g.Len(); people+descriptors != 0 {
			t.Errorf("%s: something was added", what)
		}
	}
}

// TestGallery_used_by_many is for the race detector.
func TestGallery_used_by_many(t *testing.T) {
	var g Gallery
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 0))
			for i := range 200 {
				name := string(rune('a' + i%5))
				switch worker % 4 {
				case 0:
					g.Add(name, randomDescriptor(rng))
				case 1:
					g.Remove(name)
				case 2:
					g.Match(randomDescriptor(rng), 2)
					g.Identify(randomDescriptor(rng), animo.Usual, nil)
				case 3:
					g.Save(new(bytes.Buffer))
				}
			}
		})
	}
	wg.Wait()
}

func savedGallery(t testing.TB) []byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 12))
	var g Gallery
	mustAdd(t, &g, "Zoë", randomDescriptor(rng))
	mustAdd(t, &g, "Ana", randomDescriptor(rng), randomDescriptor(rng))
	mustAdd(t, &g, "Zoë", randomDescriptor(rng))
	var file bytes.Buffer
	if err := g.Save(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestGallery_comes_back_from_its_file(t *testing.T) {
	file := savedGallery(t)
	g, err := LoadGallery(iotest.OneByteReader(bytes.NewReader(file)))
	if err != nil {
		t.Fatal(err)
	}
	if people, descriptors := g.Len(); people != 2 || descriptors != 4 {
		t.Errorf("%d people with %d descriptors, want 2 with 4", people, descriptors)
	}
	var again bytes.Buffer
	if err := g.Save(&again); err != nil || !bytes.Equal(again.Bytes(), file) {
		t.Errorf("saving it again gives another file (%v)", err)
	}
	rng := rand.New(rand.NewPCG(11, 12))
	if m, ok := g.Match(randomDescriptor(rng), 0.1); !ok || m.Person != "Zoë" || m.Distance != 0 {
		t.Errorf("the first descriptor is %v's (%v), want Zoë's", m, ok)
	}
}

// TestLoadGallery_finds_every_damage changes each byte, cuts at each byte, and adds one.
func TestLoadGallery_finds_every_damage(t *testing.T) {
	file := savedGallery(t)
	for i := range file {
		damaged := slices.Clone(file)
		damaged[i] ^= 0x10
		if _, err := LoadGallery(bytes.NewReader(damaged)); animo.CodeOf(err) != animo.CorruptModel {
			t.Fatalf("byte %d changed: %v, want %s", i, err, animo.CorruptModel)
		}
		if _, err := LoadGallery(bytes.NewReader(file[:i])); animo.CodeOf(err) != animo.CorruptModel {
			t.Fatalf("cut at %d: %v, want %s", i, err, animo.CorruptModel)
		}
	}
	if _, err := LoadGallery(bytes.NewReader(append(file, 0))); animo.CodeOf(err) != animo.CorruptModel {
		t.Errorf("a byte more: %v, want %s", err, animo.CorruptModel)
	}
	broken := errors.New("disk on fire")
	if _, err := LoadGallery(iotest.ErrReader(broken)); err != broken {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// TestLoadGallery_refuses_what_Save_never_writes has right check sums for files in the wrong form.
func TestLoadGallery_refuses_what_Save_never_writes(t *testing.T) {
	d := randomDescriptor(rand.New(rand.NewPCG(1, 2)))
	person := func(name string, descriptors ...Descriptor) []byte {
		b := binary.LittleEndian.AppendUint16(nil, uint16(len(name)))
		b = binary.LittleEndian.AppendUint32(append(b, name...), uint32(len(descriptors)))
		for _, d := range descriptors {
			for _, v := range d {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
		return b
	}
	file := func(version, people uint32, persons ...[]byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(galleryMagic), version)
		b = append(binary.LittleEndian.AppendUint32(b, people), bytes.Join(persons, nil)...)
		return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	}
	if _, err := LoadGallery(bytes.NewReader(file(1, 2, person("Ana", d), person("Bea", d, d)))); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	for name, damaged := range map[string][]byte{
		"another version":    file(2, 1, person("Ana", d)),
		"twice the name":     file(1, 2, person("Ana", d), person("Ana", d)),
		"out of order":       file(1, 2, person("Bea", d), person("Ana", d)),
		"no name":            file(1, 1, person("", d)),
		"a name too long":    file(1, 1, person(strings.Repeat("a", 1025), d)),
		"a name not UTF-8":   file(1, 1, person("\xff", d)),
		"no descriptor":      file(1, 1, person("Ana")),
		"zeros":              file(1, 1, person("Ana", Descriptor{})),
		"fewer than it says": file(1, 3, person("Ana", d)),
		"more than it says":  file(1, 0, person("Ana", d)),
	} {
		if _, err := LoadGallery(bytes.NewReader(damaged)); animo.CodeOf(err) != animo.CorruptModel {
			t.Errorf("%s: %v, want %s", name, err, animo.CorruptModel)
		}
	}
}

// FuzzLoadGallery: what loads is saved as the same bytes.
func FuzzLoadGallery(f *testing.F) {
	f.Add(savedGallery(f))
	f.Add((&Gallery{}).encode())
	f.Fuzz(func(t *testing.T, file []byte) {
		g, err := LoadGallery(bytes.NewReader(file))
		if err != nil {
			if animo.CodeOf(err) != animo.CorruptModel {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(g.encode(), file) {
			t.Error("saved again, it is another file")
		}
	})
}

// crowd returns a gallery of people with five descriptors each: those of one person about 0.4 from each other,
// those of strangers about 0.85, as real ones are.
func crowd(tb testing.TB, people int, rng *rand.Rand) *Gallery {
	g := new(Gallery)
	human := randomDescriptor(rng)
	for i := range people {
		one := near(human, 0.55, rng)
		for range 5 {
			mustAdd(tb, g, fmt.Sprint(i), near(one, 0.28, rng))
		}
	}
	return g
}

// BenchmarkGallery searches 10,000 people with five descriptors each for one of them, and for a stranger. The
// definition is what a search without codes takes.
func BenchmarkGallery(b *testing.B) {
	rng := rand.New(rand.NewPCG(13, 14))
	g := crowd(b, 10_000, rng)
	known := near(g.descriptors[25_000], 0.3, rng)
	stranger := near(crowd(b, 1, rand.New(rand.NewPCG(13, 14))).descriptors[0], 0.7, rng)
	search := func(b *testing.B, d Descriptor, want bool, scan func(*Descriptor, float32, func(int, float32) float32)) {
		for b.Loop() {
			found := false
			scan(&d, square(MatchDistance), func(_ int, squared float32) float32 { found = true; return squared })
			if found != want {
				b.Fatalf("found is %v, want %v", found, want)
			}
		}
	}
	b.Run("identify/known", func(b *testing.B) { // a search of all, and of the person's neighbours once
		for b.Loop() {
			if id := g.Identify(known, animo.Usual, nil); id.Level != Is {
				b.Fatalf("%+v", id)
			}
		}
	})
	b.Run("identify/stranger", func(b *testing.B) {
		for b.Loop() {
			if id := g.Identify(stranger, animo.Usual, nil); id.Level == Is {
				b.Fatalf("%+v", id)
			}
		}
	})
	b.Run("known", func(b *testing.B) { search(b, known, true, g.scan) })
	b.Run("stranger", func(b *testing.B) { search(b, stranger, false, g.scan) })
	b.Run("known/definition", func(b *testing.B) { search(b, known, true, g.scanDescriptors) })
	b.Run("stranger/definition", func(b *testing.B) { search(b, stranger, false, g.scanDescriptors) })
}
