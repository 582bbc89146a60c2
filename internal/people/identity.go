package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/table"
)

// sighting is a face that the last analysis of a photo found, as it is at one moment.
type sighting struct {
	photo faces.Photo
	face  animo.Face // as the analysis left it: without the people whom the tenant introduced
	key   faces.Key  // of the face's record
	who   faces.Identity
	known bool     // who is a row, and not the zero identity
	rest  []string // the ids of the photo's other faces
}

// sight reads a face in one call, or answers NotFound.
func sight(r faces.Reader, id string) (s sighting, err error) {
	none := animo.Errorf(animo.NotFound, "there is no face %q; if its photo was analysed again, its faces have other ids now", "no existe el rostro %q; si su foto se analizó de nuevo, sus rostros tienen ahora otros ids", animo.Clip(id)).Of("face")
	if faces.IsMeasured(id) {
		return s, animo.Errorf(animo.NotFound, "nobody knows who face %q is: a client measured it, and sent no numbers by which it could be known; only faces of photos are named", "no se sabe de quién es el rostro %q: lo midió un cliente, que no envió números por los que reconocerlo; solo se nombran rostros de fotos", animo.Clip(id)).Of("face")
	}
	photo, round, ok := faces.ParseID(id)
	if !ok {
		return s, none
	}
	rows, err := r.Read(table.Key{Table: faces.PhotosTable, Key: photo}, table.Key{Table: faces.AnalysesTable, Key: faces.AnalysisKey(photo, round)}, table.Key{Table: faces.IdentitiesTable, Key: id})
	if err != nil {
		return s, err
	}
	if s.photo, err = faces.PhotoOf(rows[0]); err != nil {
		return s, err
	}
	if s.photo.Rev == 0 || s.photo.Analysed.IsZero() || s.photo.Round != round {
		return s, none
	}
	list, err := faces.AnalysisOf(rows[1])
	if err != nil {
		return s, err
	}
	i := slices.IndexFunc(list, func(face animo.Face) bool { return face.ID == id })
	if i < 0 {
		return s, none
	}
	s.face = list[i]
	for _, other := range list {
		if other.ID != id {
			s.rest = append(s.rest, other.ID)
		}
	}
	s.key = faces.Key{Mood: s.face.Mood, Key: faces.MomentKey(s.photo.Taken, id)}
	if s.known = rows[2].Rev != 0; s.known {
		err = table.Decode(faces.IdentitiesTable, rows[2], &s.who)
	}
	return s, err
}

// held returns the photo's other faces that are somebody's, by person.
func (s *sighting) held(r faces.Reader) (map[string]holder, error) {
	by := map[string]holder{}
	if len(s.rest) == 0 {
		return by, nil
	}
	who, err := faces.ReadWho(r, s.rest...)
	for i := range who {
		if who[i].Person != "" {
			by[who[i].Person] = holder{s.rest[i], who[i].Identity}
		}
	}
	return by, err
}

// holder is a face that is a person's, with its identity.
type holder struct {
	face string
	faces.Identity
}

// identify writes in a transaction who a face is: into the identity, the list of the person's faces and the face's record. It
// answers NotFound where the person is gone. It returns whom the record then names, and whether there is a record.
func identify(tx *table.Tx, s *sighting, who faces.Identity) (people []animo.Celebrity, recorded bool, err error) {
	people = []animo.Celebrity{}
	if before := s.who.Person; before != "" && before != who.Person {
		tx.Delete(faces.PersonFacesTable, faces.Listed(before, s.key).Key)
	}
	if who.Person != "" {
		person, rev, err := faces.ReadPerson(tx, who.Person)
		if err == nil && rev == 0 {
			err = faces.NoPerson("")
		}
		if err != nil {
			return nil, false, err
		}
		people = append(people, animo.Celebrity{Name: person.Name, Similarity: who.Similarity})
		listed := faces.Listed(who.Person, s.key)
		tx.Put(faces.PersonFacesTable, listed.Key, listed.Value)
	}
	who.Taken = s.photo.Taken
	s.who, s.known = who, true
	if err := tx.PutJSON(faces.IdentitiesTable, s.face.ID, who); err != nil {
		return nil, false, err
	}
	recorded, err = moods.Restate(tx, s.key, people)
	return people, recorded, err
}

// restate writes into a face's record who the face is, by its identity and the person's name as they are now. It returns whom
// the record then names, nil for a face without an identity, and whether there is a record.
func restate(tx *table.Tx, k faces.Key) (people []animo.Celebrity, recorded bool, err error) {
	who, err := faces.ReadWho(tx, k.Face())
	if err != nil || !who[0].Known {
		return nil, false, err
	}
	people = who[0].Celebrities()
	recorded, err = moods.Restate(tx, k, people)
	return people, recorded, err
}

// unsettled notes a face whose identity was changed, until all is done that follows outside of that commit: examples, and
// what subscribers are told.
type unsettled struct {
	At     time.Time `json:"at"`
	People []string  `json:"people"` // the ids of people who may have an example of the face, beside those in the identity
}

// unsettle notes in a transaction that a face is to be settled.
func (p *People) unsettle(tx *table.Tx, face string, people ...string) error {
	var before unsettled
	if _, err := tx.GetJSON(unsettledTable, face, &before); err != nil {
		return err
	}
	return tx.PutJSON(unsettledTable, face, unsettled{p.moment(), append(before.People, people...)})
}

// Settle does what follows from a face's identity: it makes the examples and lists of the people whom the identity names or
// named, the face's record and what subscribers are told agree with the identity. It may be run at any time, and again. For a
// face that is not noted as unsettled it does nothing.
func (p *People) Settle(ctx context.Context, tenant, face string) error {
	var u unsettled
	if _, err := p.tables.GetJSON(ctx, tenant, unsettledTable, face, &u); err != nil {
		if animo.CodeOf(err) == animo.NotFound {
			return nil
		}
		return err
	}
	var thumbnail []byte
	s, err := sight(faces.Plain(ctx, p.tables, tenant), face)
	switch {
	case err == nil && s.who.Said:
		thumbnail, err = p.cropThumbnail(ctx, tenant, s)
	case animo.CodeOf(err) == animo.NotFound: // the photo was erased or analysed again, or its analysis is under way
		return p.settleGone(ctx, tenant, face)
	}
	if err != nil {
		return err
	}
	var people []animo.Celebrity
	var added, removed []string // objects
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		added, removed = nil, nil
		s, err := sight(tx, face)
		if err != nil {
			return err
		}
		concerned := concerns(&s.who, u.People)
		if err := replaceGone(tx, &s, concerned); err != nil {
			return err
		}
		for _, id := range concerned {
			object, others, err := p.settlePerson(ctx, tx, tenant, id, &s, thumbnail != nil)
			if err != nil {
				return err
			}
			if removed = append(removed, others...); object != "" {
				added = append(added, object)
			}
		}
		people, _, err = restate(tx, s.key)
		return err
	})
	if animo.CodeOf(err) == animo.NotFound {
		return p.settleGone(ctx, tenant, face)
	}
	for _, name := range added {
		err = errors.Join(err, putThumbnail(ctx, p.objects, tenant, name, thumbnail))
	}
	if err == nil {
		err = p.removeThumbnails(ctx, tenant, removed)
	}
	if err == nil && people != nil {
		err = p.subscribers.Rename(ctx, tenant, face, people)
	}
	p.moods.Wake(tenant)
	if err != nil {
		return err
	}
	return p.tables.DeleteKey(ctx, tenant, unsettledTable, face)
}

// replaceGone puts, in the place of people in a face's identity who are gone, those whom they were merged into, or nobody.
// Somebody may have named them at the moment when they were removed.
func replaceGone(tx *table.Tx, s *sighting, concerned []string) error {
	who := s.who
	who.Not = slices.Clone(who.Not)
	changed := false
	for _, id := range concerned {
		next, err := heir(tx, id)
		if err != nil {
			return err
		}
		changed = next != id && replacePerson(&who, id, next) || changed
	}
	if !changed {
		return nil
	}
	_, _, err := identify(tx, s, who)
	return err
}

// settleGone forgets who a face is that is not there any more. A face whose analysis is under way stays unsettled.
func (p *People) settleGone(ctx context.Context, tenant, face string) error {
	if photo, round, ok := faces.ParseID(face); ok {
		row, err := faces.ReadPhoto(faces.Plain(ctx, p.tables, tenant), photo)
		if err != nil || row.Rev != 0 && round > row.Round {
			return err
		}
	}
	if _, _, err := p.ForgetFaces(ctx, tenant, time.Time{}, face); err != nil {
		return err
	}
	return p.tables.DeleteKey(ctx, tenant, unsettledTable, face)
}

// settlePerson makes a person's list and examples agree with a face's identity. It returns the name of a new example's object
// where pictured says that there is a thumbnail, and the names of the objects of examples that it removed.
func (p *People) settlePerson(ctx context.Context, tx *table.Tx, tenant, id string, s *sighting, pictured bool) (added string, removed []string, err error) {
	listed := faces.Listed(id, s.key)
	_, rev, err := faces.ReadPerson(tx, id)
	if err != nil {
		return "", nil, err
	}
	if rev == 0 { // endPerson, which removed the person, changes the identity
		tx.Delete(faces.PersonFacesTable, listed.Key)
		return "", nil, nil
	}
	if s.who.Person == id {
		tx.Put(faces.PersonFacesTable, listed.Key, listed.Value)
	} else {
		tx.Delete(faces.PersonFacesTable, listed.Key)
	}
	is, not := s.who.Said && s.who.Person == id, slices.Contains(s.who.Not, id)
	key := exampleKey(id, s.face.ID)
	rows, err := tx.Read(table.Key{Table: examplesTable, Key: key}, table.Key{Table: faces.DescriptorsTable, Key: s.face.ID})
	if err != nil {
		return "", nil, err
	}
	had := rows[0].Rev != 0
	var before example
	if had {
		if before, err = exampleOf(rows[0]); err != nil {
			return "", nil, err
		}
	}
	wants := (is || not) && rows[1].Rev != 0
	if had == wants && (!had || before.Not == not) {
		return "", nil, nil
	}
	if _, err := p.touch(tx, id); err != nil {
		return "", nil, err
	}
	if had && !before.Not && !is {
		removed = append(removed, exampleObject(id, s.face.ID))
	}
	if !wants {
		tx.Delete(examplesTable, key)
		return "", removed, nil
	}
	e := example{Added: p.moment(), Face: s.face.ID, Not: not, id: s.face.ID}
	if e.descriptor, err = decodeDescriptor(rows[1].Value); err != nil {
		return "", nil, err
	}
	surplus, err := p.addExample(ctx, tx, tenant, id, e)
	if is && pictured {
		added = exampleObject(id, s.face.ID)
	}
	return added, append(removed, surplus...), err
}

// Forgotten is what Forget removed, for Forgot: how many examples, and the thumbnails that are left to remove.
type Forgotten struct {
	Examples int
	objects  []string
}

// ForgetFaces removes the identities of faces of one photo, and what followed from them: places in people's lists, and
// examples. taken is when the photo was taken; zero means as the identities say. It returns how many examples and files it
// removed.
func (p *People) ForgetFaces(ctx context.Context, tenant string, taken time.Time, ids ...string) (examples, files int, err error) {
	for step := range slices.Chunk(ids, p.tables.Steps(opsOfFace)) {
		var f Forgotten
		err = p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			f, err = p.Forget(tx, taken, step)
			return err
		})
		if err != nil {
			return examples, files, err
		}
		n, err := p.Forgot(ctx, tenant, f)
		examples, files = examples+f.Examples, files+n
		if err != nil {
			return examples, files, err
		}
	}
	return examples, files, nil
}

// opsOfFace is about how many operations Forget makes for a face.
const opsOfFace = 10

// Forgot ends what Forget began, once the transaction is committed, and returns how many files it removed.
func (p *People) Forgot(ctx context.Context, tenant string, f Forgotten) (files int, err error) {
	if f.Examples == 0 {
		return 0, nil
	}
	for _, name := range f.objects {
		n, err := p.objects.Delete(ctx, tenant, name)
		if files += n; err != nil {
			return files, err
		}
	}
	p.removed.Retired()
	return files, p.publishChanged(ctx, tenant)
}

// Forget is ForgetFaces as a part of a transaction; call Forgot after it.
func (p *People) Forget(tx *table.Tx, taken time.Time, ids []string) (f Forgotten, err error) {
	keys := make([]table.Key, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, table.Key{Table: faces.IdentitiesTable, Key: id}, table.Key{Table: unsettledTable, Key: id})
	}
	rows, err := tx.Read(keys...)
	if err != nil {
		return f, err
	}
	for i, id := range ids {
		identity, row := rows[2*i], rows[2*i+1]
		if identity.Rev == 0 && row.Rev == 0 {
			continue
		}
		var who faces.Identity
		var u unsettled
		if identity.Rev != 0 {
			err = table.Decode(faces.IdentitiesTable, identity, &who)
		}
		if err == nil && row.Rev != 0 {
			err = table.Decode(unsettledTable, row, &u)
		}
		if err != nil {
			return f, err
		}
		at := taken
		if at.IsZero() {
			at = who.Taken
		}
		for _, person := range concerns(&who, u.People) {
			tx.Delete(faces.PersonFacesTable, faces.Listed(person, faces.Key{Key: faces.MomentKey(at, id)}).Key)
			if !who.Said && len(who.Not) == 0 && row.Rev == 0 { // a face that is somebody's by likeness alone is nobody's example
				continue
			}
			key := exampleKey(person, id)
			there, err := tx.Read(table.Key{Table: examplesTable, Key: key})
			if err != nil {
				return f, err
			}
			if there[0].Rev == 0 {
				continue
			}
			tx.Delete(examplesTable, key)
			f.Examples++
			f.objects = append(f.objects, exampleObject(person, id))
			if _, err := p.touch(tx, person); err != nil && animo.CodeOf(err) != animo.NotFound {
				return f, err
			}
		}
		tx.Delete(faces.IdentitiesTable, id)
		if row.Rev != 0 {
			tx.Delete(unsettledTable, id)
		}
	}
	return f, nil
}

// concerns lists the people whom an identity names, and others, each once.
func concerns(who *faces.Identity, others []string) []string {
	all := slices.Concat(others, who.Not, []string{who.Person})
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}
