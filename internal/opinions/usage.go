package opinions

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// ScoreBins is into how many the probabilities of Positivo are cut.
const ScoreBins = 10

// Usage is what a version answered: how often, what, and how surely; no text.
type Usage struct {
	Texts     int            `json:"texts"`
	Negative  int            `json:"negative"`         // of these, called Negativo by the model
	Guesses   int            `json:"guesses"`          // of which the model knew no word
	Sure      float64        `json:"sure"`             // the sum of the labels' probabilities
	Scores    [ScoreBins]int `json:"scores"`           // texts by their probability of Positivo, in tenths
	Corrected int            `json:"answered_as_said"` // answered by a correction, and not by the model
}

// HourOfUsage is what a version answered in an hour of UTC.
type HourOfUsage struct {
	Hour time.Time `json:"hour"` // when it begins
	Usage
}

// add counts answers; corrected says which of them a correction gave.
func (u *Usage) add(said []text.Prediction, corrected func(i int) bool) {
	for i, p := range said {
		if corrected(i) {
			u.Corrected++
			continue
		}
		positive := p.Probability
		if p.Label == animo.Negative {
			u.Negative++
			positive = 1 - positive
		}
		if p.Known == 0 {
			u.Guesses++
		}
		u.Texts++
		u.Sure += p.Probability
		u.Scores[scoreBin(positive)]++
	}
}

// scoreBin returns the tenth in which a probability of Positivo lies.
func scoreBin(positive float64) int { return min(int(positive*ScoreBins), ScoreBins-1) }

// plus adds up.
func (u *Usage) plus(other Usage) {
	u.Texts += other.Texts
	u.Negative += other.Negative
	u.Guesses += other.Guesses
	u.Sure += other.Sure
	u.Corrected += other.Corrected
	for i, n := range other.Scores {
		u.Scores[i] += n
	}
}

// counted is what was answered and is not in the table yet.
type counted struct {
	mu    sync.Mutex
	waits map[usageKey]*Usage
}

type usageKey struct{ tenant, model, version, hour string }

const usageHour = "2006-01-02T15"

func (k usageKey) row() string { return versionKey(k.model, k.version) + "/" + k.hour }

func (c *counted) add(k usageKey, u Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waits == nil {
		c.waits = map[usageKey]*Usage{}
	}
	if c.waits[k] == nil {
		c.waits[k] = &Usage{}
	}
	c.waits[k].plus(u)
}

// Observe counts what a version answered, in memory: FlushUsage writes it down. The starter model is not counted.
func (f *Flow) Observe(tenant, model, version string, said []text.Prediction, corrected func(i int) bool) {
	if strings.HasPrefix(version, StarterModel+"-") {
		return
	}
	var u Usage
	u.add(said, corrected)
	f.counted.add(usageKey{tenant, model, version, f.now().UTC().Format(usageHour)}, u)
}

// FlushUsage adds what was counted to the rows of the hours. What cannot be written is kept for the next time; what a process counted since the last
// time is lost with it.
func (f *Flow) FlushUsage(ctx context.Context) error {
	f.counted.mu.Lock()
	waits := f.counted.waits
	f.counted.waits = nil
	f.counted.mu.Unlock()
	var errs []error
	for k, u := range waits {
		err := f.tables.Update(ctx, k.tenant, func(tx *table.Tx) error {
			if _, err := readVersion(tx, k.model, k.version); err != nil {
				return err
			}
			var sum Usage
			if _, err := tx.GetJSON(usageTable, k.row(), &sum); err != nil {
				return err
			}
			sum.plus(*u)
			return tx.PutJSON(usageTable, k.row(), sum)
		})
		if err != nil && animo.CodeOf(err) != animo.NotFound { // the version was deleted
			f.counted.add(k, *u)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// usage reads all hours of a version, oldest first.
func (f *Flow) usage(ctx context.Context, tenant, model, version string) (all []HourOfUsage, err error) {
	prefix := versionKey(model, version) + "/"
	for row, err := range table.ReadableRows[Usage](ctx, f.tables, tenant, usageTable, table.Range{Prefix: prefix}, false) {
		if err != nil {
			return nil, err
		}
		hour, err := time.Parse(usageHour, strings.TrimPrefix(row.Key, prefix))
		if err != nil {
			continue // nobody here wrote it
		}
		all = append(all, HourOfUsage{hour, row.Value})
	}
	return all, nil
}

// forgetUsage removes hours of a model that were kept long enough.
func (f *Flow) forgetUsage(ctx context.Context, tenant, model string) error {
	old := map[string]bool{}
	for row, err := range f.tables.Query(ctx, tenant, usageTable, table.Range{Prefix: model + "/"}, false) {
		if err != nil {
			return err
		}
		at := strings.LastIndexByte(row.Key, '/')
		hour, err := time.Parse(usageHour, row.Key[at+1:])
		if err == nil && f.ages.IsOlder(hour, f.limits.KeepUsage) {
			old[row.Key] = true
		}
	}
	for key := range maps.Keys(old) {
		if err := f.tables.DeleteKey(ctx, tenant, usageTable, key); err != nil {
			return err
		}
	}
	return nil
}
