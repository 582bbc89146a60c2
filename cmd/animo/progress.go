package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"animo/internal/app"
	"animo/text"
)

// bar draws the progress of a command, one bar a stage; each takes the place of the last.
type bar struct {
	c     *console
	w     io.Writer // nil draws nothing
	drawn *progressbar.ProgressBar
	stage string
	total int
	last  time.Time // when it was drawn; zero while it is off the screen
}

// drawEvery is how often a bar that is on the screen is drawn at most.
const drawEvery = 50 * time.Millisecond

// newBar makes a bar on stderr, or one that draws nothing where stderr is not a terminal.
func newBar(c *console) *bar {
	if !terminal(c.stderr) {
		return &bar{c: c}
	}
	return &bar{c: c, w: c.stderr}
}

// show draws how far the work is.
func (b *bar) show(p text.Progress) {
	if b.w == nil {
		return
	}
	if p.Stage != b.stage || p.Total != b.total {
		b.clear()
		b.stage, b.total = p.Stage, p.Total
		options := []progressbar.Option{
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetDescription("animo: " + b.name(p.Stage)),
			progressbar.OptionSetWidth(30),
			progressbar.OptionSetSpinnerChangeInterval(0), // turns when shown, not by a goroutine of its own
		}
		total := p.Total
		if total > 0 || p.Done > 0 {
			options = append(options, progressbar.OptionShowCount())
		}
		if total == 0 {
			total = -1 // a spinner
		}
		b.drawn = progressbar.NewOptions(total, options...)
		b.drawn.RenderBlank()
	}
	if time.Since(b.last) < drawEvery && p.Done != p.Total {
		return
	}
	b.last = time.Now()
	b.drawn.Set(p.Done)
}

// clear takes the bar off the screen, until it is shown again.
func (b *bar) clear() {
	if b.drawn != nil {
		b.drawn.Clear()
		b.last = time.Time{}
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
		return b.c.say("measuring", "midiendo")
	case "fitting":
		return b.c.say("fitting to all rows", "ajustando a todas las filas")
	case "classifying":
		return b.c.say("classifying", "clasificando")
	case "people":
		return b.c.say("meeting people", "conociendo personas")
	case "photos":
		return b.c.say("sending photos", "enviando fotos")
	case "waiting":
		return b.c.say("waiting for the analysis", "esperando el análisis")
	case string(app.MoveRows):
		return b.c.say("copying rows", "copiando filas")
	case string(app.MoveObjects):
		return b.c.say("copying files", "copiando archivos")
	case string(app.CheckObjects):
		return b.c.say("comparing files", "comparando archivos")
	case string(app.CheckRows):
		return b.c.say("comparing rows", "comparando filas")
	case "pictures":
		return b.c.say("looking at pictures", "mirando imágenes")
	}
	return stage
}
