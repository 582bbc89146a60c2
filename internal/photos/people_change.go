package photos

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/table"
)

// change is a change of a person that takes many steps. It is noted before the first one and goes forward only: one
// that broke off is ended by the sweeper, or by whoever wants the next change of the person.
type change struct {
	What string    `json:"what"` // rename, merge or erase
	At   time.Time `json:"at"`
	From string    `json:"from"`           // rename: the name before
	Name string    `json:"name,omitempty"` // rename: the new name
	Into string    `json:"into,omitempty"` // merge: the id of who it is, too
	// Ended says that a merge or an erasure was done; the rest of it is to remove what was under way meanwhile.
	Ended bool `json:"ended,omitempty"`
}

// The changes.
const (
	rename = "rename"
	merge  = "merge"
	erase  = "erase"
)

// Rename gives a person another name, in everything that was recorded, too. It answers NotFound when there is
// nobody of that name, and Conflict when somebody else has the new one.
func (f *Flow) Rename(ctx context.Context, tenant, name, to string) (animo.Person, error) {
	if err := checkPerson(to); err != nil {
		return animo.Person{}, err
	}
	row, err := f.person(ctx, tenant, name)
	if err == nil && name != to {
		_, err = f.change(ctx, tenant, row.ID, change{What: rename, From: name, Name: to})
	}
	if err != nil {
		return animo.Person{}, err
	}
	return f.Person(ctx, tenant, to)
}

// Merge says that two people are one: the examples and the recorded faces of the first become the second's, whose
// name is kept. It answers NotFound when there is nobody of a name, and Invalid for a person and itself.
func (f *Flow) Merge(ctx context.Context, tenant, name, into string) (animo.Person, error) {
	row, err := f.person(ctx, tenant, name)
	if err != nil {
		return animo.Person{}, err
	}
	other, err := f.person(ctx, tenant, into)
	if e, ok := errors.AsType[*animo.Error](err); ok && gone(err) {
		err = e.Of("into")
	}
	if err == nil && other.ID == row.ID {
		err = animo.Errorf(animo.Invalid, "%q is that person already; name another", "%q ya es esa persona; nombre otra", animo.Clip(into)).Of("into")
	}
	if err == nil {
		_, err = f.change(ctx, tenant, row.ID, change{What: merge, From: name, Into: other.ID})
	}
	if err != nil {
		return animo.Person{}, err
	}
	return f.Person(ctx, tenant, into)
}

// ErasePerson forgets a person: name, examples, thumbnails, what was said, who is to be told of the person, and the name
// in whatever was recorded.
// The faces stay recorded as somebody's who is not known. It answers NotFound when there is nobody of that name,
// otherwise with a receipt, which is kept. An erasure that breaks off is ended by the sweeper, which also sees to
// what was being written meanwhile.
func (f *Flow) ErasePerson(ctx context.Context, tenant, name string) (animo.Receipt, error) {
	row, err := f.person(ctx, tenant, name)
	if err != nil {
		return animo.Receipt{}, err
	}
	return f.change(ctx, tenant, row.ID, change{What: erase, From: name})
}

// change notes a change of a person and does it, after one that is under way. The receipt is of an erasure.
func (f *Flow) change(ctx context.Context, tenant, id string, c change) (animo.Receipt, error) {
	for {
		if err := f.endChange(ctx, tenant, id); err != nil {
			return animo.Receipt{}, err
		}
		row, err := f.personByID(ctx, tenant, id)
		if gone(err) || err == nil && row.Name != c.From { // that is how the change before ended
			return animo.Receipt{}, noPerson(c.From)
		}
		if err != nil {
			return animo.Receipt{}, err
		}
		c.At = f.moment()
		b, err := json.Marshal(c)
		if err == nil {
			err = f.tables.Swap(ctx, tenant, changesTable, table.Row{Key: id, Value: b})
		}
		if conflict(err) {
			continue
		}
		if err != nil {
			return animo.Receipt{}, err
		}
		return f.doChange(ctx, tenant, id, c)
	}
}

// endChange does the rest of a person's change that is not done, if there is one.
func (f *Flow) endChange(ctx context.Context, tenant, id string) error {
	var c change
	_, err := f.tables.GetJSON(ctx, tenant, changesTable, id, &c)
	if gone(err) || err == nil && c.Ended {
		return nil
	}
	if err == nil {
		_, err = f.doChange(ctx, tenant, id, c)
	}
	if c.What == rename && conflict(err) { // the name was taken; that is its end
		err = nil
	}
	return err
}

func (f *Flow) doChange(ctx context.Context, tenant, id string, c change) (animo.Receipt, error) {
	if c.What == rename {
		return animo.Receipt{}, f.doRename(ctx, tenant, id, c)
	}
	return f.leave(ctx, tenant, id, c)
}

func (f *Flow) doRename(ctx context.Context, tenant, id string, c change) error {
	err := f.claim(ctx, tenant, id, c.Name)
	if err == nil {
		err = f.changePerson(ctx, tenant, id, func(row *personRow) { row.Name, row.Changed = c.Name, f.moment() })
	}
	if err == nil {
		err = f.unclaim(ctx, tenant, id, c.From)
	}
	if err == nil { // before the faces, which are then those that are asked for still
		err = f.follow(ctx, tenant, c.From, c.Name)
	}
	if err == nil {
		err = f.eachFace(ctx, tenant, id, func(ctx context.Context, k recordKey) error {
			_, err := f.spread(ctx, tenant, k)
			return err
		})
	}
	if err != nil && !conflict(err) {
		return err
	}
	return errors.Join(err, f.tables.DeleteKey(ctx, tenant, changesTable, id))
}

// claim makes a name a person's, or answers Conflict when it is somebody else's.
func (f *Flow) claim(ctx context.Context, tenant, id, name string) error {
	for {
		claim, err := f.tables.Get(ctx, tenant, namesTable, name)
		if err != nil && !gone(err) || err == nil && string(claim.Value) == id {
			return err
		}
		if err == nil {
			_, err := f.person(ctx, tenant, name)
			if err == nil {
				return animo.Errorf(animo.Conflict, "there is somebody else called %q; where both are one person, merge them", "ya hay alguien llamado %q; si son la misma persona, únalas", animo.Clip(name)).Of("name")
			}
			if !gone(err) {
				return err
			}
		}
		if err := f.tables.Swap(ctx, tenant, namesTable, table.Row{Key: name, Value: []byte(id), Rev: claim.Rev}); !conflict(err) {
			return err
		}
	}
}

// unclaim frees a name that was a person's.
func (f *Flow) unclaim(ctx context.Context, tenant, id, name string) error {
	claim, err := f.tables.Get(ctx, tenant, namesTable, name)
	if gone(err) || err == nil && string(claim.Value) != id {
		return nil
	}
	if err != nil {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, namesTable, name)
}

// leave takes a person out, for good or into another. Where that other is erased meanwhile, so is this one: they
// were the same.
func (f *Flow) leave(ctx context.Context, tenant, id string, c change) (r animo.Receipt, err error) {
	r = animo.Receipt{ID: animo.Moment(c.At) + "-" + id, Erased: id, Time: c.At}
	if c.What == erase { // while nobody else can be called so
		if err := f.toldNoMore(ctx, tenant, id, c, &r); err != nil {
			return r, err
		}
	}
	// From here on nobody finds the person, and what is recorded from now on has no such name.
	if err := f.tables.DeleteKey(ctx, tenant, peopleTable, id); err != nil {
		return r, err
	}
	// Of an erasure for a second time: somebody who was being merged into the person may have brought some.
	if err := f.toldNoMore(ctx, tenant, id, c, &r); err != nil {
		return r, err
	}
	if err := f.unclaim(ctx, tenant, id, c.From); err != nil {
		return r, err
	}
	if c.Into != "" {
		if err := f.copyExamples(ctx, tenant, id, c.Into); err != nil {
			return r, err
		}
	}
	if err := f.sayPeopleChanged(ctx, tenant); err != nil {
		return r, err
	}
	if err := f.clearPerson(ctx, tenant, id, c, &r); err != nil {
		return r, err
	}
	if c.What == erase {
		if err := f.tables.PutJSON(ctx, tenant, receiptsTable, r.ID, r); err != nil {
			return r, err
		}
	}
	f.noteRemoved(c.At, true)
	c.Ended, c.From = true, ""
	return r, f.tables.PutJSON(ctx, tenant, changesTable, id, c)
}

// toldNoMore has who asked for a person who leaves ask for the one it was merged into, or for nobody any more. Where the
// name is somebody else's by now, who asks for it stays.
func (f *Flow) toldNoMore(ctx context.Context, tenant, id string, c change, r *animo.Receipt) error {
	claim, err := f.tables.Get(ctx, tenant, namesTable, c.From)
	if gone(err) || err == nil && string(claim.Value) != id {
		return nil
	}
	if err != nil {
		return err
	}
	name, passed := c.From, map[string]bool{id: true}
	for into := c.Into; into != "" && !passed[into]; {
		row, err := f.personByID(ctx, tenant, into)
		if err == nil && row.Name == name { // it is there still, and called so: whoever changes that sees to it
			return nil
		}
		if err == nil {
			err = f.follow(ctx, tenant, name, row.Name)
			name = row.Name
		} else if gone(err) {
			passed[into] = true
			into, err = f.successor(ctx, tenant, into)
		}
		if err != nil {
			return err
		}
	}
	n, err := f.leaving(ctx, tenant, name, c.At)
	r.Subscriptions += n
	return err
}

// copyExamples makes a person's examples another's, too, if that other is there.
func (f *Flow) copyExamples(ctx context.Context, tenant, from, to string) error {
	list, err := f.examples(ctx, tenant, from)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Not {
			who, err := f.identity(ctx, tenant, e.Face)
			if err != nil && !gone(err) {
				return err
			}
			if who.Person == to { // it is not the one, but it is the other: that counts
				continue
			}
		}
		body, err := f.objects.Get(ctx, tenant, exampleObject(from, e.id))
		var thumbnail []byte
		if err == nil {
			thumbnail, err = io.ReadAll(body)
			err = errors.Join(err, body.Close())
		}
		if err != nil && !gone(err) {
			return err
		}
		if err := f.addExample(ctx, tenant, to, e, thumbnail); err != nil {
			return err
		}
	}
	if _, err := f.touch(ctx, tenant, to); !gone(err) {
		return err
	}
	// That person is being erased, and these examples with it.
	for _, e := range list {
		if _, err := f.removeExample(ctx, tenant, to, e.id); err != nil {
			return err
		}
	}
	return nil
}

// clearPerson moves what was recorded of a person who is no more to the one it was merged into, or else takes it
// off, and removes the rest. It counts that in the receipt.
func (f *Flow) clearPerson(ctx context.Context, tenant, id string, c change, r *animo.Receipt) error {
	var moved, said atomic.Int64
	err := f.eachFace(ctx, tenant, id, func(ctx context.Context, k recordKey) error {
		was, recorded, err := f.moveFace(ctx, tenant, id, c.Into, k)
		if was && recorded {
			moved.Add(1)
		}
		if err == nil && c.What == erase {
			var events int
			events, err = f.sayWithout(ctx, tenant, k.face(), recorded)
			said.Add(int64(events))
		}
		return err
	})
	r.Faces, r.Events = int(moved.Load()), int(said.Load())
	if err != nil {
		return err
	}
	list, err := f.examples(ctx, tenant, id)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Face != "" {
			if _, err := f.lead(ctx, tenant, e.Face, id, c.Into); err != nil {
				return err
			}
		}
	}
	r.Descriptors = len(list)
	if _, err := f.tables.Delete(ctx, tenant, examplesTable, table.Range{Prefix: exampleKey(id, "")}); err != nil {
		return err
	}
	if r.Files, err = f.objects.Delete(ctx, tenant, exampleObject(id, "")); err != nil {
		return err
	}
	_, err = f.tables.Delete(ctx, tenant, personFacesTable, table.Range{Prefix: id + "/"})
	return err
}

// leave puts another person, or nobody for "", in a person's place, and reports whether the person was there.
func (who *identity) leave(person, into string) bool {
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

// moveFace moves one face of a person, and reports whether it was the person's and whether it is recorded.
func (f *Flow) moveFace(ctx context.Context, tenant, id, into string, k recordKey) (was, recorded bool, err error) {
	if into != "" {
		if err := f.tables.Put(ctx, tenant, personFacesTable, personFace(into, k)); err != nil {
			return false, false, err
		}
	}
	if was, err = f.lead(ctx, tenant, k.face(), id, into); err == nil {
		recorded, err = f.spread(ctx, tenant, k)
	}
	return was, recorded, err
}

// lead has a face that is a person's, or is said not to be, be so of the one that person was merged into, or of nobody
// for "", and reports whether it was the person's.
func (f *Flow) lead(ctx context.Context, tenant, face, id, into string) (was bool, err error) {
	passed := map[string]bool{}
	for first := true; ; first = false {
		passed[id] = true
		if passed[into] { // two were merged into each other at the same time
			into = ""
		}
		_, err := f.identify(ctx, tenant, face, func(who *identity) bool {
			if first {
				was = who.rev > 0 && who.Person == id
			}
			return who.rev > 0 && who.leave(id, into)
		})
		if err != nil || into == "" {
			return was, err
		}
		// Whoever has that other one leave removes its row first: what was written since is seen to here.
		if _, err = f.personByID(ctx, tenant, into); !gone(err) {
			return was, err
		}
		next, err := f.successor(ctx, tenant, into)
		if err != nil {
			return was, err
		}
		id, into = into, next
	}
}

// successor gives the person that one who left was merged into; "" for nobody.
func (f *Flow) successor(ctx context.Context, tenant, id string) (string, error) {
	var c change
	_, err := f.tables.GetJSON(ctx, tenant, changesTable, id, &c)
	if gone(err) {
		err = nil
	}
	return c.Into, err
}

// sayWithout says again, of a face, what its events said with a name that must be nowhere any more: those that wait,
// run or are dead letters in any queue, also of who tells subscribers. It tells how many those were.
func (f *Flow) sayWithout(ctx context.Context, tenant, face string, recorded bool) (events int, err error) {
	photo, _, ok := parseFaceID(face)
	if !ok {
		return 0, nil
	}
	row, err := f.photo(ctx, tenant, photo)
	if gone(err) || err == nil && row.Analysed.IsZero() {
		return 0, nil // nothing was said yet
	}
	if err == nil && !recorded {
		err = f.takeUp(ctx, tenant, &row) // a dead letter is tried again; the sweeper sees to it should this break off
	}
	if err != nil && !conflict(err) { // else somebody is at it; what it says, it asks who the face is
		return 0, err
	}
	if events, err = f.events.Remove(ctx, tenant, faceEventID(tenant, face)); err != nil || events == 0 {
		return events, err
	}
	return events, f.sayFaces(ctx, tenant, row, face)
}

// movesAtOnce is how many faces are changed at once, to share a sync.
const movesAtOnce = 32

// eachFace calls do for each face in a person's list, several at once where there are many.
func (f *Flow) eachFace(ctx context.Context, tenant, id string, do func(ctx context.Context, k recordKey) error) error {
	var batch []recordKey
	flush := func() error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(min(movesAtOnce, 1+len(batch)/16))
		for _, k := range batch {
			g.Go(func() error { return do(ctx, k) })
		}
		batch = batch[:0]
		return g.Wait()
	}
	for row, err := range f.tables.Query(ctx, tenant, personFacesTable, table.Range{Prefix: id + "/"}, false) {
		if err != nil {
			return err
		}
		if batch = append(batch, faceOfPerson(row)); len(batch) == 16*movesAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// sweepChanges ends changes that broke off, and removes what was written of people while they were leaving until
// nothing can be under way any more. It gives the first error.
func (f *Flow) sweepChanges(ctx context.Context, tenant string) error {
	var first error
	for row, err := range f.tables.Query(ctx, tenant, changesTable, table.Range{}, false) {
		var c change
		if err == nil {
			err = json.Unmarshal(row.Value, &c)
		}
		if err == nil && f.now().Sub(c.At) >= underWay { // before, whoever began it is at it
			err = f.sweepChange(ctx, tenant, row.Key, c)
		}
		first = cmp.Or(first, err)
	}
	return first
}

func (f *Flow) sweepChange(ctx context.Context, tenant, id string, c change) error {
	if !c.Ended {
		return f.endChange(ctx, tenant, id)
	}
	var r animo.Receipt
	err := f.clearPerson(ctx, tenant, id, c, &r)
	f.noteRemoved(c.At, r.Files+r.Faces+r.Descriptors+r.Events > 0)
	if err == nil && f.now().Sub(c.At) >= f.eraseTime() {
		err = f.tables.DeleteKey(ctx, tenant, changesTable, id)
	}
	return err
}

// underWay is for how long a change is left to whoever began it.
const underWay = time.Minute
