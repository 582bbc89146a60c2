package people

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// sure is the similarity of a face of which somebody said whose it is, in percent.
const sure = 100

// SayIs keeps what somebody says: that a recorded face is that person's, who may be new. The face's record says so at once,
// and until somebody says otherwise, also when the photo is analysed again; and the face becomes an example of the person.
// Saying it again changes nothing.
//
// It answers NotFound for a face that is not there, and Unsupported for one whose descriptor is not kept.
func (p *People) SayIs(ctx context.Context, tenant, face, name string) (animo.Face, error) {
	if err := checkPerson(name); err != nil {
		return animo.Face{}, err
	}
	return p.say(ctx, tenant, face, func() (faces.Person, error) { return p.meet(ctx, tenant, name) }, func(who *faces.Identity, person string) {
		who.Not = slices.DeleteFunc(slices.Clone(who.Not), func(id string) bool { return id == person })
		who.Person, who.Similarity, who.Said = person, sure, true
	})
}

// SayIsNot keeps what somebody says: that a recorded face is not that person's. The person's name is not given to the face
// again, nor to faces that are as near to it as to any example of the person. It answers what SayIs does, and NotFound for a
// name that nobody has.
func (p *People) SayIsNot(ctx context.Context, tenant, face, name string) (animo.Face, error) {
	return p.say(ctx, tenant, face, func() (faces.Person, error) { return p.called(ctx, tenant, name) }, func(who *faces.Identity, person string) {
		if !slices.Contains(who.Not, person) {
			who.Not = append(slices.Clone(who.Not), person)
		}
		if who.Person == person {
			who.Person, who.Similarity, who.Said = "", 0, false
		}
	})
}

// errRemoved says that a person was erased or merged while something was said of the person.
var errRemoved = errors.New("the person was removed")

// say changes who a face is, as somebody says of it and a person, and settles the face.
func (p *People) say(ctx context.Context, tenant, id string, whom func() (faces.Person, error), change func(who *faces.Identity, person string)) (animo.Face, error) {
	if _, err := p.policy(ctx, tenant); err != nil {
		return animo.Face{}, err
	}
	if _, err := sight(faces.Plain(ctx, p.tables, tenant), id); err != nil {
		return animo.Face{}, err
	}
	row, err := p.tables.Get(ctx, tenant, faces.DescriptorsTable, id)
	if animo.CodeOf(err) == animo.NotFound {
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
	var s sighting
	for {
		person, err := whom()
		if err != nil {
			return animo.Face{}, err
		}
		known, err := p.known(ctx, tenant)
		if err != nil {
			return animo.Face{}, err
		}
		err = p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			if s, err = sight(tx, id); err != nil {
				return err
			}
			if _, rev, err := faces.ReadPerson(tx, person.ID); err != nil || rev == 0 {
				return cmp.Or(err, errRemoved)
			}
			before, who := s.who.Person, s.who
			change(&who, person.ID)
			if !who.Said { // the face may be the next best person's who has no other face of the photo
				held, err := s.held(tx)
				if err != nil {
					return err
				}
				who.Person, who.Similarity = known.who(&descriptor, slices.AppendSeq(slices.Clone(who.Not), maps.Keys(held)))
			}
			if s.face.People, _, err = identify(tx, &s, who); animo.CodeOf(err) == animo.NotFound {
				return errRemoved
			}
			if err == nil {
				err = p.unsettle(tx, id, person.ID, before)
			}
			return err
		})
		if err == errRemoved { // or the next best was
			continue
		}
		if err != nil {
			return animo.Face{}, err
		}
		break
	}
	if err := p.Settle(ctx, tenant, id); err != nil {
		return animo.Face{}, err
	}
	return s.face, p.publishChanged(ctx, tenant)
}
