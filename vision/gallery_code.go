package vision

import (
	"math"

	"animo/nn/kernel"
)

// A gallery looks at each descriptor's code first: its numbers in whole steps of codeStep, a quarter of its
// size. With d the distance between two descriptors x and y, c that between their codes, and r(x) how far x is
// from what its code stands for, the triangle inequality says that d ≥ c - r(x) - r(y). So whoever is too far
// away by that is too far away, and the few others are compared exactly.
const codeStep = 1.0 / 256 // numbers of real descriptors lie between -0.5 and 0.5; those that do not only have a larger r

// codeSlack covers the rounding of squaredDistance, whose 128 terms and their sums are each off by at most
// 2⁻²⁴ of their size.
const codeSlack = 1 + 1e-4

// codeBlock is how many descriptors are looked at in one go.
const codeBlock = 256

type code [128]int8

// encode returns a descriptor's code and its r.
func (d *Descriptor) encode() (c code, rest float32) {
	sum := 0.0
	for i, v := range d {
		n := max(-128, min(127, math.Round(float64(v)/codeStep)))
		c[i] = int8(n)
		off := float64(v) - n*codeStep
		sum += off * off
	}
	return c, float32(math.Sqrt(sum) * codeSlack)
}

// scan calls near for each descriptor nearer to d than the square root of bound, with its place and squared
// distance. near gives the bound for those that follow, which is not larger. Without vector instructions a code
// is no faster to look at than the descriptor.
func (g *Gallery) scan(d *Descriptor, bound float32, near func(i int, squared float32) float32) {
	if kernel.Name() == "plain" {
		g.scanDescriptors(d, bound, near)
	} else {
		g.scanCodes(d, bound, near)
	}
}

// scanDescriptors is the definition of scan.
func (g *Gallery) scanDescriptors(d *Descriptor, bound float32, near func(i int, squared float32) float32) {
	for i := range g.descriptors {
		if s := squaredDistance(d, &g.descriptors[i], bound); s < bound {
			bound = near(i, s)
		}
	}
}

func (g *Gallery) scanCodes(d *Descriptor, bound float32, near func(i int, squared float32) float32) {
	c, rest := d.encode()
	reach := float32(math.Sqrt(float64(bound))) + rest
	var distances [codeBlock]int32
	for at := 0; at < len(g.descriptors); at += codeBlock {
		n := min(codeBlock, len(g.descriptors)-at)
		kernel.Distances8(distances[:n], c[:], g.codes[at*len(c):(at+n)*len(c)])
		for i, far := range distances[:n] {
			most := (reach + g.rests[at+i]) * (codeSlack / codeStep)
			if float32(far) > most*most {
				continue
			}
			if s := squaredDistance(d, &g.descriptors[at+i], bound); s < bound {
				bound = near(at+i, s)
				reach = float32(math.Sqrt(float64(bound))) + rest
			}
		}
	}
}
