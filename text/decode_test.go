package text

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"animo"
)

// artefacts trains on made-up opinions and encodes the model.
func artefacts(t testing.TB, trainer string) (vectorizer, network []byte) {
	t.Helper()
	m, _, err := Train(t.Context(), FromSlice(opinions(8, 8)), Options{Trainer: trainer, Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	if vectorizer, network, err = m.Encode(); err != nil {
		t.Fatal(err)
	}
	return vectorizer, network
}

func TestDecode_refuses_damaged_bytes(t *testing.T) {
	v, n := artefacts(t, "blend")
	if _, err := Decode(v, n); err != nil {
		t.Fatalf("its own bytes: %v", err)
	}
	replaced := func(b []byte, from, to string) []byte {
		t.Helper()
		if !bytes.Contains(b, []byte(from)) {
			t.Fatalf("there is no %q to replace", from)
		}
		return bytes.Replace(b, []byte(from), []byte(to), 1)
	}
	otherV, otherN := artefacts(t, "nb")
	nan := bytes.Clone(n)
	copy(nan[len(nan)-4:], []byte{0, 0, 0xc0, 0x7f})
	for name, c := range map[string][2][]byte{
		"nothing":                  {nil, nil},
		"no network":               {v, nil},
		"no vectorizer":            {nil, n},
		"half a vectorizer":        {v[:len(v)/2], n},
		"half a network":           {v, n[:len(n)/2]},
		"more than a network":      {v, append(bytes.Clone(n), 0)},
		"another format":           {replaced(v, vectorizerFormat, "animo-vectorizer/9"), n},
		"an unknown trainer":       {replaced(v, `"blend"`, `"oracle"`), n},
		"auto as trainer":          {replaced(v, `"blend"`, `"auto"`), n},
		"another trainer's views":  {replaced(v, `"blend"`, `"nb"`), n},
		"another view":             {replaced(v, `"scope":3`, `"scope":2`), n},
		"an n-gram twice":          {replaced(v, `"hotel"`, `"muy"`), n},
		"an n-gram of three words": {replaced(v, `"hotel"`, `"a b c"`), n},
		"an empty n-gram":          {replaced(v, `"hotel"`, `""`), n},
		"an n-gram too many":       {replaced(v, `"hotel"`, `"hotel","motel"`), n},
		"another model's network":  {v, otherN},
		"another's vectorizer":     {otherV, n},
		"a weight that is none":    {v, nan},
		"a slope that is none":     {v, replaced(n, `"slope":"`, `"slope":"x`)},
		"no prior":                 {v, replaced(n, `"prior"`, `"pryor"`)},
	} {
		if _, err := Decode(c[0], c[1]); animo.CodeOf(err) != animo.CorruptModel {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoad_tells_absent_from_corrupt(t *testing.T) {
	m, r, err := Train(t.Context(), FromSlice(opinions(8, 8)), Options{Trainer: "nb", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(filepath.Join(t.TempDir(), "nowhere")); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("no folder: %v", err)
	}
	for _, name := range []string{vectorizerName, networkName, reportName} {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		if err := Save(dir, m, r); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(dir); animo.CodeOf(err) != animo.CorruptModel {
			t.Errorf("damaged %s: %v", name, err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(dir); animo.CodeOf(err) != animo.UnknownModel {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// FuzzDecode holds that bytes are either refused as corrupt, or a model that classifies and encodes again.
func FuzzDecode(f *testing.F) {
	for _, trainer := range []string{"nb", "blend", "mlp"} {
		v, n := artefacts(f, trainer)
		f.Add(v, n)
		f.Add(v[:len(v)-3], n)
		f.Add(v, n[:len(n)-3])
	}
	f.Fuzz(func(t *testing.T, vectorizer, network []byte) {
		m, err := Decode(vectorizer, network)
		if err != nil {
			if animo.CodeOf(err) != animo.CorruptModel {
				t.Fatalf("%v is not corrupt_model", err)
			}
			return
		}
		for _, p := range m.Classify("muy bueno el hotel, no muy malo", "") {
			if math.IsNaN(p.Probability) || p.Probability < 0.5 || p.Probability > 1 {
				t.Fatalf("probability %g", p.Probability)
			}
		}
		m.Explain("muy bueno el hotel, no muy malo", 3)
		v, n, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(v, n); err != nil {
			t.Fatalf("what a decoded model encodes to is refused: %v", err)
		}
	})
}
