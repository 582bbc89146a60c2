package httpapi

import (
	"cmp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"
)

// spoken are the languages that Animo speaks; the first is for clients who want another.
var spoken = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// preferredLanguage is the one of "en" and "es" that suits an Accept-Language header best.
func preferredLanguage(header string) string {
	if header == "" {
		return "en"
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "en"
	}
	if _, i, _ := spoken.Match(wanted...); i == 1 {
		return "es"
	}
	return "en"
}

// phrase is one of the things that huma finds wrong with a value, by how its own words begin. What follows
// them, a number or a list, follows in both languages.
type phrase struct{ huma, en, es string }

// missing is how huma says that a field is missing, with the field's name after it; it gives the location of
// what the field is missing from.
const missing = "expected required property "

var phrases = []phrase{
	{missing, "is missing", "falta"},
	{"unexpected property", "is not known; leave it out", "no se conoce; quítelo"},
	{"unknown query parameter", "is not known; leave it out", "no se conoce; quítelo"},
	{"expected string", "must be a text", "debe ser un texto"},
	{"expected boolean", "must be true or false", "debe ser true o false"},
	{"expected integer", "must be a whole number", "debe ser un número entero"},
	{"invalid integer", "must be a whole number", "debe ser un número entero"},
	{"invalid float", "must be a number", "debe ser un número"},
	{"invalid boolean", "must be true or false", "debe ser true o false"},
	{"expected number >= ", "must be at least ", "debe ser al menos "},
	{"expected number <= ", "must be at most ", "debe ser como mucho "},
	{"expected number", "must be a number", "debe ser un número"},
	{"expected array", "must be a list", "debe ser una lista"},
	{"expected object", "must be an object", "debe ser un objeto"},
}

// explain puts what huma found into a sentence in the client's language, and names the field as the handlers do:
// without the part of the request that it is in.
func explain(lang string, d *huma.ErrorDetail) (field, sentence string) {
	field = d.Location
	rest, isMissing := strings.CutPrefix(d.Message, missing)
	if isMissing {
		name, _, _ := strings.Cut(rest, " ")
		field += "." + name
	}
	switch place, name, _ := strings.Cut(field, "."); place {
	case "body", "query", "path", "header":
		field = cmp.Or(name, place)
	}
	en, es := "is not valid", "no es válido"
	for _, p := range phrases {
		if rest, ok := strings.CutPrefix(d.Message, p.huma); ok {
			en, es = p.en, p.es
			if strings.HasSuffix(p.huma, " ") && !isMissing {
				en, es = en+rest, es+rest
			}
			break
		}
	}
	if lang == "es" {
		return field, field + ": " + es
	}
	return field, field + ": " + en
}

// whole is what is wrong with a request as a whole, by the status that huma answers it with.
func whole(lang string, status int) string {
	en, es := "the request is not valid", "la petición no es válida"
	switch status {
	case 400:
		en, es = "the body is not JSON; send a JSON object", "el cuerpo no es JSON; envíe un objeto JSON"
	case 406:
		en, es = "answers are JSON; accept application/json", "las respuestas son JSON; acepte application/json"
	case 500:
		en, es = "something inside failed", "algo falló por dentro"
	}
	if lang == "es" {
		return es
	}
	return en
}
