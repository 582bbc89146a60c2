package httpapi

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/text"
)

func TestPredict_stops_at_the_deadline(t *testing.T) {
	m, _, err := text.Train(t.Context(), text.FromSlice([]animo.Opinion{{Text: "todo bien", Label: 1}, {Text: "muy bien", Label: 1}, {Text: "todo mal"}, {Text: "muy mal"}}), text.Options{Trainer: "nb", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{cores: newCores()}
	texts := strings.Split(strings.Repeat("todo bien|", 5*groupTexts+3), "|")[:5*groupTexts+3]
	if got, err := s.predict(t.Context(), m, texts); err != nil || len(got) != len(texts) {
		t.Errorf("%d predictions of %d texts: %v", len(got), len(texts), err)
	}
	over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := s.predict(over, m, texts); animo.CodeOf(err) != animo.Timeout {
		t.Errorf("after the deadline: %v", err)
	}
	if _, err := s.explain(over, m, texts, 2); animo.CodeOf(err) != animo.Timeout {
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
