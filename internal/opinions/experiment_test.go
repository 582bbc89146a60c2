package opinions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/classify"
	"animo/internal/opinions"
)

// rivals trains two versions of r.txt, one that is right and one that says the opposite; the first of the two that are named answers.
func rivals(t *testing.T, l *line, champion string) (right, wrong string) {
	t.Helper()
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	second := l.ended(l.take("r.txt", strings.NewReplacer("\t1", "\t0", "\t0", "\t1").Replace(reviews(t, 0))))
	if champion == "right" {
		if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", first.ID); err != nil {
			t.Fatal(err)
		}
	}
	return first.ID, second.ID
}

// try begins an experiment.
func (l *line) try(challenger string, share float64, automatic bool) {
	l.t.Helper()
	if _, err := l.flow.Experiment(l.t.Context(), tenant, "r.txt", challenger, share, automatic); err != nil {
		l.t.Fatal(err)
	}
}

// trial judges the experiment and reads it.
func (l *line) trial() opinions.Trial {
	l.t.Helper()
	if err := l.flow.FlushUsage(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	if err := l.flow.JudgeExperiments(l.t.Context(), tenant); err != nil {
		l.t.Fatal(err)
	}
	trial, err := l.flow.Trial(l.t.Context(), tenant, "r.txt")
	if err != nil {
		l.t.Fatal(err)
	}
	return trial
}

// praise asks about praise and has each answer corrected that calls it negative; by whom is it asked.
func (l *line) praise(from, to int, key func(i int) string) (by map[string]int) {
	l.t.Helper()
	by = map[string]int{}
	for i := from; i < to; i++ {
		said := fmt.Sprintf("Excelente hotel, muy limpio %d", i)
		a, err := l.classifier.Classify(l.t.Context(), tenant, "r.txt", classify.By{Key: key(i)}, []string{said}, 0)
		if err != nil {
			l.t.Fatal(err)
		}
		by[a.Results[0].Version]++
		if l.now = l.now.Add(time.Second); a.Results[0].Label == animo.Negative {
			if _, err := l.flow.Correct(l.t.Context(), tenant, "r.txt", key(i), animo.Opinion{Text: said, Label: animo.Positive}); err != nil {
				l.t.Fatal(err)
			}
		}
	}
	return by
}

func nobody(int) string { return "" }

func TestExperiment_a_challenger_that_is_worse_no_longer_answers(t *testing.T) {
	for name, key := range map[string]func(int) string{"by text": nobody, "by key": func(i int) string { return fmt.Sprint("huésped ", i) }} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			right, wrong := rivals(t, l, "right")
			l.listen(opinions.ModelCompared)
			l.try(wrong, 0.5, false)
			by := l.praise(0, 20, key)
			trial := l.trial()
			if by[right]+by[wrong] != 20 || by[right] < 4 || by[wrong] < 4 || trial.Texts != [2]int{by[right], by[wrong]} || trial.Wrong != [2]int{0, by[wrong]} || trial.Outcome != "" || !strings.Contains(trial.Known.EN, "not known yet") {
				t.Errorf("after 20 texts, %v: %+v", by, trial)
			}
			l.praise(20, 80, key)
			if trial = l.trial(); trial.Outcome != animo.Worse || trial.Ended.IsZero() || trial.Wrong[0] != 0 {
				t.Errorf("after 80 texts: %+v", trial)
			}
			if got := l.heard(); got != opinions.ModelCompared {
				t.Errorf("heard %q", got)
			}
			if by := l.praise(80, 120, key); by[right] != 40 {
				t.Errorf("afterwards they answered %v", by)
			}
			l.trial()
			if got := l.heard(); got != "" {
				t.Errorf("heard %q again", got)
			}
		})
	}
}

func TestExperiment_a_challenger_that_is_better_answers_all_if_that_was_wanted(t *testing.T) {
	for _, automatic := range []bool{false, true} {
		l := newLine(t, opinions.Limits{})
		right, wrong := rivals(t, l, "wrong")
		l.listen(opinions.ModelCompared)
		l.try(right, 0.5, automatic)
		l.praise(0, 100, nobody)
		trial := l.trial()
		if trial.Outcome != animo.Better || trial.Ended.IsZero() == automatic || trial.Wrong[1] != 0 {
			t.Errorf("automatic %v: %+v", automatic, trial)
		}
		if want := map[bool]string{false: wrong, true: right}[automatic]; l.current("r.txt") != want {
			t.Errorf("automatic %v: version %s answers, want %s", automatic, l.current("r.txt"), want)
		}
		if got := l.heard(); got != opinions.ModelCompared {
			t.Errorf("automatic %v: heard %q", automatic, got)
		}
	}
}

func TestExperiment_in_a_shadow_the_challenger_is_asked_and_never_answers(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	right, wrong := rivals(t, l, "right")
	l.try(wrong, 0, true)
	if by := l.praise(0, 30, nobody); by[right] != 30 {
		t.Errorf("they answered %v", by)
	}
	if trial := l.trial(); trial.Texts != [2]int{30, 30} || trial.Outcome != "" {
		t.Errorf("%+v", trial)
	}
	if life, _, err := l.flow.Life(t.Context(), tenant, "r.txt", wrong, l.now.Add(-time.Hour)); err != nil || life.Hours[0].Negative != 30 {
		t.Errorf("what the challenger said: %+v, %v", life.Hours, err)
	}
}

func TestExperiment_same_keys_and_texts_are_answered_by_the_same_version(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	_, wrong := rivals(t, l, "right")
	l.try(wrong, 0.3, false)
	texts := strings.Split(strings.Repeat("a b c d e f g h i j k l m n o p q r s t u v w x y z ", 20), " ")[:500]
	for i := range texts {
		texts[i] += fmt.Sprint(i)
	}
	ask := func(key string) (by map[string]int, answered []string) {
		t.Helper()
		a, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{Key: key}, texts, 0)
		if err != nil {
			t.Fatal(err)
		}
		by = map[string]int{}
		for _, r := range a.Results {
			by[r.Version]++
			answered = append(answered, r.Version)
		}
		return by, answered
	}
	by, first := ask("")
	if by[wrong] < 110 || by[wrong] > 190 {
		t.Errorf("the challenger with a share of 0.3 answered %d of 500", by[wrong])
	}
	if _, again := ask(""); strings.Join(again, " ") != strings.Join(first, " ") {
		t.Error("the same texts were answered by other versions")
	}
	for i := range 20 {
		if by, _ := ask(fmt.Sprint("sesión ", i)); len(by) != 1 {
			t.Errorf("a key was answered by %v", by)
		}
	}
	named, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{Version: animo.Champion}, texts, 0)
	if err != nil || named.Results[0].Version == wrong {
		t.Errorf("a version that was named: %v, %v", named.Version, err)
	}
	l.trial()
	damaged := "models/r.txt/" + wrong
	if n, err := l.objects.Delete(t.Context(), tenant, damaged); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	l.classifier = classify.New(l.flow, classify.Options{})
	if by, _ := ask(""); by[wrong] != 0 || len(by) != 1 {
		t.Errorf("with a challenger whose artefacts are lost they answered %v", by)
	}
}

func TestExperiment_holds_new_versions_keeps_the_challenger_and_is_ended(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 1})
	challenger := l.take("r.txt", reviews(t, 0))
	l.done(challenger)
	alias := func(version string) {
		t.Helper()
		if _, err := l.flow.Alias(t.Context(), tenant, "r.txt", "other", version); err != nil {
			t.Fatal(err)
		}
	}
	alias(challenger.ID)
	champion := l.take("r.txt", reviews(t, 1))
	l.done(champion)
	l.try("other", 0.5, false)
	alias("")
	meanwhile := l.ended(l.take("r.txt", reviews(t, 2)))
	if meanwhile.Status != animo.Held || meanwhile.Gate.Reasons[0].Code != animo.NotAsked {
		t.Errorf("a version that was trained meanwhile is %s: %+v", meanwhile.Status, meanwhile.Gate)
	}
	if _, err := l.flow.Version(t.Context(), tenant, "r.txt", challenger.ID); err != nil {
		t.Errorf("the challenger was pruned: %v", err)
	}
	if err := l.flow.EndExperiment(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	if trial := l.trial(); trial.Outcome != animo.Stopped || l.current("r.txt") != champion.ID {
		t.Errorf("%+v, version %s answers", trial, l.current("r.txt"))
	}
	if err := l.flow.EndExperiment(t.Context(), tenant, "r.txt"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("ended twice: %v", err)
	}
	l.try(challenger.ID, 0.5, false)
	if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", meanwhile.ID); err != nil {
		t.Fatal(err)
	}
	if trial := l.trial(); trial.Outcome != animo.Stopped || trial.Ended.IsZero() {
		t.Errorf("after another version was published: %+v", trial)
	}
	right, wrong := champion.ID, meanwhile.ID
	for what, c := range map[string]struct {
		challenger string
		share      float64
		code       animo.Code
	}{"the one that answers": {wrong, 0.5, animo.Invalid}, "too much": {right, 0.95, animo.Invalid}, "nobody": {"nada", 0.5, animo.NotFound}} {
		if _, err := l.flow.Experiment(t.Context(), tenant, "r.txt", c.challenger, c.share, false); animo.CodeOf(err) != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
}
