package people

import (
	"context"
	"io"

	"animo"
	"animo/internal/faces"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/vision"
)

// Introduce adds an example photo to what is known of a person, who may be new, and tells of the person. The
// photo shows nobody else as prominently; its face must be good enough to know the person by (vision.Gates), or the answer says
// what to mend, and changes nothing. Of the picture the face's thumbnail is kept. The same picture again changes
// nothing.
func (p *People) Introduce(ctx context.Context, tenant, name string, picture io.Reader) (animo.Person, error) {
	if err := checkPerson(name); err != nil {
		return animo.Person{}, err
	}
	if _, err := p.policy(ctx, tenant); err != nil {
		return animo.Person{}, err
	}
	descriptor, thumbnail, err := p.study(ctx, tenant, picture)
	if err != nil {
		return animo.Person{}, err
	}
	if _, err := p.policy(ctx, tenant); err != nil { // again: the tenant may have been removed meanwhile
		return animo.Person{}, err
	}
	e := example{Added: p.moment(), id: animo.ID(string(EncodeDescriptor(descriptor))), descriptor: *descriptor}
	for {
		who, err := p.meet(ctx, tenant, name)
		if err != nil {
			return animo.Person{}, err
		}
		object := exampleObject(who.ID, e.id)
		if err := putThumbnail(ctx, p.objects, tenant, object, thumbnail); err != nil {
			return animo.Person{}, err
		}
		var now faces.Person
		var dropped []string
		err = p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			rows, err := tx.Read(table.Key{Table: examplesTable, Key: exampleKey(who.ID, e.id)})
			if err != nil {
				return err
			}
			if now, err = p.touch(tx, who.ID); err != nil || rows[0].Rev != 0 {
				return err
			}
			dropped, err = p.addExample(ctx, tx, tenant, who.ID, e)
			return err
		})
		if animo.CodeOf(err) == animo.NotFound { // erased or merged at the same time; this is another person, and the example not the old one's
			if err := p.removeThumbnails(ctx, tenant, []string{object}); err != nil {
				return animo.Person{}, err
			}
			continue
		}
		if err == nil {
			err = p.removeThumbnails(ctx, tenant, dropped)
		}
		if err == nil {
			err = p.publishChanged(ctx, tenant)
		}
		if err != nil {
			return animo.Person{}, err
		}
		return p.describe(ctx, tenant, now)
	}
}

// study finds the one face of a picture that introduces somebody.
func (p *People) study(ctx context.Context, tenant string, picture io.Reader) (*vision.Descriptor, []byte, error) {
	done, err := p.pictures.Turn(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	img, release, err := p.pictures.Decode(ctx, picture)
	defer release()
	if err != nil {
		return nil, nil, err
	}
	found, err := p.pictures.Find(ctx, tenant, img)
	if err != nil {
		return nil, nil, err
	}
	list := make([]vision.Face, len(found))
	for i, n := range found {
		list[i] = vision.Face{ // what the gates look at
			Box: vision.Rect{
				X: n.Box.Left * float64(img.W), Y: n.Box.Top * float64(img.H), W: n.Box.Width * float64(img.W), H: n.Box.Height * float64(img.H),
			},
			Pose:    vision.Pose(n.Pose),
			Quality: vision.Quality(n.Quality),
		}
	}
	if _, err := (vision.Gates{}).Only(list, img.W, img.H); err != nil {
		return nil, nil, err
	}
	if found[0].Descriptor == nil {
		return nil, nil, animo.Errorf(animo.Unsupported, "people are introduced where vision finds the faces (setting faces); Rekognition knows its own celebrities",
			"las personas se presentan donde vision encuentra los rostros (ajuste faces); Rekognition conoce a sus propias celebridades")
	}
	thumbnail, err := pictures.FaceThumbnail(img, found[0].Box)
	return found[0].Descriptor, thumbnail, err
}
