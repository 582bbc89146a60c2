package faces

import (
	"context"
	"iter"
	"strings"

	"animo"
	"animo/internal/table"
)

// The tables of people, by what their keys are. A name stands in a person's row and, for readers, in the moods' tables;
// all else knows people by their ids, which say nothing about them.
const (
	NamesTable       = "people-names" // name -> person's id
	PersonFacesTable = "people-faces" // person's id/MomentKey -> mood; each is the person's, recorded or about to be
)

// NoPerson is what is answered for a name that nobody has.
func NoPerson(name string) error {
	return animo.Errorf(animo.NotFound, "nobody called %q was introduced", "no se ha presentado a nadie llamado %q", animo.Clip(name)).Of("name")
}

// ReadPerson reads a person's row in one call; rev is 0 where there is none.
func ReadPerson(r Reader, id string) (p Person, rev int64, err error) {
	rows, err := r.Read(table.Key{Table: PeopleTable, Key: id})
	if err == nil && rows[0].Rev != 0 {
		err = table.Decode(PeopleTable, rows[0], &p)
	}
	if err != nil {
		return p, 0, err
	}
	return p, rows[0].Rev, nil
}

// PersonCalled finds whom a name means in two calls, or answers NotFound.
func PersonCalled(r Reader, name string) (p Person, err error) {
	if name == "" || len(name) > table.MaxKey {
		return p, NoPerson(name)
	}
	rows, err := r.Read(table.Key{Table: NamesTable, Key: name})
	if err != nil {
		return p, err
	}
	if rows[0].Rev == 0 {
		return p, NoPerson(name)
	}
	p, rev, err := ReadPerson(r, string(rows[0].Value))
	if err == nil && (rev == 0 || p.Name != name) {
		err = NoPerson(name)
	}
	return p, err
}

// Listed is the row that lists a face as a person's.
func Listed(person string, k Key) table.Row {
	return table.Row{Key: person + "/" + k.Key, Value: []byte(k.Mood)}
}

// OfPerson yields the faces that are listed as a person's, by when they were taken: those with keys from one, which may
// be "", to before another, "" for no end.
func OfPerson(ctx context.Context, t *table.Table, tenant, person, from, to string, reverse bool) iter.Seq2[Key, error] {
	prefix := person + "/"
	r := table.Range{Prefix: prefix, From: prefix + from}
	if to != "" {
		r.To = prefix + to
	}
	return func(yield func(Key, error) bool) {
		for row, err := range t.Query(ctx, tenant, PersonFacesTable, r, reverse) {
			if !yield(Key{animo.Mood(row.Value), strings.TrimPrefix(row.Key, prefix)}, err) || err != nil {
				return
			}
		}
	}
}
