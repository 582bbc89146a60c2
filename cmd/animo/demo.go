package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/samples"
)

// demoCmd shows what Animo does, on samples of its own.
type demoCmd struct {
	Listen string `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to serve on, of this machine only; where the port is taken, a free one is."`
	Data   string `type:"path" placeholder:"DIR" help:"Folder for everything that is kept; without it, a new one that is removed at the end."`
	Photos string `type:"path" placeholder:"DIR" help:"Show the photos of this folder instead of the six that come with Animo."`
	Once   bool   `help:"End when everything is shown, instead of leaving the server up."`
}

// Help is the part of --help with the examples.
func (demoCmd) Help() string {
	return `It starts a whole Animo in this process, with the default settings, and does over its API what you would do: introduces two people, has a program of its own told by webhook when the first is seen, sends photos, and follows the live stream of the moods that are found in them; sends a file of 120 Spanish opinions, waits until a model is trained, and asks it about opinions that are new to it. Then the server is yours until Ctrl-C.

Examples:

    animo demo
    animo demo --photos ~/Fotos/fiesta --data /tmp/animo`
}

// Run shows everything, and then waits for Ctrl-C.
func (d *demoCmd) Run(ctx context.Context, c *console) (err error) {
	settings := config.Default()
	settings.Listen, settings.Data = d.Listen, d.Data
	settings.AllowPrivateWebhooks = true // the program that is told runs here, too
	if !settings.Loopback() {
		return usagef("--listen", "%q is not an address of this machine only, such as 127.0.0.1:8080; animo serve serves on others",
			"%q no es una dirección solo de esta máquina, como 127.0.0.1:8080; animo serve sirve en otras", d.Listen)
	}
	photos, people, err := d.samples(c)
	if err != nil {
		return err
	}
	if settings.Data == "" {
		if settings.Data, err = os.MkdirTemp("", "animo-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.remove(c, settings.Data)) }()
	}
	a, failed, err := d.start(ctx, c, settings)
	if err != nil {
		return err
	}
	defer func() {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settings.StopTime)
		defer cancel()
		err = errors.Join(err, a.Stop(stopCtx))
	}()
	k, err := newClient("http://"+a.Addr(), "", c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	showCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signal.Ignore(syscall.SIGPIPE) // it would end the process at once, and leave the folder
	defer signal.Reset(syscall.SIGPIPE)
	show := &demo{c: c, client: k, ink: newInk(c.stdout), lost: cancel, photos: photos, people: people, model: "opiniones.txt"}
	show.welcome(settings.Data, d.Data == "")
	shown := make(chan error, 1)
	go func() { shown <- show.run(showCtx) }()
	select {
	case err = <-shown:
	case err = <-failed:
		cancel(err)
		<-shown
	}
	if ctx.Err() == nil && showCtx.Err() != nil {
		err = context.Cause(showCtx)
	}
	if err != nil || d.Once {
		return err
	}
	show.next()
	select {
	case <-showCtx.Done():
		if ctx.Err() != nil {
			return nil
		}
		return context.Cause(showCtx)
	case err = <-failed:
		return err
	}
}

// remove removes the folder that the demo made for itself, and says so.
func (d *demoCmd) remove(c *console, folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	c.note("%s is removed", "se borró %s", printable(folder))
	return nil
}

// start starts Animo, on another port where the one asked for is taken.
func (d *demoCmd) start(ctx context.Context, c *console, settings config.Config) (*app.App, <-chan error, error) {
	log, err := newLogger(c, "text", "warn")
	if err != nil {
		return nil, nil, err
	}
	options := app.Options{Version: animo.Release(), Log: log}
	a, err := app.New(ctx, settings, options)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(settings.Listen) // it has been listened on
		c.note("%s is taken, so another port serves", "%s está ocupado, así que sirve otro puerto", settings.Listen)
		settings.Listen = net.JoinHostPort(host, "0")
		a, err = app.New(ctx, settings, options)
	}
	if err != nil {
		return nil, nil, err
	}
	return a, a.Start(ctx), nil
}

// demoPhoto is a photo to send.
type demoPhoto struct {
	name string
	open body
	ours bool // of the samples, which were taken years ago and are shown as if it were now
}

// samples returns the photos to send, and the people to recognise in them. Nobody knows who is in photos of others.
func (d *demoCmd) samples(c *console) (photos []demoPhoto, people []samples.Person, err error) {
	if d.Photos != "" {
		files, _, err := findPhotos(c, []string{d.Photos}) // what is none has been named
		for _, path := range files {
			photos = append(photos, demoPhoto{name: filepath.Base(path), open: fileBody(path)})
		}
		return photos, nil, err
	}
	list, err := samples.Photos()
	if err == nil {
		people, err = samples.People()
	}
	for _, p := range list {
		photos = append(photos, demoPhoto{p.Name, bytesBody(p.JPEG), true})
	}
	return photos, people, err
}

// bytesBody is a body that is in memory.
func bytesBody(b []byte) body {
	return func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil }
}
