package text

import "strings"

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
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\n.,;:!?¡¿()\"'’-", r) }) {
		for _, i := range languageWords[w] {
			counts[i] += 1 / float64(len(languageWords[w]))
		}
	}
	best, second := 0, -1
	for i := range counts {
		switch {
		case counts[i] > counts[best]:
			best, second = i, best
		case i != best && (second < 0 || counts[i] > counts[second]):
			second = i
		}
	}
	if counts[best] < 2 || counts[best] == counts[second] {
		return ""
	}
	return languages[best].code
}
