//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// convTile4x32AVX512 computes 4 pixels × 32 outputs.
//
//go:nocheckptr
func convTile4x32AVX512(t *tile, c0, c1, c2, c3, a0, a1, a2, a3, b, bias unsafe.Pointer) {
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
	for seg := t.segments; ; {
		p0, p1, p2, p3, w := a0, a1, a2, a3, b
		for n := t.run; ; {
			b0 := archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 0)))
			b1 := archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 64)))
			x := archsimd.BroadcastFloat32x16(*(*float32)(p0))
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p1))
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p2))
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p3))
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if n == 1 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 128)))
			b1 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 192)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 4)))
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 4)))
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 4)))
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 4)))
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if n == 2 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 256)))
			b1 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 320)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 8)))
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 8)))
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 8)))
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 8)))
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if n == 3 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 384)))
			b1 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 448)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 12)))
			s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 12)))
			s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 12)))
			s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 12)))
			s30, s31 = b0.MulAdd(x, s30), b1.MulAdd(x, s31)
			if n -= 4; n == 0 {
				break
			}
			p0, p1, p2, p3, w = unsafe.Add(p0, 16), unsafe.Add(p1, 16), unsafe.Add(p2, 16), unsafe.Add(p3, 16), unsafe.Add(w, 512)
		}
		if seg--; seg == 0 {
			break
		}
		a0, a1, a2, a3, b = unsafe.Add(a0, t.pitch), unsafe.Add(a1, t.pitch), unsafe.Add(a2, t.pitch), unsafe.Add(a3, t.pitch), unsafe.Add(b, t.panel)
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

// convTile6x16AVX512 computes 6 pixels × 16 outputs.
//
//go:nocheckptr
func convTile6x16AVX512(t *tile, c0, c1, c2, c3, c4, c5, a0, a1, a2, a3, a4, a5, b, bias unsafe.Pointer) {
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
	for seg := t.segments; ; {
		p0, p1, p2, p3, p4, p5, w := a0, a1, a2, a3, a4, a5, b
		for n := t.run; ; {
			b0 := archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 0)))
			x := archsimd.BroadcastFloat32x16(*(*float32)(p0))
			s00 = x.MulAdd(b0, s00)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p1))
			s10 = x.MulAdd(b0, s10)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p2))
			s20 = x.MulAdd(b0, s20)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p3))
			s30 = x.MulAdd(b0, s30)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p4))
			s40 = x.MulAdd(b0, s40)
			x = archsimd.BroadcastFloat32x16(*(*float32)(p5))
			s50 = b0.MulAdd(x, s50)
			if n == 1 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 64)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 4)))
			s00 = x.MulAdd(b0, s00)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 4)))
			s10 = x.MulAdd(b0, s10)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 4)))
			s20 = x.MulAdd(b0, s20)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 4)))
			s30 = x.MulAdd(b0, s30)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p4, 4)))
			s40 = x.MulAdd(b0, s40)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p5, 4)))
			s50 = b0.MulAdd(x, s50)
			if n == 2 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 128)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 8)))
			s00 = x.MulAdd(b0, s00)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 8)))
			s10 = x.MulAdd(b0, s10)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 8)))
			s20 = x.MulAdd(b0, s20)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 8)))
			s30 = x.MulAdd(b0, s30)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p4, 8)))
			s40 = x.MulAdd(b0, s40)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p5, 8)))
			s50 = b0.MulAdd(x, s50)
			if n == 3 {
				break
			}
			b0 = archsimd.LoadFloat32x16((*[16]float32)(unsafe.Add(w, 192)))
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p0, 12)))
			s00 = x.MulAdd(b0, s00)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p1, 12)))
			s10 = x.MulAdd(b0, s10)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p2, 12)))
			s20 = x.MulAdd(b0, s20)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p3, 12)))
			s30 = x.MulAdd(b0, s30)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p4, 12)))
			s40 = x.MulAdd(b0, s40)
			x = archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p5, 12)))
			s50 = b0.MulAdd(x, s50)
			if n -= 4; n == 0 {
				break
			}
			p0, p1, p2, p3, p4, p5, w = unsafe.Add(p0, 16), unsafe.Add(p1, 16), unsafe.Add(p2, 16), unsafe.Add(p3, 16), unsafe.Add(p4, 16), unsafe.Add(p5, 16), unsafe.Add(w, 256)
		}
		if seg--; seg == 0 {
			break
		}
		a0, a1, a2, a3, a4, a5, b = unsafe.Add(a0, t.pitch), unsafe.Add(a1, t.pitch), unsafe.Add(a2, t.pitch), unsafe.Add(a3, t.pitch), unsafe.Add(a4, t.pitch), unsafe.Add(a5, t.pitch), unsafe.Add(b, t.panel)
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
