package text

// A grammar is what a lexical view knows of a language beside its lexicon.
type grammar struct {
	stem     func(word string) string
	roles    map[string]role
	numerals map[string]int16 // of words for 0 to 10, in tenths
	lexicon  string           // the file of its words and phrases
}

// A role is what a word does to the polarity of others, as bits.
type role uint8

const (
	turning   role = 1 << iota // no: a negation, which turns what follows round
	never                      // nunca: a negation, after which "tan" and "mejor" say what they say elsewhere
	soft                       // poco: makes other tokens of the words that follow, and turns nothing round
	degree                     // tan, mejor
	contrasts                  // pero: what comes before counts less
	conceding                  // aunque: what follows counts less, up to the next mark
	rated                      // comida, nota: a number after it is a mark of ten
)

// rolesOf reads lines of words by what they do.
func rolesOf(words map[role][]string) map[string]role {
	roles := map[string]role{}
	for r, list := range words {
		for _, w := range list {
			roles[w] |= r
		}
	}
	return roles
}

var numerals = map[string]int16{"cero": 0, "un": 10, "una": 10, "uno": 10, "dos": 20, "tres": 30, "cuatro": 40, "cinco": 50, "seis": 60, "siete": 70, "ocho": 80, "nueve": 90, "diez": 100}

// spanishGrammar is that of the newest rules. The negations of older models are in grams.go and lexical.go.
var spanishGrammar = grammar{
	stem: plainStem,
	roles: rolesOf(map[role][]string{
		turning:   {"no", "ni", "nunca", "sin", "tampoco", "jamás", "jamas", "nada", "nadie", "ningún", "ningun", "ninguna", "ninguno", "ningunos", "ningunas"},
		never:     {"nunca", "jamás", "jamas"},
		soft:      {"poco", "poca", "pocos", "pocas", "apenas"},
		degree:    {"tan", "tanto", "tanta", "tantos", "tantas", "mejor", "igual", "así"},
		contrasts: {"pero", "sino", "embargo", "obstante"},
		conceding: {"aunque", "pese", "pesar"},
		rated:     {"nota", "puntuación", "puntuacion", "calificación", "calificacion", "comida", "trato", "servicio", "limpieza", "ubicación", "ubicacion", "personal", "atención", "atencion", "calidad"},
	}),
	numerals: numerals,
	lexicon:  polarityFile,
}
