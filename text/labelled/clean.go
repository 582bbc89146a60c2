package labelled

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// mends says what was mended in a row.
type mends uint16

const (
	mendedLine     mends = 1 << iota // its line was not UTF-8
	mendedMojibake                   // UTF-8 that somebody had read as Windows-1252
	mendedEntities                   // &eacute; and its like
	mendedTags                       // <br> and its like
	mendedSigns                      // soft hyphens, characters without width, decomposed accents
	mendedQuotes                     // quotes that were not doubled, or alone
	mendedCells                      // a text with the delimiter in it, without quotes
	mendedOriginal                   // of "(Translated by Google) … (Original) …", the original
	mendedAll
)

// mendNames are what a report calls them, by their bit.
var mendNames = []string{"decoded", "mojibake", "entities", "tags", "characters", "quotes", "delimiters", "translation"}

// special are the bytes that a text may have to be mended for.
var special = func() (t [256]bool) {
	for _, b := range []byte("&<(\xc2\xc3\xcc\xcd\xe1\xe2\xef") {
		t[b] = true
	}
	return t
}()

// fine reports that there is nothing in a text to be mended.
func fine(text []byte) bool {
	for i, b := range text {
		if !special[b] {
			continue
		}
		var next byte
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case b == 0xc2 && next != 0xa0 && next != 0xad: // neither a hard space nor a soft hyphen
		case b == 0xc3 && (next < 0x82 || next > 0x85) && next != 0x8c && next != 0xa2 && next != 0xaf && next != 0xb0: // none of ÂÃÄÅÌâïð
		case b == '(' && next != 'T' && next != 't' && next != 0xc3:
		default:
			return false
		}
	}
	return true
}

// clean mends a text and tells what it did. It returns text itself where there is nothing to do.
func clean(text []byte) ([]byte, mends) {
	if fine(text) {
		return text, 0
	}
	var did mends
	if i := bytes.IndexByte(text, '('); i >= 0 {
		if original, ok := untranslated(text); ok {
			text, did = original, did|mendedOriginal
		}
	}
	s := text
	for range 3 { // what was misread twice
		next, ok := mendMojibake(s)
		if !ok {
			break
		}
		s, did = next, did|mendedMojibake
	}
	if bytes.IndexByte(s, '&') >= 0 {
		for range 2 { // &amp;eacute;
			next := entity.ReplaceAllFunc(s, func(e []byte) []byte { return []byte(html.UnescapeString(string(e))) })
			if bytes.Equal(next, s) {
				break
			}
			s, did = next, did|mendedEntities
		}
	}
	if bytes.IndexByte(s, '<') >= 0 {
		if next := tag.ReplaceAll(s, []byte(" ")); len(next) != len(s) {
			s, did = bytes.TrimSpace(next), did|mendedTags
		}
	}
	if next := plainSigns(s); !bytes.Equal(next, s) {
		s, did = next, did|mendedSigns
	}
	return s, did
}

var (
	entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`)
	tag    = regexp.MustCompile(`(?i)</?(?:p|br|b|i|u|s|em|strong|span|div|a|ul|ol|li|font|h[1-6]|hr|img|table|tbody|tr|td|th|small|big|sub|sup|blockquote|q|code|pre|label|section|article|center)(?:\s[^<>]{0,500})?/?>|<!--[^<>]{0,500}-->`)
)

// invisible reports whether a character is there for typesetters only.
func invisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200e', '\u200f', '\u2060', '\u2061', '\u2062', '\u2063', '\ufeff', '\u180e', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}
	return false
}

// plainSigns composes accents, takes invisible characters away, and writes one kind of space.
func plainSigns(s []byte) []byte {
	if !norm.NFC.IsNormal(s) {
		s = norm.NFC.Bytes(s)
	}
	if !bytes.ContainsFunc(s, func(r rune) bool {
		return invisible(r) || r == '\u200d' || r == '\u00a0' || r == '\u202f' || r == '\u2007'
	}) {
		return s
	}
	out := make([]byte, 0, len(s))
	var before rune
	for _, r := range string(s) {
		switch {
		case invisible(r), r == '\u200d' && before < 0x2190: // joined emoji stay joined
			continue
		case r == '\u00a0' || r == '\u202f' || r == '\u2007':
			r = ' '
		}
		out = utf8.AppendRune(out, r)
		before = r
	}
	return out
}

// windowsByte is the byte that a character was before it was misread; ok is false for one that no byte gives.
func windowsByte(r rune) (byte, bool) {
	if r < 0x100 && (r < 0x80 || r > 0x9f) {
		return byte(r), r >= 0x80
	}
	if b, ok := charmap.Windows1252.EncodeRune(r); ok {
		return b, true
	}
	return byte(r), r >= 0x80 && r <= 0x9f // which Latin-1 has there, and Windows-1252 in part
}

// mendMojibake puts UTF-8 that was read as Windows-1252 or Latin-1 right, sequence by sequence, so that what was
// never wrong stays.
func mendMojibake(s []byte) ([]byte, bool) {
	if !bytes.ContainsAny(s, "ÃÂÄÅâðÌï") {
		return s, false
	}
	var out []byte
	var sequence [utf8.UTFMax]byte
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		b, ok := windowsByte(r)
		size := 0
		switch {
		case !ok:
		case b >= 0xc2 && b <= 0xc5 || b == 0xcc:
			size = 2
		case b == 0xe2 || b == 0xef:
			size = 3
		case b == 0xf0:
			size = 4
		}
		end := i + n
		if size > 0 {
			sequence[0] = b
			for k := 1; k < size; k++ {
				r, n := utf8.DecodeRune(s[end:])
				b, ok := windowsByte(r)
				if !ok || b < 0x80 || b > 0xbf {
					size = 0
					break
				}
				sequence[k], end = b, end+n
			}
		}
		if size > 0 {
			if meant, n := utf8.DecodeRune(sequence[:size]); n == size && likely(meant) {
				if out == nil {
					out = append(make([]byte, 0, len(s)), s[:i]...)
				}
				out = utf8.AppendRune(out, meant)
				i = end
				continue
			}
		}
		if out != nil {
			out = append(out, s[i:i+n]...)
		}
		i += n
	}
	return out, out != nil
}

// likely reports whether a character is one that people write in reviews.
func likely(r rune) bool {
	return r >= 0xa0 && r <= 0x17f || r >= 0x300 && r <= 0x36f || r >= 0x2010 && r <= 0x20ac || r >= 0x2100 && r <= 0x27bf || r == '\ufeff' || r == '\ufe0f' || r >= 0x1f000 && r <= 0x1faff
}

// translatedBy is how Google marks a translation, and originalText what stood there before it.
var (
	translatedBy = regexp.MustCompile(`(?i)\((?:traducido por google|translated by google|traduzido pelo google|traduit par google|übersetzt von google|tradotto da google|traduït per google)\)`)
	originalText = regexp.MustCompile(`(?i)\((?:original|originale|originalsprache|texto original)\)`)
)

// untranslated returns the original of a text that Google translated.
func untranslated(text []byte) ([]byte, bool) {
	t := translatedBy.FindIndex(text)
	if t == nil {
		return text, false
	}
	if o := originalText.FindIndex(text); o != nil && o[0] > t[0] {
		return bytes.TrimSpace(text[o[1]:]), true
	}
	if before := bytes.TrimSpace(text[:t[0]]); len(before) > 0 {
		return before, true
	}
	return bytes.TrimSpace(text[t[1]:]), true // the original is not there
}

// wordless reports whether a text says nothing: no letter, digit or picture, or what programs write for no value.
func wordless(s []byte) bool {
	if len(s) <= len("undefined") && nothing(string(bytes.TrimSpace(s))) {
		return true
	}
	for _, b := range s {
		if b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' {
			return false
		}
	}
	return !bytes.ContainsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r))
	})
}

// fillers are what people and portals write into a column of praise or complaint where there is none.
var fillers = map[string]bool{}

func init() {
	for f := range strings.SplitSeq("no negative,no positive,nothing,nada,ninguno,ninguna,nada que objetar,n a,na,none,no comment,no comments,sin comentarios,nenhum,nenhuma,nao ha,todo bien nada,no hay nada", ",") {
		fillers[f] = true
	}
}

func filler(s []byte) bool { return len(s) < 40 && fillers[foldWord(string(s))] }
