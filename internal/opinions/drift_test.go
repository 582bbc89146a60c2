package opinions

import (
	"math/rand/v2"
	"testing"
	"time"
)

// stream answers texts as a model does whose score is higher for positive ones; negative is their share of negative texts, and guesses
// that of texts without a known word.
type stream struct {
	*rand.Rand
	negative, guesses float64
}

func (s stream) hour(texts int) (u Usage) {
	for range texts {
		score := 2 + 1.5*s.NormFloat64() // log-odds; 91 of 100 have the right sign
		if s.Float64() < s.negative {
			score = -score
		}
		if s.Float64() < s.guesses {
			score = 0.1
			u.Guesses++
		}
		bin := 0 // tenths of the logistic function of score
		for _, limit := range []float64{-2.2, -1.39, -0.85, -0.41, 0, 0.41, 0.85, 1.39, 2.2} {
			if score > limit {
				bin++
			}
		}
		u.Scores[bin]++
		if score < 0 {
			u.Negative++
		}
		u.Texts++
	}
	return u
}

func hoursOf(of ...Usage) (list []HourOfUsage) {
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for i, u := range of {
		list = append(list, HourOfUsage{begin.Add(time.Duration(i) * time.Hour), u})
	}
	return list
}

func TestDrift_false_alarms_are_rare(t *testing.T) {
	alarms := 0
	const days = 1000
	for day := range days {
		s := stream{rand.New(rand.NewPCG(1, uint64(day))), 0.3, 0.05}
		hours := hoursOf(s.hour(driftFirst))
		for range 24 { // an hour has enough texts to be judged alone
			hours = append(hours, hoursOf(s.hour(driftLeast))...)
			if driftOf(hours).Drifted {
				alarms++
				break
			}
		}
	}
	if t.Logf("false alarms on %d of %d days", alarms, days); alarms >= days/100 {
		t.Errorf("false alarms on %d of %d days, want less than 1 %%", alarms, days)
	}
}

func TestDrift_of_ten_points_is_found_within_2000_texts(t *testing.T) {
	for name, change := range map[string]func(*stream){
		"more complaints": func(s *stream) { s.negative += 0.1 }, "fewer complaints": func(s *stream) { s.negative -= 0.1 }, "other words": func(s *stream) { s.guesses += 0.1 },
	} {
		found := 0
		const runs = 300
		for run := range runs {
			s := stream{rand.New(rand.NewPCG(2, uint64(run))), 0.3, 0.05}
			before := s.hour(driftFirst)
			change(&s)
			hours := hoursOf(before)
			for range 4 {
				if hours = append(hours, hoursOf(s.hour(500))...); driftOf(hours).Drifted {
					found++
					break
				}
			}
		}
		if t.Logf("%s: found in %d of %d runs", name, found, runs); found < runs*95/100 {
			t.Errorf("%s: found in %d of %d runs", name, found, runs)
		}
	}
}

func TestDrift_says_nothing_of_few_texts(t *testing.T) {
	s := stream{rand.New(rand.NewPCG(3, 3)), 0.3, 0}
	before := s.hour(driftFirst)
	s.negative = 0.9
	if d := driftOf(hoursOf(before, s.hour(driftLeast-1))); d.Drifted || d.Now.Texts != driftLeast-1 {
		t.Errorf("%+v", d)
	}
	if d := driftOf(nil); d.Drifted {
		t.Errorf("%+v", d)
	}
}
