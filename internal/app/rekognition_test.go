package app_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
	"github.com/aws/smithy-go"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/moods"
	"animo/internal/people"
	"animo/internal/pictures"
	"animo/internal/sharedtest"
	"animo/internal/tenants"
	"animo/vision"
)

// rekognition is AWS's own client, told nothing but where this Animo is.
func (a *animo) rekognition(id, secret string) *sdk.Client {
	transport := &http.Transport{}
	a.t.Cleanup(transport.CloseIdleConnections)
	return sdk.New(sdk.Options{
		BaseEndpoint: aws.String(a.url), Region: "eu-west-1", RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
		}),
	})
}

// awsCode is the code of an error that AWS's client gives; empty for none.
func awsCode(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// accessKey makes an access key of a tenant beside the running server, as the command does.
func accessKey(t *testing.T, c config.Config, tenant string) (id, secret string) {
	t.Helper()
	stores, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	if err := stores.Tenants.Add(t.Context(), tenant, root.PhotoPolicy{Purpose: root.ForEvents}); err != nil && root.CodeOf(err) != root.Conflict {
		t.Fatal(err)
	}
	secret, key, err := stores.Tenants.AddAccessKey(t.Context(), tenant, "")
	if err != nil {
		t.Fatal(err)
	}
	return key.Prefix, secret
}

func TestRekognition_protocol_beside_the_API(t *testing.T) {
	picture := sample(t, 1)
	c := settings(t)
	a := start(t, c)
	ctx := t.Context()
	anybody := a.rekognition("AKIAIOSFODNN7EXAMPLE", "whatever")
	image := &types.Image{Bytes: []byte(picture)}
	stored := func(name string) *types.Image {
		return &types.Image{S3Object: &types.S3Object{Bucket: aws.String("photos"), Name: &name}}
	}
	all := []types.Attribute{types.AttributeAll}

	// While there is no key, whatever signature is the default tenant's.
	p := a.photo("stage one.jpg", "", picture)
	direct, err := anybody.DetectFaces(ctx, &sdk.DetectFacesInput{Image: image, Attributes: all})
	if err != nil || len(direct.FaceDetails) != len(p.Faces) || len(direct.FaceDetails) == 0 {
		t.Fatalf("%d faces, %v; the API finds %d", len(direct.FaceDetails), err, len(p.Faces))
	}
	for _, name := range []string{p.ID, "stage one.jpg"} {
		again, err := anybody.DetectFaces(ctx, &sdk.DetectFacesInput{Image: stored(name), Attributes: all})
		if err != nil || len(again.FaceDetails) != len(direct.FaceDetails) || *again.FaceDetails[0].BoundingBox.Left != *direct.FaceDetails[0].BoundingBox.Left {
			t.Errorf("by %s: %+v, %v", name, again, err)
		}
	}
	if _, err := anybody.DetectFaces(ctx, &sdk.DetectFacesInput{Image: stored("stage two.jpg")}); awsCode(err) != "InvalidS3ObjectException" {
		t.Errorf("a photo that is not there: %v", err)
	}
	if r := a.do("POST", "/", "{}"); r.status != http.StatusMethodNotAllowed || r.code() != "wrong_method" {
		t.Errorf("POST / of no protocol: %d %s", r.status, r.body)
	}
	if r := a.do("GET", "/", ""); r.status != http.StatusOK || !strings.Contains(r.header.Get("Content-Type"), "text/html") {
		t.Errorf("GET /: %d %s", r.status, r.header)
	}
	aws11 := http.Header{"X-Amz-Target": {"RekognitionService.ListCollections"}, "Content-Type": {"application/x-amz-json-1.1"}}
	proxied := aws11.Clone()
	proxied.Set("X-Forwarded-For", "10.0.0.1")
	if r := a.send("POST", "/", strings.NewReader("{}"), proxied); r.status != http.StatusBadRequest || !strings.Contains(r.body, "AccessDeniedException") {
		t.Errorf("without a key, through a proxy: %d %s", r.status, r.body)
	}
	foreign := aws11.Clone()
	foreign.Set("Origin", "https://example.com")
	if r := a.send("POST", "/", strings.NewReader("{}"), foreign); r.status != http.StatusForbidden {
		t.Errorf("from another site's page: %d %s", r.status, r.body)
	}

	// With one, only its signatures open, and each tenant sees its own.
	sol, mar := a.rekognition(accessKey(t, c, "sol")), a.rekognition(accessKey(t, c, "mar"))
	if _, err := anybody.DetectFaces(ctx, &sdk.DetectFacesInput{Image: image}); awsCode(err) != "UnrecognizedClientException" {
		t.Errorf("an unknown key: %v", err)
	}
	if r := a.do("GET", "/v1/photos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("the API without a key: %d %s", r.status, r.body)
	}
	if _, err := sol.CreateCollection(ctx, &sdk.CreateCollectionInput{CollectionId: aws.String("crew")}); err != nil {
		t.Fatal(err)
	}
	indexed, err := sol.IndexFaces(ctx, &sdk.IndexFacesInput{CollectionId: aws.String("crew"), ExternalImageId: aws.String("one"), Image: image, QualityFilter: types.QualityFilterNone})
	if err != nil || len(indexed.FaceRecords) != len(direct.FaceDetails) {
		t.Fatalf("%+v, %v", indexed, err)
	}
	found, err := sol.SearchFacesByImage(ctx, &sdk.SearchFacesByImageInput{CollectionId: aws.String("crew"), Image: image})
	if err != nil || len(found.FaceMatches) == 0 || *found.FaceMatches[0].Face.FaceId != *indexed.FaceRecords[0].Face.FaceId || *found.FaceMatches[0].Similarity < 99.9 {
		t.Errorf("%+v, %v", found, err)
	}
	same, err := sol.CompareFaces(ctx, &sdk.CompareFacesInput{SourceImage: image, TargetImage: image})
	if err != nil || len(same.FaceMatches) == 0 || *same.FaceMatches[0].Similarity < 99.9 {
		t.Errorf("%+v, %v", same, err)
	}
	if list, err := mar.ListCollections(ctx, &sdk.ListCollectionsInput{}); err != nil || len(list.CollectionIds) != 0 {
		t.Errorf("mar lists %+v, %v", list, err)
	}
	if _, err := sol.DetectFaces(ctx, &sdk.DetectFacesInput{Image: stored(p.ID)}); awsCode(err) != "InvalidS3ObjectException" {
		t.Errorf("the default tenant's photo as sol: %v", err)
	}
}

func TestRekognition_recognises_whom_the_tenant_introduced(t *testing.T) {
	read := func(name string) []byte {
		t.Helper()
		b, err := os.ReadFile(sharedtest.Path(t, "data", "faces_lfw", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	example, other, stranger := read("Alec_Baldwin_0003.jpg"), read("Alec_Baldwin_0004.jpg"), read("Ana_Guevara_0001.jpg")
	c := settings(t)
	client := start(t, c).rekognition("any", "any")
	recognise := func(picture []byte) string {
		t.Helper()
		out, err := client.RecognizeCelebrities(t.Context(), &sdk.RecognizeCelebritiesInput{Image: &types.Image{Bytes: picture}})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, known := range out.CelebrityFaces {
			names = append(names, *known.Name)
		}
		return strings.Join(names, ", ")
	}
	if got := recognise(other); got != "" {
		t.Errorf("before anybody was introduced: %q", got)
	}
	// As another process on the same data would.
	stores, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	engine, err := pictures.NewVision(vision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	live := moods.New(stores.Tables, nil, moods.Options{})
	others := people.New(stores.Tables, stores.Objects, nil, live, pictures.New(engine, pictures.Limits{}), people.Options{})
	if _, err := others.Introduce(t.Context(), root.DefaultTenant, "Alec Baldwin", bytes.NewReader(example)); err != nil {
		t.Fatal(err)
	}
	if got := recognise(other); got != "Alec Baldwin" {
		t.Errorf("afterwards: %q", got)
	}
	if got := recognise(stranger); got != "" {
		t.Errorf("somebody else: %q", got)
	}
}

func TestMasterKey_stays(t *testing.T) {
	c := settings(t)
	id, secret := accessKey(t, c, "sol")
	for range 2 {
		stores, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tenant, again, err := stores.Tenants.Secret(t.Context(), id)
		if err != nil || tenant != "sol" || again != secret {
			t.Errorf("%s, %v", tenant, err)
		}
		keys, err := stores.Tenants.Keys(t.Context(), "sol")
		if err != nil || !slices.ContainsFunc(keys, func(k root.Key) bool { return k.Prefix == id && k.AWS }) {
			t.Errorf("%+v, %v", keys, err)
		}
		if err := stores.Close(); err != nil {
			t.Error(err)
		}
	}
}
