package rekognition

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// The tables. A collection that is made again under its old ID has another prefix, so what a deletion has not come
// to yet is not taken for its own.
//
// In facesTable the tally of each prefix counts its faces and adds up their weights, in the same transaction as
// the rows. So it says how many faces there are, and changes with every change of them: as many faces as before
// with the same sum of 32-bit weights, which come from their IDs, are the same faces.
const (
	collectionsTable = "collections"      // ID -> collection
	facesTable       = "collection-faces" // prefix, "/" and the face's ID -> indexedFace
)

// collection is what is kept of a collection.
type collection struct {
	Created time.Time `json:"created"`
	id      string
}

// prefix begins the keys of the collection's faces.
func (c *collection) prefix() string { return c.id + "/" + animo.Moment(c.Created) }

// arn names a collection as AWS does, with the tenant as the account.
func (c *collection) arn(who caller) string {
	return fmt.Sprintf("arn:aws:rekognition:%s:%s:collection/%s", who.region, who.tenant, c.id)
}

// modelVersion names how faces are found and described.
const modelVersion = "animo-1"

// maxCollections is how many collections a tenant may have.
const maxCollections = 10_000

// maxPage is how many collections or faces one answer lists at most.
const maxPage = 4096

func isCollectionID(id string) bool { return isName(id, 1, alphanumeric+"_.-") }

func checkCollectionID(id string) error {
	if !isCollectionID(id) {
		return failf(invalidParameter, "CollectionId needs 1 to 255 letters, digits, dots, hyphens and underscores")
	}
	return nil
}

// collection reads a tenant's collection, or answers ResourceNotFoundException.
func (s *Server) collection(ctx context.Context, tenant, id string) (*collection, error) {
	if err := checkCollectionID(id); err != nil {
		return nil, err
	}
	row, err := s.Tables.Get(ctx, tenant, collectionsTable, id)
	if animo.CodeOf(err) == animo.NotFound {
		return nil, failf(notFound, "The collection id: %s does not exist", id)
	}
	c := &collection{id: id}
	if err == nil {
		err = json.Unmarshal(row.Value, c)
	}
	return c, err
}

// tally gives how many faces a collection has, and the sum of their weights.
func (s *Server) tally(ctx context.Context, tenant string, c *collection) (t table.Tally, err error) {
	key := c.prefix()
	for t, err = range s.Tables.Tallies(ctx, tenant, facesTable, table.One(key)) {
		return t, err
	}
	return t, nil
}

// weight is what a face adds to the sum of its collection's tally: a whole number of 32 bits, so that float64s add
// a collection's up without rounding.
func weight(faceID string) float64 {
	n, _ := strconv.ParseUint(faceID[:8], 16, 32)
	return float64(n)
}

type collectionInput struct {
	CollectionID string `json:"CollectionId"`
}

// createCollection answers CreateCollection. Tags are not kept.
func (s *Server) createCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	if err := checkCollectionID(in.CollectionID); err != nil {
		return nil, err
	}
	n, err := s.Tables.Count(ctx, who.tenant, collectionsTable, table.Range{})
	if err != nil {
		return nil, err
	}
	if n >= maxCollections {
		return nil, failf(quotaExceeded, "there are %d collections, which is the limit; delete some", n)
	}
	c := &collection{Created: s.Now().UTC().Truncate(time.Millisecond), id: in.CollectionID}
	value, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	added, err := s.Tables.PutNew(ctx, who.tenant, collectionsTable, table.Row{Key: c.id, Value: value})
	if err != nil {
		return nil, err
	}
	if added == 0 {
		return nil, failf("ResourceAlreadyExistsException", "The collection id: %s already exists", c.id)
	}
	return struct {
		CollectionArn    string
		FaceModelVersion string
		StatusCode       int
	}{c.arn(who), modelVersion, 200}, nil
}

// page is the part of a list that a request asks for. A token is the key that the page before ended with.
type page struct {
	MaxResults *int
	NextToken  string
}

// limit is how many may be listed; 0 stands for as many as one answer holds.
func (p *page) limit() (int, error) {
	if p.MaxResults == nil || *p.MaxResults == 0 {
		return maxPage, nil
	}
	if *p.MaxResults < 0 || *p.MaxResults > maxPage {
		return 0, failf(invalidParameter, "MaxResults must be 0 to %d", maxPage)
	}
	return *p.MaxResults, nil
}

func badToken() error {
	return failf("InvalidPaginationTokenException", "NextToken is not one that this operation gave; begin without it")
}

// listCollections answers ListCollections.
func (s *Server) listCollections(ctx context.Context, who caller, in *page) (any, error) {
	limit, err := in.limit()
	if err != nil {
		return nil, err
	}
	var from string
	if in.NextToken != "" {
		if !isCollectionID(in.NextToken) {
			return nil, badToken()
		}
		from = in.NextToken + "\x00"
	}
	out := struct {
		CollectionIDs     []string `json:"CollectionIds"`
		FaceModelVersions []string
		NextToken         string `json:",omitempty"`
	}{CollectionIDs: []string{}, FaceModelVersions: []string{}}
	for row, err := range s.Tables.Query(ctx, who.tenant, collectionsTable, table.Range{From: from}, false) {
		if err != nil {
			return nil, err
		}
		if len(out.CollectionIDs) == limit {
			out.NextToken = out.CollectionIDs[limit-1]
			break
		}
		out.CollectionIDs = append(out.CollectionIDs, row.Key)
		out.FaceModelVersions = append(out.FaceModelVersions, modelVersion)
	}
	return out, nil
}

// describeCollection answers DescribeCollection.
func (s *Server) describeCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	c, err := s.collection(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	t, err := s.tally(ctx, who.tenant, c)
	if err != nil {
		return nil, err
	}
	return struct {
		CollectionARN     string
		CreationTimestamp float64 // seconds since 1970
		FaceCount         int64
		FaceModelVersion  string
		UserCount         int64
	}{c.arn(who), float64(c.Created.UnixMilli()) / 1000, t.N, modelVersion, 0}, nil
}

// deleteCollection answers DeleteCollection. The collection is gone at once; Sweep ends what breaks off here.
func (s *Server) deleteCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	c, err := s.collection(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Tables.Delete(ctx, who.tenant, collectionsTable, table.One(c.id)); err != nil {
		return nil, err
	}
	if err := s.erase(ctx, who.tenant, c.prefix()); err != nil {
		return nil, err
	}
	return struct{ StatusCode int }{200}, nil
}

// erase removes the faces whose keys begin with a collection's prefix.
func (s *Server) erase(ctx context.Context, tenant, prefix string) error {
	const batch = 500
	s.searches.forget(tenant, prefix)
	s.erased.Store(true)
	for {
		var entries []table.Entry
		for row, err := range s.Tables.Query(ctx, tenant, facesTable, table.Range{Prefix: prefix + "/"}, false) {
			if err != nil {
				return err
			}
			entries = append(entries, entryOf(prefix, strings.TrimPrefix(row.Key, prefix+"/"), nil))
			if len(entries) == batch {
				break
			}
		}
		if len(entries) == 0 {
			return nil
		}
		if _, err := s.Tables.Remove(ctx, tenant, facesTable, entries...); err != nil {
			return err
		}
	}
}

// Sweep removes what deleted collections of a tenant left: a deletion that broke off, or faces indexed while one
// was under way. Run it now and then.
func (s *Server) Sweep(ctx context.Context, tenant string) error {
	var left []string
	for t, err := range s.Tables.Tallies(ctx, tenant, facesTable, table.Range{}) {
		if err != nil {
			return err
		}
		id, _, _ := strings.Cut(t.Key, "/")
		c, err := s.collection(ctx, tenant, id)
		if err != nil && failureOf(err).code != notFound {
			return err
		}
		if err != nil || c.prefix() != t.Key {
			left = append(left, t.Key)
		}
	}
	for _, prefix := range left {
		if err := s.erase(ctx, tenant, prefix); err != nil {
			return err
		}
	}
	return nil
}

// Erased tells whether faces were removed from the tables since it was called last, whose files may hold traces of
// them (see table.Scrubber).
func (s *Server) Erased() bool { return s.erased.Swap(false) }
