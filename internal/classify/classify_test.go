package classify

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/text"
)

// trained are versions of one model, "r", of which the last published answers.
type trained struct {
	answering atomic.Value // string
	versions  map[string][2][]byte
	loads     atomic.Int32
	stamp     atomic.Value // string: what the corrections are called, and the text that is corrected
	looked    atomic.Int32 // for corrections
}

func (m *trained) Observe(string, string, string, []text.Prediction, func(int) bool) {}

func (m *trained) Answering(_ context.Context, _, model, _ string) (animo.Answering, error) {
	if model != "r" {
		return animo.Answering{}, animo.Errorf(animo.UnknownModel, "there is no model %q", "no existe el modelo %q", model).Of("model")
	}
	stamp, _ := m.stamp.Load().(string)
	return animo.Answering{Version: m.answering.Load().(string), Corrected: stamp}, nil
}

func (m *trained) Corrected(context.Context, string, string) (func(string) (animo.Label, bool), error) {
	m.looked.Add(1)
	stamp, _ := m.stamp.Load().(string)
	return func(text string) (animo.Label, bool) { return animo.Positive, text == stamp && text != "" }, nil
}

func (m *trained) Artefacts(_ context.Context, _, _, version string) (vectorizer, network []byte, err error) {
	m.loads.Add(1)
	v := m.versions[version]
	return v[0], v[1], nil
}

// newTrained has the versions "1", to which "bien" is Positivo, and "2", to which it is Negativo.
func newTrained(t testing.TB) *trained {
	t.Helper()
	m := &trained{versions: map[string][2][]byte{}}
	for version, good := range map[string]animo.Label{"1": animo.Positive, "2": animo.Negative} {
		bad := animo.Positive
		if good == animo.Positive {
			bad = animo.Negative
		}
		model, _, err := text.Train(t.Context(), text.FromSlice([]animo.Opinion{{Text: "todo bien", Label: good}, {Text: "muy bien", Label: good}, {Text: "todo mal", Label: bad}, {Text: "muy mal", Label: bad}}), text.Options{Trainer: "nb", Folds: 2})
		if err != nil {
			t.Fatal(err)
		}
		vectorizer, network, err := model.Encode()
		if err != nil {
			t.Fatal(err)
		}
		m.versions[version] = [2][]byte{vectorizer, network}
	}
	m.answering.Store("1")
	return m
}

func TestClassify_lets_a_correction_answer_at_once(t *testing.T) {
	m := newTrained(t)
	c := New(m, Options{})
	ask := func() Result {
		t.Helper()
		answer, err := c.Classify(t.Context(), "sol", "r", By{}, []string{"todo mal"}, 3)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Results[0]
	}
	if r := ask(); r.Label != animo.Negative || r.Corrected {
		t.Errorf("%+v", r)
	}
	m.stamp.Store("todo mal")
	for range 3 {
		if r := ask(); r.Label != animo.Positive || r.Probability != 1 || !r.Corrected || r.Guess() || r.LogOdds >= 0 {
			t.Errorf("corrected: %+v", r)
		}
	}
	if n := m.looked.Load(); n != 2 {
		t.Errorf("corrections were read %d times, not once for each of their states", n)
	}
}

func TestClassify_asks_the_version_that_answers_now(t *testing.T) {
	m := newTrained(t)
	c := New(m, Options{})
	for i, version := range []string{"1", "1", "2", "1"} {
		m.answering.Store(version)
		answer, err := c.Classify(t.Context(), "sol", "r", By{}, []string{"bien", "zorple"}, 0)
		if err != nil || answer.Version != version || len(answer.Results) != 2 {
			t.Fatalf("call %d: %+v, %v", i, answer, err)
		}
		want := animo.Positive
		if version == "2" {
			want = animo.Negative
		}
		known, unknown := answer.Results[0], answer.Results[1]
		if known.Label != want || known.Guess() || known.Evidence != nil || !unknown.Guess() {
			t.Errorf("call %d, of version %s: %+v", i, version, answer.Results)
		}
	}
	if n := m.loads.Load(); n != 3 {
		t.Errorf("of four calls of which two followed another version, %d loaded the model", n)
	}
	c.Evict([]string{"mar"})
	if _, err := c.Classify(t.Context(), "sol", "r", By{}, []string{"bien"}, 0); err != nil || m.loads.Load() != 4 {
		t.Errorf("once its tenant was removed, a model is still held: %v", err)
	}
}

func TestClassify_explains_what_decided_where_it_is_asked_to(t *testing.T) {
	answer, err := New(newTrained(t), Options{}).Classify(t.Context(), "sol", "r", By{}, []string{"bien", "zorple"}, 3)
	if err != nil || len(answer.Results[0].Evidence) != 1 || answer.Results[0].Evidence[0].NGram != "bien" || len(answer.Results[1].Evidence) != 0 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestClassify_names_what_is_wrong_with_a_text(t *testing.T) {
	m := newTrained(t)
	c := New(m, Options{Limits: Limits{Texts: 200, TextBytes: 10}})
	for field, bad := range map[string]struct {
		texts    []string
		evidence int
		code     animo.Code
	}{
		"texts":    {nil, 0, animo.Invalid},
		"texts[1]": {[]string{"bien", " \n"}, 0, animo.Invalid},
		"texts[0]": {[]string{"muy muy bien"}, 0, animo.TooLarge},
		"explain":  {slices.Repeat([]string{"bien"}, explainedTexts+1), 1, animo.TooLarge},
	} {
		_, err := c.Classify(t.Context(), "sol", "r", By{}, bad.texts, bad.evidence)
		if e, ok := errors.AsType[*animo.Error](err); !ok || e.Code != bad.code || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := c.Classify(t.Context(), "sol", "r", By{}, slices.Repeat([]string{"bien"}, 201), 0); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("too many texts: %v", err)
	}
	if m.loads.Load() != 0 {
		t.Error("a model was loaded for texts that cannot be classified")
	}
	if _, err := c.Classify(t.Context(), "sol", "s", By{}, []string{"bien"}, 0); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("a model that is not there: %v", err)
	}
	if answer, err := c.Classify(t.Context(), "sol", "r", By{}, slices.Repeat([]string{"bien"}, explainedTexts+1), 0); err != nil || len(answer.Results) != explainedTexts+1 {
		t.Errorf("many texts without an explanation: %v", err)
	}
}

func TestClassify_stops_at_the_deadline(t *testing.T) {
	m := newTrained(t)
	c := New(m, Options{})
	model, err := c.model(t.Context(), "sol", "r", "1")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(strings.Repeat("todo bien|", 5*groupTexts+3), "|")[:5*groupTexts+3]
	if got, err := c.predict(t.Context(), model, texts); err != nil || len(got) != len(texts) {
		t.Errorf("%d predictions of %d texts: %v", len(got), len(texts), err)
	}
	over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := c.predict(over, model, texts); animo.CodeOf(err) != animo.Timeout {
		t.Errorf("after the deadline: %v", err)
	}
	if err := c.explain(over, model, texts, 2, make([]Result, len(texts))); animo.CodeOf(err) != animo.Timeout {
		t.Errorf("explaining after the deadline: %v", err)
	}
}

func TestCores_work_waits_in_line_until_its_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCores()
		free := make(chan struct{})
		for range runtime.GOMAXPROCS(0) {
			go func() { _ = c.run(t.Context(), func() { <-free }) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.run(ctx, func() { t.Error("ran beside as many as there are cores") }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in line beyond the deadline: %v", err)
		}
		ran := false
		time.AfterFunc(time.Second, func() { close(free) })
		if err := c.run(t.Context(), func() { ran = true }); err != nil || !ran {
			t.Errorf("in line: %v, ran %v", err, ran)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	c := New(newTrained(b), Options{})
	texts := []string{"todo bien", "muy mal", "todo mal", "muy bien", "bien", "mal"}
	b.ReportAllocs()
	for b.Loop() {
		if answer, err := c.Classify(b.Context(), "default", "r", By{}, texts, 0); err != nil || len(answer.Results) != len(texts) {
			b.Fatal(answer, err)
		}
	}
}
