package text

import "context"

// A network is a fitted classifier over the counts of one view. It is safe for concurrent use.
type network interface {
	// score returns the log-odds towards Positivo. The vector's numbers are below the width it was fitted to.
	score(x vector) float64
	// save returns its weights by name, for a load function of the same kind.
	save() tensors
}

// fitNetwork makes a trainer's fit from one that sees a fold as if it were everything: rows and features
// without gaps, features that no training row has left out, numbered in the order of appearance.
func fitNetwork(fit func(ctx context.Context, x *matrix, labels []uint8, seed uint64) (network, error)) func(context.Context, problem) (scorer, error) {
	return func(ctx context.Context, p problem) (scorer, error) {
		x, labels, local := p.compact()
		n, err := fit(ctx, x, labels, p.seed)
		if err != nil {
			return nil, err
		}
		if x.width == len(local) {
			local = nil // every feature of the corpus was there, in the same order
		}
		return &networkScorer{n, local}, nil
	}
}

// loadNetwork makes a trainer's load from one for a network over a single view of the given width.
func loadNetwork(load func(width int, t tensors) (network, error)) func([]int, tensors) (scorer, error) {
	return func(widths []int, t tensors) (scorer, error) {
		n, err := load(widths[0], t)
		if err != nil {
			return nil, err
		}
		return &networkScorer{n, nil}, nil
	}
}

// compact copies the training rows of the first view. local gives the number of each of the corpus's
// features in the copy, or -1.
func (p *problem) compact() (x *matrix, labels []uint8, local []int32) {
	all := p.views[0]
	local = make([]int32, all.width)
	for i := range local {
		local[i] = -1
	}
	n := 0
	for _, r := range p.rows {
		n += len(all.row(int(r)).ids)
	}
	x = &matrix{starts: make([]int32, 1, len(p.rows)+1), ids: make([]int32, 0, n), counts: make([]float32, 0, n)}
	labels = make([]uint8, 0, len(p.rows))
	for _, r := range p.rows {
		v := all.row(int(r))
		for _, id := range v.ids {
			if local[id] < 0 {
				local[id] = int32(x.width)
				x.width++
			}
			x.ids = append(x.ids, local[id])
		}
		x.counts = append(x.counts, v.counts...)
		x.starts = append(x.starts, int32(len(x.ids)))
		labels = append(labels, p.labels[r])
	}
	return x, labels, local
}

// networkScorer scores vectors in the corpus's numbering with a network in its own.
type networkScorer struct {
	network network
	local   []int32 // nil where both are the same
}

func (s *networkScorer) score(x []vector) float64 {
	v := x[0]
	if s.local == nil {
		return s.network.score(v)
	}
	known := vector{make([]int32, 0, len(v.ids)), make([]float32, 0, len(v.ids))}
	for i, id := range v.ids {
		if n := s.local[id]; n >= 0 {
			known.ids = append(known.ids, n)
			known.counts = append(known.counts, v.counts[i])
		}
	}
	return s.network.score(known)
}

func (s *networkScorer) save() tensors { return s.network.save() }
