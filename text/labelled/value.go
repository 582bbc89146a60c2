package labelled

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"animo"
)

// value is a label as somebody wrote it: a word that says something by itself, or a number.
type value struct {
	verdict  verdict // unknown for a number
	isNumber bool
	number   float64
	of       float64 // of "4/5": 5
	stars    bool    // it says that it counts stars
}

// longestLabel is how many bytes a label has at most.
const longestLabel = 200

// parseValue reads a cell as a label.
func parseValue(s string) value {
	s = strings.TrimSpace(strings.Trim(strings.TrimSpace(s), "\"'\u200b\ufeff\u00a0"))
	if len(s) > longestLabel {
		return value{}
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpPnN_") {
		return value{isNumber: !math.IsInf(v, 0), number: v}
	}
	if nothing(s) && s != "NONE" {
		return value{verdict: unlabeled}
	}
	if s[0] == '[' || s[0] == '{' {
		return listed(s)
	}
	if v := word(s); v != unknown {
		return value{verdict: v}
	}
	return numeral(s)
}

// ParseLabel reads one label as files write it: positivo, malo, P, sí, true, 1, 0, -1, 4 estrellas, 2/5. It answers Invalid, of no
// field, for what is neutral, no label, or a number whose scale cannot be told.
func ParseLabel(s string) (animo.Label, *animo.Error) {
	v := parseValue(s)
	says := v.verdict
	if v.isNumber {
		switch {
		case v.of > 0:
			says = fractionScale(v.of).verdict(v.number)
		case v.stars:
			says = Scale{Low: 1, High: 5}.verdict(v.number)
		case v.number == 0 || v.number == -1:
			says = negative
		case v.number == 1:
			says = positive
		}
	}
	if says != positive && says != negative {
		return 0, animo.Errorf(animo.Invalid, "%q is no label; use Positivo or Negativo, or a word or number that says it, such as bueno, malo, 1, 0 or 4/5",
			"%q no es una etiqueta; use Positivo o Negativo, o una palabra o número que lo diga, como bueno, malo, 1, 0 o 4/5", animo.Clip(s))
	}
	return says.label(), nil
}

// nothing reports whether a program wrote that there is no value.
func nothing(s string) bool {
	if len(s) > len("undefined") {
		return false
	}
	switch strings.ToLower(s) {
	case "", "nan", "null", "none", "na", "n/a", "#n/a", "<na>", "nil", "undefined", "-", "--", "#null!", "[]", "{}":
		return true
	}
	return false
}

// word looks s up among the words that are labels.
func word(s string) verdict {
	key := foldWord(s)
	for _, prefix := range []string{"__label__", "muy ", "very ", "muito ", "b'"} {
		key = strings.TrimPrefix(key, prefix)
	}
	return words[key]
}

// listed reads a list or an object, as labelling tools write them: the one label in it.
func listed(s string) value {
	var leaves []string
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		if err := json.Unmarshal([]byte(strings.ReplaceAll(s, "'", `"`)), &v); err != nil {
			leaves = strings.Split(strings.Trim(s, "[]{}() "), ",") // [positivo], of a program that forgot the quotes
		}
	}
	if leaves == nil {
		leaves = leavesOf(v, nil)
	}
	var words, numbers []value
	for _, leaf := range leaves {
		if leaf = strings.TrimSpace(leaf); leaf == "" || leaf[0] == '[' || leaf[0] == '{' {
			continue
		}
		switch of := parseValue(leaf); {
		case of.isNumber:
			numbers = append(numbers, of)
		case of.verdict != unknown && of.verdict != unlabeled:
			words = append(words, of)
		}
	}
	if len(words) == 0 { // beside words, numbers are places in the text
		words = numbers
	}
	if words = slices.Compact(words); len(words) != 1 { // none, or some that contradict each other
		return value{}
	}
	return words[0]
}

// leavesOf returns the strings, numbers and truth values inside a JSON value.
func leavesOf(v any, list []string) []string {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			list = leavesOf(e, list)
		}
	case map[string]any:
		for key, e := range v {
			if k := fold(key); k != "id" && k != "start" && k != "end" && k != "fromname" && k != "toname" && k != "type" {
				list = leavesOf(e, list)
			}
		}
	case string:
		list = append(list, v)
	case float64:
		list = append(list, strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		list = append(list, strconv.FormatBool(v))
	}
	return list
}

var (
	labelNumber  = regexp.MustCompile(`(?i)^(?:__label__|label_?|class_?|clase_?)(-?\d+)$`)
	bubbleNumber = regexp.MustCompile(`(?i)bubble_?([0-5])([05])$`)
	starName     = regexp.MustCompile(`(?i)^(?:stars?|ratings?|estrellas?|rated|stars?_rating)[-_: ]+(\d(?:[.,]\d+)?)$`)
	fraction     = regexp.MustCompile(`(?i)(?:^|[\s:(])([+-]?\d+(?:[.,]\d+)?)\s*(?:/|de|out of|of|von|sur|su|em|sobre|d[ae])\s*(\d+)\b`)
	counted      = regexp.MustCompile(`(?i)^([+-]?\d+(?:[.,]\d+)?)\s*(%|[-_ ]?estrel+as?\.?|[-_ ]?stars?\.?|étoiles?|sterne?|stelle?|puntos?|pontos?|points?|pts?\.?|★|⭐️?|\*)?$`)
	explained    = regexp.MustCompile(`^(\d)\s*[-–—:.)(=]+\s*\p{L}`)
)

// numeral reads a number as people write it.
func numeral(s string) value {
	if m := labelNumber.FindStringSubmatch(s); m != nil {
		return value{isNumber: true, number: decimal(m[1])}
	}
	if m := bubbleNumber.FindStringSubmatch(s); m != nil {
		return value{isNumber: true, number: decimal(m[1] + "." + m[2]), of: 5}
	}
	if m := counted.FindStringSubmatch(s); m != nil {
		v := value{isNumber: true, number: decimal(m[1]), stars: m[2] != ""}
		if m[2] == "%" {
			v.of = 100
		}
		return v
	}
	if n, ok := glyphs(s); ok {
		return value{isNumber: true, number: n, of: 5}
	}
	if m := fraction.FindStringSubmatch(s); m != nil {
		if of := decimal(m[2]); of > 1 && decimal(m[1]) <= of {
			return value{isNumber: true, number: decimal(m[1]), of: of}
		}
	}
	if m := starName.FindStringSubmatch(s); m != nil {
		return value{isNumber: true, number: decimal(m[1]), stars: true}
	}
	if m := explained.FindStringSubmatch(s); m != nil {
		return value{isNumber: true, number: decimal(m[1]), stars: true}
	}
	parts := slices.DeleteFunc(strings.Fields(foldWord(strings.ReplaceAll(s, "_", " "))), func(w string) bool { return starWords[w] })
	if len(parts) == 1 {
		if n, ok := numberWords[parts[0]]; ok {
			return value{isNumber: true, number: n, stars: true}
		}
	}
	return value{}
}

// starWords stand beside the words for numbers: five stars, STAR_RATING_FIVE.
var starWords = setOf("star stars estrella estrellas estrela estrelas rating")

// decimal reads digits with a point or a comma; NaN never gets here.
func decimal(s string) float64 {
	v, _ := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return v
}

// glyphs counts drawn stars: ★★★★☆ is 4.
func glyphs(s string) (n float64, ok bool) {
	for _, r := range s {
		switch r {
		case '★', '⭐', '🌟', '✭', '✮', '⭑', '*':
			n++
		case '½', '⯨':
			n += 0.5
		case '☆', '✩', '⭒', '\ufe0f', ' ':
		default:
			return 0, false
		}
	}
	return n, n <= 5 && strings.ContainsAny(s, "★⭐🌟✭✮⭑☆✩*")
}

var numberWords = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
	"cero": 0, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
	"um": 1, "uma": 1, "dois": 2, "duas": 2, "quatro": 4,
}
