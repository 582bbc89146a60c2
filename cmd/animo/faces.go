package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"animo"
)

// facesCmd tells a running server what it got wrong in faces that it recorded.
type facesCmd struct {
	Correct  faceCorrectCmd  `cmd:"" help:"Say what a face shows, or that it is none."`
	Name     faceNameCmd     `cmd:"" help:"Say who a face is, or is not."`
	Accuracy faceAccuracyCmd `cmd:"" help:"Print how often the server was right, by what was said of faces."`
	Layer    faceLayerCmd    `cmd:"" help:"Use what the server learned from what was said of faces, or do not."`
}

// facePath is where a server has what is said of a face.
func facePath(id, what string) string { return "/v1/faces/" + url.PathEscape(id) + "/" + what }

type faceCorrectCmd struct {
	Face        string `arg:"" help:"The face's id, as photos and moods have it."`
	Emotion     string `placeholder:"EMOTION" help:"What it shows: happy, sad, angry, confused, disgusted, surprised, calm or fear."`
	NotAFace    bool   `help:"It is no face."`
	Undo        bool   `help:"Take back what was said."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (faceCorrectCmd) Help() string {
	return `The face's record and the counts say so at once, and it holds when the photo is analysed again. The emotion that was found says that this is right, which animo faces accuracy counts. The face's id and its mood now go to stdout, with a tab between; a hyphen stands for what is no face.

Examples:

    animo faces correct 20260801T211502.125Z-9f86d081884c7d65-0 --emotion sad
    animo faces correct 20260801T211502.125Z-9f86d081884c7d65-1 --not-a-face
    animo faces correct 20260801T211502.125Z-9f86d081884c7d65-1 --undo`
}

// Run sends the correction.
func (f *faceCorrectCmd) Run(ctx context.Context, c *console) error {
	said := 0
	for _, is := range []bool{f.Emotion != "", f.NotAFace, f.Undo} {
		if is {
			said++
		}
	}
	if said != 1 {
		return usagef("--emotion", "say one of --emotion, --not-a-face and --undo", "diga --emotion, --not-a-face o --undo, una sola cosa")
	}
	method, body := http.MethodPut, any(map[string]any{"emotion": strings.ToUpper(f.Emotion)})
	switch {
	case f.NotAFace:
		body = map[string]any{"not_a_face": true}
	case f.Undo:
		method, body = http.MethodDelete, nil
	}
	var face animo.Face
	if err := f.ask(ctx, c, method, facePath(f.Face, "correction"), body, &face); err != nil {
		return err
	}
	mood := string(face.Mood)
	if face.NotFace() {
		mood = "-"
	}
	_, err := fmt.Fprintf(c.stdout, "%s\t%s\n", printable(face.ID), mood)
	return err
}

type faceNameCmd struct {
	Face        string `arg:"" help:"The face's id, as photos and moods have it."`
	Is          string `placeholder:"NAME" help:"Whose face it is; the person may be new."`
	Not         string `placeholder:"NAME" help:"Whose face it is not."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (faceNameCmd) Help() string {
	return `The person is known by the face, too, or by what is like it no more; photos recorded before and after follow. The face's id and who it is now go to stdout, with a tab between.

Examples:

    animo faces name 20260801T211502.125Z-9f86d081884c7d65-0 --is Ana
    animo faces name 20260801T211502.125Z-9f86d081884c7d65-0 --not Ana`
}

// Run sends who it is.
func (f *faceNameCmd) Run(ctx context.Context, c *console) error {
	if (f.Is == "") == (f.Not == "") {
		return usagef("--is", "say either --is or --not", "diga --is o --not, una de las dos cosas")
	}
	body := map[string]string{"name": f.Is}
	if f.Not != "" {
		body = map[string]string{"not": f.Not}
	}
	var face animo.Face
	if err := f.ask(ctx, c, http.MethodPost, facePath(f.Face, "person"), body, &face); err != nil {
		return err
	}
	name := "-"
	if len(face.People) > 0 {
		name = face.People[0].Name
	}
	_, err := fmt.Fprintf(c.stdout, "%s\t%s\n", printable(face.ID), printable(name))
	return err
}

type faceAccuracyCmd struct {
	serverFlags `embed:""`
}

// Help says what animo faces accuracy counts.
func (faceAccuracyCmd) Help() string {
	return "Counted are the faces that are kept and of which somebody said what they show, right ones too. Shares are in percent, with the interval in which they lie with 95 percent probability."
}

// share is a share with its interval, as the API tells it.
type share struct {
	Value, Low, High float64
	Of               int
}

func (s share) text(c *console) string {
	if s.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %% (%.0f–%.0f), %s", 100*s.Value, 100*s.Low, 100*s.High, c.say(fmt.Sprintf("of %d", s.Of), fmt.Sprintf("de %d", s.Of)))
}

// Run prints the shares, and by emotion how many faces that show it were found to show which.
func (f *faceAccuracyCmd) Run(ctx context.Context, c *console) error {
	var a struct {
		Faces, Emotions, Moods share
		Unsure                 int
		Layer                  learned
		Each                   []struct {
			Emotion           string
			Found             map[string]int
			Recall, Precision share
		}
	}
	if err := f.ask(ctx, c, http.MethodGet, "/v1/moods/accuracy", nil, &a); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\n", c.say("faces that are faces", "rostros que lo son"), a.Faces.text(c))
	fmt.Fprintf(w, "%s\t%s\n", c.say("emotions right", "emociones acertadas"), a.Emotions.text(c))
	fmt.Fprintf(w, "%s\t%s\n", c.say("moods right", "ánimos acertados"), a.Moods.text(c))
	fmt.Fprintf(w, "%s\t%d\n", c.say("left unsure", "sin decidir"), a.Unsure)
	fmt.Fprintf(w, "%s\t%s\n", c.say("learned", "aprendido"), a.Layer.text(c))
	if len(a.Each) > 0 {
		fmt.Fprintf(w, "\n%s", c.say("SHOWS \\ FOUND", "MUESTRA \\ HALLADO"))
		for _, e := range a.Each {
			fmt.Fprintf(w, "\t%s", e.Emotion)
		}
		fmt.Fprintf(w, "\t%s\t%s\n", c.say("RECALL", "EXHAUSTIVIDAD"), c.say("PRECISION", "PRECISIÓN"))
		for _, e := range a.Each {
			fmt.Fprint(w, e.Emotion)
			for _, was := range a.Each {
				fmt.Fprintf(w, "\t%d", e.Found[was.Emotion])
			}
			fmt.Fprintf(w, "\t%s\t%s\n", e.Recall.text(c), e.Precision.text(c))
		}
	}
	return w.Flush()
}

// learned is what the server learned from what was said of faces, as the API tells it.
type learned struct {
	State          string
	Needs, Learned int
	Before, After  float64
}

func (l learned) text(c *console) string {
	switch l.State {
	case "few":
		return c.say(fmt.Sprintf("nothing yet: it needs %d faces of which the emotion was said", l.Needs), fmt.Sprintf("nada todavía: hacen falta %d rostros cuya emoción se haya dicho", l.Needs))
	case "mistakes":
		return c.say("nothing: nearly all that was said were mistakes; say of right ones, too, that they are right", "nada: casi todo lo dicho fueron errores; diga también de los acertados que lo son")
	}
	right := fmt.Sprintf("%.0f -> %.0f %%", 100*l.Before, 100*l.After)
	switch l.State {
	case "no_better":
		return c.say(fmt.Sprintf("nothing that is better (right %s, of %d)", right, l.Learned), fmt.Sprintf("nada que sea mejor (aciertos %s, de %d)", right, l.Learned))
	case "off":
		return c.say(fmt.Sprintf("turned off (right %s, of %d)", right, l.Learned), fmt.Sprintf("desactivado (aciertos %s, de %d)", right, l.Learned))
	}
	return c.say(fmt.Sprintf("in use (right %s, of %d)", right, l.Learned), fmt.Sprintf("en uso (aciertos %s, de %d)", right, l.Learned))
}

type faceLayerCmd struct {
	Use         string `arg:"" enum:"on,off" help:"on or off."`
	serverFlags `embed:""`
}

// Help says when there is something to turn on.
func (faceLayerCmd) Help() string {
	return "From 48 faces on of which the emotion was said, right ones among them, the server learns how this tenant's photos differ, and uses that for new analyses if it is better on photos that it did not learn from. animo faces accuracy tells how much better. POST /v1/photos:reanalyse reads photos again that are there."
}

// Run turns it on or off and prints what it is now.
func (f *faceLayerCmd) Run(ctx context.Context, c *console) error {
	var l learned
	if err := f.ask(ctx, c, http.MethodPut, "/v1/moods/accuracy/layer", map[string]any{"use": f.Use == "on"}, &l); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.stdout, l.text(c))
	return err
}
