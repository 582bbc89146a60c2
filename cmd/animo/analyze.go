package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"animo"
	"animo/text"
	"animo/vision"
)

// analyzeCmd tells what faces in pictures show.
type analyzeCmd struct {
	Files         []string `arg:"" name:"file" help:"Pictures, and folders whose pictures are all taken; - is a picture on standard input."`
	JSON          bool     `help:"Print one JSON object a picture, with the names of Amazon Rekognition."`
	Annotate      string   `placeholder:"OUT" help:"Draw what was found onto a copy: a file that ends in .jpg or .png for one picture, else a folder."`
	People        string   `placeholder:"DIR" help:"Recognise people: the folder holds one folder for each, which has the person's name and photos that show nobody else."`
	Detector      string   `default:"ssd" enum:"ssd,tiny" help:"How faces are found: ssd misses fewer, tiny is faster."`
	MinConfidence float64  `default:"50" placeholder:"PERCENT" help:"How sure the detector must be of a face, above 0 and below 100."`
	Original      bool     `help:"Take exactly the steps of face-api, which the networks come from, to compare with it."`
	Workers       int      `default:"0" help:"How many cores to use; 0 is all."`
}

// Help is the part of --help with the examples.
func (analyzeCmd) Help() string {
	return `A picture is JPEG, PNG, WebP, GIF, BMP or TIFF, whatever its name; HEIC or AVIF where heif-convert or ffmpeg is installed; or a camera's raw photo with its full JPEG inside. Each face gives one line on stdout: what it shows and how probably, the age and gender that it looks like, its box, and who it is. A picture that cannot be read is named on stderr and does not stop the others; the exit code is 1 then. A JPEG whose end is missing is analysed as far as it goes, and stderr says so.

Examples:

    animo analyze foto.jpg
    animo analyze fotos --people personas --annotate marcadas
    curl -s https://example.com/foto.jpg | animo analyze - --json | jq '.FaceDetails[].Emotions[0]'`
}

// Run analyses the pictures one after another, several at a time.
func (k *analyzeCmd) Run(ctx context.Context, c *console) error {
	if !(k.MinConfidence > 0 && k.MinConfidence < 100) {
		return usagef("--min-confidence", "%g is not a percentage above 0 and below 100", "%g no es un porcentaje mayor que 0 y menor que 100", k.MinConfidence)
	}
	if k.Workers < 0 {
		return usagef("--workers", "%d is not a number of cores; 0 is all", "%d no es un número de núcleos; 0 son todos", k.Workers)
	}
	pictures, err := findPictures(c, k.Files)
	if err != nil {
		return err
	}
	targets, err := annotationTargets(k.Annotate, pictures)
	if err != nil {
		return err
	}
	a := &analysis{c: c, bar: newBar(c), atOnce: k.Workers}
	if a.atOnce == 0 {
		a.atOnce = runtime.GOMAXPROCS(0)
	}
	if terminal(c.stdout) {
		a.bar = &bar{} // the lines of the table show the progress
	}
	defer a.bar.clear()
	if a.engine, err = vision.New(k.options(len(pictures), a.atOnce)); err != nil {
		return err
	}
	a.plain = k.Original
	if k.People != "" {
		gates := vision.Gates{}
		if k.Original { // its angles are not in degrees
			gates = gatesWithoutPose
		}
		if err := a.meet(ctx, k.People, gates); err != nil {
			return err
		}
	}
	return a.analyze(ctx, pictures, targets, newFacePrinter(c, pictures, k))
}

// options are those of the engine. Many pictures are analysed side by side with a core each; that keeps the
// cores busier than sharing each picture among them.
func (k *analyzeCmd) options(pictures, workers int) vision.Options {
	o := vision.Options{Detector: vision.Detector(k.Detector), MinScore: k.MinConfidence / 100, Original: k.Original,
		Attributes: vision.AllAttributes, Workers: workers}
	if k.People == "" {
		o.Attributes &^= vision.WithDescriptor
	} else {
		o.Workers = 1
	}
	if pictures > 1 {
		o.Workers = 1
	}
	return o
}

// analysis is one run of the command.
type analysis struct {
	c      *console
	bar    *bar
	engine *vision.Engine
	plain  bool            // face-api's steps alone, whose angles are not in degrees: nothing is told of who cannot be read
	atOnce int             // pictures
	people *vision.Gallery // nil without --people
	failed int             // pictures, and people without a usable photo
	first  error           // of those
}

// analyzed is what was found in a picture.
type analyzed struct {
	width, height int
	faces         []foundFace
	cut           error // what is missing of the picture, where its end is
	err           error
}

// foundFace is a face, why its expression cannot be read, if so, and, where somebody is near enough, whose it is.
type foundFace struct {
	vision.Face
	unsure animo.Code
	person *vision.Match
}

// analyze prints what each picture shows and draws it onto its target, if there is one.
func (a *analysis) analyze(ctx context.Context, pictures []picture, targets []string, p *facePrinter) error {
	results := inOrder(ctx, len(pictures), a.atOnce, func(ctx context.Context, i int) analyzed {
		m, cut, err := pictures[i].decode(ctx, a.c.stdin)
		if err != nil {
			return analyzed{err: err}
		}
		faces, err := a.look(ctx, m)
		if err != nil {
			return analyzed{err: err}
		}
		r := analyzed{width: m.W, height: m.H, faces: faces, cut: cut}
		if targets != nil {
			r.err = writeAnnotated(targets[i], a.c.lang, m, faces)
		}
		return r
	})
	for i, r := range results {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.err != nil {
			if len(pictures) == 1 && a.failed == 0 {
				return fmt.Errorf("%s: %w", pictures[i].name, r.err)
			}
			a.fail(fmt.Errorf("%s: %w", pictures[i].name, r.err))
		} else if err := p.print(pictures[i].name, r); err != nil {
			return err
		}
		if r.cut != nil {
			a.bar.clear()
			a.c.note("%s was analysed as far as it goes: %s", "%s se analizó hasta donde llega: %s", pictures[i].name, a.c.wording(r.cut))
		}
		a.progress("pictures", i+1, len(pictures))
	}
	if a.failed > 0 {
		return animo.Errorf(animo.CodeOf(a.first), "failed: %d (see above)", "fallaron: %d (véase arriba)", a.failed)
	}
	return ctx.Err()
}

// look finds the faces in a picture and who they are.
func (a *analysis) look(ctx context.Context, m vision.Image) ([]foundFace, error) {
	faces, err := a.engine.Analyze(ctx, m)
	if err != nil {
		return nil, err
	}
	found := make([]foundFace, len(faces))
	for i, f := range faces {
		found[i].Face = f
		if why := f.Unreadable(); len(why) > 0 && !a.plain {
			found[i].unsure = why[0].Code
		}
		if a.people == nil {
			continue
		}
		if who := a.people.Identify(f.Descriptor, animo.Usual, nil); who.Level == vision.Is {
			found[i].person = &who.Match
		}
	}
	for i := range found { // two faces of a photo are not one person
		for j := range found {
			a, b := found[i].person, found[j].person
			if i != j && a != nil && b != nil && a.Person == b.Person && a.Distance < b.Distance {
				found[j].person = nil
			}
		}
	}
	return found, nil
}

// fail reports what went wrong with one picture or person; the others go on.
func (a *analysis) fail(err error) {
	a.bar.clear()
	a.c.fail(err)
	if a.failed++; a.first == nil {
		a.first = err
	}
}

// progress draws the bar where there is something to wait for.
func (a *analysis) progress(stage string, done, total int) {
	if total > 1 {
		a.bar.show(text.Progress{Stage: stage, Done: done, Total: total})
	}
}

// decode reads the picture. Of a JPEG whose end is missing there is what comes before, and cut says so.
func (p picture) decode(ctx context.Context, stdin io.Reader) (m vision.Image, cut, err error) {
	r := interruptible(ctx, stdin)
	if p.path != "" {
		f, err := openPicture(p.path)
		if err != nil {
			return vision.Image{}, nil, err
		}
		defer f.Close()
		r = f
	}
	m, err = vision.Decode(ctx, r, vision.Limits{})
	if animo.CodeOf(err) == animo.TruncatedImage && m.Pix != nil {
		return m, err, nil
	}
	return m, nil, err
}

// writeAnnotated draws what was found onto a copy of a picture.
func writeAnnotated(target, lang string, m vision.Image, faces []foundFace) error {
	var file bytes.Buffer
	if err := encodeAnnotated(&file, target, lang, m, faces); err != nil {
		return err
	}
	return os.WriteFile(target, file.Bytes(), 0o666)
}
