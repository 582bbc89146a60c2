package text

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"animo"
)

// A goal says what a model shall be good at, beyond being right most often: it decides from which score on a text is
// called Negativo.
type goal struct {
	name  string
	kind  goalKind
	least float64 // of recall or precision
}

type goalKind uint8

const (
	likeliest       goalKind = iota // the likelier label
	balanced                        // both labels found equally often
	leastRecall                     // of Negativo, with as few false alarms as may be
	leastPrecision                  // of Negativo, with as much found as may be
	goalComplaints  = "complaints"
	goalBalanced    = "balanced"
	complaintsFound = 0.85
)

// spareErrors is by how many standard errors a goal is to be exceeded on the rows that choose the threshold, because on others
// it will be reached a little less.
const spareErrors = 0.5

// parseGoal reads Options.Goal. It answers Invalid, of "goal".
func parseGoal(s string) (goal, error) {
	switch s {
	case "", "accuracy":
		return goal{}, nil
	case goalBalanced:
		return goal{s, balanced, 0}, nil
	case goalComplaints:
		return goal{s, leastRecall, complaintsFound}, nil
	}
	for name, kind := range map[string]goalKind{"recall": leastRecall, "precision": leastPrecision} {
		number, ok := strings.CutPrefix(strings.ReplaceAll(s, " ", ""), name+">=")
		if !ok {
			continue
		}
		if least, err := strconv.ParseFloat(number, 64); err == nil && least > 0 && least < 1 {
			return goal{s, kind, least}, nil
		}
	}
	return goal{}, animo.Errorf(animo.Invalid,
		"%q is no goal; use accuracy, balanced, complaints (finds at least 85 %% of what is Negativo), recall>=0.9 or precision>=0.6, both of Negativo",
		"%q no es un objetivo; use accuracy, balanced, complaints (encuentra al menos el 85 %% de lo Negativo), recall>=0.9 o precision>=0.6, ambos de Negativo", animo.Clip(s)).Of("goal")
}

// CheckGoal answers Invalid, of "goal", for a goal that Options do not take.
func CheckGoal(s string) error {
	_, err := parseGoal(s)
	return err
}

// threshold returns the score below which a text is called Negativo, so that the goal is met on scores of held-out rows
// with half a standard error to spare, or nearly met where no score meets it.
func (g goal) threshold(scores []float64, labels []uint8) float64 {
	if g.kind == likeliest || len(scores) == 0 {
		return 0
	}
	order := make([]int, len(scores))
	var of [2]int
	for i := range order {
		order[i] = i
		of[labels[i]]++
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return a - b
	})
	best, at := math.Inf(-1), 0.0
	var below [2]int // rows by label that are called Negativo
	for k := range order {
		below[labels[order[k]]]++
		if k+1 < len(order) && scores[order[k+1]] == scores[order[k]] {
			continue
		}
		if v := g.value(below, of); v > best {
			best = v
			if k+1 < len(order) {
				at = (scores[order[k]] + scores[order[k+1]]) / 2
			} else {
				at = math.Nextafter(scores[order[k]], math.Inf(1))
			}
		}
	}
	return at
}

// value tells how well a threshold does below which there are so many rows of each label, of so many in all. One that meets
// the goal is better than one that does not.
func (g goal) value(below, of [2]int) float64 {
	recall := ratio(below[0], of[0])
	precision := ratio(below[0], below[0]+below[1])
	spare := func(n int) float64 { return spareErrors * math.Sqrt(g.least*(1-g.least)/float64(max(n, 1))) }
	switch g.kind {
	case leastRecall:
		if least := min(g.least+spare(of[0]), 1); recall < least {
			return recall - 2
		}
		return precision
	case leastPrecision:
		if least := min(g.least+spare(below[0]+below[1]), 1); precision < least {
			return precision - 2
		}
		return recall
	}
	return recall + ratio(of[1]-below[1], of[1])
}
