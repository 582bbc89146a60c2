package main

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"animo"
	"animo/samples"
)

// The calls of a simulation, as its report names them.
const (
	photoCall      = "photos"
	opinionCall    = "opinions"
	correctionCall = "corrections"
)

// fault is what goes wrong with a photo.
type fault int

const (
	sound    fault = iota
	broken         // cut off after its first bytes
	repeated       // sent twice, at the same moment
	hungUp         // its client hangs up half way
)

// arrival is one thing that is sent.
type arrival struct {
	at     time.Duration // from the start
	call   string        // photoCall or opinionCall
	n      int           // the how-manieth of its kind, from 0
	tenant int
	phase  phase

	sample int // of a photo
	fault  fault

	text    string // of an opinion
	label   animo.Label
	correct bool // somebody corrects the model where it is wrong
}

// phase is a part of the time in which everything arrives alike.
type phase struct{ burst, drift bool }

// String is the phase as the report calls it.
func (p phase) String() string {
	switch {
	case p.burst && p.drift:
		return "drift, burst"
	case p.burst:
		return "burst"
	case p.drift:
		return "drift"
	}
	return "even"
}

// phaseAt returns the phase of a moment, and when the next one begins at the latest.
func (s *simulateCmd) phaseAt(at time.Duration) (p phase, until time.Duration) {
	until = s.Time
	if s.Burst > 1 {
		into := at % s.BurstEvery
		calm := s.BurstEvery - s.BurstTime
		if p.burst = into >= calm; p.burst {
			until = min(until, at-into+s.BurstEvery)
		} else {
			until = min(until, at-into+calm)
		}
	}
	if s.DriftAt > 0 {
		if p.drift = at >= s.DriftAt; !p.drift {
			until = min(until, s.DriftAt)
		}
	}
	return p, until
}

// source is the source of the photos that are sent.
func (s *simulateCmd) source() string { return fmt.Sprintf("simulate-%d", s.Seed) }

// arrivals returns everything that is sent, in order, at so many sample photos. It follows from the flags alone.
func (s *simulateCmd) arrivals(pictures int) iter.Seq[arrival] {
	return func(yield func(arrival) bool) {
		photos, stopPhotos := iter.Pull(s.process(photoCall, s.Photos, 1, func(a *arrival, rng *rand.Rand) {
			a.sample = rng.IntN(pictures)
			switch p := 100 * rng.Float64(); {
			case p < s.Broken:
				a.fault = broken
			case p < s.Broken+s.Repeated:
				a.fault = repeated
			case p < s.Broken+s.Repeated+s.HangUp:
				a.fault = hungUp
			}
		}))
		defer stopPhotos()
		talk := newTalk()
		opinions, stopOpinions := iter.Pull(s.process(opinionCall, s.Opinions, 2, func(a *arrival, rng *rand.Rand) {
			bad, words := 50.0, 0.0
			if a.phase.drift {
				bad, words = s.DriftLabels, s.DriftWords
			}
			if a.label = animo.Positive; 100*rng.Float64() < bad {
				a.label = animo.Negative
			}
			a.text = talk.opinion(rng, a.label, words/100)
			a.correct = 100*rng.Float64() < s.Correct
		}))
		defer stopOpinions()
		photo, morePhotos := photos()
		opinion, moreOpinions := opinions()
		for morePhotos || moreOpinions {
			if morePhotos && (!moreOpinions || photo.at <= opinion.at) {
				if !yield(photo) {
					return
				}
				photo, morePhotos = photos()
				continue
			}
			if !yield(opinion) {
				return
			}
			opinion, moreOpinions = opinions()
		}
	}
}

// process is a Poisson process at so many arrivals a second, more in bursts; fill makes each of them.
func (s *simulateCmd) process(call string, rate float64, stream uint64, fill func(*arrival, *rand.Rand)) iter.Seq[arrival] {
	return func(yield func(arrival) bool) {
		rng := rand.New(rand.NewPCG(s.Seed, stream))
		n := 0
		for at := time.Duration(0); rate > 0 && at < s.Time; {
			p, until := s.phaseAt(at)
			now := rate
			if p.burst {
				now *= s.Burst
			}
			gap := rng.ExpFloat64() / now * float64(time.Second)
			if gap >= float64(until-at) { // the gaps have no memory, so they begin anew with the next phase
				at = until
				continue
			}
			at += max(1, time.Duration(gap))
			a := arrival{at: at, call: call, n: n, phase: p, tenant: rng.IntN(max(1, len(s.Keys)))}
			fill(&a, rng)
			if !yield(a) {
				return
			}
			n++
		}
	}
}

// talk makes opinions of the sentences of the samples.
type talk struct{ sentences map[animo.Label][][]string }

func newTalk() *talk {
	t := &talk{map[animo.Label][][]string{}}
	for line := range strings.Lines(string(samples.Opinions())) {
		text, label, _ := strings.Cut(strings.TrimSpace(line), "\t")
		l := animo.Positive
		if label == "0" {
			l = animo.Negative
		}
		var sentences []string
		for _, s := range strings.SplitAfter(text, ". ") {
			if s = strings.TrimSpace(s); s != "" {
				sentences = append(sentences, s)
			}
		}
		t.sentences[l] = append(t.sentences[l], sentences)
	}
	return t
}

// opinion is the sentences of one sample and one of another with the same label, in any order, with that part of the words
// replaced by new ones.
func (t *talk) opinion(rng *rand.Rand, l animo.Label, newWords float64) string {
	all := t.sentences[l]
	first, second := all[rng.IntN(len(all))], all[rng.IntN(len(all))]
	said := append([]string{second[rng.IntN(len(second))]}, first...)
	rng.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
	words := strings.Fields(strings.Join(said, " "))
	for i, w := range words {
		if newWords > 0 && rng.Float64() < newWords {
			words[i] = newWord(w)
		}
	}
	return strings.Join(words, " ")
}

// newWord is a word that nobody has said before; the same one for the same word.
func newWord(old string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(old)) // which never fails
	var b strings.Builder
	for n, i := h.Sum64(), 0; i < 4; i++ {
		b.WriteByte("bcdfgjklmnprstvz"[n%16])
		b.WriteByte("aeiou"[n/16%5])
		n /= 80
	}
	return b.String()
}
