package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/text"
)

// classifyCmd tells what texts say.
type classifyCmd struct {
	Model   string   `required:"" placeholder:"DIR" help:"The folder that train --out saved the model in, or a file that model pull saved; with --url, the model's id at the server."`
	Neutral string   `placeholder:"FROM-TO" help:"A third answer: texts whose probability of Positivo lies between the two are Neutro, such as 0.3-0.7."`
	JSON    bool     `help:"Print one JSON object a text: label, probability, known, text."`
	Out     string   `short:"o" placeholder:"FILE" help:"Write a CSV file: the columns of the file that is classified, and label, probability and evidence."`
	Text    string   `placeholder:"COLUMN" help:"The column of the texts in the file, by name or by number from 1. Otherwise it is found."`
	URL     string   `placeholder:"URL" help:"Have the server there classify the file, by a model that it has; starter is one that needs no training."`
	Key     string   `env:"ANIMO_KEY" placeholder:"KEY" help:"API key, where the server wants one. Put it into ANIMO_KEY: others on this machine can see command lines."`
	Texts   []string `arg:"" optional:"" name:"text" help:"Texts to classify, or one file of them; without any, each line of standard input is one."`
}

// Help is the part of --help with the examples.
func (classifyCmd) Help() string {
	return `Each text gives one line on stdout, in the order of the texts: the label, how probable it is, and the text. A question mark behind the label says that the model knows no word of the text, so that the label is only a guess; in JSON "known" is 0 then.

Lines of stdin are classified as they come, so a file may have millions and a pipe may never end. An empty line is a text without a known word.

One argument that is the name of a file is read: CSV, TSV, JSON or XLSX with or without labels, or a text a line, in the encodings that train takes. With --out the answers go into a CSV file, beside the file's own columns; evidence has the words that decided most, with their log-odds towards Positivo.

With --url a server classifies the file, as a batch that it keeps for a while. The answers go into the CSV file or, without --out, to stdout.

Examples:

    animo classify --model modelo "Las camas estaban mal arregladas"
    animo classify --model modelo < nuevas.txt
    animo classify --model modelo resenas.csv --out clasificadas.csv
    animo classify --url http://127.0.0.1:8080 --model hoteles resenas.csv --out clasificadas.csv
    animo classify --model modelo --neutral 0.3-0.7 < nuevas.txt
    animo classify --model modelo --json < nuevas.txt | jq -r 'select(.probability > 0.9) | .text'`
}

// maxTextBytes is how long a line of stdin may be.
const maxTextBytes = 1 << 20

// Run classifies the arguments or standard input.
func (k *classifyCmd) Run(ctx context.Context, c *console) error {
	for i, t := range k.Texts {
		switch {
		case strings.TrimSpace(t) == "":
			return usagef("TEXT", "text %d is empty", "el texto %d está vacío", i+1)
		case !utf8.ValidString(t):
			return usagef("TEXT", "text %d is not UTF-8", "el texto %d no es UTF-8", i+1)
		}
	}
	file := textFile(k.Texts)
	switch {
	case k.Out != "" && k.JSON:
		return usagef("--out", "it writes CSV; --json goes to standard output", "escribe CSV; --json va a la salida estándar")
	case (k.Out != "" || k.Text != "") && !file:
		return usagef("FILE", "--out and --text go with one file that is there", "--out y --text van con un archivo que exista")
	case k.URL != "" && !file:
		return usagef("--url", "a server classifies one file that is there", "un servidor clasifica un archivo que exista")
	case k.URL != "" && k.JSON:
		return usagef("--json", "a server writes CSV; leave out --json or --url", "un servidor escribe CSV; quite --json o --url")
	}
	band, err := text.ParseBand(k.Neutral)
	if err != nil {
		return asFlag(err)
	}
	if k.URL != "" {
		return k.classifyThere(ctx, c)
	}
	model, _, err := text.Load(k.Model)
	if err != nil {
		return err
	}
	p := newPrinter(c, k.JSON)
	p.band = band
	switch {
	case file:
		err = k.classifyFile(ctx, c, model, p)
	case len(k.Texts) > 0:
		err = p.print(k.Texts, model.Classify(k.Texts...))
	default:
		if terminal(c.stdin) {
			c.note("write a text a line; Ctrl-D ends", "escriba un texto por línea; Ctrl-D termina")
		}
		err = classifyLines(ctx, model, c.stdin, p)
	}
	if err != nil {
		return err
	}
	if p.guesses > 0 && !k.JSON {
		c.note("texts marked ? (%d) have no word that the model knows: their label is a guess",
			"los textos marcados con ? (%d) no tienen palabras que el modelo conozca: su etiqueta es una conjetura", p.guesses)
	}
	return nil
}

// classifyLines classifies each line of in. Those that have arrived are classified together, so that a
// file keeps all cores busy and a person at a terminal gets each answer at once.
func classifyLines(ctx context.Context, model *text.Model, in io.Reader, p *printer) error {
	r := bufio.NewReaderSize(interruptible(ctx, in), maxTextBytes+len("\r\n"))
	var batch []string
	for number := 1; ; number++ {
		line, err := r.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return err
		}
		end := err == io.EOF
		if !end || len(line) > 0 {
			if number == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
			switch {
			case len(line) > maxTextBytes:
				return animo.Errorf(animo.LineTooLong, "the text is longer than %d bytes, the limit",
					"el texto tiene más de %d bytes, el límite", maxTextBytes).At(number)
			case !utf8.Valid(line):
				return animo.Errorf(animo.NotUTF8, "the text is not UTF-8; iconv -t UTF-8 converts a file",
					"el texto no es UTF-8; iconv -t UTF-8 convierte un archivo").At(number)
			}
			batch = append(batch, string(line))
		}
		if end || !lineWaits(r) {
			if err := p.print(batch, model.Classify(batch...)); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if end {
			return nil
		}
	}
}

// lineWaits reports whether the next line can be read without waiting for more of the stream.
func lineWaits(r *bufio.Reader) bool {
	waiting, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(waiting, '\n') >= 0
}

// printer writes predictions in the order of their texts.
type printer struct {
	w       *bufio.Writer
	json    bool
	band    text.Band
	guesses int // texts without a known word
}

func newPrinter(c *console, json bool) *printer {
	return &printer{w: bufio.NewWriterSize(c.stdout, 64<<10), json: json}
}

// classified is what classify --json prints of a text.
type classified struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
	Known       int     `json:"known"`
	Text        string  `json:"text"`
}

func (p *printer) print(texts []string, predictions []text.Prediction) error {
	for i, it := range predictions {
		if it.Known == 0 {
			p.guesses++
		}
		if p.json {
			if err := printJSON(p.w, classified{p.band.Says(it), it.Probability, it.Known, texts[i]}); err != nil {
				return err
			}
			continue
		}
		mark := " "
		if it.Known == 0 {
			mark = "?"
		}
		fmt.Fprintf(p.w, "%s%s %5.1f %%  %s\n", cmp.Or(map[string]string{text.Neutral: text.Neutral + "  "}[p.band.Says(it)], it.Label.String()), mark, 100*it.Probability, oneLine(texts[i]))
	}
	return p.w.Flush()
}

// oneLine writes a text so that it stays in its line and cannot steer a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
