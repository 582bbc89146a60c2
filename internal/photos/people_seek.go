package photos

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"animo"
	"animo/internal/table"
	"animo/vision"
)

// haveSought says that recorded faces are to be looked through, unless nothing is kept to know them by. While it
// is said already, it is not said twice.
func (f *Flow) haveSought(ctx context.Context, tenant string) error {
	if !f.keep {
		return nil
	}
	e, err := animo.NewEvent(animo.ID(PeopleChanged, tenant), source, PeopleChanged, tenant, tenant, f.now(), struct{}{})
	if err != nil {
		return err
	}
	return f.events.Publish(ctx, e)
}

// seek looks through the faces that are recorded for those who were introduced, or of whom something was said,
// since the last time. Somebody who is introduced after the event is found in its photos, and what is learnt from
// one face holds for those like it. No picture is looked at: the descriptors are compared. Faces of which somebody
// said whose they are stay that person's.
func (f *Flow) seek(ctx context.Context, e animo.Event) error {
	for {
		change, err := f.galleryChange(ctx, e.Tenant)
		if err != nil {
			return err
		}
		marks, err := f.sought(ctx, e.Tenant)
		if err != nil {
			return err
		}
		if len(marks) == 0 {
			return f.tables.Put(ctx, e.Tenant, galleryTable, table.Row{Key: soughtKey, Value: []byte(change)})
		}
		known, err := f.known(ctx, e.Tenant)
		if err != nil {
			return err
		}
		var changed vision.Gallery
		for id := range marks {
			list, err := f.examples(ctx, e.Tenant, id)
			if err != nil {
				return err
			}
			for _, x := range list { // also what the person does not look like: faces near that may not be the person's
				if err := changed.Add(id, x.descriptor); err != nil {
					return err
				}
			}
		}
		if err := f.seekAll(ctx, e.Tenant, known, &changed, marks); err != nil {
			return err
		}
		for id, mark := range marks {
			if err := f.changePerson(ctx, e.Tenant, id, func(row *personRow) { row.Sought = mark }); err != nil && !gone(err) {
				return err
			}
		}
	}
}

// sought gives the marks of the people for whom recorded faces were not looked through.
func (f *Flow) sought(ctx context.Context, tenant string) (map[string]string, error) {
	marks := map[string]string{}
	for r, err := range f.tables.Query(ctx, tenant, peopleTable, table.Range{}, false) {
		if err != nil {
			return nil, err
		}
		var row personRow
		if err := json.Unmarshal(r.Value, &row); err != nil {
			return nil, err
		}
		if row.Mark != row.Sought {
			marks[row.ID] = row.Mark
		}
	}
	return marks, nil
}

// seekAll compares each kept descriptor with the people who changed, and names the faces of those near to them, and
// those that are theirs so far, anew.
func (f *Flow) seekAll(ctx context.Context, tenant string, known *gallery, changed *vision.Gallery, marks map[string]string) error {
	theirs := map[string]bool{}
	for id := range marks {
		for row, err := range f.tables.Query(ctx, tenant, personFacesTable, table.Range{Prefix: id + "/"}, false) {
			if err != nil {
				return err
			}
			theirs[faceOfPerson(row).face()] = true
		}
	}
	for row, err := range f.tables.Query(ctx, tenant, descriptorsTable, table.Range{}, false) {
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
		if err := f.recognise(ctx, tenant, row.Key, &d, known); err != nil {
			return err
		}
	}
	return nil
}

// recognise has a face be whose it is most like, unless somebody said whose it is.
func (f *Flow) recognise(ctx context.Context, tenant, face string, d *vision.Descriptor, known *gallery) error {
	s, err := f.seen(ctx, tenant, face)
	if gone(err) { // its analysis is under way, and asks itself
		return nil
	}
	if err != nil {
		return err
	}
	var before string
	who, err := f.identity(ctx, tenant, face)
	if err != nil && !gone(err) {
		return err
	}
	person, similarity := known.who(d, who.Not)
	if person != "" {
		if err := f.tables.Put(ctx, tenant, personFacesTable, personFace(person, s.key)); err != nil {
			return err
		}
	}
	who, err = f.identify(ctx, tenant, face, func(who *identity) bool {
		if before = who.Person; who.Said || slices.Contains(who.Not, person) || who.Person == person && who.Similarity == similarity {
			return false
		}
		who.Person, who.Similarity, who.Taken = person, similarity, s.photo.Taken
		return true
	})
	if err != nil {
		return err
	}
	if who.Person != "" {
		if _, err := f.personByID(ctx, tenant, who.Person); gone(err) { // left meanwhile
			err = f.leaveFace(ctx, tenant, who.Person, s.key)
			if err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	if _, err := f.spread(ctx, tenant, s.key); err != nil {
		return err
	}
	for _, id := range []string{before, person} { // lists that it is in and should not
		if id != "" && id != who.Person {
			if err := f.tables.DeleteKey(ctx, tenant, personFacesTable, personFace(id, s.key).Key); err != nil {
				return err
			}
		}
	}
	if _, err := f.photo(ctx, tenant, s.photo.ID); gone(err) { // erased meanwhile
		_, _, err := f.forgetFace(ctx, tenant, face, s.photo.Taken, person)
		return err
	} else if err != nil {
		return err
	}
	return nil
}

// recogniseAll says who the faces of an analysis are, after whatever an attempt before this one said: those that
// somebody said it of in the analysis before, and those who are like somebody. It lists the former.
func (f *Flow) recogniseAll(ctx context.Context, tenant string, row *photoRow, prefix string, faces []animo.Face, found []Found) (said []string, err error) {
	carried, err := f.carryOver(ctx, tenant, row, faces)
	if err != nil {
		return nil, err
	}
	for {
		for r, err := range f.tables.Query(ctx, tenant, identitiesTable, table.Range{Prefix: prefix}, false) {
			if err == nil {
				_, _, err = f.forgetFace(ctx, tenant, r.Key, row.Taken)
			}
			if err != nil {
				return nil, err
			}
		}
		known, err := f.known(ctx, tenant)
		if err != nil {
			return nil, err
		}
		version := known.version()
		said = said[:0]
		var identities, listed []table.Row
		for i, n := range found {
			if n.Descriptor == nil {
				continue
			}
			who, ok := carried[faces[i].ID]
			if ok {
				said = append(said, faces[i].ID)
			}
			if who.Taken = row.Taken; !who.Said {
				who.Person, who.Similarity = known.who(n.Descriptor, who.Not)
			}
			if who.Person != "" {
				listed = append(listed, personFace(who.Person, recordKey{faces[i].Mood, momentKey(row.Taken, faces[i].ID)}))
			} else if !ok {
				continue
			}
			b, err := json.Marshal(who)
			if err != nil {
				return nil, err
			}
			identities = append(identities, table.Row{Key: faces[i].ID, Value: b})
		}
		for _, face := range said {
			if err := f.unsettle(ctx, tenant, face); err != nil {
				return nil, err
			}
		}
		if err := f.tables.Put(ctx, tenant, personFacesTable, listed...); err != nil {
			return nil, err
		}
		if err := f.tables.Put(ctx, tenant, identitiesTable, identities...); err != nil {
			return nil, err
		}
		// Whoever changes people says so first, and looks at identities then: what was written too late for that
		// is written again.
		if now, err := f.galleryChange(ctx, tenant); err != nil || now == version {
			return said, err
		}
	}
}

// sweepPeople does what follows from identities where that broke off, ends changes of people, and has recorded
// faces looked through where that was not done after the last change. What fails does not hold up the rest.
func (f *Flow) sweepPeople(ctx context.Context, tenant string) error {
	return errors.Join(f.sweepUnsettled(ctx, tenant), f.sweepChanges(ctx, tenant), f.sweepSought(ctx, tenant))
}

func (f *Flow) sweepUnsettled(ctx context.Context, tenant string) error {
	var first error
	for row, err := range f.tables.Query(ctx, tenant, unsettledTable, table.Range{}, false) {
		var u unsettled
		if err == nil {
			err = json.Unmarshal(row.Value, &u)
		}
		if err == nil && f.now().Sub(u.At) >= underWay {
			if err = f.settle(ctx, tenant, row.Key); err == nil {
				err = f.sayPeopleChanged(ctx, tenant)
			}
		}
		first = cmp.Or(first, err)
	}
	return first
}

func (f *Flow) sweepSought(ctx context.Context, tenant string) error {
	change, err := f.galleryChange(ctx, tenant)
	if err != nil {
		return err
	}
	row, err := f.tables.Get(ctx, tenant, galleryTable, soughtKey)
	if err != nil && !gone(err) {
		return err
	}
	if string(row.Value) == change {
		return nil
	}
	return f.haveSought(ctx, tenant)
}
