package photos

import (
	"context"
	"io"

	"animo"
	"animo/vision"
)

// Introduce adds an example photo to what is known of a person, who may be new, and tells of the person. The
// photo shows nobody else; its face must be good enough to know the person by (vision.Gates), or the answer says
// what to mend, and changes nothing. Of the picture the face's thumbnail is kept. The same picture again changes
// nothing.
func (f *Flow) Introduce(ctx context.Context, tenant, name string, picture io.Reader) (animo.Person, error) {
	if err := checkPerson(name); err != nil {
		return animo.Person{}, err
	}
	if _, err := f.policy(ctx, tenant); err != nil {
		return animo.Person{}, err
	}
	descriptor, thumbnail, err := f.study(ctx, tenant, picture)
	if err != nil {
		return animo.Person{}, err
	}
	if _, err := f.policy(ctx, tenant); err != nil { // again: the tenant may have been removed meanwhile
		return animo.Person{}, err
	}
	e := example{Added: f.moment(), id: animo.ID(string(encodeDescriptor(descriptor))), descriptor: *descriptor}
	for {
		row, err := f.meet(ctx, tenant, name)
		if err != nil {
			return animo.Person{}, err
		}
		if err := f.addExample(ctx, tenant, row.ID, e, thumbnail); err != nil {
			return animo.Person{}, err
		}
		now, err := f.touch(ctx, tenant, row.ID)
		if gone(err) { // erased or merged at the same time; this is another person, and the example not the old one's
			if _, err := f.removeExample(ctx, tenant, row.ID, e.id); err != nil {
				return animo.Person{}, err
			}
			continue
		}
		if err == nil {
			err = f.sayPeopleChanged(ctx, tenant)
		}
		if err != nil {
			return animo.Person{}, err
		}
		return f.describe(ctx, tenant, now)
	}
}

// study finds the one face of a picture that introduces somebody.
func (f *Flow) study(ctx context.Context, tenant string, picture io.Reader) (*vision.Descriptor, []byte, error) {
	if err := f.studies.Acquire(ctx, 1); err != nil {
		return nil, nil, err
	}
	defer f.studies.Release(1)
	img, release, err := f.decode(ctx, picture)
	defer release()
	if err != nil {
		return nil, nil, err
	}
	found, err := f.engine.Find(ctx, tenant, img)
	if err != nil {
		return nil, nil, err
	}
	faces := make([]vision.Face, len(found))
	for i, n := range found {
		faces[i] = vision.Face{ // what the gates look at
			Box:     vision.Rect{W: n.Box.Width * float64(img.W), H: n.Box.Height * float64(img.H)},
			Pose:    vision.Pose(n.Pose),
			Quality: vision.Quality(n.Quality),
		}
	}
	if _, err := (vision.Gates{}).Only(faces); err != nil {
		return nil, nil, err
	}
	if found[0].Descriptor == nil {
		return nil, nil, animo.Errorf(animo.Unsupported, "people are introduced where vision finds the faces (setting faces); Rekognition knows its own celebrities",
			"las personas se presentan donde vision encuentra los rostros (ajuste faces); Rekognition conoce a sus propias celebridades")
	}
	thumbnail, err := faceThumbnail(img, found[0].Box)
	return found[0].Descriptor, thumbnail, err
}
