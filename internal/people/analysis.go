package people

import (
	"context"
	"slices"

	"animo"
	"animo/internal/faces"
	"animo/internal/pictures"
	"animo/internal/table"
)

// Identified says who the faces of an analysis are, as rows to be committed with the analysis.
type Identified struct {
	Who    []faces.Who // of each face, as it is after that commit
	Ops    []table.Op  // what that commit must expect
	Before []table.Op  // rows that nobody finds before that commit: identities and lists
	Settle []string    // the faces to be settled after it
}

// Identify says who the faces are that an analysis found. A face in the place of one of the analysis before, old, keeps what
// somebody said of that one; any other is the person's whom it is most like, if that is sure enough. The rows get the revision rev.
func (p *People) Identify(ctx context.Context, tenant string, photo *faces.Photo, old, list []animo.Face, found []pictures.Found, rev int64) (id Identified, err error) {
	carried, err := p.carryOver(ctx, tenant, old, list)
	if err != nil {
		return id, err
	}
	known, err := p.known(ctx, tenant)
	if err != nil {
		return id, err
	}
	id.Ops = append(id.Ops, known.expect())
	id.Who = make([]faces.Who, len(list))
	identities := make([]faces.Identity, len(list))
	var said []string // the people of whom somebody said that they are in the photo
	for i, n := range found {
		if n.Descriptor == nil {
			continue
		}
		who, ok := carried[list[i].ID]
		if ok {
			id.Settle = append(id.Settle, list[i].ID)
		}
		if who.Taken = photo.Taken; who.Said {
			said = append(said, who.Person)
		}
		identities[i] = who
	}
	others := make([]asked, len(list))
	for i, n := range found {
		if n.Descriptor != nil && !identities[i].Said {
			others[i] = asked{descriptor: n.Descriptor, not: slices.Concat(identities[i].Not, said)}
		}
	}
	known.matchAll(others)
	var people []table.Key
	for i := range others {
		if others[i].descriptor != nil {
			identities[i].Person, identities[i].Similarity = named(others[i].id)
		}
		if identities[i].Person != "" {
			people = append(people, table.Key{Table: faces.PeopleTable, Key: identities[i].Person})
		}
	}
	rows, err := p.tables.Read(ctx, tenant, people...)
	if err != nil {
		return id, err
	}
	for i, n := range found {
		face := list[i].ID
		if n.Descriptor == nil {
			continue
		}
		who := identities[i]
		var person faces.Person
		var personRev int64
		if who.Person != "" {
			row := rows[0]
			rows = rows[1:]
			if row.Rev == 0 { // erased a moment ago
				who = faces.Identity{Not: who.Not, Taken: who.Taken}
			} else if err := table.Decode(faces.PeopleTable, row, &person); err != nil {
				return id, err
			}
			personRev = row.Rev
		}
		if who.Person == "" && !slices.Contains(id.Settle, face) {
			id.Before = append(id.Before, table.Delete(faces.IdentitiesTable, face)) // of an attempt that broke off
			continue
		}
		op, err := table.PutJSON(faces.IdentitiesTable, face, who)
		if err != nil {
			return id, err
		}
		id.Before = append(id.Before, op)
		id.Who[i] = faces.NewWho(who, rev, person, personRev)
		if who.Person != "" {
			listed := faces.Listed(who.Person, faces.Key{Mood: list[i].Mood, Key: faces.MomentKey(photo.Taken, face)})
			id.Before = append(id.Before, table.Put(faces.PersonFacesTable, listed.Key, listed.Value))
		}
	}
	for _, face := range id.Settle {
		op, err := table.PutJSON(unsettledTable, face, unsettled{At: p.moment()})
		if err != nil {
			return id, err
		}
		id.Before = append(id.Before, op)
	}
	return id, nil
}

// carryOver returns the new faces of a photo what somebody said of the old ones in their places, as far as those
// overlap.
func (p *People) carryOver(ctx context.Context, tenant string, old, list []animo.Face) (map[string]faces.Identity, error) {
	said := map[string]faces.Identity{}
	if len(old) == 0 {
		return said, nil
	}
	ids := make([]string, len(old))
	for i := range old {
		ids[i] = old[i].ID
	}
	who, err := faces.ReadWho(faces.Plain(ctx, p.tables, tenant), ids...)
	if err != nil {
		return nil, err
	}
	for i, before := range old {
		is := who[i].Identity
		if !is.Said && len(is.Not) == 0 {
			continue
		}
		best := faces.Match(before.Box, list, func(j int) bool {
			_, taken := said[list[j].ID]
			return taken
		})
		if best < 0 {
			continue
		}
		if !is.Said {
			is.Person, is.Similarity = "", 0
		}
		said[list[best].ID] = is
	}
	return said, nil
}
