package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"animo"
)

// Limits bound what Decode takes on. The zero value stands for the defaults.
type Limits struct {
	// MaxBytes is how large a file may be. 0 stands for 64 MiB.
	MaxBytes int64
	// MaxPixels is how many pixels a picture may declare. Decoding takes 5 to 11 bytes of memory for each,
	// besides the file itself; a progressive JPEG takes up to 18, and a hostile TIFF about 30. 0 stands for
	// 50 million, which is what the largest telephones take.
	MaxPixels int
	// Admit, where it is not nil, is told how many pixels a picture within the limits has before any is
	// allocated: it may wait for room. Its error ends Decode and comes back as it is.
	Admit func(ctx context.Context, pixels int) error
	// Memory, where it is not nil, is where a JPEG's pixels are put, and what decoding it takes besides.
	Memory *Memory
}

const (
	defaultMaxBytes  = 64 << 20
	defaultMaxPixels = 50_000_000
)

// Decode reads a picture: JPEG (baseline and progressive; colour, grey and CMYK), PNG, WebP, GIF, BMP or
// TIFF, whatever it is called. Of an animation it is the first frame. 16-bit samples keep their upper byte,
// transparency is laid on white, embedded colour profiles are not applied, and the picture is turned as its
// EXIF orientation asks.
//
// The errors are animo.Errors for people: UnknownImage (no picture, or of a kind that cannot be read),
// ImageTooLarge (found before anything is allocated for the pixels), TruncatedImage and CorruptImage. Where
// ctx ends, decoding stops within the time that a kilobyte of the file or a row of blocks takes, with ctx's
// error; an error of r comes back as it is.
func Decode(ctx context.Context, r io.Reader, limits Limits) (Image, error) {
	if limits.MaxBytes <= 0 {
		limits.MaxBytes = defaultMaxBytes
	}
	if limits.MaxPixels <= 0 {
		limits.MaxPixels = defaultMaxPixels
	}
	if limits.Memory == nil {
		limits.Memory = new(Memory)
	}
	data, err := io.ReadAll(io.LimitReader(&patientReader{ctx, r}, limits.MaxBytes+1))
	switch {
	case err != nil:
		return Image{}, err
	case int64(len(data)) > limits.MaxBytes:
		return Image{}, animo.Errorf(animo.ImageTooLarge, "the file is larger than %d MiB, the limit",
			"el archivo pesa más de %d MiB, el límite", limits.MaxBytes>>20)
	case len(data) == 0:
		return Image{}, animo.Errorf(animo.TruncatedImage, "the file is empty", "el archivo está vacío")
	}
	format := FormatOf(data)
	codec, ok := codecs[format]
	switch {
	case format == HEIC || format == AVIF:
		return Image{}, animo.Errorf(animo.UnknownImage, "%s pictures are not read; save it as JPEG or PNG",
			"las imágenes %s no se leen; guárdela como JPEG o PNG", format)
	case !ok:
		return Image{}, animo.Errorf(animo.UnknownImage, "this is not a picture; JPEG, PNG, WebP, GIF, BMP and TIFF can be read",
			"esto no es una imagen; se leen JPEG, PNG, WebP, GIF, BMP y TIFF")
	}
	if format == WebP {
		data = firstWebPFrame(data)
	}

	source := &source{ctx: ctx, data: data}
	config, err := guarded(source, codec.config)
	if err != nil {
		return Image{}, source.failed(format, err)
	}
	w, h := config.Width, config.Height
	if w <= 0 || h <= 0 {
		return Image{}, source.failed(format, errors.New("no pixels"))
	}
	if w > limits.MaxPixels/h {
		return Image{}, animo.Errorf(animo.ImageTooLarge, "the picture has %d × %d pixels; the limit is %.0f million in all",
			"la imagen tiene %d × %d píxeles; el límite es de %.0f millones en total", w, h, float64(limits.MaxPixels)/1e6)
	}
	if limits.Admit != nil {
		if err := limits.Admit(ctx, w*h); err != nil {
			return Image{}, err
		}
	}
	if format == JPEG {
		if m, ok := decodeJPEG(data, limits.Memory, func() bool { return ctx.Err() != nil }); ok {
			return m, nil
		}
	}
	decoded, err := guarded(source, codec.decode)
	if err != nil {
		return Image{}, source.failed(format, err)
	}
	if b := decoded.Bounds(); !b.In(image.Rect(0, 0, w, h)) {
		return Image{}, source.failed(format, fmt.Errorf("declared %d×%d pixels, came with %v", w, h, b))
	}
	if err := ctx.Err(); err != nil {
		return Image{}, err
	}
	colours := &jpegColours
	if format == WebP {
		colours = &videoColours
	}
	return flatten(decoded, w, h, orientationOf(format, data), colours), nil
}

// codec reads the size and the pixels of one format. The decoders are the standard library's and its
// neighbour's; they are called by name, since image.Decode knows whatever any package has registered.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var codecs = map[Format]codec{
	JPEG: {jpeg.DecodeConfig, jpeg.Decode},
	PNG:  {png.DecodeConfig, png.Decode},
	GIF:  {gif.DecodeConfig, gif.Decode},
	BMP:  {bmp.DecodeConfig, bmp.Decode},
	TIFF: {tiff.DecodeConfig, tiff.Decode},
	WebP: {webp.DecodeConfig, webp.Decode},
}

// guarded calls a decoder from the beginning of s. A decoder that panics has met a damaged file.
func guarded[T any](s *source, read func(io.Reader) (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	s.next, s.beyond = 0, false
	return read(s)
}

// source gives a decoder the bytes of a file in small pieces, so that it notices soon where ctx has ended: a
// progressive JPEG can ask for minutes of work in a few thousand bytes.
type source struct {
	ctx    context.Context
	data   []byte
	next   int  // in data
	beyond bool // bytes behind the end were asked for
}

const pieceBytes = 1 << 10

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.next == len(s.data) {
		s.beyond = true
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), pieceBytes)], s.data[s.next:])
	s.next += n
	return n, nil
}

// failed makes an error for people of a decoder's. The decoders wrap io.ErrUnexpectedEOF only now and then,
// so a file counts as truncated where more was asked for than it has.
func (s *source) failed(format Format, err error) error {
	if ctxErr := s.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if unsupported(err) {
		return animo.Errorf(animo.UnknownImage, "this kind of %s cannot be read (%v); save it as an ordinary JPEG or PNG",
			"este tipo de %s no se puede leer (%v); guárdela como JPEG o PNG corriente", format, err)
	}
	if s.beyond || errors.Is(err, io.ErrUnexpectedEOF) {
		return animo.Errorf(animo.TruncatedImage, "the %s picture ends before it is complete; send it again",
			"la imagen %s termina antes de estar completa; envíela otra vez", format).Because(err)
	}
	return animo.Errorf(animo.CorruptImage, "the %s picture is damaged", "la imagen %s está dañada", format).Because(err)
}

// unsupported reports whether a decoder understood the file and has no code for what is in it.
func unsupported(err error) bool {
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[png.UnsupportedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		return true
	}
	return errors.Is(err, bmp.ErrUnsupported)
}

// patientReader stops reading where ctx ends.
type patientReader struct {
	ctx context.Context
	r   io.Reader
}

func (p *patientReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
