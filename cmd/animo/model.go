package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"animo/text"
)

// modelCmd moves models between a running server and this machine.
type modelCmd struct {
	Pull modelPullCmd `cmd:"" help:"Download a model, to classify with it here or to push it to another server."`
	Push modelPushCmd `cmd:"" help:"Upload a model, which answers there as one that was trained there."`
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
	if err := k.call(ctx, http.MethodPut, "/v1/models/"+url.PathEscape(name)+"/file", send, &taken); err != nil {
		return err
	}
	_, err = io.WriteString(c.stdout, printable(taken.Name)+"\t"+printable(taken.Version)+"\n")
	return err
}
