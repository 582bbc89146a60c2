package labelled

import (
	"unicode/utf8"

	"animo"
)

// The errors, each with what is wrong and what to do. Read adds the line.

func errEmpty() *animo.Error {
	return animo.Errorf(animo.EmptyFile,
		"there is no row; a row is a text, a tab and the label 1 or 0",
		"no hay ninguna fila; una fila es un texto, un tabulador y la etiqueta 1 o 0")
}

func errOnlyThreeStars() *animo.Error {
	return animo.Errorf(animo.EmptyFile,
		"every row has three stars, which is neither good nor bad; rows with 1, 2, 4 or 5 are needed",
		"todas las filas tienen tres estrellas, ni bueno ni malo; se necesitan filas con 1, 2, 4 o 5")
}

func errUnknownFormat() *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"the first line is none of: text<tab>1 or 0; a CSV header that names a text and a label column, such as text,label or texto;estrellas; a JSON object with such keys",
		`la primera línea no es nada de esto: texto<tabulador>1 o 0; una cabecera CSV que nombre una columna de texto y una de etiqueta, como texto,etiqueta o texto;estrellas; un objeto JSON con tales claves`)
}

func errNoLabelColumn(textColumn string) *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"the header has the text column %[1]q but no label column; name one label, etiqueta, sentimiento or, for stars from 1 to 5, stars or estrellas",
		"la cabecera tiene la columna de texto %[1]q pero ninguna de etiqueta; llame a una label, etiqueta, sentimiento o, para estrellas de 1 a 5, stars o estrellas",
		textColumn)
}

func errNoTextColumn(labelColumn string) *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"the header has the label column %[1]q but no text column; name one text, texto, opinion, review or comentario",
		"la cabecera tiene la columna de etiqueta %[1]q pero ninguna de texto; llame a una text, texto, opinion, reseña o comentario",
		labelColumn)
}

func errArray() *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"this is a JSON array; write one object a line, for example with jq -c '.[]'",
		"esto es un arreglo JSON; escriba un objeto por línea, por ejemplo con jq -c '.[]'")
}

func errNUL() *animo.Error {
	return animo.Errorf(animo.UnknownFormat,
		"there is a NUL byte; the file is not text",
		"hay un byte NUL; el archivo no es texto")
}

// errNotUTF8 names the first byte of line that is not UTF-8.
func errNotUTF8(line []byte) *animo.Error {
	i := 0
	for i < len(line) {
		r, n := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return animo.Errorf(animo.NotUTF8,
		"byte %d (0x%02X) is not UTF-8; save the file as UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8",
		"el byte %d (0x%02X) no es UTF-8; guarde el archivo como UTF-8, por ejemplo con iconv -f WINDOWS-1252 -t UTF-8",
		i+1, line[i])
}

func errLineTooLong(limit int) *animo.Error {
	return animo.Errorf(animo.LineTooLong,
		"the line is longer than %d bytes, the limit of one row",
		"la línea tiene más de %d bytes, el límite de una fila", limit)
}

func errQuoteTooLong(limit int) *animo.Error {
	return animo.Errorf(animo.LineTooLong,
		`a row whose quoted text begins here is longer than %d bytes, the limit; perhaps its closing " is missing`,
		`la fila cuyo texto entre comillas empieza aquí tiene más de %d bytes, el límite; quizá falta la " que cierra`, limit)
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

func errNoTextKey() *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		"the object has no key for the text, such as text, texto, opinion, review or comentario",
		"el objeto no tiene clave para el texto, como text, texto, opinion, reseña o comentario")
}

func errNoLabelKey() *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		"the object has no key for the label, such as label, etiqueta, sentimiento, stars or estrellas",
		"el objeto no tiene clave para la etiqueta, como label, etiqueta, sentimiento, stars o estrellas")
}

func errTextNotString(key string) *animo.Error {
	return animo.Errorf(animo.MalformedRow,
		"the value of %q is not a string", "el valor de %q no es una cadena", key)
}

func errBadLabel(value []byte) *animo.Error {
	return animo.Errorf(animo.BadLabel,
		"the label %s is not one; allowed are 1 and 0, positivo and negativo, positive and negative (stars from 1 to 5 only in a column named stars, estrellas or rating)",
		"la etiqueta %s no es válida; se admiten 1 y 0, positivo y negativo, positive y negative (estrellas de 1 a 5 solo en una columna llamada stars, estrellas o rating)",
		shorten(value))
}

func errBadStars(value []byte) *animo.Error {
	return animo.Errorf(animo.BadLabel,
		"%s is not a number of stars; allowed are 1 to 5, positivo and negativo, positive and negative",
		"%s no es un número de estrellas; se admiten de 1 a 5, positivo y negativo, positive y negative",
		shorten(value))
}
