package faces

import (
	"fmt"
	"strings"

	"animo/internal/table"
)

// Basis names the revisions of the rows that a face's record was made of: the photo's, or that of a measured face, the
// identity's, and the person's. A function that finds these rows unchanged need not read them; see Expect. The text
// goes with the face's event.
func Basis(photo int64, who Who) string {
	person := who.Person
	if person == "" {
		person = "-"
	}
	return fmt.Sprintf("%d %d %d %s", photo, who.rev, who.personRev, person)
}

// only ends the basis of a face that is its photo's only one.
const only = " only"

// OnlyFace is a basis that also says that the face is its photo's only one.
func OnlyFace(basis string) string { return basis + only }

// IsOnlyFace reports whether a basis says that the face is its photo's only one.
func IsOnlyFace(basis string) bool { return strings.HasSuffix(basis, only) }

// NewWho is the Who of an identity that a commit is about to write with the revision rev. The person is as it was read,
// with the revision personRev.
func NewWho(identity Identity, rev int64, person Person, personRev int64) Who {
	return Who{Identity: identity, Known: true, Name: person.Name, rev: rev, personRev: personRev}
}

// Expect returns the expectations of a basis: a commit with them holds only while the face's photo, and who the face is,
// are as they were. ok is false for a text that is no basis.
func Expect(photo, face, basis string) (ops []table.Op, ok bool) {
	var photoRev int64
	var who Who
	if n, err := fmt.Sscanf(basis, "%d %d %d %s", &photoRev, &who.rev, &who.personRev, &who.Person); err != nil || n != 4 || photoRev <= 0 {
		return nil, false
	}
	if photo == "" {
		return []table.Op{table.Expect(MeasuredTable, table.Row{Key: face, Rev: photoRev})}, true
	}
	ops = []table.Op{
		table.Expect(PhotosTable, table.Row{Key: photo, Rev: photoRev}),
		table.Expect(IdentitiesTable, table.Row{Key: face, Rev: who.rev}),
	}
	if who.Person != "-" {
		ops = append(ops, table.Expect(PeopleTable, table.Row{Key: who.Person, Rev: who.personRev}))
	}
	return ops, true
}
