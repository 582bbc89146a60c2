package table_test

import (
	"testing"

	"animo/internal/table"
)

func TestRange_Bounds(t *testing.T) {
	for _, c := range []struct {
		r        table.Range
		from, to string
	}{
		{table.Range{}, "", "\xff"},
		{table.Range{Prefix: "a"}, "a", "b"},
		{table.Range{Prefix: "a\xff"}, "a\xff", "b"},
		{table.Range{Prefix: "a\xff\xff"}, "a\xff\xff", "b"},
		{table.Range{Prefix: "\xff\xff"}, "\xff\xff", "\xff"},
		{table.Range{Prefix: "ñ"}, "\xc3\xb1", "\xc3\xb2"},
		{table.Range{Prefix: "a", From: "ab", To: "ac"}, "ab", "ac"},
		{table.Range{Prefix: "a", From: "0", To: "z"}, "a", "b"},
		{table.Range{From: "m"}, "m", "\xff"},
		{table.Range{To: "m"}, "", "m"},
	} {
		if from, to := c.r.Bounds(); from != c.from || to != c.to {
			t.Errorf("%+q.Bounds() = %+q, %+q, want %+q, %+q", c.r, from, to, c.from, c.to)
		}
	}
}
