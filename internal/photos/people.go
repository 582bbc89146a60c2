package photos

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/internal/table"
)

// What is known of people, by what the keys are. A name stands in a person's row and, for readers, in the moods'
// tables; all else knows people by their ids, which say nothing about them.
const (
	peopleTable      = "people"          // person's id -> personRow
	namesTable       = "people-names"    // name -> person's id
	examplesTable    = "people-examples" // person's id/example's id -> example
	personFacesTable = "people-faces"    // person's id/moment taken/face id -> mood; may hold faces that are not the person's any more
	identitiesTable  = "face-people"     // face id -> identity
	unsettledTable   = "face-unsettled"  // face id -> unsettled
	changesTable     = "people-changes"  // person's id -> change
	galleryTable     = "gallery"         // galleryKey -> another value after each change of people or examples
	galleryKey       = "changed"
	soughtKey        = "sought" // the value under galleryKey with which recorded faces were looked through last
)

// PeopleChanged is the type of the event that says that faces that are recorded may be another's.
const PeopleChanged = "people.changed"

// personRow is what the people table keeps.
type personRow struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Introduced time.Time `json:"introduced"`
	Changed    time.Time `json:"changed"`
	Mark       string    `json:"mark"`            // another after each change of the examples
	Sought     string    `json:"found,omitempty"` // the mark with which recorded faces were looked through last

	rev int64
}

// maxPerson is how long a person's name may be, in bytes.
const maxPerson = 128

// checkPerson answers UnsafeName for what cannot be a person's name.
func checkPerson(name string) error {
	if name == "" || len(name) > maxPerson || !utf8.ValidString(name) || strings.TrimSpace(name) != name || name == "." || name == ".." ||
		strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, `/\`) {
		return animo.Errorf(animo.UnsafeName, "%q cannot be a person's name: use 1 to %d bytes without slashes and control characters, no space at either end",
			"%q no puede ser el nombre de una persona: use de 1 a %d bytes sin barras ni caracteres de control, sin espacios en los extremos", animo.Clip(name), maxPerson).Of("name")
	}
	return nil
}

func noPerson(name string) error {
	return animo.Errorf(animo.NotFound, "nobody called %q was introduced", "no se ha presentado a nadie llamado %q", animo.Clip(name)).Of("name")
}

// personByID reads a person's row, or answers NotFound.
func (f *Flow) personByID(ctx context.Context, tenant, id string) (row personRow, err error) {
	row.rev, err = f.tables.GetJSON(ctx, tenant, peopleTable, id, &row)
	return row, err
}

// person finds whom a name means, or answers NotFound.
func (f *Flow) person(ctx context.Context, tenant, name string) (row personRow, err error) {
	id, err := f.tables.Get(ctx, tenant, namesTable, name)
	if err == nil {
		row, err = f.personByID(ctx, tenant, string(id.Value))
	}
	if gone(err) || err == nil && row.Name != name { // a change of the name broke off, or is under way
		err = noPerson(name)
	}
	return row, err
}

// meet finds whom a name means, and makes somebody new of it where it means nobody.
func (f *Flow) meet(ctx context.Context, tenant, name string) (personRow, error) {
	for {
		row, err := f.person(ctx, tenant, name)
		if !gone(err) {
			return row, err
		}
		claim, err := f.tables.Get(ctx, tenant, namesTable, name)
		if err != nil && !gone(err) {
			return row, err
		}
		if err == nil {
			if err := f.endChange(ctx, tenant, string(claim.Value)); err != nil {
				return row, err
			}
			if row, err = f.personByID(ctx, tenant, string(claim.Value)); err == nil && row.Name == name {
				return row, nil
			} else if err != nil && !gone(err) {
				return row, err
			}
		}
		// Nobody has the name: it is free, or was claimed for somebody who did not come to have it.
		row = personRow{ID: rand.Text(), Name: name, Introduced: f.moment(), Changed: f.moment(), Mark: rand.Text()}
		err = f.tables.Swap(ctx, tenant, namesTable, table.Row{Key: name, Value: []byte(row.ID), Rev: claim.Rev})
		if err == nil {
			err = f.savePerson(ctx, tenant, &row)
		}
		if !conflict(err) {
			return row, err
		}
	}
}

// moment is the time as rows keep it.
func (f *Flow) moment() time.Time { return f.now().UTC().Truncate(time.Millisecond) }

// savePerson writes a person's row unless somebody changed or erased it since it was read: then it answers
// Conflict.
func (f *Flow) savePerson(ctx context.Context, tenant string, row *personRow) error {
	return f.tables.ReplaceJSON(ctx, tenant, peopleTable, row.ID, &row.rev, row)
}

// changePerson changes a person's row. It answers NotFound when there is none any more.
func (f *Flow) changePerson(ctx context.Context, tenant, id string, change func(*personRow)) error {
	for {
		row, err := f.personByID(ctx, tenant, id)
		if err != nil {
			return err
		}
		change(&row)
		if err := f.savePerson(ctx, tenant, &row); !conflict(err) {
			return err
		}
	}
}

// touch says that a person's examples are others now, and gives the person as it is then.
func (f *Flow) touch(ctx context.Context, tenant, id string) (now personRow, err error) {
	err = f.changePerson(ctx, tenant, id, func(row *personRow) {
		row.Mark, row.Changed = rand.Text(), f.moment()
		now = *row
	})
	return now, err
}

// sayPeopleChanged has every process take note of a change of the tenant's people, and recorded faces looked
// through for whom they are now.
func (f *Flow) sayPeopleChanged(ctx context.Context, tenant string) error {
	if err := f.tables.Put(ctx, tenant, galleryTable, table.Row{Key: galleryKey, Value: []byte(rand.Text())}); err != nil {
		return err
	}
	return f.haveSought(ctx, tenant)
}

// Person tells of one person, or answers NotFound.
func (f *Flow) Person(ctx context.Context, tenant, name string) (animo.Person, error) {
	row, err := f.person(ctx, tenant, name)
	if err != nil {
		return animo.Person{}, err
	}
	return f.describe(ctx, tenant, row)
}

// describe tells of a person with the examples.
func (f *Flow) describe(ctx context.Context, tenant string, row personRow) (animo.Person, error) {
	p := animo.Person{ID: row.ID, Name: row.Name, Introduced: row.Introduced, Changed: row.Changed, Examples: []animo.Example{}}
	list, err := f.examples(ctx, tenant, row.ID)
	for _, e := range list {
		if !e.Not {
			p.Examples = append(p.Examples, animo.Example{ID: e.id, Added: e.Added, Face: e.Face})
		}
	}
	return p, err
}

// People lists people by name, at most limit of them, beginning after the name `after`, "" for the start. next
// is "" at the end.
func (f *Flow) People(ctx context.Context, tenant, after string, limit int) (page []animo.Person, next string, err error) {
	page = []animo.Person{}
	var from string
	if after != "" {
		from = after + "\x00"
	}
	for claim, err := range f.tables.Query(ctx, tenant, namesTable, table.Range{From: from}, false) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit {
			return page, page[limit-1].Name, nil
		}
		row, err := f.personByID(ctx, tenant, string(claim.Value))
		if gone(err) || err == nil && row.Name != claim.Key {
			continue
		}
		var p animo.Person
		if err == nil {
			p, err = f.describe(ctx, tenant, row)
		}
		if err != nil {
			return nil, "", err
		}
		page = append(page, p)
	}
	return page, "", nil
}
