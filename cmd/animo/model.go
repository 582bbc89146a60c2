package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"animo/text"
)

// modelCmd moves models between a running server and this machine, and says which version answers there.
type modelCmd struct {
	Pull modelPullCmd `cmd:"" help:"Download a model, to classify with it here or to push it to another server."`
	Push modelPushCmd `cmd:"" help:"Upload a model, which answers there as one that was trained there."`

	Publish    modelPublishCmd    `cmd:"" help:"Let a version of a model answer: one that is held, or an earlier one."`
	Alias      modelAliasCmd      `cmd:"" help:"Give a version of a model another name, such as challenger."`
	Add        modelAddCmd        `cmd:"" help:"Have a model learn from one more file of labelled opinions."`
	Experiment modelExperimentCmd `cmd:"" help:"Compare a version of a model with the one that answers, on what is asked."`
	Schedule   modelScheduleCmd   `cmd:"" help:"Say when a model is trained by itself."`
	Policy     modelPolicyCmd     `cmd:"" help:"Say which trained versions of a model answer by themselves."`
}

const packedEnd = ".zip"

type modelPullCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Version     string `placeholder:"ID" help:"Which version; without it, the one that answers."`
	Out         string `short:"o" required:"" placeholder:"PATH" help:"Where to: a file whose name ends in .zip, or a folder, as train --out saves a model."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelPullCmd) Help() string {
	return `What comes is checked as a whole before it is there under its name. animo classify and evaluate take both, the file and the folder.

Examples:

    animo model pull hoteles --out hoteles.zip
    animo classify --model hoteles.zip "Las camas estaban mal arregladas"`
}

// Run downloads a model and checks it.
func (p *modelPullCmd) Run(ctx context.Context, c *console) (err error) {
	k, err := newClient(p.URL, p.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	path := "/v1/models/" + url.PathEscape(p.Model)
	if p.Version != "" {
		path += "/versions/" + url.PathEscape(p.Version)
	}
	res, _, err := k.open(ctx, http.MethodGet, path+"/file", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return problemOf(res)
	}
	file, err := createWhole(p.Out, packedEnd)
	if err != nil {
		return err
	}
	defer file.discard()
	if _, err := io.Copy(file, res.Body); err != nil {
		return err
	}
	model, report, err := text.Load(file.Name())
	if err != nil {
		return err
	}
	if strings.HasSuffix(p.Out, packedEnd) {
		err = file.place()
	} else {
		err = text.Save(p.Out, model, report)
	}
	if err == nil {
		c.note("saved in %[1]s; try: animo classify --model %[1]s \"Muy buen hotel\"", "guardado en %[1]s; pruebe: animo classify --model %[1]s \"Muy buen hotel\"", p.Out)
	}
	return err
}

type modelPushCmd struct {
	Path        string `arg:"" help:"A folder that train --out saved, or a file that pull saved."`
	As          string `placeholder:"MODEL" help:"The model's id at the server; otherwise the name of the folder or file. Where there is such a model, this is its new version."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelPushCmd) Help() string {
	return `It prints the model's id and version. Pushing the newest version once more changes nothing.

Examples:

    animo train resenas.csv --out hoteles && animo model push hoteles
    animo model push hoteles.zip --as hoteles-2026 --url https://animo.example`
}

// Run checks a model and uploads it.
func (p *modelPushCmd) Run(ctx context.Context, c *console) error {
	model, report, err := text.Load(p.Path)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := text.Pack(&packed, model, report); err != nil {
		return err
	}
	k, err := newClient(p.URL, p.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	name := p.As
	if name == "" {
		whole, err := filepath.Abs(p.Path) // of . and of .., too
		if err != nil {
			return err
		}
		name = strings.TrimSuffix(filepath.Base(whole), packedEnd)
	}
	var taken struct{ Name, Version string }
	send := func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(packed.Bytes())), int64(packed.Len()), nil
	}
	if err := k.call(ctx, http.MethodPut, modelPath(name, "file"), send, &taken); err != nil {
		return err
	}
	_, err = io.WriteString(c.stdout, printable(taken.Name)+"\t"+printable(taken.Version)+"\n")
	return err
}

type modelPublishCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Version     string `arg:"" optional:"" help:"Which version, by its id or an alias; without it, the newest."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelPublishCmd) Help() string {
	return `A trained version is held, and does not answer, where it may be no better than guessing, where it is worse than the one that answers, or where
the model's policy says so. Its status says why.

Examples:

    animo model publish hoteles
    animo model publish hoteles 20261130T101500.000Z-1a2b3c4d`
}

// Run lets the version answer.
func (p *modelPublishCmd) Run(ctx context.Context, c *console) (err error) {
	if p.Version == "" {
		if p.Version, err = p.newest(ctx, c, p.Model); err != nil {
			return err
		}
	}
	if err := p.ask(ctx, c, http.MethodPut, modelPath(p.Model, "current"), map[string]string{"version": p.Version}, nil); err != nil {
		return err
	}
	c.note("version %s of %s answers", "la versión %s de %s responde", p.Version, p.Model)
	return nil
}

type modelAddCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Path        string `arg:"" type:"existingfile" help:"The file, as animo train takes it."`
	As          string `placeholder:"NAME" help:"Its name there; without it, its own. A name that the model has is a new revision of that file."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelAddCmd) Help() string {
	return `The server trains a version that learns from the file, too; it answers where it is not worse. It prints the model's id and the version.

Examples:

    animo model add hoteles junio.csv
    animo model add hoteles export.csv --as junio.csv`
}

// Run uploads the file.
func (a *modelAddCmd) Run(ctx context.Context, c *console) error {
	k, err := newClient(a.URL, a.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	var asked struct{ Name, Version string }
	name := cmp.Or(a.As, filepath.Base(a.Path))
	if err := k.call(ctx, http.MethodPut, modelPath(a.Model, "datasets/"+url.PathEscape(name)), opinionBody(a.Path), &asked); err != nil {
		return err
	}
	_, err = io.WriteString(c.stdout, printable(asked.Name)+"\t"+printable(asked.Version)+"\n")
	return err
}

type modelExperimentCmd struct {
	Model       string  `arg:"" help:"The model's id at the server."`
	Challenger  string  `arg:"" optional:"" help:"Which version to try, by its id or an alias; without it, tell what the experiment has shown."`
	Share       float64 `placeholder:"PART" help:"Of the texts that it answers, up to 0.9; without it, none: it is asked, too, and counted."`
	Automatic   bool    `help:"Have it answer all once it is known to be better."`
	End         bool    `help:"End the experiment."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelExperimentCmd) Help() string {
	return `Which of the two is right more often is known by the answers that people correct. One may look as often as one likes. A version that is worse stops answering by itself.

Examples:

    animo model experiment hoteles challenger --share 0.5 --automatic
    animo model experiment hoteles
    animo model experiment hoteles --end`
}

// Run begins, tells or ends the experiment.
func (m *modelExperimentCmd) Run(ctx context.Context, c *console) error {
	path := modelPath(m.Model, "experiment")
	if m.End {
		return m.ask(ctx, c, http.MethodDelete, path, nil, nil)
	}
	type sides struct{ Champion, Challenger int }
	var trial struct {
		Known        string
		Texts, Wrong sides
	}
	var err error
	if m.Challenger == "" {
		err = m.ask(ctx, c, http.MethodGet, path, nil, &trial)
	} else {
		err = m.ask(ctx, c, http.MethodPut, path, map[string]any{"challenger": m.Challenger, "share": m.Share, "automatic": m.Automatic}, &trial)
	}
	if err == nil {
		_, err = fmt.Fprintf(c.stdout, c.say("%s\nchampion: %d texts, %d corrected\nchallenger: %d texts, %d corrected\n", "%s\nla que responde: %d textos, %d corregidos\nla retadora: %d textos, %d corregidos\n"),
			printable(trial.Known), trial.Texts.Champion, trial.Wrong.Champion, trial.Texts.Challenger, trial.Wrong.Challenger)
	}
	return err
}

type modelScheduleCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Cron        string `placeholder:"FIELDS" help:"At these times: minute, hour, day of the month, month and day of the week."`
	TimeZone    string `placeholder:"ZONE" help:"Whose clocks --cron is by, as IANA calls it; without it, the tenant's."`
	NewRows     int    `placeholder:"N" help:"Once so many rows and corrections have come."`
	Drift       bool   `help:"Once the texts that it is asked about have changed."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (modelScheduleCmd) Help() string {
	return `A model learns from the newest revisions of the files that it was trained with, and from its corrections. Without any flag it is no longer trained by itself.

Examples:

    animo model schedule hoteles --cron "0 4 * * 1" --time-zone America/Havana     # on Mondays at four
    animo model schedule hoteles --new-rows 200 --drift`
}

// Run sets the schedule and tells the next time.
func (m *modelScheduleCmd) Run(ctx context.Context, c *console) error {
	var model struct {
		Schedule *struct{ Next time.Time }
	}
	body := map[string]any{"cron": m.Cron, "time_zone": m.TimeZone, "new_rows": m.NewRows, "drift": m.Drift}
	if err := m.ask(ctx, c, http.MethodPut, modelPath(m.Model, "schedule"), body, &model); err != nil {
		return err
	}
	switch {
	case model.Schedule == nil:
		c.note("%s is no longer trained by itself", "%s ya no se entrena por sí mismo", m.Model)
	case model.Schedule.Next.IsZero():
		c.note("%s is trained by itself", "%s se entrena por sí mismo", m.Model)
	default:
		c.note("%s is trained by itself, next at %s", "%s se entrena por sí mismo, la próxima vez el %s", m.Model, model.Schedule.Next.Format(time.RFC3339))
	}
	return nil
}

type modelAliasCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Alias       string `arg:"" help:"The other name; champion always is the version that answers."`
	Version     string `arg:"" optional:"" help:"Which version, by its id or an alias; without it, the newest."`
	Remove      bool   `help:"Take the name away."`
	serverFlags `embed:""`
}

// Run gives the name, or takes it away.
func (a *modelAliasCmd) Run(ctx context.Context, c *console) (err error) {
	path := modelPath(a.Model, "aliases/"+url.PathEscape(a.Alias))
	if a.Remove {
		return a.ask(ctx, c, http.MethodDelete, path, nil, nil)
	}
	if a.Version == "" {
		a.Version, err = a.newest(ctx, c, a.Model)
	}
	if err == nil {
		err = a.ask(ctx, c, http.MethodPut, path, map[string]string{"version": a.Version}, nil)
	}
	return err
}

// newest asks for the newest version of a model.
func (f *serverFlags) newest(ctx context.Context, c *console, model string) (string, error) {
	var newest struct{ Version string }
	err := f.ask(ctx, c, http.MethodGet, "/v1/training/"+url.PathEscape(model), nil, &newest)
	return newest.Version, err
}

type modelPolicyCmd struct {
	Model       string `arg:"" help:"The model's id at the server."`
	Policy      string `arg:"" enum:"automatic,ask,never" help:"automatic: those that are better than guessing and not worse than the one that answers; ask: none, and subscriptions are told; never: none, and nobody is told."`
	serverFlags `embed:""`
}

// Run sets the policy.
func (p *modelPolicyCmd) Run(ctx context.Context, c *console) error {
	if err := p.ask(ctx, c, http.MethodPut, modelPath(p.Model, "policy"), map[string]string{"policy": p.Policy}, nil); err != nil {
		return err
	}
	c.note("the policy of %s is %s", "la política de %s es %s", p.Model, p.Policy)
	return nil
}

// modelPath is what lies below a model.
func modelPath(id, below string) string { return "/v1/models/" + url.PathEscape(id) + "/" + below }
