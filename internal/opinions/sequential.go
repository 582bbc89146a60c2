package opinions

import "math"

// How two versions are told apart. Each text is picked for the challenger with a known probability, the share, before anybody knows whether it will be
// answered wrongly. So where both are wrong equally often, a wrong answer that somebody corrects is the challenger's with that probability, whoever corrects and how
// seldom; where the challenger is wrong more often by some odds, it is more probably his. The evidence is the likelihood of what was corrected under
// such odds, over that under equal ones, averaged over a few odds (a mixture sequential probability ratio test: Robbins, Annals of Mathematical
// Statistics 41, 1970; Johari, Koomen, Pekelis and Walsh, "Peeking at A/B Tests", KDD 2017). Without a difference it ever reaches 1/a with a probability of at most a
// (Ville's inequality), so that one may look as often as one likes.
const (
	worseAt  = 1 / 0.004 // evidence from which on the challenger is worse
	betterAt = 1 / 0.001 // evidence from which on it is better; both together are wrong in at most 5 of 1,000 experiments of a version with itself
)

// oddsRatios are by how much a version that is worse is wrong more often.
var oddsRatios = [...]float64{1.3, 1.6, 2.2}

// evidence is that the challenger is worse, and that it is better.
type evidence struct {
	share         float64 // of texts that the challenger answers
	worse, better [len(oddsRatios)]float64
}

// add takes one wrong answer into account, of the challenger or of the champion, and returns the two likelihood ratios.
func (e *evidence) add(challenger bool) (worse, better float64) {
	for i, odds := range oddsRatios {
		e.worse[i] += e.gain(odds, challenger)
		e.better[i] += e.gain(1/odds, challenger)
		worse += math.Exp(e.worse[i]) / float64(len(oddsRatios))
		better += math.Exp(e.better[i]) / float64(len(oddsRatios))
	}
	return worse, better
}

// gain is the logarithm of how much more probable a wrong answer's side is under odds than under equal ones.
func (e *evidence) gain(odds float64, challenger bool) float64 {
	p := e.share * odds / (e.share*odds + 1 - e.share)
	if challenger {
		return math.Log(p / e.share)
	}
	return math.Log((1 - p) / (1 - e.share))
}
