package animo_test

import (
	"testing"
	"time"

	"animo"
)

func TestMoment_sorts_and_reads_back(t *testing.T) {
	bogota := time.FixedZone("-05", -5*3600)
	early := time.Date(2026, 3, 1, 23, 59, 59, 999_600_000, bogota)
	late := early.Add(time.Millisecond)
	if a, b := animo.Moment(early), animo.Moment(late); a >= b || a != "20260302T045959.999Z" {
		t.Errorf("%s, %s", a, b)
	}
	if got := animo.MomentOf(animo.Moment(late) + "-00ff-3"); !got.Equal(late.Truncate(time.Millisecond)) {
		t.Errorf("read back %v, want %v", got, late)
	}
	for _, id := range []string{"", "-", "2026", "20261301T000000.000Z-x"} {
		if got := animo.MomentOf(id); !got.IsZero() {
			t.Errorf("MomentOf(%q) = %v", id, got)
		}
	}
}
