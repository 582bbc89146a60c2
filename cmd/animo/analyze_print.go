package main

import (
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"animo"
	"animo/internal/config"
	"animo/internal/pictures"
	"animo/internal/rekognition"
	"animo/vision"
	"animo/vision/annotate"
)

// facePrinter writes what was found to stdout, as a table or as JSON.
type facePrinter struct {
	c        *console
	json     bool
	people   bool
	width    int // of the column of names
	headDone bool
}

func newFacePrinter(c *console, pictures []picture, k *analyzeCmd) *facePrinter {
	p := &facePrinter{c: c, json: k.JSON, people: k.People != "", width: len("PICTURE")}
	for _, picture := range pictures {
		p.width = max(p.width, min(utf8.RuneCountInString(picture.name), 48))
	}
	return p
}

// analyzedJSON is a picture in analyze --json.
type analyzedJSON struct {
	File          string
	Width, Height int
	Warning       animo.Code `json:",omitempty"` // truncated_image: the end of the picture is missing
	FaceDetails   []faceJSON
}

// faceJSON is a face as Rekognition describes it and, with --people, who it is.
type faceJSON struct {
	rekognition.FaceDetail
	Unsure animo.Code  `json:",omitempty"` // why its expression cannot be read
	Person *personJSON `json:",omitempty"`
}

type personJSON struct {
	Name       string
	Similarity float64 // in percent
	Distance   float64
}

// print writes the faces of one picture.
func (p *facePrinter) print(name string, r analyzed) error {
	if p.json {
		out := analyzedJSON{name, r.width, r.height, animo.CodeOf(r.cut), []faceJSON{}}
		for _, f := range r.faces {
			face := faceJSON{FaceDetail: rekognition.FaceDetailOf(f.Face, r.width, r.height), Unsure: f.unsure}
			if f.person != nil {
				face.Person = &personJSON{f.person.Person, f.person.Similarity, f.person.Distance}
			}
			out.FaceDetails = append(out.FaceDetails, face)
		}
		return printJSON(p.c.stdout, out)
	}
	var b strings.Builder
	c := p.c
	if !p.headDone {
		p.headDone = true
		p.line(&b, c.say("PICTURE", "IMAGEN"), c.say("FACE", "ROSTRO"), c.say("EMOTION", "EMOCIÓN"), "", c.say("AGE", "EDAD"),
			c.say("GENDER", "GÉNERO"), c.say("BOX", "RECUADRO"), c.say("PERSON", "PERSONA"))
	}
	if len(r.faces) == 0 {
		p.line(&b, name, "-", c.say("no face", "ningún rostro"), "", "", "", "", "")
	}
	for i, f := range r.faces {
		emotion, probability := f.Expressions.Top()
		who := ""
		if f.person != nil {
			who = fmt.Sprintf("%s %.0f %%", printable(f.person.Person), f.person.Similarity)
		}
		shows, sure := emotion.String(), fmt.Sprintf("%.0f %%", 100*probability)
		if f.unsure != "" {
			shows, sure = p.unsure(f.unsure), ""
		}
		p.line(&b, name, fmt.Sprint(i+1), shows, sure, fmt.Sprintf("%.0f", f.Age),
			p.gender(f.Gender), fmt.Sprintf("%.0f,%.0f %.0f×%.0f", f.Box.X, f.Box.Y, f.Box.W, f.Box.H), who)
	}
	_, err := io.WriteString(c.stdout, b.String())
	return err
}

// line writes one line of the table.
func (p *facePrinter) line(b *strings.Builder, name, number, emotion, probability, age, gender, box, who string) {
	row := fmt.Sprintf("%-*s  %6s  %-13s %5s  %4s  %-6s  %-20s", p.width, name, number, emotion, probability, age, gender, box)
	if p.people {
		row += "  " + who
	}
	b.WriteString(strings.TrimRight(row, " ") + "\n")
}

// unsure tells in the emotion's place why it cannot be read.
func (p *facePrinter) unsure(why animo.Code) string {
	switch why {
	case animo.SmallFace:
		return p.c.say("too small", "muy pequeño")
	case animo.CoveredFace:
		return p.c.say("covered", "cubierto")
	case animo.BlurredFace:
		return p.c.say("blurred", "borroso")
	case animo.BadLight:
		return p.c.say("bad light", "mala luz")
	}
	return p.c.say("turned away", "de perfil")
}

func (p *facePrinter) gender(g vision.Gender) string {
	if g == vision.Female {
		return p.c.say("female", "mujer")
	}
	return p.c.say("male", "hombre")
}

// annotationTargets says which file each picture's annotated copy goes to, and makes the folder they lie in;
// nil without out.
func annotationTargets(out string, pictures []picture) ([]string, error) {
	if out == "" {
		return nil, nil
	}
	own := make(map[string]bool)
	for _, p := range pictures {
		own[realPath(p.path)] = p.path != ""
	}
	var targets []string
	if annotatedFormat(out) != "" {
		if len(pictures) > 1 {
			return nil, usagef("--annotate", "%s is one file for %d pictures; name a folder", "%s es un archivo para %d imágenes; nombre una carpeta", out, len(pictures))
		}
		targets = []string{out}
	} else {
		if err := os.MkdirAll(out, 0o777); err != nil {
			return nil, err
		}
		taken := make(map[string]bool)
		for _, p := range pictures {
			base := strings.TrimSuffix(filepath.Base(p.path), filepath.Ext(p.path))
			if p.path == "" {
				base = "stdin"
			}
			name := base + ".jpg"
			for n := 2; taken[strings.ToLower(name)]; n++ {
				name = fmt.Sprintf("%s-%d.jpg", base, n)
			}
			taken[strings.ToLower(name)] = true // for file systems that do not tell A from a
			targets = append(targets, filepath.Join(out, name))
		}
	}
	for _, target := range targets {
		if own[realPath(target)] {
			return nil, usagef("--annotate", "%s is one of the pictures; it would be overwritten", "%s es una de las imágenes; se sobrescribiría", target)
		}
	}
	return targets, nil
}

// realPath is a name by which a file can be told from others: absolute and without links, as far as it exists.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

// annotatedFormat is what a file's name says it should hold: "jpeg", "png", or nothing known.
func annotatedFormat(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg":
		return "jpeg"
	case ".png":
		return "png"
	}
	return ""
}

// encodeAnnotated writes the picture with what was found in it, in the format that the target's name tells, with the
// emotions in lang and the colours of a server's own pictures.
func encodeAnnotated(w io.Writer, target, lang string, m vision.Image, faces []foundFace) error {
	marks := make([]annotate.Mark, len(faces))
	for i, f := range faces {
		emotion, probability := f.Expressions.Top()
		mood, sum := f.Expressions.Mood()
		if 100*sum < config.Default().MoodConfidence || f.unsure != "" {
			mood = animo.Other
		}
		marks[i] = annotate.Mark{Box: f.Box, Colour: pictures.MoodColour(mood)}
		if f.person != nil {
			marks[i].Lines = append(marks[i].Lines, fmt.Sprintf("%s %.0f %%", f.person.Person, f.person.Similarity))
		}
		marks[i].Lines = append(marks[i].Lines, fmt.Sprintf("%s %.0f %%", pictures.EmotionIn(lang, emotion.String()), 100*probability))
	}
	drawn, err := annotate.Draw(m, marks)
	if err != nil {
		return err
	}
	if annotatedFormat(target) == "png" {
		return png.Encode(w, drawn)
	}
	return jpeg.Encode(w, drawn, &jpeg.Options{Quality: 92})
}
