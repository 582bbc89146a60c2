package photos

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/spool"
	"animo/internal/table"
)

// Upload says what a photo is called and where it is from; see animo.CheckPicture.
type Upload struct {
	Name   string
	Source string    // may be empty
	Taken  time.Time // by who sends it; zero: by its EXIF data, else Modified, else when it is accepted; kept to the millisecond
	Size   int64     // how many bytes there will be; -1 if that is not known

	Modified time.Time // when its file was last changed; zero: that is not known
}

// Take accepts a photo: it keeps the bytes, notes the photo, and says photo.stored. When it returns nil, all of
// that is on disk. The same bytes under the same name, while they are kept, are the same photo, and the first
// upload's source and time stand, which known says; one that had failed is tried again. What kind of picture it
// is, if any, the analysis finds out.
func (p *Photos) Take(ctx context.Context, tenant string, u Upload, r io.Reader) (photo animo.Photo, known bool, err error) {
	if err := animo.CheckPicture(u.Name, u.Source, u.Taken, p.now().Add(p.limits.ClockSkew)); err != nil {
		return photo, false, err
	}
	if err := p.Admit(ctx, tenant); err != nil {
		return photo, false, err
	}
	up, err := p.spool.Take(r, u.Size)
	if err != nil {
		return photo, false, err
	}
	defer up.Remove()
	policy, err := p.policy(ctx, tenant) // again: the tenant may have been removed while the upload came in
	if err != nil {
		return photo, false, err
	}
	row, known, err := p.store(ctx, tenant, u, up, policy)
	if err != nil || row.Status.Ended() {
		return row.Photo, known, err
	}
	e, err := p.stored(tenant, row.ID)
	if err == nil {
		err = p.events.Publish(ctx, e)
	}
	return row.Photo, known, err
}

// store keeps an upload as a photo, or finds the photo that has its name and content already; known tells which. It first
// tries to keep the upload as a new photo, because most are, and reads only where that conflicts. That is no Table.Update:
// the picture is stored between two commits, the second of which expects what the first wrote.
func (p *Photos) store(ctx context.Context, tenant string, u Upload, up *spool.File, policy animo.PhotoPolicy) (row faces.Photo, known bool, err error) {
	at, by, note, err := p.takenAt(u, up, policy)
	if err != nil {
		return row, false, err
	}
	head := table.Row{Key: animo.ID("photo", u.Name, up.SHA256)}
	id, noted := p.newID(tenant, head.Key, ""), false
	for looked := false; ; looked = true {
		row = faces.Photo{Head: head.Key, Photo: animo.Photo{
			ID: id, Name: u.Name, Source: u.Source, SHA256: up.SHA256, Bytes: up.Size, Taken: at, TakenBy: by, TakenNote: note, Accepted: animo.MomentOf(id), Status: animo.Queued,
		}}
		if row.Taken.IsZero() {
			row.Taken = row.Accepted
		}
		err = nil
		if !noted {
			head.Value = []byte(id)
			err = p.note(ctx, tenant, &row, head, policy)
		}
		if err == nil {
			err = p.write(ctx, tenant, &row, up)
		}
		code := animo.CodeOf(err)
		if full := code == animo.Quota && !looked; code != animo.Conflict && !full { // one that is kept already takes no room
			return row, false, err
		}
		if err := ctx.Err(); err != nil {
			return row, false, err
		}
		heads, err := p.tables.Read(ctx, tenant, table.Key{Table: headsTable, Key: head.Key})
		if err != nil {
			return row, false, err
		}
		head = heads[0]
		if noted = false; head.Rev == 0 {
			continue
		}
		other := string(head.Value)
		rows, err := p.tables.Read(ctx, tenant, table.Key{Table: faces.PhotosTable, Key: other}, table.Key{Table: erasedTable, Key: other})
		if err != nil {
			return row, false, err
		}
		if row, err = faces.PhotoOf(rows[0]); err != nil {
			return row, false, err
		}
		if row.Rev != 0 && !row.Bare {
			if err := p.takeUp(ctx, tenant, &row); animo.CodeOf(err) != animo.Conflict {
				return row, true, err
			}
			continue // somebody else took it up, or erased it
		}
		if row.Rev == 0 && rows[1].Rev == 0 && p.now().Sub(animo.MomentOf(other)) <= storeTime { // somebody is storing it at this moment
			id, noted = other, true
			continue
		}
		id = p.newID(tenant, head.Key, other) // it is another photo
	}
}

// storeTime is how long storing an upload that came in takes at most.
const storeTime = 10 * time.Minute

// tightPlaces is with how few photos of the largest size to a tenant's limit its uploads are counted one after the
// other.
const tightPlaces = 256

// note notes that a photo is about to be kept: the head leads from name and content to the photo, the picture is counted, and
// the sweeper sees to the photo, should the rest break off. It expects the head as it was read. Where the tenant then keeps
// too much, note undoes that and answers Quota. Each picture is counted before the limit is looked at, so that uploads at
// once, also by several processes, do not pass the limit together; near the limit the uploads of one process take turns,
// so that they do not all give way to each other.
func (p *Photos) note(ctx context.Context, tenant string, row *faces.Photo, head table.Row, policy animo.PhotoPolicy) error {
	if policy.Photos > 0 || policy.Bytes > 0 {
		if p.checkQuota(ctx, tenant, policy, tightPlaces, tightPlaces*p.limits.PhotoBytes) != nil {
			p.tight.Lock()
			defer p.tight.Unlock()
			if err := p.checkQuota(ctx, tenant, policy, 1, row.Bytes); err != nil {
				return err
			}
		}
	}
	err := p.tables.Commit(ctx, tenant, append(table.AddOps(picturesTable, pictureEntry(row.ID, row.Bytes)), table.Replace(headsTable, head), pending(row))...)
	if err != nil {
		return err
	}
	if err := p.checkQuota(ctx, tenant, policy, 0, 0); err != nil {
		return cmp.Or(p.abandon(ctx, tenant, row.ID, row.Head), err)
	}
	return nil
}

// write keeps the bytes of a photo that is noted, and then its row. It answers Conflict where somebody else wrote or erased
// the photo.
func (p *Photos) write(ctx context.Context, tenant string, row *faces.Photo, up *spool.File) error {
	if _, err := up.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := p.objects.Put(ctx, tenant, faces.PictureObject(row.ID), up); err != nil {
		return err
	}
	return p.save(ctx, tenant, row, table.Expect(erasedTable, table.Row{Key: row.ID}))
}

// abandon removes what is noted of a photo that was never written.
func (p *Photos) abandon(ctx context.Context, tenant, id, head string) error {
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		rows, err := tx.Read(table.Key{Table: faces.PhotosTable, Key: id}, table.Key{Table: headsTable, Key: head}, table.Key{Table: picturesTable, Key: id})
		if err != nil || rows[0].Rev != 0 {
			return err
		}
		if string(rows[1].Value) == id {
			tx.Delete(headsTable, head)
		}
		if rows[2].Rev != 0 {
			if _, err := removePicture(tx, rows[2]); err != nil {
				return err
			}
		}
		tx.Delete(faces.PendingTable, id)
		return nil
	})
	if err != nil {
		return err
	}
	_, err = p.objects.Delete(ctx, tenant, faces.ObjectPrefix(id))
	return err
}

// pictureEntry is the entry that counts a kept picture and its bytes.
func pictureEntry(id string, bytes int64) table.Entry {
	return table.Entry{Row: table.Row{Key: id, Value: strconv.AppendInt(nil, bytes, 10)}, Tallies: []table.Tally{{Key: keptTally, N: 1, Sum: float64(bytes)}}}
}

// removePicture takes a picture off the count, in a transaction that has read its row, and tells how many bytes it had.
func removePicture(tx *table.Tx, row table.Row) (int64, error) {
	bytes, err := strconv.ParseInt(string(row.Value), 10, 64)
	if err == nil {
		tx.Remove(picturesTable, pictureEntry(row.Key, bytes))
	}
	return bytes, err
}

// keptTally counts the pictures that a tenant has, and their bytes.
const keptTally = "kept"

// removeHead forgets which photo has a name and content, if it is that one.
func (p *Photos) removeHead(ctx context.Context, tenant, head, id string) error {
	if head == "" {
		return nil
	}
	return p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		rows, err := tx.Read(table.Key{Table: headsTable, Key: head})
		if err == nil && string(rows[0].Value) == id {
			tx.Delete(headsTable, head)
		}
		return err
	})
}

// newID makes an id for a name and content. It sorts after the id before it, also when the clock went back.
func (p *Photos) newID(tenant, head, before string) string {
	return animo.Moment(animo.MomentAfter(before, p.now())) + "-" + animo.ID(tenant, head)[:16]
}

// takeUp queues a photo that failed, so that it is analysed anew; the caller publishes its event.
func (p *Photos) takeUp(ctx context.Context, tenant string, row *faces.Photo) error {
	if row.Status != animo.Failed {
		return nil
	}
	row.Status, row.Failure = animo.Queued, nil
	return p.save(ctx, tenant, row, pending(row))
}

// stored makes the event that says that a photo waits for its analysis.
func (p *Photos) stored(tenant, id string) (animo.Event, error) {
	return animo.NewEvent(storedID(tenant, id), source, Stored, id, tenant, p.now(), order{id})
}

func storedID(tenant, id string) string { return animo.ID(Stored, tenant, id) }

// order is the data of Stored.
type order struct {
	Photo string `json:"photo_id"`
}

func orderOf(e animo.Event) (order, error) {
	var o order
	if err := json.Unmarshal(e.Data, &o); err != nil || o.Photo == "" {
		return o, animo.Errorf(animo.Invalid, "the event's data does not name a photo", "los datos del evento no nombran una foto").Because(err)
	}
	return o, nil
}
