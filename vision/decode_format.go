package vision

import "bytes"

// Format is a kind of picture file, known by its first bytes and never by a file's name.
type Format string

// The formats. HEIC and AVIF are recognised so that people can be told what to do about them, not read:
// the one decoder without cgo (gen2brain/heic) brings a WebAssembly machine of 4 MB, takes 0.6 s to start and
// 0.2 s a megapixel, has neither a deadline nor a bound on memory, and prefers whatever libheif the machine
// has, so that what runs would differ from place to place.
const (
	JPEG Format = "JPEG"
	PNG  Format = "PNG"
	WebP Format = "WebP"
	GIF  Format = "GIF"
	BMP  Format = "BMP"
	TIFF Format = "TIFF"
	HEIC Format = "HEIC"
	AVIF Format = "AVIF"
)

// FormatOf tells the format of a file that begins with head, of which 16 bytes are enough; it is empty where
// none is known. Nothing behind the first bytes is looked at, so the file may still be damaged.
func FormatOf(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return TIFF
	case len(head) >= 10 && string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00":
		return BMP // the four zeros are reserved; two letters alone would make pictures of texts
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		switch string(head[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			return HEIC
		case "avif", "avis":
			return AVIF
		}
	}
	return ""
}
