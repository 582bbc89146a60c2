package photos

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// identity says who a face is. It is what counts: the names in the moods' tables follow it, and a name in a queued
// event does not matter where there is one. Once written, it stays as long as its photo. Faces without a
// descriptor have none.
type identity struct {
	Person     string    `json:"person,omitempty"` // whose face it is; "" for nobody's who is known, or not any more
	Similarity float64   `json:"similarity,omitempty"`
	Said       bool      `json:"said,omitempty"` // by somebody, not only by likeness
	Not        []string  `json:"not,omitempty"`  // the people that somebody said it is not
	Taken      time.Time `json:"taken"`          // the photo

	rev int64
}

// seenFace is a face that an analysis found, with where it is recorded.
type seenFace struct {
	photo photoRow
	face  animo.Face // as the analysis left it: without the people whom the tenant introduced
	key   recordKey
}

// seen finds a face of a photo's last analysis, or answers NotFound.
func (f *Flow) seen(ctx context.Context, tenant, id string) (s seenFace, err error) {
	none := animo.Errorf(animo.NotFound, "there is no face %q; if its photo was analysed again, its faces have other ids now", "no existe el rostro %q; si su foto se analizó de nuevo, sus rostros tienen ahora otros ids", animo.Clip(id)).Of("face")
	photo, round, ok := parseFaceID(id)
	if !ok {
		return s, none
	}
	s.photo, err = f.photo(ctx, tenant, photo)
	if gone(err) || err == nil && (s.photo.Analysed.IsZero() || s.photo.Round != round) {
		return s, none
	}
	if err != nil {
		return s, err
	}
	faces, err := f.analysed(ctx, tenant, photo, round)
	if err != nil {
		return s, err
	}
	i := slices.IndexFunc(faces, func(face animo.Face) bool { return face.ID == id })
	if i < 0 {
		return s, none
	}
	s.face = faces[i]
	s.key = recordKey{s.face.Mood, momentKey(s.photo.Taken, id)}
	return s, nil
}

// sure is the similarity of a face of which somebody said whose it is, in percent.
const sure = 100

// identity reads who a face is; NotFound where nothing is known.
func (f *Flow) identity(ctx context.Context, tenant, face string) (who identity, err error) {
	who.rev, err = f.tables.GetJSON(ctx, tenant, identitiesTable, face, &who)
	return who, err
}

// identify changes who a face is, and tells what it is then. Where change reports false, nothing is written.
func (f *Flow) identify(ctx context.Context, tenant, face string, change func(*identity) bool) (identity, error) {
	for {
		who, err := f.identity(ctx, tenant, face)
		if err != nil && !gone(err) {
			return who, err
		}
		if !change(&who) {
			return who, nil
		}
		b, err := json.Marshal(who)
		if err == nil {
			err = f.tables.Swap(ctx, tenant, identitiesTable, table.Row{Key: face, Value: b, Rev: who.rev})
		}
		if !conflict(err) {
			return who, err
		}
	}
}

// celebrities is what a record says of who a face is. known is false where it says what the engine said.
func (f *Flow) celebrities(ctx context.Context, tenant, face string) (list []animo.Celebrity, known bool, err error) {
	who, err := f.identity(ctx, tenant, face)
	if gone(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	list, err = f.named(ctx, tenant, who)
	return list, true, err
}

// named gives the person of an identity by name; nobody where the person is there no more.
func (f *Flow) named(ctx context.Context, tenant string, who identity) ([]animo.Celebrity, error) {
	if who.Person == "" {
		return []animo.Celebrity{}, nil
	}
	row, err := f.personByID(ctx, tenant, who.Person)
	switch {
	case gone(err):
		return []animo.Celebrity{}, nil
	case err != nil:
		return nil, err
	}
	return []animo.Celebrity{{Name: row.Name, Similarity: who.Similarity}}, nil
}

// nameFaces puts into a photo's faces who they are.
func (f *Flow) nameFaces(ctx context.Context, tenant, photo string, faces []animo.Face) error {
	known := map[string]identity{}
	for row, err := range f.tables.Query(ctx, tenant, identitiesTable, table.Range{Prefix: photo + "-"}, false) {
		if err != nil {
			return err
		}
		var who identity
		if err := json.Unmarshal(row.Value, &who); err != nil {
			return err
		}
		known[row.Key] = who
	}
	for i := range faces {
		who, ok := known[faces[i].ID]
		if !ok {
			continue
		}
		var err error
		if faces[i].People, err = f.named(ctx, tenant, who); err != nil {
			return err
		}
	}
	return nil
}

// recordKey says where a face is recorded.
type recordKey struct {
	mood animo.Mood
	key  string // moment taken/face id
}

func (k recordKey) face() string { return k.key[strings.IndexByte(k.key, '/')+1:] }

// restate has a face's record, if there is one, say who the face is, and reports whether there is one. Whoever
// changes an identity or a name calls it afterwards, by spread. It writes the record only unchanged, and ends when it has read an identity that the record agrees with,
// so that whoever of several at once writes last has seen the last change.
func (f *Flow) restate(ctx context.Context, tenant string, k recordKey) (recorded bool, err error) {
	for {
		row, err := f.tables.Get(ctx, tenant, moodTable(k.mood), k.key)
		if gone(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		people, known, err := f.celebrities(ctx, tenant, k.face())
		if err != nil || !known {
			return true, err
		}
		r := new(animo.MoodRecord)
		if err := json.Unmarshal(row.Value, r); err != nil {
			return true, err
		}
		if slices.Equal(r.ImageData.Celebrities, people) {
			return true, nil
		}
		r.ImageData.Celebrities = people
		if row.Value, err = json.Marshal(r); err != nil {
			return true, err
		}
		switch err := f.tables.Swap(ctx, tenant, moodTable(k.mood), row); {
		case err == nil:
			f.feeds.replace(tenant, r, row.Value)
		case !conflict(err):
			return true, err
		}
	}
}

// spread is restate, and has what others keep of the face say so, too.
func (f *Flow) spread(ctx context.Context, tenant string, k recordKey) (recorded bool, err error) {
	if recorded, err = f.restate(ctx, tenant, k); err != nil {
		return recorded, err
	}
	people, known, err := f.celebrities(ctx, tenant, k.face())
	if err == nil && known {
		err = f.rename(ctx, tenant, k.face(), people)
	}
	return recorded, err
}

// personFace is the entry of a face in the list of a person's faces.
func personFace(person string, k recordKey) table.Row {
	return table.Row{Key: person + "/" + k.key, Value: []byte(k.mood)}
}

// faceOfPerson reads an entry of a person's list.
func faceOfPerson(row table.Row) recordKey {
	return recordKey{animo.Mood(row.Value), row.Key[strings.IndexByte(row.Key, '/')+1:]}
}

// unsettled is a face whose identity was changed, or is about to be, while what follows from it may not be done.
type unsettled struct {
	At     time.Time `json:"at"`
	People []string  `json:"people"` // whom it may have to do with beside those in the identity
}

// unsettle notes that what follows from a face's identity is to be looked at, whatever happens.
func (f *Flow) unsettle(ctx context.Context, tenant, face string, people ...string) error {
	var before unsettled
	if _, err := f.tables.GetJSON(ctx, tenant, unsettledTable, face, &before); err != nil && !gone(err) {
		return err
	}
	return f.tables.PutJSON(ctx, tenant, unsettledTable, face, unsettled{f.moment(), append(before.People, people...)})
}

// settle does what follows from a face's identity: the examples and the lists of the people that it has to do
// with, and its record. It may be run at any time, and again.
func (f *Flow) settle(ctx context.Context, tenant, face string) error {
	var u unsettled
	if _, err := f.tables.GetJSON(ctx, tenant, unsettledTable, face, &u); err != nil {
		if gone(err) {
			return nil
		}
		return err
	}
	s, err := f.seen(ctx, tenant, face)
	switch {
	case gone(err):
		if photo, round, ok := parseFaceID(face); ok {
			if row, err := f.photo(ctx, tenant, photo); err == nil && round > row.Round {
				return nil // its analysis is under way
			}
		}
		_, _, err = f.forgetFace(ctx, tenant, face, time.Time{}, u.People...)
	case err == nil:
		err = f.settlePeople(ctx, tenant, s, u.People)
		if err == nil {
			_, err = f.spread(ctx, tenant, s.key)
		}
		if err != nil {
			return err
		}
		// Whoever erases the photo removes its row first: what was written since is removed here.
		if _, err = f.photo(ctx, tenant, s.photo.ID); gone(err) {
			_, _, err = f.forgetFace(ctx, tenant, face, s.photo.Taken, u.People...)
		}
	}
	if err != nil {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, unsettledTable, face)
}

// settlePeople makes the examples and the lists of people agree with a face's identity.
func (f *Flow) settlePeople(ctx context.Context, tenant string, s seenFace, people []string) error {
	who, err := f.identity(ctx, tenant, s.face.ID)
	if err != nil && !gone(err) {
		return err
	}
	concerned := who.concerns(people)
	for _, id := range concerned {
		listed := personFace(id, s.key)
		if who.Person == id {
			err = f.tables.Put(ctx, tenant, personFacesTable, listed)
		} else {
			err = f.tables.DeleteKey(ctx, tenant, personFacesTable, listed.Key)
		}
		if err == nil {
			err = f.settleExample(ctx, tenant, id, s, who)
		}
		if err != nil {
			return err
		}
	}
	// Whoever has a person leave removes its row first: what was written since is seen to here.
	for _, id := range concerned {
		_, err := f.personByID(ctx, tenant, id)
		if gone(err) {
			err = f.leaveFace(ctx, tenant, id, s.key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaveFace sees to a face of a person who left while something was said of it.
func (f *Flow) leaveFace(ctx context.Context, tenant, id string, k recordKey) error {
	into, err := f.successor(ctx, tenant, id)
	if err != nil {
		return err
	}
	if _, _, err := f.moveFace(ctx, tenant, id, into, k); err != nil {
		return err
	}
	if _, err := f.removeExample(ctx, tenant, id, k.face()); err != nil {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, personFacesTable, personFace(id, k).Key)
}

// settleExample keeps a face as an example of a person, or as one of what the person does not look like, or as
// neither, as its identity says.
func (f *Flow) settleExample(ctx context.Context, tenant, person string, s seenFace, who identity) error {
	is, not := who.Said && who.Person == person, slices.Contains(who.Not, person)
	list, err := f.examples(ctx, tenant, person)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(e example) bool { return e.id == s.face.ID })
	if had := i >= 0; had == (is || not) && (!had || list[i].Not == not) {
		return nil
	}
	if i >= 0 {
		if _, err := f.removeExample(ctx, tenant, person, s.face.ID); err != nil {
			return err
		}
	}
	if is || not {
		row, err := f.tables.Get(ctx, tenant, descriptorsTable, s.face.ID)
		if gone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		e := example{Added: f.moment(), Face: s.face.ID, Not: not, id: s.face.ID}
		if e.descriptor, err = decodeDescriptor(row.Value); err != nil {
			return err
		}
		var thumbnail []byte
		if is {
			if thumbnail, err = f.cut(ctx, tenant, s); err != nil {
				return err
			}
		}
		if err := f.addExample(ctx, tenant, person, e, thumbnail); err != nil {
			return err
		}
	}
	_, err = f.touch(ctx, tenant, person)
	if gone(err) { // erased meanwhile
		_, err = f.removeExample(ctx, tenant, person, s.face.ID)
	}
	return err
}

// cut makes the thumbnail of a recorded face; nil where the picture is not kept.
func (f *Flow) cut(ctx context.Context, tenant string, s seenFace) ([]byte, error) {
	img, release, err := f.picture(ctx, tenant, s.photo.ID)
	defer release()
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return faceThumbnail(img, s.face.Box)
}

// forgetFace removes what is known of who a face is, and what followed from it for the people in its identity and
// for those others. It tells how many examples and thumbnails it removed.
func (f *Flow) forgetFace(ctx context.Context, tenant, face string, taken time.Time, others ...string) (examples, files int, err error) {
	who, err := f.identity(ctx, tenant, face)
	if err != nil && !gone(err) {
		return 0, 0, err
	}
	if taken.IsZero() {
		taken = who.Taken
	}
	for _, id := range who.concerns(others) {
		if err := f.tables.DeleteKey(ctx, tenant, personFacesTable, personFace(id, recordKey{key: momentKey(taken, face)}).Key); err != nil {
			return examples, files, err
		}
		_, err := f.tables.Get(ctx, tenant, examplesTable, exampleKey(id, face))
		if gone(err) {
			continue
		}
		if err == nil {
			var n int
			n, err = f.removeExample(ctx, tenant, id, face)
			examples, files = examples+1, files+n
		}
		if err == nil {
			if _, err = f.touch(ctx, tenant, id); gone(err) {
				err = nil
			}
		}
		if err != nil {
			return examples, files, err
		}
	}
	if examples > 0 {
		if err := f.sayPeopleChanged(ctx, tenant); err != nil {
			return examples, files, err
		}
	}
	return examples, files, f.tables.DeleteKey(ctx, tenant, identitiesTable, face)
}

// concerns lists the people whom an identity has to do with, and others, each once.
func (who *identity) concerns(others []string) []string {
	all := slices.Concat(others, who.Not, []string{who.Person})
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}

// faceIDs begin with their photo's id and a hyphen; then comes which of its analyses found them.
func facePrefix(photo string, round int) string {
	if round == 0 {
		return photo + "-"
	}
	return fmt.Sprintf("%s-r%d-", photo, round)
}

func faceID(photo string, round, i int) string { return facePrefix(photo, round) + strconv.Itoa(i) }

// parseFaceID tells of which photo and of which of its analyses a face is.
func parseFaceID(id string) (photo string, round int, ok bool) {
	parts := strings.Split(id, "-")
	if len(parts) == 4 && strings.HasPrefix(parts[2], "r") {
		n, err := strconv.Atoi(parts[2][1:])
		round, ok = n, err == nil && n > 0
	} else {
		ok = len(parts) == 3
	}
	if !ok {
		return "", 0, false
	}
	return parts[0] + "-" + parts[1], round, true
}
