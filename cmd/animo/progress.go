package main

import (
	"github.com/schollz/progressbar/v3"

	"animo/text"
)

// bar draws the progress of a command on stderr, where that is a terminal.
type bar struct {
	c     *console
	drawn *progressbar.ProgressBar
	stage string
}

// newBar makes a bar that draws nothing where nobody would see it.
func newBar(c *console) *bar {
	if !terminal(c.stderr) {
		return &bar{}
	}
	return &bar{c: c}
}

// show draws how far the training is. Each stage has a bar of its own, which takes the place of the last.
func (b *bar) show(p text.Progress) {
	if b.c == nil {
		return
	}
	if p.Stage != b.stage {
		b.clear()
		b.stage = p.Stage
		total := p.Total
		if total == 0 {
			total = -1 // not known: a spinner
		}
		b.drawn = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(b.c.stderr), progressbar.OptionSetDescription("animo: "+b.name(p.Stage)),
			progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	if p.Total > 0 {
		b.drawn.ChangeMax(p.Total)
	}
	b.drawn.Set(p.Done)
}

// clear takes the bar off the screen.
func (b *bar) clear() {
	if b.drawn != nil {
		b.drawn.Clear()
		b.drawn = nil
	}
}

// name says what a stage does.
func (b *bar) name(stage string) string {
	switch stage {
	case "reading":
		return b.c.say("reading opinions", "leyendo opiniones")
	case "choosing":
		return b.c.say("choosing a trainer", "eligiendo entrenador")
	case "fold":
		return b.c.say("measuring, fold", "midiendo, pliegue")
	case "fitting":
		return b.c.say("fitting to all rows", "ajustando a todas las filas")
	case "people":
		return b.c.say("meeting people", "conociendo personas")
	case "pictures":
		return b.c.say("looking at pictures", "mirando imágenes")
	}
	return stage
}
