package text

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"animo"
	"animo/nn"
)

// vectorizerFile is the JSON of the first artefact: how to turn a text into features.
type vectorizerFile struct {
	Format  string     `json:"format"`
	Trainer string     `json:"trainer"`
	Views   []viewFile `json:"views"`
}

// viewFile is one view and its n-grams, in the order of the network's inputs.
type viewFile struct {
	view
	Vocabulary []string   `json:"vocabulary,omitempty"` // none where features are hashes
	Lexicon    polarities `json:"lexicon,omitempty"`    // of a lexical view, whose first features follow from it
}

// The network's metadata has the trainer and the model's prior and slope, and its threshold where it has one.
const vectorizerFormat = "animo-vectorizer/1"

// Encode returns the model's two artefacts: the vectorizer (text to features) and the network (features to
// label).
func (m *Model) Encode() (vectorizer, network []byte, err error) {
	f := vectorizerFile{Format: vectorizerFormat, Trainer: m.trainer}
	for _, sp := range m.spaces {
		f.Views = append(f.Views, viewFile{sp.view, sp.vocabulary(), sp.polarities()})
	}
	if vectorizer, err = json.Marshal(f); err != nil {
		return nil, nil, err
	}
	metadata := map[string]string{"trainer": m.trainer, "prior": formatNumber(m.prior), "slope": formatNumber(m.slope)}
	if m.threshold != 0 {
		metadata["threshold"] = formatNumber(m.threshold)
	}
	network, err = nn.EncodeTensors(m.scorer.save(), metadata)
	return vectorizer, network, err
}

// Decode reads what Encode gave. Bytes that are not a model answer CorruptModel.
func Decode(vectorizer, network []byte) (*Model, error) {
	m, err := decode(vectorizer, network)
	if err != nil {
		return nil, animo.Errorf(animo.CorruptModel, "the model cannot be read", "el modelo no se puede leer").Because(err)
	}
	return m, nil
}

func decode(vectorizer, network []byte) (*Model, error) {
	var f vectorizerFile
	if err := json.Unmarshal(vectorizer, &f); err != nil {
		return nil, fmt.Errorf("vectorizer: %w", err)
	}
	if f.Format != vectorizerFormat {
		return nil, fmt.Errorf("vectorizer: format %q, not %q", f.Format, vectorizerFormat)
	}
	tr, err := trainerNamed(f.Trainer)
	if err != nil || f.Trainer == "" {
		return nil, fmt.Errorf("vectorizer: trainer %q", f.Trainer)
	}
	if len(f.Views) != len(tr.views) {
		return nil, fmt.Errorf("vectorizer: %d views, not %d", len(f.Views), len(tr.views))
	}
	var spaces []space
	var widths []int
	for i, v := range f.Views {
		if !tr.views[i].readable(v.view) {
			return nil, fmt.Errorf("vectorizer: view %v, not %v", v.view, tr.views[i])
		}
		sp, err := loadSpace(v)
		if err != nil {
			return nil, fmt.Errorf("vectorizer: %w", err)
		}
		spaces = append(spaces, sp)
		widths = append(widths, sp.width())
	}
	list, metadata, err := nn.DecodeTensors(network)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if metadata["trainer"] != f.Trainer {
		return nil, fmt.Errorf("network: of trainer %q, not %q", metadata["trainer"], f.Trainer)
	}
	prior, err := number(metadata, "prior")
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	slope, err := number(metadata, "slope")
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	threshold := 0.0
	if metadata["threshold"] != "" {
		if threshold, err = number(metadata, "threshold"); err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
	}
	sc, err := tr.load(widths, list)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if l, ok := sc.(*linear); ok {
		for _, p := range l.parts {
			if sp := &spaces[p.view]; sp.hashed {
				sp.features = newHashedFeatures(sp.view.Bits, p.weights)
			}
		}
	}
	m := newModel(f.Trainer, prior, slope, spaces, sc)
	m.threshold = threshold
	return m, nil
}

// vocabulary returns the n-grams of a space by number, as text; of a lexical view without those that follow
// from its lexicon.
func (sp space) vocabulary() []string {
	switch {
	case sp.hashed:
		return nil
	case sp.view.Kind == letters:
		return sp.names
	}
	names := make([]string, first+2*len(sp.number))
	for name, n := range sp.number {
		names[n] = name
		names[n|negatedBit] = negated + name
	}
	out := make([]string, sp.n)
	for _, s := range sp.slots {
		if s.id == 0 {
			continue
		}
		before, last := s.gram>>32, s.gram&(1<<32-1)
		name := names[last]
		if before != 0 {
			name = names[before] + " " + name
		}
		out[s.id-1] = name
	}
	if sp.polar != nil {
		return out[sp.polar.features:]
	}
	return out
}

// loadSpace makes the space whose vocabulary a file has.
func loadSpace(f viewFile) (space, error) {
	if err := f.Lexicon.check(); err != nil {
		return space{}, fmt.Errorf("lexicon: %w", err)
	}
	if f.Bits > 0 {
		if len(f.Vocabulary) > 0 {
			return space{}, fmt.Errorf("a vocabulary of hashes")
		}
		return newSpace(f.view, f.Lexicon), nil
	}
	sp := newSpace(f.view, f.Lexicon)
	for _, name := range f.Vocabulary {
		g, err := sp.parse(name)
		if err != nil {
			return space{}, err
		}
		if _, fresh := sp.add(g); !fresh {
			return space{}, fmt.Errorf("the n-gram %q is there twice", name)
		}
	}
	if f.Kind == letters {
		sp.names = f.Vocabulary
	}
	return sp, nil
}

// parse returns the key of an n-gram as vocabulary writes it, and numbers its tokens.
func (sp space) parse(name string) (gram, error) {
	if sp.view.Kind == letters {
		n := utf8.RuneCountInString(name)
		if n < sp.view.Min || n > sp.view.Max {
			return 0, fmt.Errorf("the n-gram %q has %d characters", name, n)
		}
		k := gram(0)
		for _, r := range name {
			k = k*base + gram(r)
		}
		return k, nil
	}
	before, last, two := strings.Cut(name, " ")
	if !two {
		before, last = "", before
	}
	code := func(name string) gram {
		name, no := strings.CutPrefix(name, negated)
		n, ok := sp.number[name]
		if !ok {
			n = first + 2*uint32(len(sp.number))
			sp.number[name] = n
		}
		if no {
			n |= negatedBit
		}
		return gram(n)
	}
	if last == "" || two && before == "" || strings.Contains(last, " ") {
		return 0, fmt.Errorf("%q is no n-gram of one or two words", name)
	}
	if two {
		return code(before)<<32 | code(last), nil
	}
	return code(last), nil
}
