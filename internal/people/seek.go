package people

import (
	"context"
	"errors"
	"slices"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
	"animo/vision"
)

// publishChanged publishes the event that starts seek, unless descriptors are not kept: without them seek finds nobody. Where
// such an event waits already, the bus adds none.
func (p *People) publishChanged(ctx context.Context, tenant string) error {
	if !p.keep {
		return nil
	}
	e, err := animo.NewEvent(animo.ID(Changed, tenant), source, Changed, tenant, tenant, p.now(), struct{}{})
	if err != nil {
		return err
	}
	return p.events.Publish(ctx, e)
}

// seek looks through the recorded faces for the people whose examples changed after the last look. So somebody who is
// introduced after a party is found in the party's photos, and what somebody says of one face holds for faces like it. seek
// compares descriptors and opens no picture. Faces of which somebody said whose they are stay that person's.
func (p *People) seek(ctx context.Context, e animo.Event) error {
	for {
		change, err := galleryChange(ctx, p.tables, e.Tenant)
		if err != nil {
			return err
		}
		marks, err := sought(ctx, p.tables, e.Tenant)
		if err != nil {
			return err
		}
		if len(marks) == 0 {
			return p.tables.Put(ctx, e.Tenant, galleryTable, table.Row{Key: soughtKey, Value: change.Value})
		}
		known, err := p.known(ctx, e.Tenant)
		if err != nil {
			return err
		}
		var changed vision.Gallery
		for id := range marks {
			list, err := p.examples(ctx, e.Tenant, id)
			if err != nil {
				return err
			}
			for _, x := range list { // of both kinds, because a face near one that is not the person's may lose the name
				if err := changed.Add(id, x.descriptor); err != nil {
					return err
				}
			}
		}
		if err := p.seekAll(ctx, e.Tenant, known, &changed, marks); err != nil {
			return err
		}
		for id, mark := range marks {
			err := p.tables.Update(ctx, e.Tenant, func(tx *table.Tx) error {
				var row faces.Person
				if found, err := tx.GetJSON(faces.PeopleTable, id, &row); err != nil || !found {
					return err
				}
				row.Sought = mark
				return tx.PutJSON(faces.PeopleTable, id, row)
			})
			if err != nil {
				return err
			}
		}
	}
}

// sought returns the marks of the people whose examples changed after recorded faces were last looked through for them.
func sought(ctx context.Context, tables *table.Table, tenant string) (map[string]string, error) {
	marks := map[string]string{}
	for row, err := range table.JSONRows[faces.Person](ctx, tables, tenant, faces.PeopleTable, table.Range{}, false) {
		if err != nil {
			return nil, err
		}
		if who := row.Value; who.Mark != who.Sought {
			marks[who.ID] = who.Mark
		}
	}
	return marks, nil
}

// seekAll compares each kept descriptor with the people who changed. It identifies anew the faces near to them, and those that
// are theirs so far.
func (p *People) seekAll(ctx context.Context, tenant string, known known, changed *vision.Gallery, marks map[string]string) error {
	theirs := map[string]bool{}
	for id := range marks {
		for k, err := range faces.OfPerson(ctx, p.tables, tenant, id, "", "", false) {
			if err != nil {
				return err
			}
			theirs[k.Face()] = true
		}
	}
	for row, err := range p.tables.Query(ctx, tenant, faces.DescriptorsTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		d, err := decodeDescriptor(row.Value)
		if err != nil {
			return err
		}
		if _, near := changed.Match(d, vision.MatchDistance); !near && !theirs[row.Key] {
			continue
		}
		if err := p.recognise(ctx, tenant, row.Key, &d, known); err != nil {
			return err
		}
	}
	return nil
}

// recognise makes a face that of the person whom it is most like, unless somebody said whose it is, or another face of the
// photo is more like that person. Where the face takes the person from another face of the photo, recognise goes on with that
// other face.
func (p *People) recognise(ctx context.Context, tenant, face string, d *vision.Descriptor, known known) error {
	var people []animo.Celebrity
	var loser string // the face from which this one takes the person
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		people, loser = nil, ""
		s, err := sight(tx, face)
		if err != nil || s.who.Said {
			return err
		}
		who := s.who
		if who.Person, who.Similarity = known.who(d, who.Not); who.Person != "" {
			held, err := s.held(tx)
			if err != nil {
				return err
			}
			not := slices.Clone(who.Not)
			for who.Person != "" && loser == "" {
				other, taken := held[who.Person]
				if !taken || other.Similarity == who.Similarity {
					break
				}
				if other.Similarity < who.Similarity {
					loser = other.face
					break
				}
				not = append(not, who.Person)
				who.Person, who.Similarity = known.who(d, not)
			}
		}
		if who.Person == s.who.Person && who.Similarity == s.who.Similarity {
			people, _, err = restate(tx, s.key)
			return err
		}
		people, _, err = identify(tx, &s, who)
		return err
	})
	if animo.CodeOf(err) == animo.NotFound { // an analysis that is under way identifies the face itself; where the person was removed, seek looks again
		return nil
	}
	if err == nil && people != nil {
		p.moods.Wake(tenant)
		err = p.subscribers.Rename(ctx, tenant, face, people)
	}
	if err != nil || loser == "" {
		return err
	}
	row, err := p.tables.Get(ctx, tenant, faces.DescriptorsTable, loser)
	if animo.CodeOf(err) == animo.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	other, err := decodeDescriptor(row.Value)
	if err != nil {
		return err
	}
	return p.recognise(ctx, tenant, loser, &other, known)
}

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
func SweptTables() []string { return []string{unsettledTable, changesTable, galleryTable} }

// Sweep settles the faces of one tenant whose settling broke off, ends changes of people that broke off, and publishes the
// event that starts seek where recorded faces were not looked through after the last change. What fails does not hold up
// the rest.
func (p *People) Sweep(ctx context.Context, tenant string) error {
	return errors.Join(p.sweepUnsettled(ctx, tenant), p.sweepChanges(ctx, tenant), p.sweepSought(ctx, tenant))
}

func (p *People) sweepUnsettled(ctx context.Context, tenant string) error {
	var errs []error
	for row, err := range table.JSONRows[unsettled](ctx, p.tables, tenant, unsettledTable, table.Range{}, false) {
		if err == nil && p.now().Sub(row.Value.At) >= underWay {
			if err = p.Settle(ctx, tenant, row.Key); err == nil {
				err = p.publishChanged(ctx, tenant)
			}
		}
		if err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (p *People) sweepSought(ctx context.Context, tenant string) error {
	rows, err := p.tables.Read(ctx, tenant, table.Key{Table: galleryTable, Key: galleryKey}, table.Key{Table: galleryTable, Key: soughtKey})
	if err != nil || string(rows[0].Value) == string(rows[1].Value) {
		return err
	}
	return p.publishChanged(ctx, tenant)
}
