package text

import (
	"fmt"
	"math"
	"strings"
)

// Words is a sentence in both languages.
type Words struct {
	EN string `json:"en"`
	ES string `json:"es"`
}

// Warning is something about the rows that figures do not show.
type Warning struct {
	Code string `json:"code" enum:"imbalance,few_rows,contradictory,duplicates,language"`
	Rows int    `json:"rows"` // how many rows it is about
	Words
}

// From these shares on a label is found well enough to be used, or with care; below the second it is not.
const (
	usable  = 0.85
	careful = 0.7
)

// Labels with fewer rows say little, and with fewer than warnRows they deserve a warning.
const (
	judgedRows = 20
	warnRows   = 100
)

// Verdict says in words what the figures mean for who wants to use the model.
func (f *Figures) Verdict() Words {
	positive, negative := &f.Labels[0], &f.Labels[1]
	if positive.Support < judgedRows || negative.Support < judgedRows {
		return Words{
			fmt.Sprintf("Too few rows to say: %d complaints and %d praises were measured, at least %d of each are needed.", negative.Support, positive.Support, judgedRows),
			fmt.Sprintf("Muy pocas filas para opinar: se midieron %d quejas y %d elogios; hacen falta al menos %d de cada.", negative.Support, positive.Support, judgedRows),
		}
	}
	if f.Balanced.Low <= 0.5 {
		return Words{"It tells complaints from praise no better than guessing: not usable.", "No distingue quejas de elogios mejor que el azar: no sirve."}
	}
	var v Words
	for _, l := range []struct {
		*LabelFigures
		en, es string
	}{{negative, "complaints", "quejas"}, {positive, "praises", "elogios"}} {
		wrong := 100 - hundred(l.Precision.Value)
		found := fmt.Sprintf("%d", hundred(l.Recall.Value))
		var en, es string
		switch {
		case l.Recall.Value < careful:
			en, es = "not usable for "+l.en, "no sirve para "+l.es
		case l.Precision.Value < 0.5:
			en, es = "only to have somebody look at them", "solo para que alguien las revise"
			if l.LabelFigures == positive {
				es = "solo para que alguien los revise"
			}
		case l.Recall.Value < usable || l.Precision.Value < careful:
			en, es = "usable for "+l.en+" with care", "sirve para "+l.es+", con cuidado"
		default:
			en, es = "usable for "+l.en, "sirve para "+l.es
		}
		v.EN += fmt.Sprintf(" Finds %s of 100 %s (%d of 100 that it names are none): %s.", found, l.en, wrong, en)
		v.ES += fmt.Sprintf(" Encuentra %s de cada 100 %s (%d de cada 100 que señala no lo son): %s.", found, l.es, wrong, es)
	}
	if missed := f.missed(); missed != "" {
		v.EN += " It misses the goal " + missed + "."
		v.ES += " No alcanza el objetivo " + missed + "."
	}
	return Words{strings.TrimSpace(v.EN), strings.TrimSpace(v.ES)}
}

func hundred(share float64) int { return int(math.Round(100 * share)) }

// missed names the goal that was not reached; "" for none.
func (f *Figures) missed() string {
	g, err := parseGoal(f.Goal)
	negative := &f.Labels[1]
	if err == nil && (g.kind == leastRecall && negative.Recall.Value < g.least || g.kind == leastPrecision && negative.Precision.Value < g.least) {
		return f.Goal
	}
	return ""
}

// balanceWarnings warn of what the numbers of rows say.
func balanceWarnings(rows, positive int, g goal) (list []Warning) {
	few, label, other := rows-positive, "Negativo", "Positivo"
	if positive < few {
		few, label, other = positive, other, label
	}
	if share := ratio(few, rows); share < 0.2 && g.kind == likeliest {
		list = append(list, Warning{"imbalance", few, Words{
			fmt.Sprintf("Only %d of %d rows are %s (%.1f %%): calling everything %s would be right in %.1f %%, so accuracy says little. Training with a goal, such as complaints or balanced, finds more of them.", few, rows, label, 100*share, other, 100-100*share),
			fmt.Sprintf("Solo %d de %d filas son %s (%.1f %%): decir siempre %s acertaría en el %.1f %%, así que la exactitud dice poco. Entrenar con un objetivo, como complaints o balanced, encuentra más.", few, rows, label, 100*share, other, 100-100*share),
		}})
	}
	if few < warnRows {
		list = append(list, Warning{"few_rows", few, Words{
			fmt.Sprintf("There are only %d rows of %s; the figures may be off by a lot, as their intervals say. Add rows.", few, label),
			fmt.Sprintf("Solo hay %d filas de %s; las cifras pueden errar bastante, como dicen sus intervalos. Añada filas.", few, label),
		}})
	}
	return list
}

// rowWarnings warn of what the rows hold.
func (c *corpus) rowWarnings() (list []Warning) {
	of := make(map[string][2]int, c.rows())
	for i, t := range c.texts {
		n := of[t]
		n[c.labels[i]]++
		of[t] = n
	}
	contradictory, repeated := 0, 0
	for _, n := range of {
		if n[0] > 0 && n[1] > 0 {
			contradictory += n[0] + n[1]
		}
		repeated += n[0] + n[1] - 1
	}
	if contradictory > 0 {
		list = append(list, Warning{"contradictory", contradictory, Words{
			fmt.Sprintf("%d rows have a text that carries both labels: no model can be right about all of them.", contradictory),
			fmt.Sprintf("%d filas tienen un texto que lleva ambas etiquetas: ningún modelo puede acertarlas todas.", contradictory),
		}})
	}
	if repeated > 0 && 100*repeated >= c.rows() {
		list = append(list, Warning{"duplicates", repeated, Words{
			fmt.Sprintf("%d rows repeat the text of another one; they are kept in one fold, so that they do not flatter.", repeated),
			fmt.Sprintf("%d filas repiten el texto de otra; quedan en el mismo pliegue, para que no favorezcan.", repeated),
		}})
	}
	return append(list, languageWarnings(c.texts, c.language)...)
}

// languageRows is how many rows, the first ones, are looked at for their language.
const languageRows = 2000

// languageWarnings warn of texts in another language than that of the lexicon.
func languageWarnings(texts []string, language string) []Warning {
	own := languageCode(language)
	texts = texts[:min(len(texts), languageRows)]
	counts := map[string]int{}
	known := 0
	for _, t := range texts {
		if l := languageOf(t); l != "" {
			counts[l]++
			known++
		}
	}
	most, n := "", 0
	for _, l := range languages {
		if l.code != own && counts[l.code] > n {
			most, n = l.code, counts[l.code]
		}
	}
	foreign := known - counts[own]
	if known < 10 || 5*foreign < known {
		return nil
	}
	name, of := LanguageName(most), LanguageName(own)
	return []Warning{{"language", foreign, Words{
		fmt.Sprintf("%d of the first %d texts are not in %s, most of them in %s; what the model knows of %s does not help there.", foreign, len(texts), of.EN, name.EN, of.EN),
		fmt.Sprintf("%d de los primeros %d textos no están en %s, la mayoría en %s; lo que el modelo sabe de %s no ayuda ahí.", foreign, len(texts), of.ES, name.ES, of.ES),
	}}}
}
