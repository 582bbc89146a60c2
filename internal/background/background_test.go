package background_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"animo/internal/background"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDo_returns_when_the_work_is_done(t *testing.T) {
	ran := false
	background.Do(func() { ran = true })
	if !ran {
		t.Error("it returned before")
	}
}

func TestDo_panic_is_the_callers_with_its_stack(t *testing.T) {
	defer func() {
		err, ok := recover().(error)
		if !ok || !strings.Contains(err.Error(), "no such luck") || !strings.Contains(err.Error(), "unlucky") {
			t.Errorf("recovered %v", err)
		}
	}()
	background.Do(unlucky)
}

func unlucky() { panic("no such luck") }
