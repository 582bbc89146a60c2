package labelled

import (
	"strings"
	"unicode"
)

// The names of columns and keys that are known, as fold writes them, the best first: where several
// columns of a file have a known name, the one that stands first here is taken.
var (
	textNames = []string{"text", "texto", "opinion", "review", "resena", "comentario", "comment",
		"reviewtext", "textoresena", "reviewes", "comentarios", "comments", "opiniones", "content", "contenido",
		"mensaje", "message", "sentence", "frase", "oracion", "body", "cuerpo", "descripcion", "description"}
	labelNames = []string{"label", "etiqueta", "sentimiento", "sentiment", "polaridad", "polarity", "clase",
		"class"}
	starNames = []string{"stars", "estrellas", "star", "estrella", "starrating", "rating", "puntuacion",
		"puntaje", "calificacion", "valoracion", "score", "nota", "reviewrating", "overall"}
)

// columns says where a row's two values are.
type columns struct {
	text, label int  // positions from 0; -1 where there is no such column
	stars       bool // the label column counts stars
}

// kind is what a column or key holds.
type kind int

const (
	other kind = iota
	textKind
	labelKind
	starKind
)

// known maps each known name to what it holds and its rank, where 0 is best. A label is better than stars.
var known = func() map[string]struct {
	kind kind
	rank int
} {
	m := map[string]struct {
		kind kind
		rank int
	}{}
	add := func(k kind, base int, names []string) {
		for i, name := range names {
			m[name] = struct {
				kind kind
				rank int
			}{k, base + i}
		}
	}
	add(textKind, 0, textNames)
	add(labelKind, 0, labelNames)
	add(starKind, len(labelNames), starNames)
	return m
}()

// findColumns chooses the text and the label column among a header's names or an object's keys.
func findColumns(names []string) columns {
	c := columns{text: -1, label: -1}
	var textRank, labelRank int
	for i, name := range names {
		k, ok := known[fold(name)]
		switch {
		case !ok:
		case k.kind == textKind:
			if c.text < 0 || k.rank < textRank {
				c.text, textRank = i, k.rank
			}
		case c.label < 0 || k.rank < labelRank:
			c.label, labelRank, c.stars = i, k.rank, k.kind == starKind
		}
	}
	return c
}

// fold writes a name in lower case, without accents, spaces, underscores and hyphens.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == ' ' || r == '_' || r == '-' || unicode.Is(unicode.Mn, r):
			return -1
		case r == 'á' || r == 'à':
			return 'a'
		case r == 'é' || r == 'è':
			return 'e'
		case r == 'í':
			return 'i'
		case r == 'ó' || r == 'ò':
			return 'o'
		case r == 'ú' || r == 'ü':
			return 'u'
		case r == 'ñ':
			return 'n'
		default:
			return r
		}
	}, name)
}
