package labelled

import (
	"fmt"
	"slices"
	"strings"

	"animo"
)

// The errors, each with what is wrong and what to do. Read adds the line.

func errEmpty() *animo.Error {
	return animo.Errorf(animo.EmptyFile,
		"there is no row; a row is a text, a tab and the label 1 or 0",
		"no hay ninguna fila; una fila es un texto, un tabulador y la etiqueta 1 o 0")
}

func errOnlyNeutral() *animo.Error {
	return animo.Errorf(animo.EmptyFile,
		"every row is neutral, such as three stars of five, which is neither good nor bad; rows that are one or the other are needed",
		"todas las filas son neutras, como tres estrellas de cinco, ni bueno ni malo; se necesitan filas que sean lo uno o lo otro")
}

func errNothingLeft(noText, noLabel, broken int) *animo.Error {
	return animo.Errorf(animo.EmptyFile,
		"no row can be used: %d without a text, %d without a label, %d broken",
		"ninguna fila se puede usar: %d sin texto, %d sin etiqueta, %d rotas", noText, noLabel, broken)
}

func errUnknownFormat() *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"no text and label are found in it; a row is text<tab>1 or 0, or a CSV header names both columns, such as texto,etiqueta or texto;estrellas, or a JSON object has such keys; or tell which columns they are (text, label)",
		`no se encuentran un texto y una etiqueta; una fila es texto<tabulador>1 o 0, o una cabecera CSV nombra ambas columnas, como texto,etiqueta o texto;estrellas, o un objeto JSON tiene tales claves; o diga qué columnas son (text, label)`)
}

func errNoLabelColumn(textColumn string) *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"there is the text column %[1]q but no label column; tell which it is (label), or call it label, sentimiento or, for stars, estrellas",
		"está la columna de texto %[1]q pero ninguna de etiqueta; diga cuál es (label), o llámela etiqueta, sentimiento o, si son estrellas, estrellas",
		textColumn)
}

func errNoTextColumn(labelColumn string) *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"there is the label column %[1]q but no text column; tell which it is (text), or call it texto, opinion or review",
		"está la columna de etiqueta %[1]q pero ninguna de texto; diga cuál es (text), o llámela texto, opinion o reseña",
		labelColumn)
}

func errNoSuchColumn(told, field string, names []string, columns int) *animo.Error {
	list := strings.Join(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" }), ", ")
	return animo.Errorf(animo.Invalid,
		"there is no column %[1]q; the file has %[3]d: %[2]s", "no hay columna %[1]q; el archivo tiene %[3]d: %[2]s", animo.Clip(told), animo.Clip(list), columns).Of(field)
}

// errUnknownLabels says which values a column has that nobody can map to good and bad.
func errUnknownLabels(column string, examples []string) *animo.Error {
	return animo.Errorf(animo.BadLabel,
		"the values of column %q are not labels that are known: %s; write positivo and negativo there, or 1 and 0, or tell the scale of its numbers (scale, such as 1-5)",
		"los valores de la columna %q no son etiquetas conocidas: %s; escriba ahí positivo y negativo, o 1 y 0, o diga la escala de sus números (scale, como 1-5)",
		column, strings.Join(examples, ", "))
}

func errBroken(packed string, cause error) *animo.Error {
	return animo.Errorf(animo.UnknownFormat, "the %s file is damaged; make it again", "el archivo %s está dañado; hágalo de nuevo", packed).Because(cause)
}

func errUnpacked(limit int64) *animo.Error {
	return animo.Errorf(animo.TooLarge,
		"unpacked, the file is larger than %d bytes, the limit (max-unpacked); split it",
		"descomprimido, el archivo tiene más de %d bytes, el límite (max-unpacked); divídalo", limit)
}

func errBadJSON(cause error) *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"the JSON breaks off here or is wrong, and what follows is lost: %v", "aquí el JSON se interrumpe o está mal, y lo que sigue se pierde: %v", cause)
}

func errNoLabelInLine() *animo.Error {
	return animo.Errorf(animo.MalformedRow, "the line has no label", "la línea no tiene etiqueta")
}

func errNoLabel() *animo.Error {
	return animo.Errorf(animo.BadLabel, "the label is empty", "la etiqueta está vacía")
}

func errNUL() *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"there is a NUL byte; the file is not text",
		"hay un byte NUL; el archivo no es texto")
}

func errLineTooLong(limit int) *animo.Error {
	return animo.Errorf(animo.LineTooLong,
		"the line is longer than %d bytes, the limit of one row",
		"la línea tiene más de %d bytes, el límite de una fila", limit)
}

func errTooManyRows(limit int) *animo.Error {
	return animo.Errorf(animo.TooManyRows,
		"there are more than %d rows, the limit of one file; split it",
		"hay más de %d filas, el límite de un archivo; divídalo", limit)
}

func errTooLarge(limit int64) *animo.Error {
	return animo.Errorf(animo.TooLarge,
		"the file is larger than %d bytes, the limit; split it",
		"el archivo tiene más de %d bytes, el límite; divídalo", limit)
}

func errNoText() *animo.Error {
	return animo.Errorf(animo.MalformedRow, "the text is empty", "el texto está vacío")
}

func errNoTab() *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		"there is no tab between the text and its label; a row is like: Muy buen hotel<tab>1",
		"falta el tabulador entre el texto y su etiqueta; una fila es así: Muy buen hotel<tabulador>1")
}

func errColumns(got, want int) *animo.Error {
	if got > want {
		return animo.Errorf(animo.MalformedRow,
			"the row has more than %d columns; put a text that holds the delimiter in double quotes",
			"la fila tiene más de %d columnas; ponga entre comillas dobles el texto que contiene el separador", want)
	}
	return animo.Errorf(animo.MalformedRow,
		"the row has %d of %d columns", "la fila tiene %d de %d columnas", got, want)
}

func errUnclosedQuote() *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		`a quoted text begins here and its closing " is missing; a " inside it is written ""`,
		`aquí empieza un texto entre comillas y falta la " que cierra; una " dentro de él se escribe ""`)
}

func errAfterQuote() *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		`something other than a delimiter follows a closing "; a " inside a quoted text is written ""`,
		`tras una " que cierra viene algo distinto del separador; una " dentro de un texto entre comillas se escribe ""`)
}

func errNotObject(cause error) *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		`this is not one JSON object; a row is like: {"text":"Muy buen hotel","label":1}`,
		`esto no es un objeto JSON; una fila es así: {"texto":"Muy buen hotel","etiqueta":1}`).Because(cause)
}

// errBadLabel says of a value that it is no label on its column's scale.
func errBadLabel(value []byte, p *Plan) *animo.Error {
	scale := ""
	for _, l := range p.Labels {
		if l.Scale.High != l.Scale.Low {
			scale = l.Scale.String()
		}
	}
	if scale == "" {
		return animo.Errorf(animo.BadLabel,
			"the label %[1]s is not one; allowed are positivo and negativo, positive and negative, bueno and malo, sí and no",
			"la etiqueta %[1]s no es válida; se admiten positivo y negativo, positive y negative, bueno y malo, sí y no", shorten(value))
	}
	return animo.Errorf(animo.BadLabel,
		"the label %[1]s is not one on the scale %[2]s that the file's labels have; allowed are its numbers, positivo and negativo, positive and negative; another scale can be told (scale)",
		"la etiqueta %[1]s no es válida en la escala %[3]s que tienen las etiquetas del archivo; se admiten sus números, positivo y negativo, positive y negative; se puede decir otra escala (scale)",
		shorten(value), scale, strings.ReplaceAll(scale, " to ", " a "))
}

// shorten returns a value as an error may quote it.
func shorten(s []byte) string {
	const most = 40
	runes := []rune(string(s[:min(len(s), 4*most)]))
	if len(runes) > most || len(s) > 4*most {
		return fmt.Sprintf("%q…", string(runes[:min(most, len(runes))]))
	}
	return fmt.Sprintf("%q", string(runes))
}
