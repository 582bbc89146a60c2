package vision

import (
	"bytes"

	"animo"
)

// Format is a kind of picture file, known by its first bytes and never by a file's name.
type Format string

// The formats. HEIC and AVIF are read by a program that may be installed, heif-convert or ffmpeg. RAW are the formats of
// cameras that do not begin like a TIFF; those that do, such as DNG, NEF and ARW, count as TIFF here.
const (
	JPEG Format = "JPEG"
	PNG  Format = "PNG"
	WebP Format = "WebP"
	GIF  Format = "GIF"
	BMP  Format = "BMP"
	TIFF Format = "TIFF"
	HEIC Format = "HEIC"
	AVIF Format = "AVIF"
	RAW  Format = "RAW"
)

// HeadBytes is how many of a file's first bytes FormatOf and Recognize look at.
const HeadBytes = 16

// FormatOf tells the format of a file that begins with head, of which HeadBytes are enough; it is empty where
// none is known. Nothing behind the first bytes is looked at, so the file may still be damaged.
func FormatOf(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF
	case isRAW(head):
		return RAW
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return TIFF
	case len(head) >= 10 && string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00":
		return BMP // the four zeros are reserved; two letters alone would make pictures of texts
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	}
	switch brandOf(head) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return HEIC
	case "avif", "avis":
		return AVIF
	}
	return ""
}

// brandOf returns the brand of an ISO base media file, which says what it is for; empty where head is no such file's.
func brandOf(head []byte) string {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return string(head[8:12])
	}
	return ""
}

// isRAW knows the raw photos of Canon (CR2 and CR3), Fujifilm, Olympus, Panasonic, Minolta and Sigma.
func isRAW(head []byte) bool {
	for _, begin := range []string{"FUJIFILMCCD-RAW ", "IIRO", "IIRS", "MMOR", "IIU\x00", "\x00MRM", "FOVb"} {
		if bytes.HasPrefix(head, []byte(begin)) {
			return true
		}
	}
	return brandOf(head) == "crx " || len(head) >= 10 && string(head[:4]) == "II*\x00" && string(head[8:10]) == "CR"
}

// unread are kinds of files that people take for photos, by how they begin, and that are not read.
var unread = []struct{ begin, name string }{
	{"\xff\x0a", "JPEG XL"},
	{"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"},
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"},
	{"\xff\x4f\xff\x51", "JPEG 2000"},
	{"II\xbc\x01", "JPEG XR"},
	{"8BPS", "Photoshop"},
	{"II+\x00", "BigTIFF"},
	{"MM\x00+", "BigTIFF"},
	{"%PDF-", "PDF"},
	{"<svg", "SVG"},
	{"<?xml", "SVG"},
}

// Recognize tells by the first bytes of a file, HeadBytes or all that there are, whether Decode may be able to read it.
// Otherwise it gives the error that Decode would give, with what to do: TruncatedImage for an empty file, UnknownImage
// for what is no picture, and for kinds that are not read, or not on this machine.
func Recognize(head []byte) error {
	if len(head) == 0 {
		return animo.Errorf(animo.TruncatedImage, "the file is empty", "el archivo está vacío")
	}
	switch format := FormatOf(head); format {
	case HEIC, AVIF:
		if _, err := findConverter(); err != nil {
			return animo.Errorf(animo.UnknownImage, "%s pictures are read only where heif-convert or ffmpeg is installed; install libheif's tools (libheif-examples), or save it as JPEG",
				"las imágenes %s se leen solo donde está instalado heif-convert o ffmpeg; instale las herramientas de libheif (libheif-examples) o guárdela como JPEG", format).Because(err)
		}
		return nil
	case "":
	default:
		return nil
	}
	for _, kind := range unread {
		if bytes.HasPrefix(head, []byte(kind.begin)) {
			return animo.Errorf(animo.UnknownImage, "%s files are not read; save it as JPEG or PNG", "los archivos %s no se leen; guárdelo como JPEG o PNG", kind.name)
		}
	}
	if brandOf(head) != "" || bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) {
		return animo.Errorf(animo.UnknownImage, "this is a video, and only photos are read; save a picture of it as JPEG or PNG",
			"esto es un video, y solo se leen fotos; guarde una imagen suya como JPEG o PNG")
	}
	return animo.Errorf(animo.UnknownImage, "this is not a picture; JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF can be read",
		"esto no es una imagen; se leen JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC y AVIF")
}
