package text

import (
	"context"
	"errors"
	"sync"

	"animo"
)

// A corpus is the labelled texts of one training, and their features in each view that a trainer asked for.
type corpus struct {
	texts    []string
	labels   []uint8 // 1 is Positivo
	positive int
	language string // in which lexical views read it; "" for Spanish

	mu    sync.Mutex
	views map[view]*fitted
}

type fitted struct {
	once   sync.Once
	space  space
	matrix *matrix
}

func (c *corpus) rows() int { return len(c.texts) }

func (c *corpus) add(o animo.Opinion) {
	c.texts = append(c.texts, o.Text)
	c.labels = append(c.labels, uint8(o.Label))
	c.positive += int(o.Label)
}

// view returns the features of all rows in a view; the first to ask makes them, others wait.
func (c *corpus) view(v view) (space, *matrix) {
	v = v.in(c.language)
	c.mu.Lock()
	if c.views == nil {
		c.views = map[view]*fitted{}
	}
	f, ok := c.views[v]
	if !ok {
		f = &fitted{}
		c.views[v] = f
	}
	c.mu.Unlock()
	f.once.Do(func() { f.space, f.matrix = fitSpace(v, c.texts) })
	return f.space, f.matrix
}

// readRows is how many rows are read between two looks at the context.
const readRows = 1024

// errLarge says that there are more rows than are held in memory.
var errLarge = errors.New("more rows than are held in memory")

// read takes in all rows of a source, up to largeRows; of a longer one it gives those beside errLarge.
func read(ctx context.Context, src Source, tell func(Progress)) (*corpus, error) {
	c := &corpus{}
	for o, err := range src(ctx) {
		if err != nil {
			return nil, err
		}
		if err := checkLabel(o, c.rows()); err != nil {
			return nil, err
		}
		if c.rows() == largeRows {
			c.language = lexicalLanguage(c.texts)
			return c, errLarge
		}
		c.add(o)
		if c.rows()%readRows == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			tell(Progress{Stage: "reading", Done: c.rows()})
		}
	}
	if c.rows() == 0 {
		return nil, noOpinion()
	}
	c.language = lexicalLanguage(c.texts)
	tell(Progress{Stage: "reading", Done: c.rows(), Total: c.rows()})
	return c, ctx.Err()
}
