package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"io/fs"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"animo"
)

// Limits bound what Decode takes on. The zero value stands for the defaults.
type Limits struct {
	// MaxBytes is how large a file may be. 0 stands for 64 MiB.
	MaxBytes int64
	// MaxPixels is how many pixels a decoded picture may have. A JPEG that declares more, up to 250 million, is decoded
	// at a half, a quarter or an eighth of its width and height; other pictures are refused. 0 stands for 50 million.
	MaxPixels int
	// MaxMemory is how many bytes decoding may take besides the file itself: 3 for each pixel of a JPEG, PNG or HEIC, and of a
	// progressive JPEG its coefficients (it is decoded smaller where these are too many); 5 of a GIF or WebP, 7 of a BMP, 11 of
	// a WebP without loss, 7 to 43 of a TIFF. 0 stands for 4 for each of MaxPixels.
	MaxMemory int64
	// Admit, where it is not nil, is told how many bytes decoding will take before any is allocated: it may wait for
	// room. Its error ends Decode and comes back as it is.
	Admit func(ctx context.Context, bytes int64) error
	// Memory, where it is not nil, is where a JPEG's pixels are put, and what decoding it takes besides.
	Memory *Memory
}

const (
	defaultMaxBytes  = 64 << 20
	defaultMaxPixels = 50_000_000
)

// Decode reads a picture, whatever it is called: JPEG, PNG, WebP, GIF, BMP and TIFF; HEIC and AVIF where heif-convert
// or ffmpeg is installed; and of a camera's raw photo the full JPEG inside. Of an animation it is the first frame.
// Samples of more than 8 bits keep their upper ones, transparency is laid on white, embedded colour profiles are not
// applied, and the picture is turned as its EXIF orientation asks.
//
// The errors are animo.Errors for people: UnknownImage (no picture, or of a kind that cannot be read),
// ImageTooLarge (found before anything is allocated for the pixels), TruncatedImage and CorruptImage. Where
// ctx ends, decoding stops within the time that a kilobyte of the file or a row of blocks takes, with ctx's
// error; an error of r comes back as it is.
//
// With the error TruncatedImage there may be a picture: a JPEG that was cut off is decoded as far as it goes, and the
// rest is grey. The picture has no pixels where there is none.
func Decode(ctx context.Context, r io.Reader, limits Limits) (Image, error) {
	if limits.MaxBytes <= 0 {
		limits.MaxBytes = defaultMaxBytes
	}
	if limits.MaxPixels <= 0 {
		limits.MaxPixels = defaultMaxPixels
	}
	if limits.MaxMemory <= 0 {
		limits.MaxMemory = 4 * int64(limits.MaxPixels)
	}
	if limits.Memory == nil {
		limits.Memory = new(Memory)
	}
	data, err := readAll(ctx, r, limits.MaxBytes)
	if err != nil {
		return Image{}, err
	}
	if err := Recognize(data[:min(HeadBytes, len(data))]); err != nil {
		return Image{}, err
	}
	d := &decoding{ctx: ctx, data: data, limits: limits, format: FormatOf(data)}
	switch d.format {
	case JPEG:
		return d.jpeg(data, upright)
	case TIFF:
		return d.tiff()
	case RAW:
		return d.raw(0, upright)
	case HEIC, AVIF:
		return d.converted()
	case PNG:
		return d.png()
	case WebP:
		d.data = firstWebPFrame(data)
	}
	return d.other()
}

// readAll reads r, of which the size may be known, to its end.
func readAll(ctx context.Context, r io.Reader, maxBytes int64) ([]byte, error) {
	size := int64(512)
	switch r := r.(type) {
	case interface{ Len() int }:
		size = int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil {
			size = info.Size()
		}
	}
	data := make([]byte, 0, max(1, min(size, maxBytes))+1) // with the byte, the end is seen without growing
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > maxBytes:
			return nil, animo.Errorf(animo.ImageTooLarge, "the file is larger than %d MiB, the limit",
				"el archivo pesa más de %d MiB, el límite", maxBytes>>20)
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// decoding is a file on its way to pixels.
type decoding struct {
	ctx    context.Context
	data   []byte
	format Format
	limits Limits
}

// What decoding takes, in bytes for each pixel: the RGB that is made, and what a library's decoder makes of the file before.
const (
	rgbBytes      = 3
	gifBytes      = rgbBytes + 2   // indices, and again where the frame is interlaced
	webpBytes     = rgbBytes + 2   // luma and two colours of a quarter; half a byte is for the rows' ends
	webpAlpha     = 1              // and how opaque each pixel is
	losslessBytes = rgbBytes + 4*2 // of a WebP without loss: the pixels, and the bytes that they are made of
	bmpBytes      = rgbBytes + 4
)

// admit checks the size of what will be decoded, of which each pixel takes so many bytes and all together some more, and waits for room.
func (d *decoding) admit(w, h int, each, more int64) error {
	if w > d.limits.MaxPixels/h {
		return animo.Errorf(animo.ImageTooLarge, "the picture has %d × %d pixels; the limit is %.0f million in all",
			"la imagen tiene %d × %d píxeles; el límite es de %.0f millones en total", w, h, float64(d.limits.MaxPixels)/1e6)
	}
	bytes := int64(w)*int64(h)*each + more
	if bytes > d.limits.MaxMemory {
		return animo.Errorf(animo.ImageTooLarge, "reading this %s of %d × %d pixels takes %d MB of memory; the limit is %d MB; save it as JPEG or PNG",
			"leer esta imagen %s de %d × %d píxeles requiere %d MB de memoria; el límite es de %d MB; guárdela como JPEG o PNG", d.format, w, h, bytes/1e6, d.limits.MaxMemory/1e6)
	}
	if d.limits.Admit != nil {
		return d.limits.Admit(d.ctx, bytes)
	}
	return nil
}

func (d *decoding) stopped() bool { return d.ctx.Err() != nil }

// jpeg decodes a JPEG, which is turned by o where it does not say itself how.
func (d *decoding) jpeg(file []byte, o orientation) (Image, error) {
	f, err := openJPEG(file)
	if err != nil {
		return Image{}, d.failed(err)
	}
	if !f.fit(d.limits.MaxPixels, d.limits.MaxMemory) {
		return Image{}, animo.Errorf(animo.ImageTooLarge, "the picture has %d × %d pixels; the limit is %d million in all",
			"la imagen tiene %d × %d píxeles; el límite es de %d millones en total", f.width, f.height,
			min(maxJPEGPixels, 64*d.limits.MaxPixels)/1e6)
	}
	w, h := f.size()
	if err := d.admit(w, h, rgbBytes, f.coefficientBytes()); err != nil {
		return Image{}, err
	}
	if own := jpegEXIF(file[:f.next]); own != nil {
		o = tiffOrientation(bytes.TrimPrefix(own, []byte(exifMarker)))
	}
	m, err := f.decode(d.limits.Memory, o, d.stopped)
	if err == errCut && m.Pix != nil {
		en, es := f.missing()
		return m, &animo.Error{Code: animo.TruncatedImage, EN: "the JPEG picture ends before it is complete: " + en + "; send it again",
			ES: "la imagen JPEG termina antes de estar completa: " + es + "; envíela otra vez", Cause: err}
	}
	if err != nil {
		return Image{}, d.failed(err)
	}
	return m, nil
}

// png decodes a PNG.
func (d *decoding) png() (Image, error) {
	p, err := openPNG(d.data)
	if err != nil {
		return Image{}, d.failed(err)
	}
	if err := d.admit(p.w, p.h, rgbBytes, 0); err != nil {
		return Image{}, err
	}
	m, err := p.decode(orientationOf(PNG, d.data), d.stopped)
	if err != nil {
		return Image{}, d.failed(err)
	}
	return m, nil
}

// other decodes a picture of the other formats.
func (d *decoding) other() (Image, error) { return d.otherTurned(orientationOf(d.format, d.data)) }

func (d *decoding) otherTurned(o orientation) (Image, error) {
	codec := codecs[d.format]
	source := &source{ctx: d.ctx, data: d.data}
	config, err := guarded(source, codec.config)
	if err != nil {
		return Image{}, source.failed(d, err)
	}
	w, h := config.Width, config.Height
	if w <= 0 || h <= 0 {
		return Image{}, source.failed(d, errors.New("no pixels"))
	}
	each, more := codec.bytes(d.data, w, h)
	if err := d.admit(w, h, each, more); err != nil {
		return Image{}, err
	}
	decoded, err := guarded(source, codec.decode)
	if err != nil {
		return Image{}, source.failed(d, err)
	}
	if b := decoded.Bounds(); !b.In(image.Rect(0, 0, w, h)) {
		return Image{}, source.failed(d, fmt.Errorf("declared %d×%d pixels, came with %v", w, h, b))
	}
	if err := d.ctx.Err(); err != nil {
		return Image{}, err
	}
	colours := &jpegColours
	if d.format == WebP {
		colours = &videoColours
	}
	return flatten(decoded, w, h, o, colours), nil
}

// codec reads the size and the pixels of one format, and tells what memory that takes. The decoders are the standard library's and its
// neighbour's; they are called by name, because image.Decode knows whatever any package has registered.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	bytes  func(data []byte, w, h int) (each, more int64)
}

var codecs = map[Format]codec{
	GIF:  {gif.DecodeConfig, gif.Decode, func([]byte, int, int) (int64, int64) { return gifBytes, 0 }},
	BMP:  {bmp.DecodeConfig, bmp.Decode, func([]byte, int, int) (int64, int64) { return bmpBytes, 0 }},
	TIFF: {tiff.DecodeConfig, tiff.Decode, tiffBytes},
	WebP: {webp.DecodeConfig, webp.Decode, bytesOfWebP},
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
// few thousand bytes can ask for minutes of work.
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
func (s *source) failed(d *decoding, err error) error {
	if s.beyond && !unsupported(err) {
		err = fmt.Errorf("%w: %w", errCut, err)
	}
	return d.failed(err)
}

// failed makes an error for people of what is wrong with the file.
func (d *decoding) failed(err error) error {
	if ctxErr := d.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if unsupported(err) {
		return animo.Errorf(animo.UnknownImage, "this kind of %s cannot be read (%v); save it as an ordinary JPEG or PNG",
			"este tipo de %s no se puede leer (%v); guárdela como JPEG o PNG corriente", d.format, err)
	}
	if errors.Is(err, errCut) {
		return animo.Errorf(animo.TruncatedImage, "the %s picture ends before it is complete; send it again",
			"la imagen %s termina antes de estar completa; envíela otra vez", d.format).Because(err)
	}
	return animo.Errorf(animo.CorruptImage, "the %s picture is damaged", "la imagen %s está dañada", d.format).Because(err)
}

// unsupported reports whether a decoder understood the file and has no code for what is in it.
func unsupported(err error) bool {
	if _, ok := errors.AsType[unsupportedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		return true
	}
	return errors.Is(err, bmp.ErrUnsupported)
}
