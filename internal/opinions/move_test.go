package opinions_test

import (
	"bytes"
	"errors"
	"testing"

	"animo"
	"animo/internal/opinions"
)

// packed gives a version of a model as one file.
func (l *line) packed(model, version string) []byte {
	l.t.Helper()
	var b bytes.Buffer
	if err := l.flow.Pack(l.t.Context(), tenant, model, version, &b, func(string) {}); err != nil {
		l.t.Fatal(err)
	}
	return b.Bytes()
}

func (l *line) takeModel(model string, file []byte) (animo.Version, error) {
	return l.flow.TakeModel(l.t.Context(), tenant, model, bytes.NewReader(file), int64(len(file)))
}

func TestMove_a_version_that_is_packed_and_taken_answers_as_before(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("r.txt", reviews(t, 0))
	l.run()
	file := l.packed("r.txt", first.ID)
	v, err := l.takeModel("otro", file)
	if err != nil || !v.Taken || v.Trainer != "nb" {
		t.Fatalf("%+v, %v", v, err)
	}
	l.run()
	was, is := l.ask("r.txt", "Todo excelente").Results[0], l.ask("otro", "Todo excelente")
	if is.Results[0].Prediction != was.Prediction || is.Version != v.ID {
		t.Errorf("%+v, want %+v", is, was)
	}
	if again, err := l.takeModel("otro", file); err != nil || again.ID != v.ID {
		t.Errorf("the same file once more is %+v, %v", again, err)
	}
	if !bytes.Equal(l.packed("otro", ""), file) {
		t.Error("packed once more it is another file")
	}
	newer, err := l.takeModel("r.txt", l.packed("otro", ""))
	if err != nil || newer.ID <= first.ID {
		t.Fatalf("%+v, %v", newer, err)
	}
	l.run()
	if got := l.current("r.txt"); got != newer.ID {
		t.Errorf("%s answers, want %s", got, newer.ID)
	}
	if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", first.ID); err != nil {
		t.Error(err)
	}
}

func TestMove_a_damaged_file_leaves_nothing(t *testing.T) {
	l := newLine(t, opinions.Limits{ModelBytes: 1 << 20})
	l.take("r.txt", reviews(t, 0))
	l.run()
	file := l.packed("r.txt", "")
	damaged := bytes.Clone(file)
	damaged[len(damaged)/2] ^= 1
	for want, f := range map[animo.Code][]byte{animo.UnknownFormat: damaged, animo.TooLarge: make([]byte, 2<<20), animo.EmptyFile: {}} {
		if _, err := l.takeModel("otro", f); animo.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := l.flow.Model(t.Context(), tenant, "otro"); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("%v", err)
	}
}

func TestMove_a_file_that_was_taken_and_not_published_is_taken_up_by_the_sweep(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	file := l.packed("r.txt", "")
	l.lost = true
	if _, err := l.takeModel("otro", file); err == nil {
		t.Fatal("the event is not lost")
	}
	l.lost = false
	if n, err := l.flow.Sweep(t.Context(), tenant); n != 1 || err != nil {
		t.Fatalf("Sweep = %d, %v", n, err)
	}
	l.run()
	l.ask("otro", "Todo excelente")
}

func TestMove_a_version_that_is_asked_for_meanwhile_is_older(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	file := l.packed("r.txt", "")
	var meanwhile animo.Version
	l.once("get", "models", func() {
		l.once("get", "models", func() { // between the choice of the ID and the commit
			var err error
			if meanwhile, err = l.flow.Retrain(t.Context(), tenant, "r.txt", nil, opinions.Recipe{Trainer: "nb"}); err != nil {
				t.Error(err)
			}
		})
	})
	v, err := l.takeModel("r.txt", file)
	if err = errors.Join(err); err != nil || meanwhile.ID == "" || v.ID <= meanwhile.ID {
		t.Fatalf("%s is not after %s, %v", v.ID, meanwhile.ID, err)
	}
	l.run()
	if got := l.current("r.txt"); got != v.ID {
		t.Errorf("%s answers, want %s", got, v.ID)
	}
}
