package labelled

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings by the names that IANA gave them.
const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	windowsName = "windows-1252"
)

// singleBytes are the encodings that are tried for bytes that are not UTF-8, the likeliest first.
var singleBytes = []struct {
	name string
	of   *charmap.Charmap
}{
	{windowsName, charmap.Windows1252},
	{"macintosh", charmap.Macintosh}, // what Excel on a Mac calls CSV
	{"ibm850", charmap.CodePage850},  // what it calls CSV (MS-DOS)
}

// charmapOf returns the encoding that a plan names.
func charmapOf(name string) *charmap.Charmap {
	for _, s := range singleBytes {
		if s.name == name {
			return s.of
		}
	}
	return charmap.Windows1252
}

// guessEncoding looks at a file's beginning.
func guessEncoding(head []byte, p *Plan) {
	p.Encoding, p.Fallback = utf8Name, windowsName
	switch even, odd := zeros(head); {
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || odd > len(head)/6 && even < odd/8:
		p.Encoding = utf16LEName
		return
	case bytes.HasPrefix(head, []byte("\xfe\xff")) || even > len(head)/6 && odd < even/8:
		p.Encoding = utf16BEName
		return
	}
	if utf8.Valid(head) {
		return
	}
	var odd []byte // the lines that are not UTF-8
	several := false
	for line := range bytes.SplitSeq(bytes.ReplaceAll(head, []byte("\r"), []byte("\n")), []byte("\n")) {
		if !utf8.Valid(line) {
			odd = append(odd, line...)
		} else if len(line) > utf8.RuneCount(line) {
			several = true
		}
	}
	if len(odd) == 0 {
		return
	}
	best := -1 << 60
	for _, s := range singleBytes {
		if score := spanish(odd, s.of); score > best {
			p.Fallback, best = s.name, score
		}
	}
	if !several {
		p.Encoding = p.Fallback
	}
}

// zeros counts the bytes that are 0 at even and odd places, which UTF-16 has in the half of each letter that
// European languages do not use.
func zeros(head []byte) (even, odd int) {
	if bytes.IndexByte(head, 0) < 0 {
		return 0, 0
	}
	for i, b := range head {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	return even, odd
}

// spanish tells how well bytes read as the letters and signs of Spanish and its neighbours.
func spanish(b []byte, c *charmap.Charmap) (score int) {
	for i, x := range b {
		if x < utf8.RuneSelf {
			continue
		}
		r := c.DecodeByte(x)
		inside := i > 0 && i+1 < len(b) && isASCIILetter(b[i-1]) && isASCIILetter(b[i+1])
		switch {
		case bytes.ContainsRune([]byte("áéíóúñüÁÉÍÓÚÑ¿¡ãõçâêôàªº"), r):
			score += 2
		case bytes.ContainsRune([]byte("“”‘’…–—€«»\u00a0´"), r) && !inside:
			score++
		case unicode.IsLetter(r) && inside:
		default:
			score -= 2
		}
	}
	return score
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// decode returns the file's characters: UTF-8, but for lines that lines.next decodes, with LF at the end of lines.
func decode(r io.Reader, p *Plan) io.Reader {
	var e encoding.Encoding
	switch p.Encoding {
	case utf16LEName:
		e = utf16.UTF16(utf16.LittleEndian, utf16.IgnoreBOM)
	case utf16BEName:
		e = utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM)
	}
	if e != nil {
		r = transform.NewReader(r, e.NewDecoder())
	}
	if p.CR {
		r = crReader{r}
	}
	return r
}

// jsonText returns JSON as UTF-8. Bytes that are not, in a file that is, become U+FFFD.
func jsonText(r io.Reader, p *Plan) io.Reader {
	if p.Encoding == p.Fallback {
		return transform.NewReader(r, charmapOf(p.Fallback).NewDecoder())
	}
	return r
}

// crReader turns CR into LF.
type crReader struct{ r io.Reader }

func (c crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// isCorrupt reports whether a compressed stream is damaged.
func isCorrupt(err error) bool {
	_, ok := errors.AsType[flate.CorruptInputError](err)
	return ok
}
