package photos

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/internal/spool"
	"animo/internal/table"
)

// Upload says what a photo is called and where it is from.
type Upload struct {
	Name   string    // 1 to 255 bytes without slashes and control characters
	Source string    // at most 64 bytes without control characters; may be empty
	Taken  time.Time // zero: when it is accepted; kept to the millisecond
	Size   int64     // how many bytes there will be; -1 if that is not known
}

const (
	maxName   = 255
	maxSource = 64
)

// check answers UnsafeName or Invalid for what cannot be.
func (u Upload) check() error {
	printable := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unprintable) }
	switch {
	case u.Name == "" || u.Name == "." || u.Name == ".." || len(u.Name) > maxName || !printable(u.Name) || strings.ContainsAny(u.Name, `/\`):
		return animo.Errorf(animo.UnsafeName, "%q cannot be a photo's name: use 1 to %d bytes without slashes and control characters",
			"%q no puede ser el nombre de una foto: use de 1 a %d bytes sin barras ni caracteres de control", animo.Clip(u.Name), maxName).Of("name")
	case len(u.Source) > maxSource || !printable(u.Source):
		return animo.Errorf(animo.Invalid, "%q cannot be a source: use at most %d bytes without control characters",
			"%q no puede ser una fuente: use como mucho %d bytes sin caracteres de control", animo.Clip(u.Source), maxSource).Of("source")
	case !u.Taken.IsZero() && (u.Taken.Year() < 1900 || u.Taken.Year() > 2200):
		return animo.Errorf(animo.Invalid, "a photo taken in the year %d is not believed; use 1900 to 2200",
			"una foto tomada en el año %d no es creíble; use de 1900 a 2200", u.Taken.Year()).Of("taken_at")
	}
	return nil
}

// unprintable reports whether a character controls a terminal, or the direction in which the text round it is
// shown.
func unprintable(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// Take accepts a photo: it keeps the bytes, notes the photo, and says photo.stored. When it returns nil, all of
// that is on disk. The same bytes under the same name, while they are kept, are the same photo, and the first
// upload's source and time stand, which known says; one that had failed is tried again. What kind of picture it
// is, if any, the analysis finds out.
func (f *Flow) Take(ctx context.Context, tenant string, u Upload, r io.Reader) (p animo.Photo, known bool, err error) {
	if err := u.check(); err != nil {
		return p, false, err
	}
	if err := f.admit(ctx, tenant); err != nil {
		return p, false, err
	}
	up, err := f.spool.Take(r, u.Size)
	if err != nil {
		return p, false, err
	}
	defer up.Remove()
	policy, err := f.policy(ctx, tenant) // again: the tenant may have been removed while the upload came in
	if err != nil {
		return p, false, err
	}
	row, known, err := f.store(ctx, tenant, u, up, policy)
	if err != nil || row.Status.Ended() {
		return row.Photo, known, err
	}
	e, err := f.stored(tenant, row.ID)
	if err == nil {
		err = f.events.Publish(ctx, e)
	}
	return row.Photo, known, err
}

// store keeps an upload as a photo, or finds the photo that it is already, which is known then.
func (f *Flow) store(ctx context.Context, tenant string, u Upload, up *spool.File, policy animo.PhotoPolicy) (row photoRow, known bool, err error) {
	head := animo.ID("photo", u.Name, up.SHA256)
	for {
		if err := ctx.Err(); err != nil {
			return photoRow{}, false, err
		}
		id, rev, err := f.headOf(ctx, tenant, head)
		if err != nil {
			return photoRow{}, false, err
		}
		row, err := f.photo(ctx, tenant, id)
		if err != nil && !gone(err) {
			return row, false, err
		}
		if err == nil && !row.Bare {
			if err := f.takeUp(ctx, tenant, &row); !conflict(err) {
				return row, true, err
			}
			continue // somebody else took it up, or erased it
		}
		underWay := false
		if gone(err) {
			if underWay, err = f.underWay(ctx, tenant, id); err != nil {
				return row, false, err
			}
		}
		var becomes []table.Op // the photo of that name and content
		if !underWay {         // it is another photo
			if err := f.checkQuota(ctx, tenant, policy, 1, up.Size); err != nil {
				return row, false, err
			}
			id = f.newID(tenant, head, id)
			becomes = append(becomes, table.Replace(headsTable, table.Row{Key: head, Value: []byte(id), Rev: rev}))
		}
		row = photoRow{Head: head, Photo: animo.Photo{
			ID: id, Name: u.Name, Source: u.Source, SHA256: up.SHA256, Bytes: up.Size, Taken: u.Taken.UTC().Truncate(time.Millisecond), Accepted: animo.MomentOf(id), Status: animo.Queued,
		}}
		if row.Taken.IsZero() {
			row.Taken = row.Accepted
		}
		if err := f.write(ctx, tenant, &row, up, policy, becomes...); !conflict(err) {
			return row, false, err
		}
	}
}

// write keeps a new photo. What it writes down first, in one with the changes before, is that there is something for
// the sweeper to see to, should the rest break off. It answers Conflict when somebody else did the same at the same
// time.
func (f *Flow) write(ctx context.Context, tenant string, row *photoRow, up *spool.File, policy animo.PhotoPolicy, before ...table.Op) error {
	if err := f.count(ctx, tenant, row, policy, append(before, pending(row))...); err != nil {
		return err
	}
	if _, err := up.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := f.objects.Put(ctx, tenant, pictureObject(row.ID), up); err != nil {
		return err
	}
	return f.save(ctx, tenant, row)
}

// tightPlaces is with how few photos of the largest size to a tenant's limit its uploads are counted one after the
// other.
const tightPlaces = 256

// count counts a new picture in one with other changes, or answers Quota and does not count it. It is counted first
// and looked at then, so that uploads at once, also by several processes, do not pass the limit together; near the
// limit those of this one take turns, so that they do not all give way to each other.
func (f *Flow) count(ctx context.Context, tenant string, row *photoRow, policy animo.PhotoPolicy, with ...table.Op) error {
	if f.checkQuota(ctx, tenant, policy, tightPlaces, tightPlaces*f.limits.PhotoBytes) != nil {
		f.tight.Lock()
		defer f.tight.Unlock()
	}
	switch _, err := f.tables.Get(ctx, tenant, picturesTable, row.ID); {
	case gone(err):
		with = append(with, table.AddOps(picturesTable, pictureEntry(row.ID, row.Bytes))...)
	case err != nil:
		return err
	}
	if err := f.tables.Commit(ctx, tenant, with...); err != nil {
		return err
	}
	if err := f.checkQuota(ctx, tenant, policy, 0, 0); err != nil {
		return errors.Join(err, f.clearPicture(ctx, tenant, row.ID, new(animo.Receipt)))
	}
	return nil
}

// pictureEntry is the entry that counts a kept picture and its bytes.
func pictureEntry(id string, bytes int64) table.Entry {
	return table.Entry{Row: table.Row{Key: id, Value: strconv.AppendInt(nil, bytes, 10)}, Tallies: []table.Tally{{Key: keptTally, N: 1, Sum: float64(bytes)}}}
}

// keptTally counts the pictures that a tenant has, and their bytes.
const keptTally = "kept"

// headOf gives the id of the photo with that name and content, and its row's revision; "" and 0 for none.
func (f *Flow) headOf(ctx context.Context, tenant, head string) (id string, rev int64, err error) {
	row, err := f.tables.Get(ctx, tenant, headsTable, head)
	if gone(err) {
		err = nil
	}
	return string(row.Value), row.Rev, err
}

// dropHead forgets which photo has a name and content, if it is that one. An upload of the same bytes may have
// made it another photo's at this very moment; then these bytes, sent once more, are one photo more.
func (f *Flow) dropHead(ctx context.Context, tenant, head, id string) error {
	now, _, err := f.headOf(ctx, tenant, head)
	if err != nil || now != id || head == "" {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, headsTable, head)
}

// storeTime is how long storing an upload that came in takes at most.
const storeTime = 10 * time.Minute

// underWay reports whether a photo without a row may be one that somebody is storing at this moment. Otherwise
// it was erased, or storing it broke off.
func (f *Flow) underWay(ctx context.Context, tenant, id string) (bool, error) {
	if id == "" || f.now().Sub(animo.MomentOf(id)) > storeTime {
		return false, nil
	}
	_, err := f.tables.Get(ctx, tenant, erasedTable, id)
	if gone(err) {
		return true, nil
	}
	return false, err
}

// newID makes an id for a name and content. It sorts after the id before it, also when the clock went back.
func (f *Flow) newID(tenant, head, before string) string {
	return animo.Moment(animo.MomentAfter(before, f.now())) + "-" + animo.ID(tenant, head)[:16]
}

// takeUp has a photo that failed tried anew.
func (f *Flow) takeUp(ctx context.Context, tenant string, row *photoRow) error {
	if row.Status != animo.Failed {
		return nil
	}
	row.Status, row.Failure = animo.Queued, nil
	return f.save(ctx, tenant, row, pending(row))
}

// stored makes the event that says that a photo waits for its analysis.
func (f *Flow) stored(tenant, id string) (animo.Event, error) {
	return animo.NewEvent(storedID(tenant, id), source, PhotoStored, id, tenant, f.now(), order{id})
}

func storedID(tenant, id string) string { return animo.ID(PhotoStored, tenant, id) }

// order is the data of PhotoStored, and a part of that of a face's event.
type order struct {
	Photo string `json:"photo_id"`
}
