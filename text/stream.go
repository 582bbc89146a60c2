package text

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"animo"
)

// A stream reads a source in passes, in memory that does not depend on its length. Rows come in chunks,
// which all cores turn into features while the next ones are being read.
type stream struct {
	src     Source
	space   space // hashed
	seed    uint64
	folds   int
	foldOf  []int // nil: folds follow from the text and the seed
	workers int
	idle    sync.Pool // of *streamScratch
}

// Rows in a chunk, and chunks that are read ahead. Both decide in what order numbers are added, so they
// do not depend on the number of cores.
const (
	chunkRows   = 128
	chunksAhead = 64
)

// A chunk is some rows that follow one another, and their features.
type chunk struct {
	texts  []string
	labels []uint8
	folds  []uint8
	starts []int32
	ids    []int32                   // each row's features, without repeats
	shares [shares][]entry           // the same by share
	grads  [chunkRows][lanes]float32 // of the loss, times the row's scale
	scores [chunkRows]float64
	ones   []float32
}

// An entry is one feature of one row of a chunk.
type entry struct {
	id  int32
	row int32
}

// The features are dealt out to this many shares by number. Shares are updated at once.
const (
	shareBits = 4
	shares    = 1 << shareBits
)

type streamScratch struct {
	scratch scratch
	tally   tally
}

func (c *chunk) reset() {
	clear(c.texts) // lets go of the strings
	c.texts, c.labels, c.folds = c.texts[:0], c.labels[:0], c.folds[:0]
}

// foldOfRow returns the fold of a row; rows with the same text share one.
func (s *stream) foldOfRow(row int, text string) uint8 {
	if s.foldOf != nil {
		return uint8(s.foldOf[row])
	}
	return uint8(foldOfText(text, s.seed, s.folds))
}

// errRows says that there are more rows than folds are given for.
var errRows = errors.New("more rows than folds")

// pass reads the source once. It returns the chunks to use in the order of the source, some at a time, with
// the features of their rows, and the number of rows. tell hears of the rows that were read so far.
func (s *stream) pass(ctx context.Context, use func([]*chunk) error, tell func(rows int)) (rows int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	full, empty := make(chan []*chunk), make(chan []*chunk, 2)
	for range cap(empty) {
		chunks := make([]*chunk, chunksAhead)
		for i := range chunks {
			chunks[i] = &chunk{}
		}
		empty <- chunks
	}
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(full)
		failed = s.fill(ctx, empty, full)
	})
	for chunks := range full {
		if err == nil {
			s.prepare(chunks)
			err = use(chunks)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			cancel()
			continue // until fill has noticed
		}
		for _, c := range chunks {
			rows += len(c.texts)
			c.reset()
		}
		tell(rows)
		empty <- chunks[:cap(chunks)]
	}
	wg.Wait()
	if err == nil {
		err = failed
	}
	if err == nil {
		err = ctx.Err()
	}
	return rows, err
}

// fill reads the source into chunks.
func (s *stream) fill(ctx context.Context, empty <-chan []*chunk, full chan<- []*chunk) error {
	var chunks []*chunk
	at, row := 0, 0
	send := func() error {
		n := at
		if n < len(chunks) && len(chunks[n].texts) > 0 {
			n++
		}
		if n == 0 {
			return nil
		}
		select {
		case full <- chunks[:n]:
			chunks = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for o, err := range s.src(ctx) {
		if err != nil {
			return err
		}
		if err := checkLabel(o, row); err != nil {
			return err
		}
		if s.foldOf != nil && row >= len(s.foldOf) {
			return errRows
		}
		if chunks == nil {
			select {
			case chunks = <-empty:
				at = 0
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		c := chunks[at]
		c.texts = append(c.texts, o.Text)
		c.labels = append(c.labels, uint8(o.Label))
		c.folds = append(c.folds, s.foldOfRow(row, o.Text))
		row++
		if len(c.texts) == chunkRows {
			if at++; at == len(chunks) {
				if err := send(); err != nil {
					return err
				}
			}
		}
	}
	if chunks == nil {
		return nil
	}
	return send()
}

// prepare finds the features of all rows.
func (s *stream) prepare(chunks []*chunk) {
	shift := s.space.view.Bits - shareBits
	parallel(s.workers, len(chunks), func(i int) {
		c := chunks[i]
		w, ok := s.idle.Get().(*streamScratch)
		if !ok {
			w = &streamScratch{}
		}
		defer s.idle.Put(w)
		c.starts, c.ids = append(c.starts[:0], 0), c.ids[:0]
		for i := range c.shares {
			c.shares[i] = c.shares[i][:0]
		}
		for row, text := range c.texts {
			for _, id := range s.space.vector(text, &w.scratch, &w.tally).ids {
				c.ids = append(c.ids, id)
				c.shares[id>>shift] = append(c.shares[id>>shift], entry{id, int32(row)})
			}
			c.starts = append(c.starts, int32(len(c.ids)))
		}
	})
}

func (c *chunk) row(i int) []int32 { return c.ids[c.starts[i]:c.starts[i+1]] }

// parallel runs do for 0 to n-1, at most workers at once.
func parallel(workers, n int, do func(i int)) {
	if workers == 1 || n == 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	wg.Wait()
}

func checkLabel(o animo.Opinion, row int) error {
	if o.Label != animo.Negative && o.Label != animo.Positive {
		return animo.Errorf(animo.BadLabel, "row %d has the label %d; it must be 0 or 1",
			"la fila %d tiene la etiqueta %d; debe ser 0 o 1", row+1, o.Label)
	}
	return nil
}
