package people

import (
	"context"
	"strings"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/table"
)

// RemoveExampleID is RemoveExample for what a log of erasures names: the person's id, "/" and the example's, which was added at that
// moment. The same face may have been added again later.
func (p *People) RemoveExampleID(ctx context.Context, tenant, key string, added time.Time) error {
	person, id, _ := strings.Cut(key, "/")
	who, err := withID(ctx, p.tables, tenant, person)
	if err != nil {
		return err
	}
	row, err := p.tables.Get(ctx, tenant, examplesTable, key)
	if err != nil {
		return err
	}
	if e, err := exampleOf(row); err != nil || !e.Added.Equal(added) {
		return err
	}
	_, err = p.RemoveExample(ctx, tenant, who.Name, id)
	return err
}

// RemoveExample forgets a face by which a person is known, such as a wrong one, with its thumbnail; recorded faces that were named
// by it are looked through again. Where somebody had said that a recorded face is the person's, that is taken back. It returns the person as
// known then, and answers NotFound where there is no such person or example.
func (p *People) RemoveExample(ctx context.Context, tenant, name, id string) (animo.Person, error) {
	none := animo.Errorf(animo.NotFound, "%s has no example %q", "%s no tiene el ejemplo %q", animo.Clip(name), animo.Clip(id)).Of("example")
	if id == "" || len(id) > table.MaxKey/2 {
		return animo.Person{}, none
	}
	var who faces.Person
	var added time.Time
	face := ""
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
		face = ""
		if who, err = faces.PersonCalled(tx, name); err != nil {
			return err
		}
		rows, err := tx.Read(table.Key{Table: examplesTable, Key: exampleKey(who.ID, id)})
		if err != nil {
			return err
		}
		if rows[0].Rev == 0 {
			return none
		}
		e, err := exampleOf(rows[0])
		if err != nil {
			return err
		}
		if e.Not {
			return none
		}
		added = e.Added
		tx.Delete(examplesTable, exampleKey(who.ID, id))
		if who, err = p.touch(tx, who.ID); err != nil || e.Face == "" {
			return err
		}
		s, err := sight(tx, e.Face)
		if animo.CodeOf(err) == animo.NotFound {
			return nil // its photo was erased, or analysed again
		}
		if err != nil || !s.who.Said || s.who.Person != who.ID {
			return err
		}
		said := s.who
		said.Person, said.Similarity, said.Said = "", 0, false
		if _, _, err := identify(tx, &s, said); err != nil {
			return err
		}
		face = e.Face
		return p.unsettle(tx, face, who.ID)
	})
	if err != nil {
		return animo.Person{}, err
	}
	if err := p.removeThumbnails(ctx, tenant, []string{exampleObject(who.ID, id)}); err != nil {
		return animo.Person{}, err
	}
	if err := p.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Example, ID: exampleKey(who.ID, id), Accepted: added}); err != nil {
		return animo.Person{}, err
	}
	if face != "" {
		if err := p.Settle(ctx, tenant, face); err != nil {
			return animo.Person{}, err
		}
	}
	p.moods.Wake(tenant)
	if err := p.publishChanged(ctx, tenant); err != nil {
		return animo.Person{}, err
	}
	return p.describe(ctx, tenant, who)
}
