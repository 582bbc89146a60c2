//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// tile4x32AVX512conv computes 4 pixels × 32 outputs.
//
//go:nocheckptr
func tile4x32AVX512conv(t *tile, c0, c1, c2, c3, a0, a1, a2, a3, weights, bias unsafe.Pointer) {
	var s00, s01, s10, s11, s20, s21, s30, s31 archsimd.Float32x16
	if t.fresh {
		s00 = archsimd.LoadFloat32x16(at16(bias, 0))
		s01 = archsimd.LoadFloat32x16(at16(bias, 64))
		s10, s11 = s00, s01
		s20, s21 = s00, s01
		s30, s31 = s00, s01
	}
	if t.add {
		s00 = s00.Add(archsimd.LoadFloat32x16(at16(c0, 0)))
		s01 = s01.Add(archsimd.LoadFloat32x16(at16(c0, 64)))
		s10 = s10.Add(archsimd.LoadFloat32x16(at16(c1, 0)))
		s11 = s11.Add(archsimd.LoadFloat32x16(at16(c1, 64)))
		s20 = s20.Add(archsimd.LoadFloat32x16(at16(c2, 0)))
		s21 = s21.Add(archsimd.LoadFloat32x16(at16(c2, 64)))
		s30 = s30.Add(archsimd.LoadFloat32x16(at16(c3, 0)))
		s31 = s31.Add(archsimd.LoadFloat32x16(at16(c3, 64)))
	}
	b := weights
	for seg := t.segments; ; {
		for off, end := 0, t.run; ; {
			b0 := archsimd.LoadFloat32x16(at16(b, 0))
			b1 := archsimd.LoadFloat32x16(at16(b, 64))
			x := spread16(a0, off)
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = spread16(a1, off)
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = spread16(a2, off)
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = spread16(a3, off)
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 128))
			b1 = archsimd.LoadFloat32x16(at16(b, 192))
			x = spread16(a0, off)
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = spread16(a1, off)
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = spread16(a2, off)
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = spread16(a3, off)
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 256))
			b1 = archsimd.LoadFloat32x16(at16(b, 320))
			x = spread16(a0, off)
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = spread16(a1, off)
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = spread16(a2, off)
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = spread16(a3, off)
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 384))
			b1 = archsimd.LoadFloat32x16(at16(b, 448))
			x = spread16(a0, off)
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = spread16(a1, off)
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = spread16(a2, off)
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = spread16(a3, off)
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			b = unsafe.Add(b, 512)
			if off += 4; off >= end {
				break
			}
		}
		if seg--; seg == 0 {
			break
		}
		weights = unsafe.Add(weights, t.panel)
		b = weights
		a0, a1, a2, a3 = unsafe.Add(a0, t.pitch), unsafe.Add(a1, t.pitch), unsafe.Add(a2, t.pitch), unsafe.Add(a3, t.pitch)
	}
	if t.last {
		slope, top := archsimd.BroadcastFloat32x16(t.act.Slope), archsimd.BroadcastFloat32x16(t.act.Max)
		s00 = slope.Mul(s00).Max(s00).Min(top)
		s01 = slope.Mul(s01).Max(s01).Min(top)
		s10 = slope.Mul(s10).Max(s10).Min(top)
		s11 = slope.Mul(s11).Max(s11).Min(top)
		s20 = slope.Mul(s20).Max(s20).Min(top)
		s21 = slope.Mul(s21).Max(s21).Min(top)
		s30 = slope.Mul(s30).Max(s30).Min(top)
		s31 = slope.Mul(s31).Max(s31).Min(top)
	}
	s00.Store(at16(c0, 0))
	s01.Store(at16(c0, 64))
	s10.Store(at16(c1, 0))
	s11.Store(at16(c1, 64))
	s20.Store(at16(c2, 0))
	s21.Store(at16(c2, 64))
	s30.Store(at16(c3, 0))
	s31.Store(at16(c3, 64))
}

// tile1x32AVX512conv computes 1 pixel × 32 outputs.
//
//go:nocheckptr
func tile1x32AVX512conv(t *tile, c0, a0, weights, bias unsafe.Pointer) {
	var s00, s01 archsimd.Float32x16
	if t.fresh {
		s00 = archsimd.LoadFloat32x16(at16(bias, 0))
		s01 = archsimd.LoadFloat32x16(at16(bias, 64))
	}
	if t.add {
		s00 = s00.Add(archsimd.LoadFloat32x16(at16(c0, 0)))
		s01 = s01.Add(archsimd.LoadFloat32x16(at16(c0, 64)))
	}
	b := weights
	for seg := t.segments; ; {
		for off, end := 0, t.run; ; {
			b0 := archsimd.LoadFloat32x16(at16(b, 0))
			b1 := archsimd.LoadFloat32x16(at16(b, 64))
			x := spread16(a0, off)
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			b = unsafe.Add(b, 128)
			if off += 4; off >= end {
				break
			}
		}
		if seg--; seg == 0 {
			break
		}
		weights = unsafe.Add(weights, t.panel)
		b = weights
		a0 = unsafe.Add(a0, t.pitch)
	}
	if t.last {
		slope, top := archsimd.BroadcastFloat32x16(t.act.Slope), archsimd.BroadcastFloat32x16(t.act.Max)
		s00 = slope.Mul(s00).Max(s00).Min(top)
		s01 = slope.Mul(s01).Max(s01).Min(top)
	}
	s00.Store(at16(c0, 0))
	s01.Store(at16(c0, 64))
}

// tile6x16AVX512 computes 6 pixels × 16 outputs.
//
//go:nocheckptr
func tile6x16AVX512(t *tile, c0, c1, c2, c3, c4, c5, a0, a1, a2, a3, a4, a5, weights, bias unsafe.Pointer) {
	var s00, s10, s20, s30, s40, s50 archsimd.Float32x16
	if t.fresh {
		s00 = archsimd.LoadFloat32x16(at16(bias, 0))
		s10 = s00
		s20 = s00
		s30 = s00
		s40 = s00
		s50 = s00
	}
	if t.add {
		s00 = s00.Add(archsimd.LoadFloat32x16(at16(c0, 0)))
		s10 = s10.Add(archsimd.LoadFloat32x16(at16(c1, 0)))
		s20 = s20.Add(archsimd.LoadFloat32x16(at16(c2, 0)))
		s30 = s30.Add(archsimd.LoadFloat32x16(at16(c3, 0)))
		s40 = s40.Add(archsimd.LoadFloat32x16(at16(c4, 0)))
		s50 = s50.Add(archsimd.LoadFloat32x16(at16(c5, 0)))
	}
	b := weights
	for seg := t.segments; ; {
		for off, end := 0, t.run; ; {
			b0 := archsimd.LoadFloat32x16(at16(b, 0))
			x := spread16(a0, off)
			s00 = x.MulAdd(b0, s00)
			x = spread16(a1, off)
			s10 = x.MulAdd(b0, s10)
			x = spread16(a2, off)
			s20 = x.MulAdd(b0, s20)
			x = spread16(a3, off)
			s30 = x.MulAdd(b0, s30)
			x = spread16(a4, off)
			s40 = x.MulAdd(b0, s40)
			x = spread16(a5, off)
			s50 = b0.MulAdd(x, s50)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 64))
			x = spread16(a0, off)
			s00 = x.MulAdd(b0, s00)
			x = spread16(a1, off)
			s10 = x.MulAdd(b0, s10)
			x = spread16(a2, off)
			s20 = x.MulAdd(b0, s20)
			x = spread16(a3, off)
			s30 = x.MulAdd(b0, s30)
			x = spread16(a4, off)
			s40 = x.MulAdd(b0, s40)
			x = spread16(a5, off)
			s50 = b0.MulAdd(x, s50)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 128))
			x = spread16(a0, off)
			s00 = x.MulAdd(b0, s00)
			x = spread16(a1, off)
			s10 = x.MulAdd(b0, s10)
			x = spread16(a2, off)
			s20 = x.MulAdd(b0, s20)
			x = spread16(a3, off)
			s30 = x.MulAdd(b0, s30)
			x = spread16(a4, off)
			s40 = x.MulAdd(b0, s40)
			x = spread16(a5, off)
			s50 = b0.MulAdd(x, s50)
			if off += 4; off >= end {
				break
			}
			b0 = archsimd.LoadFloat32x16(at16(b, 192))
			x = spread16(a0, off)
			s00 = x.MulAdd(b0, s00)
			x = spread16(a1, off)
			s10 = x.MulAdd(b0, s10)
			x = spread16(a2, off)
			s20 = x.MulAdd(b0, s20)
			x = spread16(a3, off)
			s30 = x.MulAdd(b0, s30)
			x = spread16(a4, off)
			s40 = x.MulAdd(b0, s40)
			x = spread16(a5, off)
			s50 = b0.MulAdd(x, s50)
			b = unsafe.Add(b, 256)
			if off += 4; off >= end {
				break
			}
		}
		if seg--; seg == 0 {
			break
		}
		weights = unsafe.Add(weights, t.panel)
		b = weights
		a0, a1, a2, a3, a4, a5 = unsafe.Add(a0, t.pitch), unsafe.Add(a1, t.pitch), unsafe.Add(a2, t.pitch), unsafe.Add(a3, t.pitch), unsafe.Add(a4, t.pitch), unsafe.Add(a5, t.pitch)
	}
	if t.last {
		slope, top := archsimd.BroadcastFloat32x16(t.act.Slope), archsimd.BroadcastFloat32x16(t.act.Max)
		s00 = slope.Mul(s00).Max(s00).Min(top)
		s10 = slope.Mul(s10).Max(s10).Min(top)
		s20 = slope.Mul(s20).Max(s20).Min(top)
		s30 = slope.Mul(s30).Max(s30).Min(top)
		s40 = slope.Mul(s40).Max(s40).Min(top)
		s50 = slope.Mul(s50).Max(s50).Min(top)
	}
	s00.Store(at16(c0, 0))
	s10.Store(at16(c1, 0))
	s20.Store(at16(c2, 0))
	s30.Store(at16(c3, 0))
	s40.Store(at16(c4, 0))
	s50.Store(at16(c5, 0))
}

// tile1x16AVX512 computes 1 pixel × 16 outputs.
//
//go:nocheckptr
func tile1x16AVX512(t *tile, c0, a0, weights, bias unsafe.Pointer) {
	var s00 archsimd.Float32x16
	if t.fresh {
		s00 = archsimd.LoadFloat32x16(at16(bias, 0))
	}
	if t.add {
		s00 = s00.Add(archsimd.LoadFloat32x16(at16(c0, 0)))
	}
	b := weights
	for seg := t.segments; ; {
		for off, end := 0, t.run; ; {
			b0 := archsimd.LoadFloat32x16(at16(b, 0))
			x := spread16(a0, off)
			s00 = x.MulAdd(b0, s00)
			b = unsafe.Add(b, 64)
			if off += 4; off >= end {
				break
			}
		}
		if seg--; seg == 0 {
			break
		}
		weights = unsafe.Add(weights, t.panel)
		b = weights
		a0 = unsafe.Add(a0, t.pitch)
	}
	if t.last {
		slope, top := archsimd.BroadcastFloat32x16(t.act.Slope), archsimd.BroadcastFloat32x16(t.act.Max)
		s00 = slope.Mul(s00).Max(s00).Min(top)
	}
	s00.Store(at16(c0, 0))
}
