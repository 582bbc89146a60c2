//go:build goexperiment.simd && amd64 && !purego

package kernel

import "unsafe"

// tile says how a tile of sums goes through one block of terms. Lengths and distances are in bytes.
//
// A tile adds up a few pixels × a few vectors of outputs, as many as the 15 vector registers hold together
// with one term's weights. Its loop is written out for four terms with an exit after each: the compiler
// moves values between registers at the end of a loop's body and brings loads forward within a stretch
// without branches, so that a plain loop would mostly move and a plainly unrolled one would mostly spill.
// The last pixel's products overwrite the weights, which saves a copy.
type tile struct {
	fresh    bool // start from the bias instead of zero
	add      bool // start with what the outputs hold, too
	last     bool // apply the activation at the end
	segments int
	in       int // where the block begins, in values from a pixel's first input
	run      int // the values of a segment
	pitch    int // from one segment's inputs to the next
	panel    int // from one segment's weights to the next
	act      Activation
}

func newTile(f *Filters, b, pitch, width int, add bool, act Activation) tile {
	k := f.blocks[b]
	return tile{
		fresh: b == 0, add: add || b > 0, last: b == len(f.blocks)-1,
		segments: k.segments, in: k.segment*pitch + k.in,
		run: k.run, pitch: 4 * pitch, panel: 4 * width * k.run, act: act,
	}
}

// value returns the address of the i-th value from p.
func value(p unsafe.Pointer, i int32) unsafe.Pointer { return unsafe.Add(p, 4*int(i)) }

// at returns the address of channel j's bias, which its weights follow at distances of Lanes values.
func (f *DepthwiseFilters) at(j int) unsafe.Pointer {
	return unsafe.Pointer(&f.packed[j/Lanes*depthwiseGroup+j%Lanes])
}

// depthwiseTaps returns the distance in bytes of a depthwise filter's nine inputs from the first one.
func depthwiseTaps(channels, pitch int) (taps [9]int) {
	for i := range taps {
		taps[i] = 4 * (i/3*pitch + i%3*channels)
	}
	return taps
}
