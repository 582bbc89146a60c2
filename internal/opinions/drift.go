package opinions

import "math"

// Share is how often something was so, of some texts.
type Share struct {
	Texts    int     `json:"texts"`
	Negative float64 `json:"negative"` // called Negativo, as a fraction of 1
	Guesses  float64 `json:"guesses"`  // of which the model knew no word
	Sure     float64 `json:"sure"`     // the mean probability of the labels
}

// Drift compares what a version was first asked with what it was asked lately.
type Drift struct {
	Before  Share   `json:"before"`
	Now     Share   `json:"now"`
	PSI     float64 `json:"psi"`     // population stability index of the probabilities, in ten bins
	Drifted bool    `json:"drifted"` // the difference is beyond chance and large enough to be looked at
}

// How drift is judged. The first texts of a version are what it is compared with. Chance is told from drift by Pearson's test of homogeneity
// at a level at which 24 looks a day give a false alarm in less than one of 100 days; of the many texts of a busy model any trifle is
// beyond chance, so a drift must also be one of driftPSI, a usual limit of the index (Siddiqi, Credit Risk Scorecards, 2006), or driftShare.
const (
	driftFirst = 5000  // texts that the others are compared with, where there are so many
	driftLast  = 2000  // texts that are compared with them
	driftLeast = 500   // with fewer nothing is said
	driftPSI   = 0.1   // population stability index
	driftShare = 0.05  // change of a share: of Negativo, or of guesses
	driftZ     = 3.719 // of the normal distribution, beyond which lies 1 in 10,000
)

// driftOf compares the first hours of a version with its last ones.
func driftOf(hours []HourOfUsage) (d Drift) {
	var first Usage
	from := 0
	for ; from < len(hours) && first.Texts < driftFirst; from++ {
		first.plus(hours[from].Usage)
	}
	last := lately(hours[from:])
	d.Before, d.Now = shareOf(first), shareOf(last)
	if first.Texts < driftLeast || last.Texts < driftLeast {
		return d
	}
	d.PSI = psi(first, last)
	large := d.PSI >= driftPSI || math.Abs(d.Now.Negative-d.Before.Negative) >= driftShare || math.Abs(d.Now.Guesses-d.Before.Guesses) >= driftShare
	d.Drifted = large && (differ(first.Scores[:], last.Scores[:]) ||
		differ([]int{first.Guesses, first.Texts - first.Guesses}, []int{last.Guesses, last.Texts - last.Guesses}) ||
		differ([]int{first.Negative, first.Texts - first.Negative}, []int{last.Negative, last.Texts - last.Negative}))
	return d
}

func shareOf(u Usage) Share {
	n := float64(max(u.Texts, 1))
	return Share{u.Texts, float64(u.Negative) / n, float64(u.Guesses) / n, u.Sure / n}
}

// psi is the population stability index: the sum over bins of (q - p) ln(q / p). Each bin has half a text more, so that none is empty.
func psi(before, now Usage) (sum float64) {
	for i := range before.Scores {
		p := (float64(before.Scores[i]) + 0.5) / (float64(before.Texts) + 0.5*ScoreBins)
		q := (float64(now.Scores[i]) + 0.5) / (float64(now.Texts) + 0.5*ScoreBins)
		sum += (q - p) * math.Log(q/p)
	}
	return sum
}

// differ tells whether two samples differ beyond chance, by Pearson's test of homogeneity over the bins with texts. The limit of the statistic
// is that of Wilson and Hilferty (PNAS 17, 1931).
func differ(a, b []int) bool {
	var sumA, sumB float64
	for i := range a {
		sumA += float64(a[i])
		sumB += float64(b[i])
	}
	statistic, free := 0.0, -1.0
	for i := range a {
		both := float64(a[i] + b[i])
		if both == 0 {
			continue
		}
		free++
		for _, side := range []struct{ seen, of float64 }{{float64(a[i]), sumA}, {float64(b[i]), sumB}} {
			expected := both * side.of / (sumA + sumB)
			statistic += (side.seen - expected) * (side.seen - expected) / expected
		}
	}
	if free < 1 {
		return false
	}
	c := 2 / (9 * free)
	return statistic > free*math.Pow(1-c+driftZ*math.Sqrt(c), 3)
}
