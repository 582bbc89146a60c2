package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"animo"
)

// deliveryAnswer is what a server tells of a delivery, in part.
type deliveryAnswer struct {
	ID, Kind, Outcome string
	Added             time.Time
	Attempts          int
	Face              string `json:"face_id"`
	Last              *struct {
		Time    time.Time
		Status  int
		Failure *toldReason
	} `json:"last_attempt"`
	Note *toldReason
}

// row is a delivery's line in a table.
func (d *deliveryAnswer) row() string {
	what, said := d.Face, "-"
	if what == "" {
		what = "-"
	}
	switch {
	case d.Note != nil:
		said = d.Note.Message
	case d.Last != nil && d.Last.Failure != nil:
		said = d.Last.Failure.Message
	case d.Last != nil && d.Last.Status > 0:
		said = fmt.Sprint(d.Last.Status)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s\t%s", d.ID, d.Added.Format(time.RFC3339), d.Kind, d.Outcome, d.Attempts, what, printable(said))
}

type subscriptionDeliveriesCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
	Limit       int    `default:"20" placeholder:"N" help:"How many to print at most."`
}

// Run prints a table of deliveries.
func (s *subscriptionDeliveriesCmd) Run(ctx context.Context, c *console) error {
	if s.Limit < 1 {
		return usagef("--limit", "print at least 1", "muestre al menos 1")
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, c.say("DELIVERY\tADDED\tKIND\tOUTCOME\tATTEMPTS\tFACE\tLAST ANSWER", "ENTREGA\tAÑADIDA\tTIPO\tRESULTADO\tINTENTOS\tROSTRO\tÚLTIMA RESPUESTA"))
	after := ""
	for left := s.Limit; left > 0; {
		query := url.Values{"limit": {fmt.Sprint(min(left, 1000))}}
		if after != "" {
			query.Set("after", after)
		}
		var page struct {
			Items []deliveryAnswer
			Next  string
		}
		if err := s.ask(ctx, c, http.MethodGet, subscriptionPath(s.ID, "deliveries?"+query.Encode()), nil, &page); err != nil {
			return err
		}
		for _, d := range page.Items {
			fmt.Fprintln(w, d.row())
		}
		left -= len(page.Items)
		if after = page.Next; after == "" {
			break
		}
	}
	return w.Flush()
}

type subscriptionReplayCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
	Delivery    string `arg:"" optional:"" help:"One delivery, by its number."`
	Since       string `placeholder:"TIME" help:"All that came since then: RFC 3339, a date, or so long ago, such as --since=-1h."`
}

// Run replays one delivery or many.
func (s *subscriptionReplayCmd) Run(ctx context.Context, c *console) error {
	if (s.Delivery == "") == (s.Since == "") {
		return usagef("--since", "name either a delivery or a time", "nombre una entrega o una hora")
	}
	if s.Delivery != "" {
		err := s.ask(ctx, c, http.MethodPost, subscriptionPath(s.ID, "deliveries", url.PathEscape(s.Delivery), "replay"), nil, nil)
		if err == nil {
			c.note("it will be told once more", "se contará otra vez")
		}
		return err
	}
	var answer struct{ Count int }
	if err := s.ask(ctx, c, http.MethodPost, subscriptionPath(s.ID, "replay?"+url.Values{"since": {s.Since}}.Encode()), nil, &answer); err != nil {
		return err
	}
	c.note("deliveries that will be told once more: %d", "entregas que se contarán otra vez: %d", answer.Count)
	return nil
}

type subscriptionTestCmd struct {
	serverFlags `embed:""`
	ID          string `arg:"" help:"The subscription."`
}

// Run prints how the test went.
func (s *subscriptionTestCmd) Run(ctx context.Context, c *console) error {
	var d deliveryAnswer
	if err := s.ask(ctx, c, http.MethodPost, subscriptionPath(s.ID, "test"), nil, &d); err != nil {
		return err
	}
	if d.Last != nil && d.Last.Failure != nil {
		return &animo.Error{Code: d.Last.Failure.Code, EN: d.Last.Failure.Message, ES: d.Last.Failure.Message}
	}
	fmt.Fprintln(c.stdout, d.Outcome)
	return nil
}
