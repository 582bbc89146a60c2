package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"animo"
)

// peopleCmd looks after the people whom a running server recognises.
type peopleCmd struct {
	Add      peopleAddCmd      `cmd:"" help:"Introduce a person by photos, or add some."`
	List     peopleListCmd     `cmd:"" help:"List the people."`
	Rename   peopleRenameCmd   `cmd:"" help:"Give a person another name, in everything that was recorded, too."`
	Merge    peopleMergeCmd    `cmd:"" help:"Say that two people are one."`
	Examples peopleExamplesCmd `cmd:"" help:"List the faces that a person is known by, or forget one."`
	Remove   peopleRemoveCmd   `cmd:"" help:"Forget a person, and take the name off everything that was recorded."`
}

// personPath is where a server has what it knows of a person.
func personPath(name string) string { return "/v1/people/" + url.PathEscape(name) }

// knownPerson is what a server tells of a person, in part.
type knownPerson struct {
	Name       string
	Examples   int
	Introduced time.Time `json:"introduced_at"`
}

type peopleAddCmd struct {
	Name        string   `arg:"" help:"The person's name."`
	Files       []string `arg:"" name:"file" help:"Photos of the person alone, and folders of such."`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (peopleAddCmd) Help() string {
	return `Three to five photos that differ serve best: other light, other days, with and without glasses. A photo that does not serve is named on stderr with what to mend and does not stop the others; the exit code is 1 then. Photos that are recorded already are looked through for the person.

Examples:

    animo people add Ana ana1.jpg ana2.jpg
    animo people add "José Díaz" fotos/jose`
}

// Run sends the photos, one after the other.
func (p *peopleAddCmd) Run(ctx context.Context, c *console) error {
	files, failed, err := findPhotos(c, p.Files)
	if err != nil {
		return err
	}
	k, err := newClient(p.URL, p.Key, c.lang)
	if err != nil {
		return err
	}
	defer k.http.CloseIdleConnections()
	if len(files) > 0 {
		if err := k.reach(ctx); err != nil {
			return err
		}
	}
	var person knownPerson
	var first error
	if failed > 0 {
		first = errNoPicture
	}
	served := 0
	for i, file := range files {
		err := k.call(ctx, http.MethodPost, personPath(p.Name)+"/photos", fileBody(file), &person)
		if ctx.Err() != nil {
			return animo.Errorf(animo.Interrupted, "interrupted; photos sent: %d of %d", "interrumpido; fotos enviadas: %d de %d", i, len(files))
		}
		if err != nil {
			c.fail(fmt.Errorf("%s: %w", printable(file), err))
			failed, first = failed+1, cmp.Or(first, err)
		} else {
			served++
		}
	}
	if served > 0 {
		fmt.Fprintf(c.stdout, "%s\t%d\n", printable(person.Name), person.Examples)
	}
	if failed > 0 {
		return animo.Errorf(animo.CodeOf(first), "failed: %d (see above)", "fallaron: %d (véase arriba)", failed)
	}
	return nil
}

type peopleListCmd struct {
	serverFlags `embed:""`
}

// Run prints a table of people.
func (p *peopleListCmd) Run(ctx context.Context, c *console) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, c.say("NAME\tEXAMPLES\tINTRODUCED", "NOMBRE\tEJEMPLOS\tPRESENTACIÓN"))
	for after := ""; ; {
		var page struct {
			Items []knownPerson
			Next  string
		}
		if err := p.ask(ctx, c, http.MethodGet, "/v1/people?limit=1000&after="+url.QueryEscape(after), nil, &page); err != nil {
			return err
		}
		for _, one := range page.Items {
			fmt.Fprintf(w, "%s\t%d\t%s\n", printable(one.Name), one.Examples, one.Introduced.Format(time.RFC3339))
		}
		if after = page.Next; after == "" {
			return w.Flush()
		}
	}
}

type peopleRenameCmd struct {
	Name        string `arg:"" help:"The person's name."`
	To          string `arg:"" help:"The new name."`
	serverFlags `embed:""`
}

// Help is the part of --help with the example.
func (peopleRenameCmd) Help() string {
	return `Where somebody else has the new name already and both are one person, merge them instead.

Example:

    animo people rename Ana "Ana María"`
}

// Run changes the name.
func (p *peopleRenameCmd) Run(ctx context.Context, c *console) error {
	var person knownPerson
	if err := p.ask(ctx, c, http.MethodPatch, personPath(p.Name), map[string]string{"name": p.To}, &person); err != nil {
		return err
	}
	c.note("%s is called %s now", "%s se llama ahora %s", printable(p.Name), printable(person.Name))
	return nil
}

type peopleMergeCmd struct {
	Name        string `arg:"" help:"The name that goes."`
	Into        string `arg:"" help:"The name that stays."`
	serverFlags `embed:""`
}

// Help is the part of --help with the example.
func (peopleMergeCmd) Help() string {
	return `The photos that the first is known by, and the faces recorded as the first's, become the second's. It cannot be undone.

Example:

    animo people merge Ani Ana`
}

// Run makes two people one.
func (p *peopleMergeCmd) Run(ctx context.Context, c *console) error {
	var person knownPerson
	if err := p.ask(ctx, c, http.MethodPost, personPath(p.Name)+"/merge", map[string]string{"into": p.Into}, &person); err != nil {
		return err
	}
	c.note("%s is %s now, with %d examples", "%s es ahora %s, con %d ejemplos", printable(p.Name), printable(person.Name), person.Examples)
	return nil
}

type peopleExamplesCmd struct {
	Name        string `arg:"" help:"The person's name."`
	Remove      string `placeholder:"ID" help:"Forget this one, such as a wrong one."`
	serverFlags `embed:""`
}

// Help is the part of --help with the example.
func (peopleExamplesCmd) Help() string {
	return `Each face that the person is known by gives one line: its id, when it was added, and the recorded face that it is, if it is one. After --remove, recorded faces that were named by it are looked through again; where somebody had said that a recorded face is the person's, that is taken back.

Example:

    animo people examples Ana
    animo people examples Ana --remove 3KQ7XWLT5QZC4V2M6D0B8N1HFA`
}

// Run prints the examples that there are, or are left.
func (p *peopleExamplesCmd) Run(ctx context.Context, c *console) error {
	method, path := http.MethodGet, personPath(p.Name)
	if p.Remove != "" {
		method, path = http.MethodDelete, path+"/examples/"+url.PathEscape(p.Remove)
	}
	var person struct {
		KnownBy []struct {
			ID    string
			Added time.Time `json:"added_at"`
			Face  string    `json:"face_id"`
		} `json:"known_by"`
	}
	if err := p.ask(ctx, c, method, path, nil, &person); err != nil {
		return err
	}
	for _, e := range person.KnownBy {
		if _, err := fmt.Fprintf(c.stdout, "%s\t%s\t%s\n", printable(e.ID), e.Added.Format(time.RFC3339), printable(e.Face)); err != nil {
			return err
		}
	}
	return nil
}

type peopleRemoveCmd struct {
	Name        string `arg:"" help:"The person's name."`
	Yes         bool   `help:"Really do it; nothing can be brought back."`
	serverFlags `embed:""`
}

// Help says what animo people remove prints.
func (peopleRemoveCmd) Help() string {
	return `Name, example photos, descriptors, what was said of faces and subscriptions to the person are erased; recorded faces stay, as somebody's who is not known. The receipt goes to stdout: its id, how many examples were removed, how many recorded faces lost the name, and how many subscriptions were removed, with tabs between. The server keeps it: GET /v1/receipts.

Example:

    animo people remove "José Díaz" --yes`
}

// Run erases the person.
func (p *peopleRemoveCmd) Run(ctx context.Context, c *console) error {
	if !p.Yes {
		return usagef("--yes", "what is known of %s will be lost; say --yes if that is meant", "se perderá lo que se sabe de %s; añada --yes si es lo que quiere", printable(p.Name))
	}
	var r animo.Receipt
	if err := p.ask(ctx, c, http.MethodDelete, personPath(p.Name), nil, &r); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "%s\t%d\t%d\t%d\n", r.ID, r.Descriptors, r.Faces, r.Subscriptions)
	return err
}
