package rates

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"math"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// sharesTable has a row for each process, which says how much it took.
const sharesTable = "shares" // process -> row

const (
	spokenFor = 5 * time.Second // for how long a process has its part whose row does not change; while it takes something it writes each second
	sharesFor = time.Minute     // for how long a process counts whose row does not change; it writes twice as often
	goneAfter = 2 * sharesFor   // after how long such a row is removed; whoever just started takes its process for one that is there
)

// Options are what New may be told.
type Options struct {
	// Tenant is the tenant among whose rows processes say what they took. No request may be of that tenant.
	Tenant string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// New makes the rates of one of the processes that share the rows.
func New(rows *table.Table, o Options) *Rates {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Rates{rows: rows, options: o, id: rand.Text()}
}

// row is what a process tells the others.
type row struct {
	Taken map[string]told `json:"taken"` // by kind and tenant: KIND/TENANT
}

// told is what a process tells of a bucket that is not full.
type told struct {
	N    int64   `json:"n"`              // how much it took since it made the bucket
	Left int64   `json:"left"`           // how much was left then, as far as it knew; may be below nothing
	Part float64 `json:"part,omitempty"` // how much it may take until it says more
}

// same reports whether others need not hear of the difference.
func (t told) same(b told) bool { return t.N == b.N && (t.Part == 0) == (b.Part == 0) }

// other is another process.
type other struct {
	rev     int64 // of its row
	row     row
	changed time.Time // when its row was seen to change
}

func (k key) String() string { return k.what + "/" + k.tenant }

// sharers is among how many processes a bucket is shared. The caller holds mu.
func (r *Rates) sharers(now time.Time) int {
	n := 1
	for _, o := range r.others {
		if now.Sub(o.changed) < sharesFor {
			n++
		}
	}
	return n
}

// parts is into how many parts what is left is divided: one is nobody's, for those who ask before they heard of the others. The caller
// holds mu.
func (r *Rates) parts(now time.Time) float64 {
	if n := r.sharers(now); n > 1 {
		return float64(n + 1)
	}
	return 1
}

// begin takes from a bucket that is made what the other processes said that it lacks. The caller holds mu.
func (r *Rates) begin(k key, b *bucket) {
	for _, o := range r.others {
		if t, ok := o.row.Taken[k.String()]; ok {
			left := bucket{perMinute: b.perMinute, level: float64(t.Left), at: o.changed}
			left.fill(b.at)
			b.level = min(b.level, left.level)
			b.spoken += o.part(t, b.at)
		}
	}
}

// part is how much the process may take at a moment without saying more.
func (o *other) part(t told, now time.Time) float64 {
	if now.Sub(o.changed) >= spokenFor {
		return 0
	}
	return t.Part
}

// Share tells the other processes what this one took, and takes what they took off the buckets. It is to be called once a second.
// It makes one call at the table to read, and another one where something was taken since, or where others need to see that this process
// is still there. Where it fails, this process goes
// on with its part of what comes free. Only one call may be under way at a time.
func (r *Rates) Share(ctx context.Context) error {
	var rows []table.JSONRow[row]
	for other, err := range table.JSONRows[row](ctx, r.rows, r.options.Tenant, sharesTable, table.Range{}, false) {
		switch {
		case other.Key == "" && err != nil:
			return err
		case other.Key != r.id && err == nil: // a row that cannot be read may be a later release's
			rows = append(rows, other)
		}
	}
	now := r.options.Now()
	gone := r.hear(rows, now)
	mine, due := r.tell(now)
	if due {
		value, err := json.Marshal(row{mine})
		if err != nil {
			return err
		}
		if err := r.rows.Commit(ctx, r.options.Tenant, table.Put(sharesTable, r.id, value)); err != nil {
			return err
		}
		r.wrote = now
	}
	r.renew(mine)
	for _, it := range gone {
		err := r.rows.Commit(ctx, r.options.Tenant, table.DeleteAt(sharesTable, table.Row{Key: it.Key, Rev: it.Rev}))
		if err != nil && animo.CodeOf(err) != animo.Conflict { // it took something again
			return err
		}
	}
	return nil
}

// hear takes off the buckets what other processes took since this one heard of them last, and returns the rows of processes
// that are gone.
func (r *Rates) hear(rows []table.JSONRow[row], now time.Time) (gone []table.JSONRow[row]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.of {
		b.fill(now)
		b.spoken = 0
	}
	heard := make(map[string]*other, len(rows))
	for _, it := range rows {
		before := r.others[it.Key]
		switch {
		case before == nil:
			before = &other{it.Rev, it.Value, now}
			r.lower(it.Value)
		case before.rev != it.Rev:
			was := before.row
			before = &other{it.Rev, it.Value, now}
			r.subtract(was, it.Value)
		case before.changed.Sub(now) > tolerance: // the clock jumped back
			before.changed = now
		case now.Sub(before.changed) > goneAfter:
			gone = append(gone, it)
		}
		heard[it.Key] = before
		for name, t := range it.Value.Taken {
			if b := r.of[keyOf(name)]; b != nil {
				b.spoken += before.part(t, now)
			}
		}
	}
	r.others = heard
	return gone
}

// tell returns what this process's row is to say by now, and whether it is to be written: where it says something else so far, and
// now and then while there are other processes. It takes out of memory the buckets that are full again, once the row says what was
// taken of them.
func (r *Rates) tell(now time.Time) (mine map[string]told, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mine = map[string]told{}
	parts := r.parts(now)
	for k, b := range r.of {
		was := r.told[k.String()].N
		switch {
		case b.full() && b.taken == was:
			delete(r.of, k)
		case b.taken > 0:
			t := told{N: b.taken, Left: int64(math.Floor(b.level))}
			if b.taken != was && parts > 1 { // else nobody asks here any more
				t.Part = max(0, (b.level-b.spoken)/parts)
			}
			mine[k.String()] = t
		}
	}
	due = r.wrote.IsZero() || !maps.EqualFunc(mine, r.told, told.same)
	return mine, due || parts > 1 && now.Sub(r.wrote).Abs() >= sharesFor/2
}

// renew lets this process have its part of each bucket anew, now that its row says what it took.
func (r *Rates) renew(mine map[string]told) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = mine
	for k, b := range r.of {
		b.spent = int(max(0, b.taken-mine[k.String()].N))
	}
}

// lower takes off the buckets what a process took before this one heard of it for the first time.
func (r *Rates) lower(it row) {
	for name, t := range it.Taken {
		if b := r.of[keyOf(name)]; b != nil {
			b.level = min(b.level, float64(t.Left))
		}
	}
}

// subtract takes off the buckets what a process took between two states of its row.
func (r *Rates) subtract(before, it row) {
	for name, t := range it.Taken {
		n := t.N
		if was := before.Taken[name].N; was <= n { // else it made the bucket anew
			n -= was
		}
		if b := r.of[keyOf(name)]; b != nil {
			b.level -= float64(n)
		}
	}
}

func keyOf(name string) key {
	what, tenant, _ := strings.Cut(name, "/")
	return key{what, tenant}
}
