// Package faces knows what photos, people, moods and subscribers must agree on: how faces are named, the rows that say
// that a photo is there, what its analysis found and who its faces are, and the expectations by which a commit holds
// only while those rows are unchanged. It decides nothing and writes nothing. Begin at ReadPhoto and ReadWho.
package faces

import (
	"context"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/table"
)

// The tables, by what their keys are.
const (
	PhotosTable      = "photos"            // photo's id -> Photo
	AnalysesTable    = "photo-faces"       // AnalysisKey -> the faces that an analysis found, as JSON
	DescriptorsTable = "photo-descriptors" // face's id -> descriptor
	IdentitiesTable  = "face-people"       // face's id -> Identity
	PeopleTable      = "people"            // person's id -> Person
	MeasuredTable    = "measured"          // id of a face that a client measured -> what was decided of it
)

// Photo is a photo's row: the photo without its faces.
type Photo struct {
	animo.Photo
	Head  string `json:"head"`           // its key in photos' table of heads
	Count int    `json:"count"`          // of its faces
	Bare  bool   `json:"bare,omitempty"` // its picture and descriptors are not kept any more

	Round int  `json:"round,omitempty"` // which analysis its faces are of, from 0
	Asked int  `json:"asked,omitempty"` // the analysis that is wanted, where that is a later one
	Past  int  `json:"past,omitempty"`  // how many faces the analysis before had
	Told  bool `json:"told,omitempty"`  // faces of an earlier analysis were told to subscribers

	Rev int64 `json:"-"` // of the row; 0 where there is none
}

// UnmarshalJSON reads a row. In rows of the earlier form, a photo whose analysis is kept is done only when all its faces are
// recorded: such a photo is read as one that is done, and pending.
func (p *Photo) UnmarshalJSON(value []byte) error {
	type fields Photo
	if err := json.Unmarshal(value, (*fields)(p)); err != nil {
		return err
	}
	if p.Status == animo.Analysing && !p.Due() {
		p.Status = animo.Done
	}
	return nil
}

// Due reports whether the photo is still to be analysed.
func (p *Photo) Due() bool { return p.Analysed.IsZero() || p.Asked > p.Round }

// Identity says who a face is, and nothing else does: the names in the moods' tables follow the identity. An identity lives
// as long as the photo. A face that is like nobody, and of which nobody said anything, has none.
type Identity struct {
	Person     string    `json:"person,omitempty"` // the id of whose face it is; "" for nobody's who is known, or not any more
	Similarity float64   `json:"similarity,omitempty"`
	Said       bool      `json:"said,omitempty"` // by somebody, not only by likeness
	Not        []string  `json:"not,omitempty"`  // the ids of the people that somebody said it is not
	Taken      time.Time `json:"taken"`          // the photo
}

// Person is a person's row.
type Person struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Introduced time.Time `json:"introduced"`
	Changed    time.Time `json:"changed"`
	Mark       string    `json:"mark"`            // another after each change of the examples
	Sought     string    `json:"found,omitempty"` // the mark with which recorded faces were looked through last
}

// Reader reads rows: a table.Tx, or a table for one tenant.
type Reader interface {
	Read(keys ...table.Key) ([]table.Row, error)
}

// Plain reads rows of a tenant outside a transaction.
func Plain(ctx context.Context, t *table.Table, tenant string) Reader { return plain{ctx, t, tenant} }

type plain struct {
	ctx    context.Context
	table  *table.Table
	tenant string
}

func (p plain) Read(keys ...table.Key) ([]table.Row, error) {
	return p.table.Read(p.ctx, p.tenant, keys...)
}

// ReadPhoto reads a photo's row in one call; Rev is 0 where there is none.
func ReadPhoto(r Reader, id string) (p Photo, err error) {
	rows, err := r.Read(table.Key{Table: PhotosTable, Key: id})
	if err != nil || id == "" {
		return Photo{}, err
	}
	return PhotoOf(rows[0])
}

// PhotoOf reads a photo out of its row.
func PhotoOf(row table.Row) (p Photo, err error) {
	if row.Rev == 0 {
		return p, nil
	}
	err = table.Decode(PhotosTable, row, &p)
	p.Rev = row.Rev
	return p, err
}

// ReadAnalysis reads in one call what one analysis of a photo found, without the people whom the tenant introduced; none
// where there is no such analysis.
func ReadAnalysis(r Reader, photo string, round int) ([]animo.Face, error) {
	rows, err := r.Read(table.Key{Table: AnalysesTable, Key: AnalysisKey(photo, round)})
	if err != nil {
		return nil, err
	}
	return AnalysisOf(rows[0])
}

// AnalysisOf reads the faces out of the row of an analysis.
func AnalysisOf(row table.Row) (list []animo.Face, err error) {
	if row.Rev != 0 {
		err = table.Decode(AnalysesTable, row, &list)
	}
	return list, err
}

// Who says who a face is, and of which rows that was read.
type Who struct {
	Identity
	Known bool   // there is an identity
	Name  string // of the person; "" for nobody, also where the person is there no more

	rev, personRev int64
}

// ReadWho reads who faces are, in one call, and one more where there are people among them.
func ReadWho(r Reader, ids ...string) ([]Who, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = table.Key{Table: IdentitiesTable, Key: id}
	}
	rows, err := r.Read(keys...)
	if err != nil {
		return nil, err
	}
	list := make([]Who, len(ids))
	var people []table.Key
	for i, row := range rows {
		if row.Rev == 0 {
			continue
		}
		if err := table.Decode(IdentitiesTable, row, &list[i].Identity); err != nil {
			return nil, err
		}
		list[i].Known, list[i].rev = true, row.Rev
		if list[i].Person != "" {
			people = append(people, table.Key{Table: PeopleTable, Key: list[i].Person})
		}
	}
	rows, err = r.Read(people...)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Person == "" {
			continue
		}
		row := rows[0]
		rows = rows[1:]
		if row.Rev == 0 {
			continue
		}
		var p Person
		if err := table.Decode(PeopleTable, row, &p); err != nil {
			return nil, err
		}
		list[i].Name, list[i].personRev = p.Name, row.Rev
	}
	return list, nil
}

// Celebrities is what a record says of who the face is, where there is an identity.
func (w *Who) Celebrities() []animo.Celebrity {
	if w.Name == "" {
		return []animo.Celebrity{}
	}
	return []animo.Celebrity{{Name: w.Name, Similarity: w.Similarity}}
}

// NameFaces puts into a photo's faces who they are.
func NameFaces(r Reader, list []animo.Face) error {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	who, err := ReadWho(r, ids...)
	if err != nil {
		return err
	}
	for i := range list {
		if who[i].Known {
			list[i].People = who[i].Celebrities()
		}
	}
	return nil
}

// PendingTable notes the photos that may not be finished: photo's id -> its Head.
const PendingTable = "photo-pending"

// ReviveOps are the operations that take up again a photo one of whose faces could not be recorded: the photo is done, and
// noted for the sweeper, which sees to the face. They expect the photo's row as it was read. There are none for a photo that
// did not fail, and for one that is still to be analysed.
func ReviveOps(p Photo) ([]table.Op, error) {
	if p.Status != animo.Failed || p.Due() {
		return nil, nil
	}
	p.Status, p.Failure = animo.Done, nil
	op, err := table.ReplaceJSON(PhotosTable, p.ID, p.Rev, p)
	return []table.Op{op, table.Put(PendingTable, p.ID, []byte(p.Head))}, err
}
