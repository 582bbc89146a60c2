package s3

import (
	"testing"

	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"animo/internal/object"
)

// Uploads returns how many uploads in parts are under way in a store.
func Uploads(t testing.TB, of object.Store) int {
	t.Helper()
	s := of.(*store)
	page, err := s.sdk.ListMultipartUploads(t.Context(), &api.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: &s.prefix})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Uploads)
}

// Versioned makes a bucket for a test that keeps earlier versions of objects, as an administrator does.
func Versioned(t testing.TB, text string) {
	t.Helper()
	a, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	sdk, transport, err := a.sdk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	if _, err := sdk.CreateBucket(t.Context(), &api.CreateBucketInput{Bucket: &a.bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := sdk.PutBucketVersioning(t.Context(), &api.PutBucketVersioningInput{
		Bucket: &a.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}); err != nil {
		t.Fatal(err)
	}
}
