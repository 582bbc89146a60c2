package opinions

import (
	"math/rand/v2"
	"testing"

	"animo"
)

// compareRuns has so many experiments find out by how many corrected answers of how many the outcome is known; champion and challenger are how often these are wrong.
func compareRuns(runs int, share, champion, challenger float64, corrected int) (outcomes map[animo.Outcome]int, mean float64) {
	outcomes = map[animo.Outcome]int{}
	total := 0
	for run := range runs {
		draw := rand.New(rand.NewPCG(7, uint64(run)))
		e := evidence{share: share}
		for n := 1; n <= corrected; {
			picked := draw.Float64() < share
			rate := champion
			if picked {
				rate = challenger
			}
			if draw.Float64() >= rate { // it was right, and nobody said anything
				continue
			}
			outcome := animo.Outcome("")
			if worse, better := e.add(picked); worse >= worseAt {
				outcome = animo.Worse
			} else if better >= betterAt {
				outcome = animo.Better
			}
			if outcome != "" {
				outcomes[outcome]++
				total += n
				break
			}
			n++
		}
	}
	return outcomes, float64(total) / float64(max(outcomes[animo.Worse]+outcomes[animo.Better], 1))
}

func TestEvidence_of_a_version_against_itself_is_rarely_enough_however_often_one_looks(t *testing.T) {
	for _, share := range []float64{0.1, 0.5} {
		const runs = 1000
		found, _ := compareRuns(runs, share, 0.045, 0.045, 3000)
		t.Logf("share %.1f: %v of %d, looking after each of 3,000 corrections", share, found, runs)
		if found[animo.Worse]+found[animo.Better] > runs/100 {
			t.Errorf("share %.1f: %v of %d runs found a difference where there is none", share, found, runs)
		}
	}
}

func TestEvidence_finds_a_loss_of_three_points_within_400_corrections(t *testing.T) {
	const runs = 1000
	found, mean := compareRuns(runs, 0.5, 0.045, 0.075, 400)
	t.Logf("4.5 to 7.5 of 100 wrong: %v of %d, after %.0f corrections on average", found, runs, mean)
	if found[animo.Worse] < runs*95/100 || found[animo.Better] > 0 {
		t.Errorf("%v of %d runs", found, runs)
	}
	found, mean = compareRuns(runs, 0.5, 0.075, 0.045, 400)
	t.Logf("7.5 to 4.5 of 100 wrong: %v of %d, after %.0f corrections on average", found, runs, mean)
	if found[animo.Better] < runs*90/100 || found[animo.Worse] > 0 {
		t.Errorf("%v of %d runs", found, runs)
	}
	found, mean = compareRuns(runs, 0.2, 0.045, 0.075, 400)
	t.Logf("4.5 to 7.5 of 100 wrong, a fifth of the texts: %v of %d, after %.0f corrections on average", found, runs, mean)
	if found[animo.Worse] < runs*85/100 {
		t.Errorf("%v of %d runs", found, runs)
	}
}
