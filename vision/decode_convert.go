package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"animo"
)

// HEIC and AVIF are decoded by a program that is installed: libheif's heif-convert (heif-dec in newer versions), or
// ffmpeg, which is given the bare video stream, because not every version reads the container. The decision of
// 2026-11-30 says why.

// The bounds of such a program, which reads what anybody may have made. Its memory is address space, which a shell
// limits; where there is no shell, only the time is limited.
const (
	converterTime   = time.Minute
	converterMemory = 3 << 20  // KiB
	converterFile   = 1 << 19  // blocks of 512 bytes
	converterErrors = 16 << 10 // bytes of what it says
)

// findConverter returns the path of the program that decodes HEIC and AVIF.
func findConverter() (path string, err error) {
	for _, name := range []string{"heif-convert", "heif-dec", "ffmpeg"} {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("neither heif-convert nor ffmpeg is installed")
}

// converted decodes a HEIC or AVIF.
func (d *decoding) converted() (Image, error) {
	p, err := openHEIF(d.data)
	if err != nil {
		return Image{}, d.failed(err)
	}
	if err := d.admit(p.w, p.h, rgbBytes, 0); err != nil {
		return Image{}, err
	}
	converter, err := findConverter()
	if err != nil {
		return Image{}, err
	}
	folder, err := os.MkdirTemp("", "animo-picture-*")
	if err != nil {
		return Image{}, err
	}
	defer os.RemoveAll(folder)
	c := &conversion{decoding: d, picture: p, program: converter, folder: folder}
	var m Image
	if strings.HasPrefix(filepath.Base(converter), "ffmpeg") {
		m, err = c.byFFmpeg()
	} else {
		m, err = c.byLibheif()
	}
	if err != nil && animo.CodeOf(err) == animo.Internal {
		err = d.failed(err)
	}
	return m, err
}

// conversion is a picture that a program decodes.
type conversion struct {
	*decoding
	picture *heifPicture
	program string
	folder  string // of its own, for files
}

// byLibheif has heif-convert write a JPEG of the primary picture, turned as it should be.
func (c *conversion) byLibheif() (Image, error) {
	in, out := filepath.Join(c.folder, "in."+strings.ToLower(string(c.format))), filepath.Join(c.folder, "out.jpg")
	if err := os.WriteFile(in, c.data, 0o600); err != nil {
		return Image{}, err
	}
	if err := c.run(nil, io.Discard, "-q", "97", in, out); err != nil {
		return Image{}, err
	}
	// Of several pictures in the file each has its number.
	names, err := filepath.Glob(filepath.Join(c.folder, "out*.jpg"))
	if err != nil {
		return Image{}, err
	}
	w, h := c.picture.w, c.picture.h
	if c.picture.o.swaps() {
		w, h = h, w
	}
	err = errors.New("heif-convert gave no picture")
	for _, name := range names {
		file, readErr := os.ReadFile(name)
		if readErr != nil {
			return Image{}, readErr
		}
		f, openErr := openJPEG(file)
		if openErr != nil {
			return Image{}, openErr
		}
		if f.width > w || f.height > h { // a crop may have made it smaller
			err = fmt.Errorf("heif-convert gave %d × %d pixels instead of %d × %d", f.width, f.height, w, h)
			continue
		}
		return f.decode(c.limits.Memory, upright, c.stopped)
	}
	return Image{}, err
}

// byFFmpeg has ffmpeg decode the tiles as the frames of a video.
func (c *conversion) byFFmpeg() (Image, error) {
	p := c.picture
	kind, bare := "hevc", p.hevcStream
	if c.format == AVIF {
		kind, bare = "obu", p.av1Stream
	}
	stream, err := bare()
	if err != nil {
		return Image{}, err
	}
	args := []string{"-v", "error", "-nostdin", "-threads", "2", "-f", kind, "-i", "pipe:0", "-frames:v", strconv.Itoa(len(p.tiles))}
	if p.described {
		args = append(args, "-vf", p.colours())
	}
	out := &tiles{picture: p, out: NewImage(p.w, p.h), row: make([]byte, 0, 3*p.tileW)}
	if p.o.swaps() {
		out.out.W, out.out.H = p.h, p.w
	}
	if err := c.run(bytes.NewReader(stream), out, append(args, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")...); err != nil {
		return Image{}, err
	}
	if out.rows != len(p.tiles)*p.tileH || len(out.row) > 0 {
		return Image{}, errors.New("ffmpeg gave pictures of another size than the file declares")
	}
	return out.out, nil
}

// tiles puts the rows of a picture's tiles, which come one after the other, where they belong.
type tiles struct {
	picture *heifPicture
	out     Image
	row     []byte // as far as it came
	rows    int    // that came before
}

// Write implements io.Writer.
func (t *tiles) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		k := min(cap(t.row)-len(t.row), len(b))
		t.row, b = append(t.row, b[:k]...), b[k:]
		if len(t.row) == cap(t.row) {
			t.place()
			t.row, t.rows = t.row[:0], t.rows+1
		}
	}
	return n, nil
}

// place puts a row where it belongs in the turned picture. What lies beyond the picture's edges is dropped.
func (t *tiles) place() {
	p := t.picture
	i := t.rows / p.tileH
	if i >= len(p.tiles) {
		return
	}
	left, y := i%p.across*p.tileW, i/p.across*p.tileH+t.rows%p.tileH
	if y >= p.h {
		return
	}
	first, right, down := p.o.steps(p.w, p.h)
	to := first + y*down + left*right
	for x := range min(p.tileW, p.w-left) {
		copy3(t.out.Pix[3*to:], t.row[3*x:])
		to += right
	}
}

// colours tells ffmpeg's scaler how the colours were coded.
func (p *heifPicture) colours() string {
	matrix := map[int]string{1: "bt709", 9: "bt2020"}[p.matrix] // of H.273; others are near to the old one
	if matrix == "" {
		matrix = "bt601"
	}
	levels := "limited"
	if p.fullRange {
		levels = "full"
	}
	return "scale=in_color_matrix=" + matrix + ":in_range=" + levels + ":out_range=full"
}

// run runs the program within its bounds. Its errors tell what it said.
func (c *conversion) run(in io.Reader, out io.Writer, args ...string) error {
	ctx, cancel := context.WithTimeout(c.ctx, converterTime)
	defer cancel()
	program := c.program
	if shell, err := exec.LookPath("sh"); err == nil {
		limits := fmt.Sprintf(`ulimit -t %d; ulimit -v %d; ulimit -f %d; exec "$@"`, int(converterTime.Seconds()), converterMemory, converterFile)
		args = append([]string{"-c", limits, "sh", program}, args...)
		program = shell
	}
	said := &limitedBuffer{left: converterErrors}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = in, out, said, c.folder
	// One arena, because each takes address space for nothing.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LD_LIBRARY_PATH=" + os.Getenv("LD_LIBRARY_PATH"), "TMPDIR=" + c.folder, "MALLOC_ARENA_MAX=1", "LC_ALL=C"}
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctxErr := c.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(c.program), err, bytes.TrimSpace(said.kept))
	}
	return nil
}

// limitedBuffer keeps as many bytes as it may, and drops what is more.
type limitedBuffer struct {
	kept []byte
	left int
	more bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.more = b.more || n < len(p)
	b.kept = append(b.kept, p[:n]...)
	return len(p), nil
}
