package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"animo"
)

// subscriptionsCmd looks after who is told of faces, trainings and batches, at a running server.
type subscriptionsCmd struct {
	Add        subscriptionAddCmd        `cmd:"" help:"Have a program (by webhook) or a person (by e-mail) told of faces, or of trainings and batches."`
	List       subscriptionListCmd       `cmd:"" help:"List who is told, and how each stands."`
	Remove     subscriptionRemoveCmd     `cmd:"" help:"Forget a subscription with what waits for it."`
	Deliveries subscriptionDeliveriesCmd `cmd:"" help:"Show what a subscriber was told and is to be told, newest first."`
	Replay     subscriptionReplayCmd     `cmd:"" help:"Tell a subscriber once more."`
	Rotate     subscriptionRotateCmd     `cmd:"" help:"Make a new secret for a webhook's signatures and print it, once."`
	Resume     subscriptionResumeCmd     `cmd:"" help:"Tell a paused subscriber what waits for it, or try one that fails again, at once."`
	Test       subscriptionTestCmd       `cmd:"" help:"Tell a subscriber of a made-up face now, and print how that went."`
}

// serverFlags say which server a command speaks to.
type serverFlags struct {
	URL string `default:"http://127.0.0.1:8080" env:"ANIMO_URL" placeholder:"URL" help:"The server (default http://127.0.0.1:8080)."`
	Key string `env:"ANIMO_KEY" placeholder:"KEY" help:"API key, where the server wants one. Put it into ANIMO_KEY: others on this machine can see command lines."`
}

// ask sends a request with a value as its JSON, if there is one, and reads the answer into out, if that is wanted.
func (f *serverFlags) ask(ctx context.Context, c *console, method, path string, in, out any) error {
	k, err := newClient(f.URL, f.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	var send body
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		send = func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil }
	}
	return k.call(ctx, method, path, send, out)
}

// subscriptionPath is a subscription's, or that of something below it.
func subscriptionPath(id string, below ...string) string {
	return strings.Join(append([]string{"/v1/subscriptions", url.PathEscape(id)}, below...), "/")
}

// subscriptionFilter says which faces are told.
type subscriptionFilter struct {
	About         string  `json:"about,omitempty"`
	Model         string  `json:"model,omitempty"`
	Mood          string  `json:"mood,omitempty"`
	Person        string  `json:"person,omitempty"`
	Source        *string `json:"source,omitempty"`
	MinConfidence float64 `json:"min_confidence,omitempty"`
}

// words puts a filter into a few words.
func (f subscriptionFilter) words() string {
	var list []string
	if f.About != "" {
		list = append(list, f.About)
	}
	if f.Model != "" {
		list = append(list, "model="+f.Model)
	}
	if f.Mood != "" {
		list = append(list, f.Mood)
	}
	if f.Person != "" {
		list = append(list, "person="+f.Person)
	}
	if f.Source != nil {
		list = append(list, "source="+*f.Source)
	}
	if f.MinConfidence > 0 {
		list = append(list, fmt.Sprintf("≥%g%%", f.MinConfidence))
	}
	if len(list) == 0 {
		return "-"
	}
	return printable(strings.Join(list, " "))
}

// toldReason is why something is as it is, in the client's language.
type toldReason struct {
	Code    animo.Code
	Message string
}

// subscriptionAnswer is what a server tells of a subscription, in part.
type subscriptionAnswer struct {
	ID, Kind, Target, State, Secret string
	Filter                          subscriptionFilter
	Reason                          *toldReason
	Waiting                         int64
	Next                            time.Time `json:"next_attempt"`
}

type subscriptionAddCmd struct {
	serverFlags   `embed:""`
	Target        string  `arg:"" help:"The URL of a webhook, or an e-mail address."`
	Opinions      bool    `help:"Tell of trainings and batches that ended or failed, in place of faces."`
	Model         string  `placeholder:"MODEL" help:"With --opinions: only of this model."`
	Mood          string  `placeholder:"MOOD" help:"Only faces of this mood: HAPPY, SAD, SURPRISED or OTHER."`
	Person        string  `placeholder:"NAME" help:"Only this person."`
	Source        *string `placeholder:"NAME" help:"Only this camera or stage; empty for photos without one."`
	MinConfidence float64 `placeholder:"PERCENT" help:"Only where the most probable emotion has at least so many percent."`
	Language      string  `placeholder:"en|es" help:"Of e-mail."`
	Subject       string  `placeholder:"TEXT" help:"Of e-mail; ThemeNewImage if not said."`
	Digest        int     `placeholder:"MINUTES" help:"Of e-mail: what comes in so many minutes in one mail."`
}

// Help is the part of --help with the examples.
func (subscriptionAddCmd) Help() string {
	return `The subscription's id goes to stdout. A webhook's secret follows on a second line: with it the receiver checks the signatures (Standard Webhooks), and it is not shown again.

Examples:

    animo subscriptions add https://example.com/animo --mood sad --min-confidence 80
    animo subscriptions add ana@example.com --person "Ana" --language es
    animo subscriptions add sala@example.com --digest 30
    animo subscriptions add ana@example.com --opinions --model hoteles`
}

// Run makes the subscription.
func (s *subscriptionAddCmd) Run(ctx context.Context, c *console) error {
	spec := struct {
		Kind     string             `json:"kind"`
		Target   string             `json:"target"`
		Filter   subscriptionFilter `json:"filter"`
		Language string             `json:"language,omitempty"`
		Subject  string             `json:"subject,omitempty"`
		Digest   int                `json:"digest_minutes,omitempty"`
	}{"email", s.Target, subscriptionFilter{"", s.Model, s.Mood, s.Person, s.Source, s.MinConfidence}, s.Language, s.Subject, s.Digest}
	if s.Opinions {
		spec.Filter.About = "opinions"
	}
	if strings.Contains(s.Target, "://") {
		spec.Kind = "webhook"
	}
	var made subscriptionAnswer
	if err := s.ask(ctx, c, http.MethodPost, "/v1/subscriptions", spec, &made); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, made.ID)
	if made.Secret != "" {
		fmt.Fprintln(c.stdout, made.Secret)
		c.note("this is the only time the secret is shown", "el secreto se muestra solo esta vez")
	}
	return nil
}

type subscriptionListCmd struct {
	serverFlags `embed:""`
}

// Run prints a table of subscriptions.
func (s *subscriptionListCmd) Run(ctx context.Context, c *console) error {
	var page struct{ Items []subscriptionAnswer }
	if err := s.ask(ctx, c, http.MethodGet, "/v1/subscriptions", nil, &page); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, c.say("SUBSCRIPTION\tSTATE\tWAITING\tNEXT ATTEMPT\tFILTER\tTARGET", "SUSCRIPCIÓN\tESTADO\tESPERAN\tPRÓXIMO INTENTO\tFILTRO\tDESTINO"))
	for _, i := range page.Items {
		next := "-"
		if !i.Next.IsZero() {
			next = i.Next.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", i.ID, i.State, i.Waiting, next, i.Filter.words(), printable(i.Target))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, i := range page.Items {
		if i.Reason != nil {
			c.note("%s: %s", "%s: %s", i.ID, printable(i.Reason.Message))
		}
	}
	return nil
}

type subscriptionRemoveCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
	Yes         bool   `help:"Really do it; nothing can be brought back."`
}

// Run removes the subscription.
func (s *subscriptionRemoveCmd) Run(ctx context.Context, c *console) error {
	if !s.Yes {
		return usagef("--yes", "what waits for subscription %s will be lost; say --yes if that is meant", "se perderá lo que espera a la suscripción %s; añada --yes si es lo que quiere", printable(s.ID))
	}
	if err := s.ask(ctx, c, http.MethodDelete, subscriptionPath(s.ID), nil, nil); err != nil {
		return err
	}
	c.note("subscription %s is forgotten", "la suscripción %s quedó olvidada", s.ID)
	return nil
}

type subscriptionRotateCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
}

// Run prints the new secret.
func (s *subscriptionRotateCmd) Run(ctx context.Context, c *console) error {
	var answer subscriptionAnswer
	if err := s.ask(ctx, c, http.MethodPost, subscriptionPath(s.ID, "rotate"), nil, &answer); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, answer.Secret)
	c.note("this is the only time the secret is shown; the one before holds for a day more", "el secreto se muestra solo esta vez; el anterior vale un día más")
	return nil
}

type subscriptionResumeCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
}

// Run resumes the subscription.
func (s *subscriptionResumeCmd) Run(ctx context.Context, c *console) error {
	var answer subscriptionAnswer
	if err := s.ask(ctx, c, http.MethodPost, subscriptionPath(s.ID, "resume"), nil, &answer); err != nil {
		return err
	}
	c.note("subscription %s is told again; waiting: %d", "la suscripción %s vuelve a recibir; esperan: %d", s.ID, answer.Waiting)
	return nil
}
