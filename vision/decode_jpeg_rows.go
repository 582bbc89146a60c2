package vision

import (
	"image"
	"image/color"
	"sync"
)

// jpegBand is a row of MCUs: the samples of each component, and which rows of the picture they are.
type jpegBand struct {
	planes  [4][]uint8
	top, to int
}

// bandsAhead is how many rows of MCUs may be decoded before they are converted.
const bandsAhead = 4

// jpegRows takes rows of MCUs and makes them into RGB behind the decoder's back, while they are still in the cache.
type jpegRows struct {
	f            *jpegFile
	memory       *Memory
	flat         *flattener
	bytes        []uint8 // of the bands
	free, filled chan *jpegBand
	now          *jpegBand // that is being converted
	group        sync.WaitGroup
}

// rowWriter writes a row of RGB pixels, y rows below the top of a band.
type rowWriter func(dst []uint8, band *jpegBand, y int)

// newRows starts to make a picture of w × h pixels before it is turned by o.
func newRows(memory *Memory, f *jpegFile, row rowWriter, w, h int, o orientation) *jpegRows {
	r := &jpegRows{f: f, memory: memory, free: make(chan *jpegBand, bandsAhead), filled: make(chan *jpegBand, bandsAhead)}
	r.flat = newFlattener(Image{w, h, bytesOf(&memory.pixels, 3*w*h)}, image.Rect(0, 0, w, h), o, func(dst []uint8, y int) {
		row(dst, r.now, y-r.now.top)
	})
	size := 0
	for i := range f.components {
		c := &f.components[i]
		c.stride = f.side * c.blocksX
		size += c.stride * f.side * c.v
	}
	ahead := min(bandsAhead, f.mcusY)
	r.bytes = bytesOf(&memory.planes, ahead*size)
	rest := r.bytes
	for range ahead {
		band := new(jpegBand)
		for i := range f.components {
			n := f.components[i].stride * f.side * f.components[i].v
			band.planes[i], rest = rest[:n:n], rest[n:]
		}
		r.free <- band
	}
	r.group.Go(func() {
		for band := range r.filled {
			r.now = band
			r.flat.rows(band.top, band.to)
			r.free <- band
		}
	})
	return r
}

// take returns a band to fill.
func (r *jpegRows) take() *jpegBand { return <-r.free }

// put takes the filled band of a row of MCUs.
func (r *jpegRows) put(band *jpegBand, my int) {
	r.f.rows = r.send(band, my)
}

func (r *jpegRows) send(band *jpegBand, my int) (to int) {
	_, h := r.f.size()
	rows := r.f.side * r.f.vMax
	band.top, band.to = my*rows, min((my+1)*rows, h)
	to = band.to
	r.filled <- band
	return to
}

// cut makes what comes from an MCU on grey, and gives err back. With an error that leaves no picture it does nothing.
func (r *jpegRows) cut(band *jpegBand, my, mx int, err error) error {
	if err != errCut || my == 0 {
		return err
	}
	for ; ; my++ {
		for i := range r.f.components {
			c := &r.f.components[i]
			for row := range r.f.side * c.v {
				line := band.planes[i][row*c.stride:][:c.stride]
				for x := r.f.side * mx * c.h; x < len(line); x++ {
					line[x] = 128
				}
			}
		}
		r.send(band, my)
		if my+1 == r.f.mcusY {
			return err
		}
		band, mx = r.take(), 0
	}
}

// finish waits for the rows that were put, and returns the picture.
func (r *jpegRows) finish() Image {
	close(r.filled)
	r.group.Wait()
	keepBytes(&r.memory.planes, r.bytes)
	return r.flat.out
}

// rowWriter returns what makes RGB of the file's components, for rows of w pixels. It errs where nobody knows how.
func (f *jpegFile) rowWriter(w int) (rowWriter, error) {
	// line gives the samples of a component for a row.
	line := func(band *jpegBand, i, y int) []uint8 {
		c := &f.components[i]
		return band.planes[i][y*c.v/f.vMax*c.stride:][:c.stride]
	}
	// wide gives as many samples of a component as there are pixels.
	wide := func(band *jpegBand, i, y int, spare []uint8) []uint8 {
		c, samples := &f.components[i], line(band, i, y)
		if c.h == f.hMax {
			return samples[:w]
		}
		for x := range spare {
			spare[x] = samples[x*c.h/f.hMax]
		}
		return spare
	}
	if len(f.components) == 1 {
		return func(dst []uint8, band *jpegBand, y int) { grayLine(dst, line(band, 0, y)[:w]) }, nil
	}
	var spare [4][]uint8
	for i := range f.components {
		spare[i] = make([]uint8, w)
	}
	named := f.components[0].id == 'R' && f.components[1].id == 'G' && f.components[2].id == 'B'
	switch {
	case len(f.components) == 4 && !f.adobe:
		return nil, unsupportedError("four colours without Adobe's marker")
	case len(f.components) == 4: // Adobe's inks are inverted
		return func(dst []uint8, band *jpegBand, y int) {
			var ink [4][]uint8
			for i := range ink {
				ink[i] = wide(band, i, y, spare[i])
			}
			if f.transform != 0 {
				ycbcrLine(dst, ink[0], ink[1], ink[2], 0, &jpegColours)
				for x, k := range ink[3] {
					p := (*[3]uint8)(dst[3*x:])
					p[0], p[1], p[2] = color.CMYKToRGB(p[0], p[1], p[2], 255-k)
				}
				return
			}
			for x, k := range ink[3] {
				p := (*[3]uint8)(dst[3*x:])
				p[0], p[1], p[2] = color.CMYKToRGB(255-ink[0][x], 255-ink[1][x], 255-ink[2][x], 255-k)
			}
		}, nil
	case f.raw || !f.jfif && (f.adobe && f.transform == 0 || named):
		return func(dst []uint8, band *jpegBand, y int) {
			r, g, b := wide(band, 0, y, spare[0]), wide(band, 1, y, spare[1]), wide(band, 2, y, spare[2])
			for x := range r {
				*(*[3]uint8)(dst[3*x:]) = [3]uint8{r[x], g[x], b[x]}
			}
		}, nil
	}
	y0, cb, cr := &f.components[0], &f.components[1], &f.components[2]
	if shift := map[int]uint{1: 0, 2: 1, 4: 2}; y0.h == f.hMax && cb.h == cr.h && f.hMax%cb.h == 0 && f.hMax/cb.h != 3 {
		half := shift[f.hMax/cb.h]
		return func(dst []uint8, band *jpegBand, y int) {
			ycbcrLine(dst, line(band, 0, y)[:w], line(band, 1, y), line(band, 2, y), half, &jpegColours)
		}, nil
	}
	return func(dst []uint8, band *jpegBand, y int) {
		ycbcrLine(dst, wide(band, 0, y, spare[0]), wide(band, 1, y, spare[1]), wide(band, 2, y, spare[2]), 0, &jpegColours)
	}, nil
}
