package vision

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
	"testing/synctest"
	"time"
)

func TestSpare_gives_back_what_was_kept_until_nobody_kept_any_for_a_while(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s spare[int]
		if _, ok := s.take(); ok {
			t.Error("there was something from the beginning")
		}
		s.keep(1)
		if n, ok := s.take(); n != 1 || !ok {
			t.Errorf("took %d, %v", n, ok)
		}
		s.keep(2)
		time.Sleep(spareTime - 1)
		s.keep(3)
		time.Sleep(spareTime - 1)
		if n, ok := s.take(); n != 3 || !ok {
			t.Errorf("took %d, %v before its time", n, ok)
		}
		time.Sleep(spareTime)
		synctest.Wait()
		if n, ok := s.take(); ok {
			t.Errorf("%d was still there", n)
		}
	})
}

func TestSpare_holds_no_more_than_are_in_use_at_a_time(t *testing.T) {
	var s spare[int]
	for i := range 1000 {
		s.keep(i)
	}
	if len(s.items) > 512 || s.items[len(s.items)-1] != 999 {
		t.Errorf("it holds %d", len(s.items))
	}
	s.drop.Stop()
}

func TestDecode_into_used_memory_gives_the_same_pixels(t *testing.T) {
	var memory Memory
	for i, size := range []image.Point{{200, 150}, {33, 17}, {64, 64}, {201, 160}, {8, 300}} {
		var file bytes.Buffer
		m := image.NewYCbCr(image.Rect(0, 0, size.X, size.Y), image.YCbCrSubsampleRatio420)
		for j := range m.Y {
			m.Y[j] = uint8(j*7 + i)
		}
		for j := range m.Cb {
			m.Cb[j], m.Cr[j] = uint8(j*3), uint8(j*5)
		}
		if err := jpeg.Encode(&file, m, nil); err != nil {
			t.Fatal(err)
		}
		want, err := Decode(t.Context(), bytes.NewReader(file.Bytes()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(t.Context(), bytes.NewReader(file.Bytes()), Limits{Memory: &memory})
		if err != nil || got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%v: %d×%d, other pixels than with new memory, %v", size, got.W, got.H, err)
		}
		pix := got.Pix
		memory.Recycle(&got)
		memory.Recycle(&got) // does nothing
		if got.Pix != nil || len(memory.pixels.items) != 1 || len(memory.planes.items) != 1 {
			t.Errorf("%v: %d and %d are kept", size, len(memory.pixels.items), len(memory.planes.items))
		}
		for j := range pix {
			pix[j] = 0xAA
		}
	}
	for _, s := range []*spare[[]uint8]{&memory.pixels, &memory.planes} {
		s.drop.Stop()
	}
}

func TestMemory_keeps_nothing_of_large_pictures(t *testing.T) {
	var memory Memory
	img := Image{2001, 2100, make([]uint8, 3*2001*2100)}
	memory.Recycle(&img)
	if img.Pix != nil || len(memory.pixels.items) > 0 {
		t.Errorf("of a picture of %d bytes, %d are kept", 3*2001*2100, len(memory.pixels.items))
	}
}
