package photos

import (
	"time"

	"animo"
	"animo/internal/spool"
	"animo/vision"
)

// earliest is when a camera or a file may have been there first: EXIF is of 1995. A clock that was never set says 1970, 1980
// or the like.
var earliest = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC)

// takenAt tells when a photo was taken and by whose word, the zero time by that of nobody. note says why a clock that speaks of
// it is not believed.
func (p *Photos) takenAt(u Upload, up *spool.File, policy animo.PhotoPolicy) (at time.Time, by animo.TakenBy, note *animo.Reason, err error) {
	if !u.Taken.IsZero() {
		return moment(u.Taken), animo.BySender, nil, nil
	}
	zone := time.UTC
	if policy.Zone != "" {
		if zone, err = animo.LoadZone(policy.Zone); err != nil {
			return at, "", nil, err
		}
	}
	at, said := vision.TakenAt(up, up.Size, zone)
	if said != "" {
		if note = p.doubt(at, "the camera's clock", "el reloj de la cámara", animo.Clip(said)); note == nil {
			return moment(at), animo.ByCamera, nil, nil
		}
	}
	if !u.Modified.IsZero() {
		why := p.doubt(u.Modified, "the file's date", "la fecha del archivo", u.Modified.UTC().Format(time.DateTime))
		if why == nil {
			return moment(u.Modified), animo.ByFile, note, nil
		}
		if note == nil {
			note = why
		}
	}
	return time.Time{}, animo.ByArrival, note, nil
}

// doubt says why a time is not believed that a clock says, nil for one that is.
func (p *Photos) doubt(at time.Time, clock, reloj, said string) *animo.Reason {
	var err *animo.Error
	switch {
	case at.IsZero():
		err = animo.Errorf(animo.Invalid, "%[1]s says %[3]q, which is no time; it does not count", "%[2]s dice %[3]q, que no es una hora; no se tiene en cuenta", clock, reloj, said)
	case at.Before(earliest):
		err = animo.Errorf(animo.Invalid, "%[1]s says %[3]q, which is too long ago for it to be set; it does not count", "%[2]s dice %[3]q, demasiado atrás para estar en hora; no se tiene en cuenta", clock, reloj, said)
	case at.After(p.now().Add(p.limits.ClockSkew)):
		err = animo.Errorf(animo.Invalid, "%[1]s says %[3]q, which has not come yet; it does not count", "%[2]s dice %[3]q, que aún no ha llegado; no se tiene en cuenta", clock, reloj, said)
	default:
		return nil
	}
	why := animo.ReasonOf(err)
	return &why
}

// moment is a time as rows keep it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
