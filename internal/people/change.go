package people

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/loop"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/table"
)

// change is a change of a person that takes many steps. It is noted before the first step and never undone: a change that
// broke off is ended by the sweeper, or by whoever wants the next change of the person.
type change struct {
	What string    `json:"what"` // rename, merge or erase
	At   time.Time `json:"at"`
	From string    `json:"from"`           // rename: the name before
	Name string    `json:"name,omitempty"` // rename: the new name
	Into string    `json:"into,omitempty"` // merge: the id of the person who stays
	// Ended says that a merge or an erasure was done. The change stays noted for a while, so that the sweeper removes what
	// commits that were under way wrote of the person.
	Ended bool `json:"ended,omitempty"`
}

// The changes.
const (
	rename = "rename"
	merge  = "merge"
	erase  = "erase"
)

// Rename gives a person another name, also in everything that was recorded. It answers NotFound when there is
// nobody of that name, and Conflict when somebody else has the new one.
func (p *People) Rename(ctx context.Context, tenant, name, to string) (animo.Person, error) {
	if err := checkPerson(to); err != nil {
		return animo.Person{}, err
	}
	who, err := p.called(ctx, tenant, name)
	if err == nil && name != to {
		_, err = p.change(ctx, tenant, who.ID, change{What: rename, From: name, Name: to})
	}
	if err != nil {
		return animo.Person{}, err
	}
	return p.Person(ctx, tenant, to)
}

// Merge says that two people are one: the examples and the recorded faces of the first become the second's, whose
// name is kept. It answers NotFound when there is nobody of a name, and Invalid for a person and itself.
func (p *People) Merge(ctx context.Context, tenant, name, into string) (animo.Person, error) {
	who, err := p.called(ctx, tenant, name)
	if err != nil {
		return animo.Person{}, err
	}
	other, err := p.called(ctx, tenant, into)
	if e, ok := errors.AsType[*animo.Error](err); ok && animo.CodeOf(err) == animo.NotFound {
		err = e.Of("into")
	}
	if err == nil && other.ID == who.ID {
		err = animo.Errorf(animo.Invalid, "%q is that person already; name another", "%q ya es esa persona; nombre otra", animo.Clip(into)).Of("into")
	}
	if err == nil {
		_, err = p.change(ctx, tenant, who.ID, change{What: merge, From: name, Into: other.ID})
	}
	if err != nil {
		return animo.Person{}, err
	}
	return p.Person(ctx, tenant, into)
}

// Erase erases a person: name, examples, thumbnails, what was said, the subscriptions to the person, and the name in
// whatever was recorded. The faces stay recorded as somebody's who is not known. It answers NotFound when there is nobody
// of that name, otherwise with a receipt, which is kept. The sweeper ends an erasure that broke off, and removes what
// others were writing at the time.
func (p *People) Erase(ctx context.Context, tenant, name string) (animo.Receipt, error) {
	who, err := p.called(ctx, tenant, name)
	if err != nil {
		return animo.Receipt{}, err
	}
	return p.change(ctx, tenant, who.ID, change{What: erase, From: name})
}

// EraseID is Erase for a person who is known by the id, as a log of erasures has it.
func (p *People) EraseID(ctx context.Context, tenant, id string) (animo.Receipt, error) {
	who, err := withID(ctx, p.tables, tenant, id)
	if err != nil {
		return animo.Receipt{}, err
	}
	return p.change(ctx, tenant, id, change{What: erase, From: who.Name})
}

// withID reads the person of an id, or answers NotFound.
func withID(ctx context.Context, tables *table.Table, tenant, id string) (faces.Person, error) {
	who, rev, err := faces.ReadPerson(faces.Plain(ctx, tables, tenant), id)
	if err == nil && rev == 0 {
		err = faces.NoPerson(id)
	}
	return who, err
}

// change notes a change of a person and does it, after ending a change that is noted already. The receipt is an erasure's.
func (p *People) change(ctx context.Context, tenant, id string, c change) (animo.Receipt, error) {
	for {
		underWay := false
		err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			var other change
			found, err := tx.GetJSON(changesTable, id, &other)
			if underWay = found && !other.Ended; err != nil || underWay {
				return err
			}
			who, rev, err := faces.ReadPerson(tx, id)
			if err == nil && (rev == 0 || who.Name != c.From) { // the change before removed or renamed the person
				err = faces.NoPerson(c.From)
			}
			if err != nil {
				return err
			}
			c.At = p.moment()
			return tx.PutJSON(changesTable, id, c)
		})
		if err != nil {
			return animo.Receipt{}, err
		}
		if !underWay {
			return p.doChange(ctx, tenant, id, c)
		}
		if err := p.endChange(ctx, tenant, id); err != nil {
			return animo.Receipt{}, err
		}
	}
}

// endChange does the rest of a person's change that is noted and not done, if there is one.
func (p *People) endChange(ctx context.Context, tenant, id string) error {
	var c change
	_, err := p.tables.GetJSON(ctx, tenant, changesTable, id, &c)
	if animo.CodeOf(err) == animo.NotFound || err == nil && c.Ended {
		return nil
	}
	if err == nil {
		_, err = p.doChange(ctx, tenant, id, c)
	}
	if c.What == rename && animo.CodeOf(err) == animo.Conflict { // the name was taken: doRename has removed the note
		err = nil
	}
	return err
}

func (p *People) doChange(ctx context.Context, tenant, id string, c change) (animo.Receipt, error) {
	if c.What == rename {
		return animo.Receipt{}, p.doRename(ctx, tenant, id, c)
	}
	return p.endPerson(ctx, tenant, id, c)
}

func (p *People) doRename(ctx context.Context, tenant, id string, c change) error {
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error { return p.takeName(tx, id, c) })
	if animo.CodeOf(err) == animo.Conflict {
		return errors.Join(err, p.tables.DeleteKey(ctx, tenant, changesTable, id))
	}
	if err == nil { // before the faces, so that a parcel of a renamed face still matches its subscription
		err = p.subscribers.RenamePerson(ctx, tenant, c.From, c.Name)
	}
	if err == nil {
		err = eachFace(ctx, p.tables, tenant, id, func(ctx context.Context, k faces.Key) error { return p.restateFace(ctx, tenant, k) })
	}
	if err != nil {
		return err
	}
	return p.tables.DeleteKey(ctx, tenant, changesTable, id)
}

// takeName gives a person the new name of a change, or answers Conflict when that name is somebody else's.
func (p *People) takeName(tx *table.Tx, id string, c change) error {
	who, rev, err := faces.ReadPerson(tx, id)
	if err != nil || rev == 0 {
		return err
	}
	claims, err := tx.Read(table.Key{Table: faces.NamesTable, Key: c.Name}, table.Key{Table: faces.NamesTable, Key: c.From})
	if err != nil {
		return err
	}
	if claims[0].Rev != 0 && string(claims[0].Value) != id {
		_, err := faces.PersonCalled(tx, c.Name)
		if err == nil {
			return animo.Errorf(animo.Conflict, "there is somebody else called %q; where both are one person, merge them", "ya hay alguien llamado %q; si son la misma persona, únalas", animo.Clip(c.Name)).Of("name")
		}
		if animo.CodeOf(err) != animo.NotFound {
			return err
		}
	}
	if claims[1].Rev != 0 && string(claims[1].Value) == id {
		tx.Delete(faces.NamesTable, c.From)
	}
	tx.Put(faces.NamesTable, c.Name, []byte(id))
	who.Name, who.Changed = c.Name, p.moment()
	return tx.PutJSON(faces.PeopleTable, id, who)
}

// restateFace writes who a face is into the face's record and into what subscribers are told.
func (p *People) restateFace(ctx context.Context, tenant string, k faces.Key) error {
	var people []animo.Celebrity
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
		people, _, err = restate(tx, k)
		return err
	})
	if err != nil || people == nil {
		return err
	}
	p.moods.Wake(tenant)
	return p.subscribers.Rename(ctx, tenant, k.Face(), people)
}

// endPerson removes a person who is erased, or merged into another. Where that other is erased meanwhile, the faces of both
// are nobody's, because the two were one person.
func (p *People) endPerson(ctx context.Context, tenant, id string, c change) (r animo.Receipt, err error) {
	r = animo.Receipt{ID: animo.Moment(c.At) + "-" + id, Erased: id, Time: c.At}
	if c.What == erase { // first, because nobody else can have the name while the person's row is there
		if err := p.moveSubscriptions(ctx, tenant, id, c, &r); err != nil {
			return r, err
		}
	}
	// From here on nobody finds the person, and nothing can be said of the person any more.
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		_, rev, err := faces.ReadPerson(tx, id)
		if err == nil && rev != 0 {
			tx.Delete(faces.PeopleTable, id)
			changeGallery(tx)
		}
		return err
	})
	if err != nil {
		return r, err
	}
	// An erasure does this for a second time, because a merge into the person may have brought subscriptions meanwhile.
	if err := p.moveSubscriptions(ctx, tenant, id, c, &r); err != nil {
		return r, err
	}
	if err := freeName(ctx, p.tables, tenant, id, c.From); err != nil {
		return r, err
	}
	if c.Into != "" {
		if err := p.copyExamples(ctx, tenant, id, c.Into); err != nil {
			return r, err
		}
	}
	if err := p.publishChanged(ctx, tenant); err != nil {
		return r, err
	}
	if err := p.forgetPerson(ctx, tenant, id, c, &r); err != nil {
		return r, err
	}
	note := erasures.Entry{Kind: erasures.Person, ID: id}
	if c.What == merge { // whoever erases the other one erases this one, too
		note = erasures.Entry{Kind: erasures.Merge, ID: id, Into: c.Into}
	}
	if err := p.erasures.Note(ctx, tenant, note); err != nil {
		return r, err
	}
	if c.What == erase {
		if err := p.tables.PutJSON(ctx, tenant, moods.ReceiptKey(r.ID).Table, r.ID, r); err != nil {
			return r, err
		}
	}
	p.removed.Erased(c.At, true)
	c.Ended, c.From = true, ""
	return r, p.tables.PutJSON(ctx, tenant, changesTable, id, c)
}

// freeName lets others have a name that was a person's.
func freeName(ctx context.Context, tables *table.Table, tenant, id, name string) error {
	return tables.Update(ctx, tenant, func(tx *table.Tx) error {
		claim, err := tx.Read(table.Key{Table: faces.NamesTable, Key: name})
		if err == nil && claim[0].Rev != 0 && string(claim[0].Value) == id {
			tx.Delete(faces.NamesTable, name)
		}
		return err
	})
}

// moveSubscriptions moves the subscriptions to a person who is merged into another to that other, and removes those to a
// person who is erased. Where the name is somebody else's by now, the subscriptions are to that other, and stay.
func (p *People) moveSubscriptions(ctx context.Context, tenant, id string, c change, r *animo.Receipt) error {
	claim, err := p.tables.Get(ctx, tenant, faces.NamesTable, c.From)
	if animo.CodeOf(err) == animo.NotFound || err == nil && string(claim.Value) != id {
		return nil
	}
	if err != nil {
		return err
	}
	plain := faces.Plain(ctx, p.tables, tenant)
	name, passed := c.From, map[string]bool{id: true}
	for into := c.Into; into != "" && !passed[into]; {
		who, rev, err := faces.ReadPerson(plain, into)
		if err != nil {
			return err
		}
		if rev != 0 && who.Name == name { // the subscriptions are to somebody who is there; whoever renames or erases that person moves them
			return nil
		}
		if rev != 0 {
			err = p.subscribers.RenamePerson(ctx, tenant, name, who.Name)
			name = who.Name
		} else {
			passed[into] = true
			into, err = successor(plain, into)
		}
		if err != nil {
			return err
		}
	}
	n, err := p.subscribers.ForgetPerson(ctx, tenant, name, c.At)
	r.Subscriptions += n
	return err
}

// successor returns the id of the person whom one who is gone was merged into; "" for nobody.
func successor(r faces.Reader, id string) (string, error) {
	rows, err := r.Read(table.Key{Table: changesTable, Key: id})
	if err != nil || rows[0].Rev == 0 {
		return "", err
	}
	var c change
	err = table.Decode(changesTable, rows[0], &c)
	return c.Into, err
}

// heir follows the merges from a person to one who is there, and returns that person's id; "" for nobody, also where two
// people were merged into each other at the same time.
func heir(tx *table.Tx, id string) (string, error) {
	for passed := map[string]bool{}; id != "" && !passed[id]; {
		_, rev, err := faces.ReadPerson(tx, id)
		if err != nil || rev != 0 {
			return id, err
		}
		passed[id] = true
		if id, err = successor(tx, id); err != nil {
			return "", err
		}
	}
	return "", nil
}

// copyExamples copies a person's examples to another person, if that other is there.
func (p *People) copyExamples(ctx context.Context, tenant, from, to string) error {
	list, err := p.examples(ctx, tenant, from)
	if err != nil {
		return err
	}
	for _, e := range list {
		kept := exampleObject(to, e.id)
		body, _, err := p.objects.Get(ctx, tenant, exampleObject(from, e.id), object.Range{})
		var thumbnail []byte
		if err == nil {
			thumbnail, err = io.ReadAll(body)
			err = errors.Join(err, body.Close())
		}
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		if err := putThumbnail(ctx, p.objects, tenant, kept, thumbnail); err != nil {
			return err
		}
		var surplus []string // objects
		err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			surplus = nil
			rows, err := tx.Read(table.Key{Table: examplesTable, Key: exampleKey(to, e.id)})
			if err != nil || rows[0].Rev != 0 {
				return err
			}
			if e.Not {
				var who faces.Identity
				if _, err := tx.GetJSON(faces.IdentitiesTable, e.Face, &who); err != nil || who.Person == to {
					return err // the face is the other's, so it is no example of whom the other is not
				}
			}
			if _, err := p.touch(tx, to); err != nil {
				return err
			}
			surplus, err = p.addExample(ctx, tx, tenant, to, e)
			return err
		})
		if animo.CodeOf(err) == animo.NotFound { // the other is being erased, and these examples, too
			return p.removeThumbnails(ctx, tenant, []string{kept})
		}
		if err == nil {
			err = p.removeThumbnails(ctx, tenant, surplus)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetPerson makes the faces of a person who is gone the other's whom the person was merged into, or nobody's, and removes
// the person's examples and list. It counts all of that in the receipt.
func (p *People) forgetPerson(ctx context.Context, tenant, id string, c change, r *animo.Receipt) error {
	var moved, said atomic.Int64
	err := eachFace(ctx, p.tables, tenant, id, func(ctx context.Context, k faces.Key) error {
		was, recorded, err := p.moveFace(ctx, tenant, id, c.Into, k.Face())
		if was && recorded {
			moved.Add(1)
		}
		if err == nil && c.What == erase {
			var events int
			events, err = p.sayWithout(ctx, tenant, k.Face())
			said.Add(int64(events))
		}
		return err
	})
	r.Faces, r.Events = int(moved.Load()), int(said.Load())
	if err != nil {
		return err
	}
	list, err := p.examples(ctx, tenant, id)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Face != "" {
			if _, _, err := p.moveFace(ctx, tenant, id, c.Into, e.Face); err != nil {
				return err
			}
		}
	}
	r.Descriptors = len(list)
	if _, err := p.tables.Delete(ctx, tenant, examplesTable, table.Range{Prefix: exampleKey(id, "")}); err != nil {
		return err
	}
	if r.Files, err = p.objects.Delete(ctx, tenant, exampleObject(id, "")); err != nil {
		return err
	}
	_, err = p.tables.Delete(ctx, tenant, faces.PersonFacesTable, table.Range{Prefix: id + "/"})
	return err
}

// replacePerson puts into an identity another person, or nobody for "", in a person's place. It reports whether the identity
// named the person.
func replacePerson(who *faces.Identity, person, into string) bool {
	was := false
	if who.Person == person {
		was, who.Person = true, into
		if into == "" {
			who.Similarity, who.Said = 0, false
		}
	}
	if slices.Contains(who.Not, person) {
		was = true
		who.Not = slices.DeleteFunc(who.Not, func(id string) bool { return id == person || id == into })
		if into != "" && who.Person != into {
			who.Not = append(who.Not, into)
		}
	}
	return was
}

// moveFace puts the person whom a person was merged into, or nobody for "", in that person's place in a face's identity, also
// where the identity says that the face is not the person's. It reports whether the face was the person's, and whether it is
// recorded.
func (p *People) moveFace(ctx context.Context, tenant, id, into, face string) (was, recorded bool, err error) {
	var people []animo.Celebrity
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		was, people = false, nil
		s, err := sight(tx, face)
		if err != nil || !s.known {
			return err
		}
		next, err := heir(tx, into)
		if err != nil {
			return err
		}
		who := s.who
		was = who.Person == id
		who.Not = slices.Clone(who.Not)
		if !replacePerson(&who, id, next) {
			people, recorded, err = restate(tx, s.key)
			return err
		}
		people, recorded, err = identify(tx, &s, who)
		return err
	})
	if animo.CodeOf(err) == animo.NotFound { // the photo was erased, or is analysed again, and the face's identity with it
		return false, false, nil
	}
	if err == nil && people != nil {
		p.moods.Wake(tenant)
		err = p.subscribers.Rename(ctx, tenant, face, people)
	}
	return was, recorded, err
}

// sayWithout replaces a face's event, whether that waits, runs or is a dead letter, by one without the name of a person who
// is erased. It returns how many events it removed.
func (p *People) sayWithout(ctx context.Context, tenant, face string) (events int, err error) {
	if events, err = p.events.Remove(ctx, tenant, faces.EventID(tenant, face)); err != nil || events == 0 {
		return events, err
	}
	// A photo that failed because its face's event was a dead letter is done once more, so that the sweeper says the face
	// where this breaks off.
	var s sighting
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
		if s, err = sight(tx, face); err != nil {
			return err
		}
		ops, err := faces.ReviveOps(s.photo)
		tx.Do(ops...)
		if len(ops) > 0 {
			s.photo.Status, s.photo.Rev = animo.Done, tx.Rev()
		}
		return err
	})
	if animo.CodeOf(err) == animo.NotFound {
		return events, nil
	}
	if err != nil {
		return events, err
	}
	who, err := faces.ReadWho(faces.Plain(ctx, p.tables, tenant), face)
	if err != nil {
		return events, err
	}
	return events, p.moods.Say(ctx, tenant, &s.photo, []animo.Face{s.face}, who)
}

// movesAtOnce is how many faces are changed at once, so that their commits share a sync.
const movesAtOnce = 32

// eachFace calls do for each face in a person's list, several at once where there are many.
func eachFace(ctx context.Context, tables *table.Table, tenant, id string, do func(ctx context.Context, k faces.Key) error) error {
	var batch []faces.Key
	flush := func() error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(min(movesAtOnce, 1+len(batch)/16))
		for _, k := range batch {
			g.Go(func() error { return loop.Recovered(func() error { return do(ctx, k) }) })
		}
		batch = batch[:0]
		return g.Wait()
	}
	for k, err := range faces.OfPerson(ctx, tables, tenant, id, "", "", false) {
		if err != nil {
			return err
		}
		if batch = append(batch, k); len(batch) == 16*movesAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// sweepChanges ends changes that broke off. Of people who are gone it removes what was written late, until nothing can be
// under way any more.
func (p *People) sweepChanges(ctx context.Context, tenant string) error {
	var errs []error
	for row, err := range table.JSONRows[change](ctx, p.tables, tenant, changesTable, table.Range{}, false) {
		if err == nil && p.now().Sub(row.Value.At) >= underWay { // a younger one is left to whoever began it
			err = p.sweepChange(ctx, tenant, row.Key, row.Value)
		}
		if err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (p *People) sweepChange(ctx context.Context, tenant, id string, c change) error {
	if !c.Ended {
		return p.endChange(ctx, tenant, id)
	}
	var r animo.Receipt
	err := p.forgetPerson(ctx, tenant, id, c, &r)
	p.removed.Erased(c.At, r.Files+r.Faces+r.Descriptors+r.Events > 0)
	if err == nil && p.now().Sub(c.At) >= p.eraseTime {
		err = p.tables.DeleteKey(ctx, tenant, changesTable, id)
	}
	return err
}

// underWay is for how long a change is left to whoever began it.
const underWay = time.Minute
