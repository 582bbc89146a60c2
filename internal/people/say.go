package photos

import (
	"context"
	"slices"

	"animo"
)

// SayIs keeps what somebody says: that a recorded face is that person's, who may be new. The face's record, and
// those who ask for it, say so at once; it holds until something else is said, also when the photo is analysed
// again; and the face becomes an example of the person. Saying it again changes nothing.
//
// It answers NotFound for a face that is not there, and Unsupported for one whose descriptor is not kept.
func (f *Flow) SayIs(ctx context.Context, tenant, face, name string) (animo.Face, error) {
	if err := checkPerson(name); err != nil {
		return animo.Face{}, err
	}
	return f.say(ctx, tenant, face, func() (personRow, error) { return f.meet(ctx, tenant, name) }, func(who *identity, person string) {
		who.Not = slices.DeleteFunc(who.Not, func(id string) bool { return id == person })
		who.Person, who.Similarity, who.Said = person, sure, true
	})
}

// SayIsNot keeps what somebody says: that a recorded face is not that person's. The face is not named so again,
// and neither are faces that are as near to it as to any example of the person. It answers what SayIs does, and
// NotFound for a name that nobody has.
func (f *Flow) SayIsNot(ctx context.Context, tenant, face, name string) (animo.Face, error) {
	return f.say(ctx, tenant, face, func() (personRow, error) { return f.person(ctx, tenant, name) }, func(who *identity, person string) {
		if !slices.Contains(who.Not, person) {
			who.Not = append(who.Not, person)
		}
		if who.Person == person {
			who.Person, who.Similarity, who.Said = "", 0, false
		}
	})
}

func (f *Flow) say(ctx context.Context, tenant, id string, whom func() (personRow, error), change func(who *identity, person string)) (animo.Face, error) {
	if _, err := f.policy(ctx, tenant); err != nil {
		return animo.Face{}, err
	}
	s, err := f.seen(ctx, tenant, id)
	if err != nil {
		return animo.Face{}, err
	}
	row, err := f.tables.Get(ctx, tenant, descriptorsTable, id)
	if gone(err) {
		return animo.Face{}, animo.Errorf(animo.Unsupported,
			"nothing is kept by which this face could be known again: descriptors are kept as long as their photos, where the setting keep-descriptors says so and vision finds the faces",
			"no se guarda nada por lo que este rostro pudiera reconocerse: los descriptores se guardan tanto como sus fotos, si lo dice el ajuste keep-descriptors y vision encuentra los rostros").Of("face")
	}
	if err != nil {
		return animo.Face{}, err
	}
	descriptor, err := decodeDescriptor(row.Value)
	if err != nil {
		return animo.Face{}, err
	}
	person, err := whom()
	if err != nil {
		return animo.Face{}, err
	}
	before, err := f.identity(ctx, tenant, id)
	if err != nil && !gone(err) {
		return animo.Face{}, err
	}
	if err := f.unsettle(ctx, tenant, id, person.ID, before.Person); err != nil {
		return animo.Face{}, err
	}
	known, err := f.known(ctx, tenant)
	if err != nil {
		return animo.Face{}, err
	}
	var others []string // whom it was called before that
	_, err = f.identify(ctx, tenant, id, func(who *identity) bool {
		others = append(others, who.Person)
		change(who, person.ID)
		if !who.Said { // it may be the next best
			who.Person, who.Similarity = known.who(&descriptor, who.Not)
		}
		who.Taken = s.photo.Taken
		return true
	})
	if err == nil && slices.ContainsFunc(others, func(id string) bool { return id != before.Person }) {
		err = f.unsettle(ctx, tenant, id, others...)
	}
	if err == nil {
		err = f.settle(ctx, tenant, id)
	}
	if err == nil {
		err = f.sayPeopleChanged(ctx, tenant)
	}
	if err != nil {
		return animo.Face{}, err
	}
	s.face.People, _, err = f.celebrities(ctx, tenant, id)
	return s.face, err
}
