package rekognition_test

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"

	"animo/internal/collections"
	"animo/internal/rekognition"
	"animo/vision"
)

func create(t *testing.T, c *sdk.Client, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := c.CreateCollection(t.Context(), &sdk.CreateCollectionInput{CollectionId: &id}); err != nil {
			t.Fatal(err)
		}
	}
}

// index puts the faces of one picture into a collection and returns their IDs.
func index(t *testing.T, c *sdk.Client, collection, external string, faces ...drawn) []string {
	t.Helper()
	out, err := c.IndexFaces(t.Context(), &sdk.IndexFacesInput{CollectionId: &collection, ExternalImageId: &external, Image: draw(faces...)})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range out.FaceRecords {
		ids = append(ids, *r.Face.FaceId)
	}
	return ids
}

// search returns the client's names of the pictures whose faces are like that of a person.
func search(t *testing.T, c *sdk.Client, collection string, person int) string {
	t.Helper()
	out, err := c.SearchFacesByImage(t.Context(), &sdk.SearchFacesByImageInput{CollectionId: &collection, Image: draw(drawn{1, 1, 60, person})})
	if err != nil {
		t.Fatal(err)
	}
	return names(out.FaceMatches)
}

func names(matches []types.FaceMatch) string {
	var list []string
	for _, m := range matches {
		list = append(list, *m.Face.ExternalImageId)
	}
	return strings.Join(list, " ")
}

func faceCount(t *testing.T, c *sdk.Client, collection string) int64 {
	t.Helper()
	out, err := c.DescribeCollection(t.Context(), &sdk.DescribeCollectionInput{CollectionId: &collection})
	if err != nil {
		t.Fatal(err)
	}
	return *out.FaceCount
}

func TestCollections_begin_and_end(t *testing.T) {
	now := mustClock(t, "2026-05-01T12:00:00Z")
	s := serveCollections(t, collections.Options{Now: func() time.Time { return now }})
	c, ctx := s.client(), t.Context()
	made, err := c.CreateCollection(ctx, &sdk.CreateCollectionInput{CollectionId: aws.String("staff"), Tags: map[string]string{"a": "b"}})
	if err != nil || *made.StatusCode != 200 || *made.CollectionArn != "arn:aws:rekognition:eu-west-1:default:collection/staff" || *made.FaceModelVersion == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	index(t, c, "staff", "a", drawn{1, 1, 60, 1}, drawn{100, 1, 60, 2})
	described, err := c.DescribeCollection(ctx, &sdk.DescribeCollectionInput{CollectionId: aws.String("staff")})
	if err != nil || *described.FaceCount != 2 || !described.CreationTimestamp.Equal(now) || *described.CollectionARN != *made.CollectionArn {
		t.Errorf("%+v, %v", described, err)
	}
	gone, err := c.DeleteCollection(ctx, &sdk.DeleteCollectionInput{CollectionId: aws.String("staff")})
	if err != nil || *gone.StatusCode != 200 {
		t.Errorf("%+v, %v", gone, err)
	}
	now = now.Add(time.Second)
	create(t, c, "staff")
	if n := faceCount(t, c, "staff"); n != 0 {
		t.Errorf("the new collection has %d faces", n)
	}
	s.logged("")
}

func TestCollections_answer_what_is_wrong(t *testing.T) {
	s := serve(t)
	c, ctx := s.client(), t.Context()
	create(t, c, "staff")
	one := draw(drawn{1, 1, 60, 1})
	nobody := "00000000-0000-0000-0000-000000000000"
	for name, do := range map[string]struct {
		call func(id string) error
	}{
		"DescribeCollection": {func(id string) error {
			_, err := c.DescribeCollection(ctx, &sdk.DescribeCollectionInput{CollectionId: &id})
			return err
		}},
		"DeleteCollection": {func(id string) error {
			_, err := c.DeleteCollection(ctx, &sdk.DeleteCollectionInput{CollectionId: &id})
			return err
		}},
		"IndexFaces": {func(id string) error {
			_, err := c.IndexFaces(ctx, &sdk.IndexFacesInput{CollectionId: &id, Image: one})
			return err
		}},
		"ListFaces": {func(id string) error {
			_, err := c.ListFaces(ctx, &sdk.ListFacesInput{CollectionId: &id})
			return err
		}},
		"SearchFaces": {func(id string) error {
			_, err := c.SearchFaces(ctx, &sdk.SearchFacesInput{CollectionId: &id, FaceId: &nobody})
			return err
		}},
		"SearchFacesByImage": {func(id string) error {
			_, err := c.SearchFacesByImage(ctx, &sdk.SearchFacesByImageInput{CollectionId: &id, Image: one})
			return err
		}},
		"DeleteFaces": {func(id string) error {
			_, err := c.DeleteFaces(ctx, &sdk.DeleteFacesInput{CollectionId: &id, FaceIds: []string{nobody}})
			return err
		}},
	} {
		wantCode(t, name+" of none", do.call("guests"), "ResourceNotFoundException")
		for _, bad := range []string{"", "a b", "a/b", "ñ", strings.Repeat("x", 256)} {
			wantCode(t, name+" of "+bad, do.call(bad), "InvalidParameterException")
		}
	}
	for name, in := range map[string]*sdk.IndexFacesInput{
		"no faces at most":      {MaxFaces: aws.Int32(0)},
		"a name with a space":   {ExternalImageId: aws.String("a b")},
		"an empty name":         {ExternalImageId: aws.String("")},
		"a filter that is none": {QualityFilter: "BEST"},
		"an attribute":          {DetectionAttributes: []types.Attribute{"HAIR"}},
	} {
		in.CollectionId, in.Image = aws.String("staff"), one
		_, err := c.IndexFaces(ctx, in)
		wantCode(t, name, err, "InvalidParameterException")
	}
	for name, in := range map[string]*sdk.SearchFacesInput{
		"a face that is not there": {FaceId: &nobody},
		"an ID that is none":       {FaceId: aws.String("x")},
		"no matches at most":       {FaceId: &nobody, MaxFaces: aws.Int32(0)},
		"4,097 matches at most":    {FaceId: &nobody, MaxFaces: aws.Int32(4097)},
		"a threshold below 0":      {FaceId: &nobody, FaceMatchThreshold: aws.Float32(-1)},
	} {
		in.CollectionId = aws.String("staff")
		_, err := c.SearchFaces(ctx, in)
		wantCode(t, name, err, "InvalidParameterException")
	}
	_, err := c.SearchFacesByImage(ctx, &sdk.SearchFacesByImageInput{CollectionId: aws.String("staff"), Image: draw()})
	wantCode(t, "a search without a face", err, "InvalidParameterException")
	_, err = c.CreateCollection(ctx, &sdk.CreateCollectionInput{CollectionId: aws.String("staff")})
	wantCode(t, "a collection twice", err, "ResourceAlreadyExistsException")
	_, err = c.DeleteFaces(ctx, &sdk.DeleteFacesInput{CollectionId: aws.String("staff"), FaceIds: []string{}})
	wantCode(t, "no face to delete", err, "InvalidParameterException")
}

func TestListCollections_page_by_page(t *testing.T) {
	s := serve(t)
	c := s.client()
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("c%d", i))
	}
	long := strings.Repeat("z", 255)
	want = append(want, long)
	create(t, c, want...)
	for size := int32(1); size <= 9; size++ {
		var got []string
		pages := sdk.NewListCollectionsPaginator(c, &sdk.ListCollectionsInput{MaxResults: &size})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.CollectionIds) > int(size) || len(page.CollectionIds) != len(page.FaceModelVersions) {
				t.Errorf("a page of %d has %v and %v", size, page.CollectionIds, page.FaceModelVersions)
			}
			got = append(got, page.CollectionIds...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: %v", size, got)
		}
	}
	_, err := c.ListCollections(t.Context(), &sdk.ListCollectionsInput{NextToken: aws.String("a token/that is none")})
	wantCode(t, "a token that is none", err, "InvalidPaginationTokenException")
	_, err = c.ListCollections(t.Context(), &sdk.ListCollectionsInput{MaxResults: aws.Int32(4097)})
	wantCode(t, "a page too long", err, "InvalidParameterException")
	out, err := c.ListCollections(t.Context(), &sdk.ListCollectionsInput{MaxResults: aws.Int32(0)})
	if err != nil || len(out.CollectionIds) != len(want) || out.NextToken != nil {
		t.Errorf("a page of 0: %+v, %v", out, err)
	}
}

func TestIndexFaces_and_list_and_delete(t *testing.T) {
	s := serve(t)
	c, ctx := s.client(), t.Context()
	create(t, c, "staff", "guests")
	out, err := c.IndexFaces(ctx, &sdk.IndexFacesInput{
		CollectionId: aws.String("staff"), ExternalImageId: aws.String("team:1"), MaxFaces: aws.Int32(2), DetectionAttributes: []types.Attribute{"EMOTIONS"},
		Image: draw(drawn{1, 1, 40, 1}, drawn{100, 1, 90, 2}, drawn{1, 100, 39, 3}, drawn{100, 100, 70, 4}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.FaceRecords) != 2 || len(out.UnindexedFaces) != 2 {
		t.Fatalf("%d indexed, %d not", len(out.FaceRecords), len(out.UnindexedFaces))
	}
	largest := out.FaceRecords[0]
	if f := largest.Face; !near(f.BoundingBox.Width, 90.0/canvas) || *f.ExternalImageId != "team:1" || !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(*f.FaceId) ||
		*f.ImageId != *out.FaceRecords[1].Face.ImageId || *f.FaceId == *out.FaceRecords[1].Face.FaceId || largest.FaceDetail.Emotions == nil || largest.FaceDetail.AgeRange != nil {
		t.Errorf("the largest is %+v, %+v", *f, *largest.FaceDetail)
	}
	if why := out.UnindexedFaces[0].Reasons; len(why) != 1 || why[0] != types.ReasonExceedsMaxFaces {
		t.Errorf("the third: %v", why)
	}
	if why := out.UnindexedFaces[1].Reasons; len(why) != 1 || why[0] != types.ReasonSmallBoundingBox {
		t.Errorf("the small one: %v", why)
	}
	for range 2 { // the same picture again adds nothing
		index(t, c, "staff", "b", drawn{1, 1, 60, 7})
	}
	index(t, c, "staff", "c", drawn{1, 1, 60, 7})
	if n := faceCount(t, c, "staff"); n != 4 {
		t.Errorf("%d faces, want 4", n)
	}
	if n := faceCount(t, c, "guests"); n != 0 {
		t.Errorf("the other collection has %d faces", n)
	}

	list := func(in sdk.ListFacesInput) (ids []string) {
		t.Helper()
		in.CollectionId = aws.String("staff")
		pages := sdk.NewListFacesPaginator(c, &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range page.Faces {
				ids = append(ids, *f.FaceId)
			}
		}
		return ids
	}
	all := list(sdk.ListFacesInput{})
	if len(all) != 4 || !slices.IsSorted(all) {
		t.Errorf("all: %v", all)
	}
	for size := int32(1); size < 6; size++ {
		if got := list(sdk.ListFacesInput{MaxResults: &size}); !slices.Equal(got, all) {
			t.Errorf("by %d: %v", size, got)
		}
		some := []string{all[2], all[0], all[2], "00000000-0000-0000-0000-000000000000"}
		if got := list(sdk.ListFacesInput{MaxResults: &size, FaceIds: some}); !slices.Equal(got, []string{all[0], all[2]}) {
			t.Errorf("some by %d: %v", size, got)
		}
	}
	_, err = c.ListFaces(ctx, &sdk.ListFacesInput{CollectionId: aws.String("staff"), NextToken: aws.String("x")})
	wantCode(t, "a token that is none", err, "InvalidPaginationTokenException")
	_, err = c.ListFaces(ctx, &sdk.ListFacesInput{CollectionId: aws.String("staff"), UserId: aws.String("x")})
	wantCode(t, "a user", err, "InvalidParameterException")

	gone, err := c.DeleteFaces(ctx, &sdk.DeleteFacesInput{CollectionId: aws.String("staff"), FaceIds: []string{all[1], all[1], "00000000-0000-0000-0000-000000000000"}})
	if err != nil || !slices.Equal(gone.DeletedFaces, all[1:2]) || len(gone.UnsuccessfulFaceDeletions) != 1 || gone.UnsuccessfulFaceDeletions[0].Reasons[0] != types.UnsuccessfulFaceDeletionReasonFaceNotFound {
		t.Errorf("%+v, %v", gone, err)
	}
	if got := list(sdk.ListFacesInput{}); !slices.Equal(got, slices.Delete(slices.Clone(all), 1, 2)) || faceCount(t, c, "staff") != 3 {
		t.Errorf("after the deletion: %v", got)
	}
}

func TestIndexFaces_stops_at_the_limit(t *testing.T) {
	s := serveCollections(t, collections.Options{Limits: collections.Limits{Faces: 2}})
	c := s.client()
	create(t, c, "staff")
	index(t, c, "staff", "a", drawn{1, 1, 60, 1})
	_, err := c.IndexFaces(t.Context(), &sdk.IndexFacesInput{CollectionId: aws.String("staff"), Image: draw(drawn{1, 1, 60, 2}, drawn{100, 1, 60, 3})})
	wantCode(t, "a third face", err, "ServiceQuotaExceededException")
}

func TestSearch(t *testing.T) {
	s := serve(t)
	c, ctx := s.client(), t.Context()
	create(t, c, "staff")
	ids := map[int]string{}
	for _, person := range []int{10, 12, 15, 40} {
		ids[person] = index(t, c, "staff", fmt.Sprintf("p%d", person), drawn{1, 1, 60, person})[0]
	}
	find := func(person int, change func(*sdk.SearchFacesInput)) *sdk.SearchFacesOutput {
		t.Helper()
		in := &sdk.SearchFacesInput{CollectionId: aws.String("staff"), FaceId: aws.String(ids[person])}
		change(in)
		out, err := c.SearchFaces(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := find(10, func(*sdk.SearchFacesInput) {})
	if names(out.FaceMatches) != "p12 p15" || math.Abs(float64(*out.FaceMatches[0].Similarity)-99.58) > 0.01 || *out.SearchedFaceId != ids[10] || *out.FaceMatches[1].Face.FaceId != ids[15] {
		t.Errorf("%s, %+v", names(out.FaceMatches), out)
	}
	if got := names(find(10, func(in *sdk.SearchFacesInput) { in.FaceMatchThreshold = aws.Float32(0) }).FaceMatches); got != "p12 p15 p40" {
		t.Errorf("from 0 %% on: %s", got)
	}
	if got := names(find(10, func(in *sdk.SearchFacesInput) { in.FaceMatchThreshold = aws.Float32(99) }).FaceMatches); got != "p12" {
		t.Errorf("from 99 %% on: %s", got)
	}
	if got := names(find(10, func(in *sdk.SearchFacesInput) { in.MaxFaces = aws.Int32(1) }).FaceMatches); got != "p12" {
		t.Errorf("at most one: %s", got)
	}
	byImage, err := c.SearchFacesByImage(ctx, &sdk.SearchFacesByImageInput{CollectionId: aws.String("staff"), FaceMatchThreshold: aws.Float32(100), Image: draw(drawn{1, 1, 30, 40}, drawn{100, 100, 50, 12})})
	if err != nil || names(byImage.FaceMatches) != "p12" || !near(byImage.FaceMatches[0].Similarity, 100) || !near(byImage.SearchedFaceBoundingBox.Left, 0.25) || !near(byImage.SearchedFaceConfidence, 99) {
		t.Errorf("by a picture: %+v, %v", byImage, err)
	}
	_, err = c.SearchFacesByImage(ctx, &sdk.SearchFacesByImageInput{CollectionId: aws.String("staff"), QualityFilter: "MEDIUM", Image: draw(drawn{1, 1, 30, 40})})
	wantCode(t, "a face that is too small for the filter", err, "InvalidParameterException")
}

func TestTenants_see_nothing_of_each_other(t *testing.T) {
	s := serve(t)
	sol, mar := client(s.url, s.accessKey("sol")), client(s.url, s.accessKey("mar"))
	ctx := t.Context()
	create(t, sol, "staff")
	ids := index(t, sol, "staff", "a", drawn{1, 1, 60, 1})
	list, err := mar.ListCollections(ctx, &sdk.ListCollectionsInput{})
	if err != nil || len(list.CollectionIds) != 0 {
		t.Errorf("mar lists %v, %v", list.CollectionIds, err)
	}
	_, err = mar.DescribeCollection(ctx, &sdk.DescribeCollectionInput{CollectionId: aws.String("staff")})
	wantCode(t, "mar describes", err, "ResourceNotFoundException")
	_, err = mar.DeleteCollection(ctx, &sdk.DeleteCollectionInput{CollectionId: aws.String("staff")})
	wantCode(t, "mar deletes", err, "ResourceNotFoundException")
	create(t, mar, "staff")
	if got := search(t, mar, "staff", 1); got != "" {
		t.Errorf("mar finds %s", got)
	}
	_, err = mar.SearchFaces(ctx, &sdk.SearchFacesInput{CollectionId: aws.String("staff"), FaceId: &ids[0]})
	wantCode(t, "mar searches for sol's face", err, "InvalidParameterException")
	gone, err := mar.DeleteFaces(ctx, &sdk.DeleteFacesInput{CollectionId: aws.String("staff"), FaceIds: ids})
	if err != nil || len(gone.DeletedFaces) != 0 {
		t.Errorf("mar deletes %v, %v", gone, err)
	}
	if got := search(t, sol, "staff", 1); got != "a" {
		t.Errorf("sol finds %q", got)
	}
}

func TestIndexFaces_into_a_collection_that_is_deleted_meanwhile(t *testing.T) {
	for _, again := range []bool{false, true} {
		now := mustClock(t, "2026-05-01T12:00:00Z")
		var meanwhile func()
		s := serveCollections(t, collections.Options{Now: func() time.Time { return now }}, func(o *rekognition.Options) {
			o.Engine = engineFunc(func(ctx context.Context, img vision.Image) ([]vision.Face, error) {
				meanwhile()
				return eye{}.Analyze(ctx, img)
			})
		})
		c, ctx := s.client(), t.Context()
		create(t, c, "staff")
		meanwhile = func() {
			if _, err := c.DeleteCollection(ctx, &sdk.DeleteCollectionInput{CollectionId: aws.String("staff")}); err != nil {
				t.Error(err)
			}
			if now = now.Add(time.Millisecond); again {
				create(t, c, "staff")
			}
		}
		_, err := c.IndexFaces(ctx, &sdk.IndexFacesInput{CollectionId: aws.String("staff"), Image: draw(drawn{1, 1, 60, 1})})
		wantCode(t, "the collection went", err, "ResourceNotFoundException")
		if again && faceCount(t, c, "staff") != 0 {
			t.Error("the new collection has the old one's face")
		}
	}
}
