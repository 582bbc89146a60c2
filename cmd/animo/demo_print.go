package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"animo"
	"animo/internal/moods"
	"animo/samples"
	"animo/text"
)

// ink colours texts, or leaves them as they are.
type ink struct{ on bool }

// newInk colours where w is a terminal and NO_COLOR (no-color.org) is not set.
func newInk(w io.Writer) ink { return ink{terminal(w) && os.Getenv("NO_COLOR") == ""} }

// The colours, as parameters of the control sequence SGR (ECMA-48, section 8.3.117).
const (
	bold    = "1"
	faint   = "2"
	red     = "31"
	green   = "32"
	yellow  = "33"
	blue    = "34"
	magenta = "35"
)

func (k ink) paint(colour, s string) string {
	if !k.on || colour == "" || s == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

// colourOf is a mood's.
func colourOf(m animo.Mood) string {
	switch m {
	case animo.Happy:
		return green
	case animo.Sad:
		return blue
	case animo.Surprised:
		return yellow
	}
	return magenta
}

// gauge draws a part of a whole, from 0 to 1, as a bar of that many cells; an eighth of a cell is its finest step.
func gauge(part float64, cells int) string {
	eighths := int(math.Round(max(0, min(part, 1)) * float64(cells) * 8))
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

// pad fills a text with spaces to a width in characters, and cuts a longer one.
func pad(s string, width int) string {
	if n := utf8.RuneCountInString(s); n <= width {
		return s + strings.Repeat(" ", width-n)
	}
	return string([]rune(s)[:width-1]) + "…"
}

func (d *demo) line(format string, args ...any) {
	if _, err := fmt.Fprintln(d.c.stdout, strings.TrimRight(fmt.Sprintf(format, args...), " ")); err != nil {
		d.lost(err)
	}
}

func (d *demo) head(en, es string) { d.line("\n%s", d.ink.paint(bold, d.c.say(en, es))) }

// welcome says where the server is and where it keeps things; and, of a folder that is the demo's own, for how long.
func (d *demo) welcome(data string, own bool) {
	d.line(d.c.say("Animo is up on %s, and keeps what it is given in %s.", "Animo está en marcha en %s, y guarda lo que recibe en %s."), d.client.base, printable(data))
	if own {
		d.line("%s", d.c.say("Ctrl-C ends it and removes that folder; with --data DIR it is kept.", "Ctrl-C lo termina y borra esa carpeta; con --data DIR se conserva."))
	}
}

func (d *demo) peopleHead() {
	d.head("Somebody to recognise", "Alguien a quien reconocer")
	d.line("%s\n", d.c.say("POST /v1/people/NAME/photos introduces somebody by a photo. Their names are made up.",
		"POST /v1/people/NOMBRE/photos presenta a alguien con una foto. Los nombres son inventados."))
}

// person prints somebody who was introduced.
func (d *demo) person(p samples.Person, known knownPerson) {
	d.line(d.c.say("  %s  cut out of %s; examples that Animo knows: %d", "  %s  recortada de %s; ejemplos que Animo conoce: %d"),
		d.ink.paint(bold, printable(known.Name)), p.From, known.Examples)
}

// recognised says in which photos people are, beside that which introduced them.
func (d *demo) recognised(faces []animo.MoodRecord) {
	for _, p := range d.people {
		for _, m := range faces {
			if m.ImageID != p.From && shows(m, p.Name) {
				d.line(d.c.say("%s, introduced by a part of %s, was recognised in %s.", "%s, presentada con una parte de %s, fue reconocida en %s."),
					d.ink.paint(bold, p.Name), p.From, printable(m.ImageID))
			}
		}
	}
}

func (d *demo) hooksHead(url, person string) {
	d.head("A webhook arrives", "Llega un webhook")
	whom := d.c.say("every face", "cada rostro")
	if person != "" {
		whom = person
	}
	d.line(d.c.say("A program on %s subscribed to %s with POST /v1/subscriptions, and checks the signatures:\n",
		"Un programa en %s se suscribió a %s con POST /v1/subscriptions, y comprueba las firmas:\n"), url, whom)
}

// hook prints a webhook.
func (d *demo) hook(h hook) {
	const typeWidth, signatureWidth = len("face.surprised"), 16
	d.line("  %s  %s  %s  %s", pad(h.Type, typeWidth), pad(printable(h.Data.ImageID), d.nameWidth),
		d.ink.paint(faint, d.c.say("signature ", "firma ")+pad(h.signature, signatureWidth)+d.c.say(" holds", " válida")), d.ink.paint(bold, names(h.Data)))
}

// hooksFoot says how many webhooks are not shown, of so many, or that there were none.
func (d *demo) hooksFoot(count int) {
	switch {
	case count == 0:
		d.line("  %s", d.c.say("None this time: there was no new face to tell of, and no face is told twice.", "Esta vez ninguno: no hubo ningún rostro nuevo que contar, y ninguno se cuenta dos veces."))
	case count > hooksShown:
		d.line(d.c.say("  … and %d more", "  … y %d más"), count-hooksShown)
	}
}

// names tells who a face is, and how sure that is.
func names(m animo.MoodRecord) string {
	var list []string
	for _, c := range m.ImageData.Celebrities {
		list = append(list, fmt.Sprintf("%s %.0f %%", printable(c.Name), c.Similarity))
	}
	return strings.Join(list, ", ")
}

func (d *demo) photosHead() {
	d.head("Photos in, moods out", "Entran fotos, salen ánimos")
	d.line(d.c.say("PUT /v1/photos/NAME takes each, and GET /v1/stream tells of each face when it is recorded. Photos: %d.\n",
		"PUT /v1/photos/NOMBRE recibe cada una, y GET /v1/stream cuenta cada rostro cuando queda registrado. Fotos: %d.\n"), len(d.photos))
	for _, p := range d.photos {
		d.nameWidth = max(d.nameWidth, min(utf8.RuneCountInString(p.name), 32))
	}
	d.line("  %s", d.ink.paint(faint, d.c.say(
		pad("PHOTO", d.nameWidth)+"  MOOD       EMOTION    CONFIDENCE        AGE  GENDER  PERSON",
		pad("FOTO", d.nameWidth)+"  ÁNIMO      EMOCIÓN    CONFIANZA        EDAD  GÉNERO  PERSONA")))
}

// face prints a face.
func (d *demo) face(m animo.MoodRecord) {
	const cells = 10
	e := m.ImageData.Emotion
	gender := m.Gender.Value
	switch gender {
	case "Female":
		gender = d.c.say("female", "mujer")
	case "Male":
		gender = d.c.say("male", "hombre")
	}
	colour := colourOf(m.Mood)
	name := printable(m.ImageID)
	if name == d.lastName {
		name = ""
	} else {
		d.lastName = name
	}
	d.line("  %s  %s  %s  %s %3.0f %%  %3.0f  %s  %s", pad(name, d.nameWidth), d.ink.paint(colour, pad(string(m.Mood), 9)),
		pad(e.Type, 9), d.ink.paint(colour, pad(gauge(e.Confidence/100, cells), cells)), e.Confidence, m.Age, pad(gender, 6), d.ink.paint(bold, names(m)))
}

// faceless prints a photo without faces, or one that failed.
func (d *demo) faceless(p shownPhoto) {
	d.lastName = ""
	d.line("  %s  %s", pad(printable(p.name), d.nameWidth), d.ink.paint(faint, p.found(d.c)))
}

func (d *demo) photosFoot(faces int, took time.Duration) {
	d.line(d.c.say("\nFaces: %d. From the first byte sent to the last face told: %.1f s.",
		"\nRostros: %d. Desde el primer byte enviado hasta el último rostro contado: %.1f s."), faces, took.Seconds())
}

// summary prints how many faces of each mood there are, as a chart.
func (d *demo) summary(total map[animo.Mood]moods.MoodCount) {
	const cells = 30
	d.head("The mood of the room", "El ánimo de la sala")
	d.line("%s\n", d.c.say("GET /v1/moods/summary counts what was recorded.", "GET /v1/moods/summary cuenta lo registrado."))
	most := 1
	for _, n := range total {
		most = max(most, n.Faces)
	}
	for _, m := range animo.Moods() {
		n := total[m]
		confidence := ""
		if n.Faces > 0 {
			confidence = d.ink.paint(faint, fmt.Sprintf("%3.0f %%", n.Confidence))
		}
		d.line("  %s  %s %3d  %s", pad(string(m), 9), d.ink.paint(colourOf(m), pad(gauge(float64(n.Faces)/float64(most), cells), cells)), n.Faces, confidence)
	}
}

func (d *demo) opinionsHead(name string) {
	d.head("Labelled opinions in, a classifier out", "Entran opiniones etiquetadas, sale un clasificador")
	d.line(d.c.say("%[1]s, 120 Spanish opinions, goes to PUT /v1/training/%[1]s: few and easy ones, to show how it works.\n",
		"%[1]s, 120 opiniones, va a PUT /v1/training/%[1]s: pocas y fáciles, para mostrar cómo funciona.\n"), name)
}

// scores prints how good the model is, fold by fold.
func (d *demo) scores(r *text.Report) {
	folds := make([]string, len(r.Folds))
	for i, f := range r.Folds {
		folds[i] = fmt.Sprintf("%.0f", 100*f.Accuracy)
	}
	d.line(d.c.say("  accuracy in %% on each of %[2]d folds, by a model of the others: %[1]s", "  exactitud en %% en cada uno de %[2]d pliegues, con un modelo de los demás: %[1]s"), strings.Join(folds, " "), len(r.Folds))
	d.line("  %s %s", d.ink.paint(green, gauge(r.Accuracy.Mean, 30)), fmt.Sprintf(d.c.say(
		"%.1f %% on average, ± %.1f; trainer %s, %d features, %.1f s\n",
		"%.1f %% de media, ± %.1f; entrenador %s, %d rasgos, %.1f s\n"),
		100*r.Accuracy.Mean, 100*r.Accuracy.Std, cmp.Or(r.Chosen, r.Trainer), r.Features, r.Seconds))
	d.line(d.c.say("POST /v1/models/%s/classify, with opinions that it has not seen and the n-grams that decided:\n",
		"POST /v1/models/%s/classify, con opiniones que no ha visto y los n-gramas que decidieron:\n"), d.model)
}

// opinion prints an opinion as it was classified, and what decided.
func (d *demo) opinion(o classifiedOpinion) {
	colour := green
	if o.Label == animo.Negative.String() {
		colour = red
	}
	why := make([]string, len(o.Evidence))
	for i, e := range o.Evidence {
		why[i] = fmt.Sprintf("%s %+.1f", e.NGram, e.Weight)
	}
	d.line("  %s %3.0f %%  %s", d.ink.paint(colour, pad(o.Label, 8)), 100*o.Probability, o.Text)
	d.line("  %s  %s", strings.Repeat(" ", 14), d.ink.paint(faint, strings.Join(why, ", ")))
}

// next says what to try.
func (d *demo) next() {
	d.head("Your turn", "Su turno")
	d.line("%s\n", d.c.say("The server stays up. In another terminal:", "El servidor sigue en marcha. En otra terminal:"))
	photo := d.c.say("photo.jpg", "foto.jpg")
	d.line("  curl -T %[1]s %[2]s/v1/photos/%[1]s", photo, d.client.base)
	d.line("  curl --data-binary @%s %s/v1/people/%s/photos", d.c.say("me.jpg", "yo.jpg"), d.client.base, d.c.say("Me", "Yo"))
	d.line("  curl -N '%s/v1/stream?last_event_id=0'", d.client.base)
	d.line(`  curl -d '{"idmodel":"%s","opiniones":["Las camas estaban mal arregladas"]}' %s/senti`, d.model, d.client.base)
	d.line(d.c.say("\n%s/docs explains every operation. Ctrl-C ends.", "\n%s/docs explica cada operación. Ctrl-C termina."), d.client.base)
}
