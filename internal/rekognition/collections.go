package rekognition

import (
	"context"
	"fmt"

	"animo"
	"animo/internal/collections"
)

// arn names a collection as AWS does, with the tenant as the account.
func arn(who caller, id string) string {
	return fmt.Sprintf("arn:aws:rekognition:%s:%s:collection/%s", who.region, who.tenant, id)
}

// modelVersion names how faces are found and described.
const modelVersion = "animo-1"

// maxPage is how many collections or faces one answer lists at most.
const maxPage = 4096

type collectionInput struct {
	CollectionID string `json:"CollectionId"`
}

// createCollection answers CreateCollection. Tags are not kept.
func (s *Server) createCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	_, err := s.Collections.Create(ctx, who.tenant, in.CollectionID)
	if animo.CodeOf(err) == animo.Conflict {
		return nil, failf("ResourceAlreadyExistsException", "The collection id: %s already exists", in.CollectionID)
	}
	return struct {
		CollectionArn    string
		FaceModelVersion string
		StatusCode       int
	}{arn(who, in.CollectionID), modelVersion, 200}, err
}

// page is the part of a list that a request asks for. A token is the ID that the page before ended with.
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

// checkToken answers InvalidPaginationTokenException for a token that is not an ID of the kind that is listed.
func (p *page) checkToken(checkID func(string) error) error {
	if p.NextToken != "" && checkID(p.NextToken) != nil {
		return failf("InvalidPaginationTokenException", "NextToken is not one that this operation gave; begin without it")
	}
	return nil
}

// listCollections answers ListCollections.
func (s *Server) listCollections(ctx context.Context, who caller, in *page) (any, error) {
	limit, err := in.limit()
	if err != nil {
		return nil, err
	}
	if err := in.checkToken(collections.CheckID); err != nil {
		return nil, err
	}
	out := struct {
		CollectionIDs     []string `json:"CollectionIds"`
		FaceModelVersions []string
		NextToken         string `json:",omitempty"`
	}{CollectionIDs: []string{}, FaceModelVersions: []string{}}
	for id, err := range s.Collections.IDs(ctx, who.tenant, in.NextToken) {
		if err != nil {
			return nil, err
		}
		if len(out.CollectionIDs) == limit {
			out.NextToken = out.CollectionIDs[limit-1]
			break
		}
		out.CollectionIDs = append(out.CollectionIDs, id)
		out.FaceModelVersions = append(out.FaceModelVersions, modelVersion)
	}
	return out, nil
}

// describeCollection answers DescribeCollection.
func (s *Server) describeCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	c, err := s.Collections.Get(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	n, err := s.Collections.Count(ctx, who.tenant, c)
	return struct {
		CollectionARN     string
		CreationTimestamp float64 // seconds since 1970
		FaceCount         int64
		FaceModelVersion  string
		UserCount         int64
	}{arn(who, c.ID), float64(c.Created.UnixMilli()) / 1000, n, modelVersion, 0}, err
}

// deleteCollection answers DeleteCollection.
func (s *Server) deleteCollection(ctx context.Context, who caller, in *collectionInput) (any, error) {
	return struct{ StatusCode int }{200}, s.Collections.Delete(ctx, who.tenant, in.CollectionID)
}
