package text

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"sync"

	english "github.com/kljensen/snowball/english"
)

// The lexicons of this package. Each line that does not begin with # has a weight from -2 to 2, a tab, and a word or phrase, or an
// emoji.
var (
	//go:embed lexicon.txt
	spanishFile string
	//go:embed lexicon_en.txt
	englishFile string
	//go:embed lexicon_pt.txt
	portugueseFile string
	//go:embed lexicon_emoji.txt
	emojiFile string
)

// A grammar is what a lexical view knows of a language beside its lexicon.
type grammar struct {
	stem     func(word string) string
	roles    map[string]role
	numerals map[string]int16 // of words for 0 to 10, in tenths
	lexicon  func() polarities
	mended   bool // a misspelt word is taken for the one that it sounds like

	idle map[string]bool // words that keep a negation before them from turning anything: "sin duda", "no solo"
}

// grammars are those of the languages that a lexical view reads, by code. Spanish has none, as in models of the first releases.
var grammars = map[string]*grammar{"": &spanishGrammar, "en": &englishGrammar, "pt": &portugueseGrammar}

// readLexicon returns a function that reads a lexicon of this package once.
func readLexicon(file string, stem func(string) string) func() polarities {
	return sync.OnceValue(func() polarities {
		p, err := parsePolarities(file+emojiFile, stem)
		if err != nil {
			panic(fmt.Sprintf("a lexicon of this package: %v", err))
		}
		maps.Copy(p, ratings)
		return p
	})
}

// polarities returns the lexicon of this package that goes with a view.
func (v view) polarities() polarities {
	if v.Kind != lexical {
		return nil
	}
	return grammars[v.Language].lexicon()
}

// in returns the view for texts of a language. Only lexical views differ, and Spanish is what they read elsewhere.
func (v view) in(language string) view {
	if g := grammars[language]; g != nil && v.Kind == lexical {
		v.Language = language
	}
	return v
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
	lexicon:  readLexicon(spanishFile, plainStem),
	mended:   true,
}

var englishGrammar = grammar{
	stem: englishStem,
	roles: rolesOf(map[role][]string{
		// The scanner cuts "don't" into "don" and "t".
		turning: {"no", "not", "never", "without", "nothing", "nobody", "none", "neither", "nor", "t", "cannot",
			"dont", "didnt", "doesnt", "isnt", "wasnt", "werent", "cant", "couldnt", "wont", "wouldnt", "hardly", "barely"},
		never:     {"never"},
		soft:      {"little", "few"},
		degree:    {"so", "such", "better", "more", "as"},
		contrasts: {"but", "however", "yet", "unfortunately"},
		conceding: {"although", "though", "despite"},
		rated:     {"rating", "score", "food", "service", "location", "cleanliness", "staff", "value"},
	}),
	numerals: map[string]int16{"zero": 0, "one": 10, "two": 20, "three": 30, "four": 40, "five": 50, "six": 60, "seven": 70, "eight": 80, "nine": 90, "ten": 100},
	lexicon:  readLexicon(englishFile, englishStem),
}

func englishStem(w string) string { return english.Stem(shorten(w), true) }

var portugueseGrammar = grammar{
	stem: portugueseStem,
	roles: rolesOf(map[role][]string{
		turning:   {"não", "nao", "nem", "nunca", "jamais", "sem", "nada", "ninguém", "ninguem", "nenhum", "nenhuma", "tampouco"},
		never:     {"nunca", "jamais"},
		soft:      {"pouco", "pouca", "poucos", "poucas", "quase"},
		degree:    {"tão", "tao", "tanto", "tanta", "melhor", "igual"},
		contrasts: {"mas", "porém", "porem", "contudo", "entretanto", "todavia"},
		conceding: {"embora", "apesar"},
		rated:     {"nota", "comida", "atendimento", "limpeza", "localização", "localizacao", "equipe", "serviço", "servico"},
	}),
	numerals: map[string]int16{"zero": 0, "uma": 10, "um": 10, "dois": 20, "duas": 20, "três": 30, "quatro": 40, "cinco": 50, "seis": 60, "sete": 70, "oito": 80, "nove": 90, "dez": 100},
	lexicon:  readLexicon(portugueseFile, portugueseStem),
}

// portugueseStem returns a word without accents, number and gender, and a superlative as its adjective.
func portugueseStem(w string) string {
	w = strings.Map(plainLetter, shorten(w))
	for _, end := range [][2]string{{"issimos", "o"}, {"issimas", "o"}, {"issimo", "o"}, {"issima", "o"}, {"oes", "ao"}, {"ais", "al"}, {"eis", "el"}, {"ns", "m"}, {"zinho", ""}, {"zinha", ""}, {"inho", "o"}, {"inha", "o"}} {
		if r, ok := strings.CutSuffix(w, end[0]); ok && len(r) > 2 {
			w = r + end[1]
			break
		}
	}
	if r, ok := strings.CutSuffix(w, "s"); ok && len(r) > 2 {
		w = r
	}
	if n := len(w) - 1; n > 2 && strings.IndexByte("aoe", w[n]) >= 0 {
		w = w[:n]
	}
	return w
}
