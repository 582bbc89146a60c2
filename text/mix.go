package text

import "math"

// Beside its weights, each feature has a tally of the texts that had it, by label and fold. From the
// tallies follows naive Bayes for each lane: for a fold's lane, from all folds but its own. In the end a
// lane's weights are the sum of both models', each divided by the deviation of what it says of a sample of
// the rows: naive Bayes is the better with few rows, stochastic gradients with many.
type texts [2][lanes]uint16 // by label and lane; the folds without a lane share wholeLane

// add counts one text. When a number is at its end all are halved, which leaves their ratios.
func (t *texts) add(label uint8, lane int) {
	if t[label][lane] == math.MaxUint16 {
		for y := range t {
			for l := range t[y] {
				t[y][l] /= 2
			}
		}
	}
	t[label][lane]++
}

// sampleChunks is how many chunks, the first ones, are the sample.
const sampleChunks = 32

// sampled is one row of the sample.
type sampled struct {
	ids  []int32
	lane int
}

// lane returns a fold's lane, or wholeLane for a fold that has none.
func (g *sgd) lane(fold uint8) int {
	if l := int(fold) - g.first; l >= 0 && l < foldLanes {
		return l
	}
	return wholeLane
}

// count adds the texts of a batch to one share of the tallies.
func (g *sgd) count(batch []*chunk, share int) {
	for _, c := range batch {
		for _, e := range c.shares[share] {
			g.texts[e.id].add(c.labels[e.row], g.lane(c.folds[e.row]))
		}
	}
}

// note keeps what mix needs to know of a chunk beside the tallies.
func (g *sgd) note(c *chunk) {
	for i := range c.texts {
		ids, lane := c.row(i), g.lane(c.folds[i])
		g.mass[c.labels[i]][lane] += float64(len(ids))
		g.rows[c.labels[i]][lane]++
		if g.learned < sampleChunks {
			g.sample = append(g.sample, sampled{append([]int32(nil), ids...), lane})
		}
	}
}

// others gives, for each lane, the sum of the numbers of all lanes but a fold's own.
func others(x *[lanes]float64) (sum [lanes]float64) {
	all := 0.0
	for _, v := range x {
		all += v
	}
	for l := range sum {
		sum[l] = all
		if l < foldLanes {
			sum[l] -= x[l]
		}
	}
	return sum
}

// mix turns the weights of stochastic gradients into the sum of both models, and lets go of the tallies.
func (g *sgd) mix() {
	seen := 0.0
	for id := range g.texts {
		if g.texts[id] != (texts{}) {
			seen++
		}
	}
	mass := [2][lanes]float64{others(&g.mass[0]), others(&g.mass[1])}
	rows := [2][lanes]float64{others(&g.rows[0]), others(&g.rows[1])}
	var norm, bias [lanes]float32
	for l := range norm {
		norm[l] = float32(math.Log((mass[0][l] + seen) / (mass[1][l] + seen)))
		bias[l] = float32(math.Log((rows[1][l] + 1) / (rows[0][l] + 1)))
	}
	bayes := make(weightTable, len(g.lines))
	parallel(g.workers, shares, func(share int) {
		size := len(g.texts) / shares
		for id := share * size; id < (share+1)*size; id++ {
			if g.texts[id] != (texts{}) {
				*bayes.line(id) = g.texts[id].bayes(&norm)
			}
		}
	})
	g.texts = nil
	one, two := g.deviations(g.lines, &g.bias), g.deviations(bayes, &bias)
	for id := range len(g.lines) / lanes {
		line, other := g.lines.line(id), bayes.line(id)
		for l := range foldLanes + 1 {
			line[l] = line[l]/one[l] + other[l]/two[l]
		}
	}
	for l := range foldLanes + 1 {
		g.bias[l] = g.bias[l]/one[l] + bias[l]/two[l]
	}
}

// bayes returns a feature's weight in each lane.
func (t *texts) bayes(norm *[lanes]float32) (w [lanes]float32) {
	var n [2][lanes]float64
	for y := range t {
		for l, v := range t[y] {
			n[y][l] = float64(v)
		}
		n[y] = others(&n[y])
	}
	for l := range foldLanes + 1 {
		if n[0][l]+n[1][l] > 0 {
			w[l] = float32(math.Log((n[1][l]+1)/(n[0][l]+1))) + norm[l]
		}
	}
	return w
}

// deviations returns the standard deviation of what each lane says of the sample's rows, but for those of
// its own fold.
func (g *sgd) deviations(lines weightTable, bias *[lanes]float32) (d [lanes]float32) {
	var n, sum, square [lanes]float64
	var z [lanes]float32
	var ones []float32
	for _, row := range g.sample {
		z = [lanes]float32{}
		scale := lines.sum(&z, row.ids, &ones)
		for l := range foldLanes + 1 {
			if l == row.lane && l != wholeLane {
				continue
			}
			v := float64(z[l]*scale + bias[l])
			n[l]++
			sum[l] += v
			square[l] += v * v
		}
	}
	for l := range d {
		d[l] = 1
		if v := square[l]/n[l] - sum[l]/n[l]*(sum[l]/n[l]); v > 0 {
			d[l] = float32(math.Sqrt(v))
		}
	}
	return d
}
