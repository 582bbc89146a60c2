package opinions_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/classify"
	"animo/internal/opinions"
)

// noise is a file of rows whose labels mean nothing.
func noise(rows int) string {
	draw := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("habitación cama desayuno playa piscina personal baño ruido precio vista comida cena hotel ciudad taxi")
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%s %s %s %d\t%d\n", words[draw.IntN(len(words))], words[draw.IntN(len(words))], words[draw.IntN(len(words))], i, draw.IntN(2))
	}
	return b.String()
}

// listen has the events of some types kept for heard.
func (l *line) listen(types ...string) {
	l.t.Helper()
	if err := l.queue.Declare(l.t.Context(), "heard", types); err != nil {
		l.t.Fatal(err)
	}
}

// heard returns the types of the events since it was called last.
func (l *line) heard() string {
	l.t.Helper()
	var types []string
	for {
		claimed, err := l.queue.Claim(l.t.Context(), "heard", 1, time.Hour)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(claimed) == 0 {
			return strings.Join(types, " ")
		}
		types = append(types, claimed[0].Event.Type)
		if err := l.queue.Done(l.t.Context(), claimed[0]); err != nil {
			l.t.Fatal(err)
		}
	}
}

// ended runs everything and returns the version.
func (l *line) ended(v animo.Version) opinions.Training {
	l.t.Helper()
	l.run()
	tr, err := l.flow.Version(l.t.Context(), tenant, v.Model, v.ID)
	if err != nil || !tr.Status.Ended() {
		l.t.Fatalf("version %s of %s is %s: %v", v.ID, v.Model, tr.Status, err)
	}
	return tr
}

func TestGate_holds_a_version_that_is_worse_than_the_one_that_answers(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.listen(opinions.ModelHeld, opinions.ModelPublished)
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	held := l.ended(l.take("r.txt", noise(300)))
	if held.Status != animo.Held || held.Gate.Against != first.ID || len(held.Gate.Reasons) < 2 {
		t.Fatalf("300 rows with random labels: %s, %+v", held.Status, held.Gate)
	}
	if c := held.Gate.Comparison; c.Rows <= 300 || c.Balanced.High >= 0 {
		t.Errorf("it is compared on %d rows: %+v; want its own and the others'", c.Rows, c.Balanced)
	}
	if held.Program != "animo test" || held.Cause != animo.Asked {
		t.Errorf("it says that %q trained it, for %q", held.Program, held.Cause)
	}
	if answer := l.ask("r.txt", "todo bien"); answer.Version != first.ID {
		t.Errorf("version %s answers", answer.Version)
	}
	if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", held.ID); err != nil {
		t.Fatal(err)
	}
	if answer := l.ask("r.txt", "todo bien"); answer.Version != held.ID {
		t.Errorf("version %s answers after another was published", answer.Version)
	}
	if got, want := l.heard(), "model.published model.held model.published"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	better := l.ended(l.take("r.txt", reviews(t, 1)))
	if better.Status != animo.Done || better.Gate.Against != held.ID || better.Gate.Comparison == nil {
		t.Errorf("a version that is better: %s, %+v", better.Status, better.Gate)
	}
}

func TestGate_holds_a_first_version_that_may_be_guessing(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	held := l.ended(l.take("r.txt", noise(100)))
	if held.Status != animo.Held || len(held.Gate.Reasons) != 1 || held.Gate.Reasons[0].Code != animo.NotBetter {
		t.Errorf("%s, %+v", held.Status, held.Gate)
	}
	if list, err := l.flow.Models(t.Context(), tenant); err != nil || len(list) != 0 {
		t.Errorf("models that answer: %+v, %v", list, err)
	}
	if h, err := l.flow.Model(t.Context(), tenant, "r.txt"); err != nil || len(h.Versions) != 1 || h.Versions[0].Status != animo.Held {
		t.Errorf("the model: %+v, %v", h, err)
	}
}

func TestGate_does_not_hold_another_goal_against_a_version(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	lines := strings.SplitAfter(reviews(t, 0), "\n")
	for i := 0; i < len(lines); i += 5 { // so that to find nearly all complaints costs much
		lines[i] = strings.NewReplacer("\t1", "\t0", "\t0", "\t1").Replace(lines[i])
	}
	l.done(l.take("r.txt", strings.Join(lines, "")))
	v, err := l.flow.Retrain(t.Context(), tenant, "r.txt", nil, opinions.Recipe{Goal: "complaints"})
	if err != nil {
		t.Fatal(err)
	}
	if tr := l.ended(v); tr.Status != animo.Done || tr.Gate.Comparison == nil || tr.Gate.Comparison.Balanced.High >= 0 {
		t.Errorf("%s, %+v", tr.Status, tr.Gate)
	}
}

func TestGate_of_a_version_that_cannot_answer_any_more_compares_with_none(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	for _, file := range []string{"vectorizer", "network.safetensors"} {
		if err := l.objects.Put(t.Context(), tenant, "models/r.txt/"+first.ID+"/"+file, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	next := l.ended(l.take("r.txt", reviews(t, 1)+"Muy bien todo\t1\n"))
	if next.Status != animo.Done || next.Gate.Against != "" {
		t.Errorf("%s, %+v", next.Status, next.Gate)
	}
	if answer := l.ask("r.txt", "todo bien"); answer.Version != next.ID {
		t.Errorf("version %s answers", answer.Version)
	}
}

func TestGate_goes_by_the_policy_of_the_model(t *testing.T) {
	for policy, heard := range map[animo.Policy]string{animo.Ask: "model.published model.held", animo.Never: "model.published"} {
		l := newLine(t, opinions.Limits{})
		l.listen(opinions.ModelHeld, opinions.ModelPublished)
		first := l.take("r.txt", reviews(t, 0))
		l.done(first)
		if err := l.flow.SetPolicy(t.Context(), tenant, "r.txt", policy); err != nil {
			t.Fatal(err)
		}
		second := l.ended(l.take("r.txt", reviews(t, 1)))
		if second.Status != animo.Held || len(second.Gate.Reasons) != 1 || second.Gate.Reasons[0].Code != animo.NotAsked || second.Gate.Comparison == nil {
			t.Errorf("%s: %s, %+v", policy, second.Status, second.Gate)
		}
		if got := l.heard(); got != heard {
			t.Errorf("%s: heard %q, want %q", policy, got, heard)
		}
	}
	l := newLine(t, opinions.Limits{})
	if err := l.flow.SetPolicy(t.Context(), tenant, "r.txt", animo.Ask); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of no model: %v", err)
	}
	if err := l.flow.SetPolicy(t.Context(), tenant, "r.txt", "often"); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("a policy that is none: %v", err)
	}
}

func TestGate_asks_a_version_about_no_row_that_it_learned_from(t *testing.T) {
	l := newLine(t, opinions.Limits{Compared: 7})
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	second := l.ended(l.take("r.txt", reviews(t, 0)+noise(9)))
	shared := l.version(first).Report.Rows
	if c := second.Gate.Comparison; c == nil || c.Rows != shared+7 {
		t.Errorf("compared: %+v; want the %d shared rows and 7 of the new ones", c, shared)
	}
}

// A publisher that dies between the commit and the event says the same when it tries again.
func TestGate_says_again_what_it_could_not_say(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.listen(opinions.ModelHeld)
	l.take("r.txt", noise(100))
	for l.step("ingest") || l.step("train") {
	}
	claimed, err := l.queue.Claim(t.Context(), "publish", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	publish := l.function("publish")
	l.lost = true
	if err := publish.Handle(t.Context(), claimed[0].Event); err == nil {
		t.Fatal("it did not die")
	}
	l.lost = false
	if err := publish.Handle(t.Context(), claimed[0].Event); err != nil {
		t.Fatal(err)
	}
	if got := l.heard(); got != "model.held" {
		t.Errorf("heard %q", got)
	}
}

func TestAlias_names_a_version_that_is_asked_by_it_and_kept(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 1})
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	for _, bad := range []struct {
		alias, version string
		code           animo.Code
	}{{"champion", first.ID, animo.Invalid}, {"a/b", first.ID, animo.UnsafeName}, {"otro", "nada", animo.NotFound}} {
		if _, err := l.flow.Alias(t.Context(), tenant, "r.txt", bad.alias, bad.version); animo.CodeOf(err) != bad.code {
			t.Errorf("%s for %s: %v, want %s", bad.alias, bad.version, err, bad.code)
		}
	}
	if _, err := l.flow.Alias(t.Context(), tenant, "nada", "otro", first.ID); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of no model: %v", err)
	}
	if _, err := l.flow.Alias(t.Context(), tenant, "r.txt", "de marzo", animo.Champion); err != nil {
		t.Fatal(err)
	}
	var second animo.Version
	for i := range 3 { // of which one is kept, and the one with a name
		second = l.take("r.txt", reviews(t, i+1))
		l.done(second)
	}
	h, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil || len(h.Versions) != 2 || h.Versions[0].ID != first.ID {
		t.Fatalf("kept: %+v, %v", h.Versions, err)
	}
	for named, want := range map[string]string{"": second.ID, "champion": second.ID, "de marzo": first.ID, first.ID: first.ID} {
		answer, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{Version: named}, []string{"todo bien"}, 0)
		if err != nil || answer.Version != want {
			t.Errorf("%q: version %s answers, %v; want %s", named, answer.Version, err, want)
		}
	}
	if _, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{Version: "nada"}, []string{"todo bien"}, 0); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("a version that is not there: %v", err)
	}
	b, err := l.flow.TakeBatch(t.Context(), tenant, "r.txt", strings.NewReader("todo bien\n"), -1, opinions.BatchRecipe{Version: "de marzo"})
	if err != nil {
		t.Fatal(err)
	}
	l.run()
	if b, err = l.flow.Batch(t.Context(), tenant, "r.txt", b.ID); err != nil || b.Version != first.ID {
		t.Errorf("a batch: version %s answers, %v", b.Version, err)
	}
	if _, err := l.flow.Alias(t.Context(), tenant, "r.txt", "de marzo", ""); err != nil {
		t.Fatal(err)
	}
	l.done(l.take("r.txt", reviews(t, 9)))
	if h, err := l.flow.Model(t.Context(), tenant, "r.txt"); err != nil || len(h.Versions) != 1 {
		t.Errorf("kept without the name: %+v, %v", h.Versions, err)
	}
}
