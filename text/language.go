package text

import (
	"cmp"
	"strings"
)

const spanishCode = "es"

// languages are told apart by their most frequent words that the others do not have.
var languages = []struct {
	code  string
	name  Words
	words string
}{
	{spanishCode, Words{"Spanish", "español"}, "el los las del y muy pero es está con una por más fue todo lo se hay bien nos mi al le su también cuando"},
	{"en", Words{"English", "inglés"}, "the and was is it of to for with very but not this are we they were you had my good great place food be would"},
	{"pt", Words{"Portuguese", "portugués"}, "o os do da dos das e muito mas é não com uma foi em um ao na no mais bom boa são você também"},
	{"fr", Words{"French", "francés"}, "le les des et très mais est pas avec une pour dans nous du au je il ce sur était on vous qui"},
	{"it", Words{"Italian", "italiano"}, "il gli della di e molto ma è non con per che sono ci nel abbiamo anche più alla dei questo stato"},
	{"de", Words{"German", "alemán"}, "der die das und sehr aber ist nicht mit ein eine für wir war es im auf den zu ich sind von auch"},
}

var languageWords = func() map[string][]int {
	m := map[string][]int{}
	for i, l := range languages {
		for w := range strings.FieldsSeq(l.words) {
			m[w] = append(m[w], i)
		}
	}
	return m
}()

// languageOf tells the language of a text by its small words; "" where it has too few of them, or as many of two.
func languageOf(text string) string {
	counts := make([]float64, len(languages))
	countLanguages(text, counts)
	best, second := firstTwo(counts)
	if counts[best] < 2 || counts[best] == counts[second] {
		return ""
	}
	return languages[best].code
}

// countLanguages adds up how many of each language's words a text has.
func countLanguages(text string, counts []float64) {
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\n.,;:!?¡¿()\"'’-", r) }) {
		for _, i := range languageWords[w] {
			counts[i] += 1 / float64(len(languageWords[w]))
		}
	}
}

// firstTwo returns the places of the greatest number and of the next.
func firstTwo(counts []float64) (best, second int) {
	second = -1
	for i := range counts {
		switch {
		case counts[i] > counts[best]:
			best, second = i, best
		case i != best && (second < 0 || counts[i] > counts[second]):
			second = i
		}
	}
	return best, second
}

// foreignWords is how many words of another language than Spanish a file needs to be taken for it, and foreignRatio how many times
// those of any other one.
const (
	foreignWords = 10
	foreignRatio = 1.5
)

// lexicalLanguage tells which of the languages with a lexicon the first texts of a file are in, all together: a key of grammars.
func lexicalLanguage(texts []string) string {
	counts := make([]float64, len(languages))
	for _, t := range texts[:min(len(texts), languageRows)] {
		countLanguages(t, counts)
	}
	best, second := firstTwo(counts)
	code := languages[best].code
	if grammars[code] == nil || counts[best] < foreignWords || counts[best] < foreignRatio*counts[second] {
		return ""
	}
	return code
}

// languageCode returns the code of a key of grammars.
func languageCode(language string) string { return cmp.Or(language, spanishCode) }

// LanguageName returns the name of a report's language; the code where it is none that is known.
func LanguageName(code string) Words {
	for _, l := range languages {
		if l.code == code {
			return l.name
		}
	}
	return Words{code, code}
}
