package rekognition_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
	"github.com/aws/smithy-go"

	"animo"
	"animo/internal/collections"
	"animo/internal/pictures"
	"animo/internal/rekognition"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/internal/tenants"
	"animo/vision"
)

// service is a Server on loopback over a real table and real keys. Its engine sees the faces that drawn draws.
type service struct {
	t      testing.TB
	url    string
	keys   *tenants.Registry
	people gallery
	photos photos
	log    *bytes.Buffer
}

// serve starts a service after change has seen to its options.
func serve(t testing.TB, change ...func(*rekognition.Options)) *service {
	t.Helper()
	return serveCollections(t, collections.Options{}, change...)
}

// serveCollections does so with collections of these options.
func serveCollections(t testing.TB, o collections.Options, change ...func(*rekognition.Options)) *service {
	t.Helper()
	tables := table.New(storetest.Tables(t))
	s := &service{t: t, people: gallery{}, photos: photos{}, log: new(bytes.Buffer)}
	s.keys = tenants.New(tables, tenants.Options{Master: bytes.Repeat([]byte("m"), tenants.MasterLen)})
	if err := s.keys.Ensure(t.Context(), animo.DefaultTenant); err != nil {
		t.Fatal(err)
	}
	options := rekognition.Options{
		Engine: eye{}, Decode: pictures.New(nil, pictures.Limits{}).Decode, Keys: s.keys, Collections: collections.New(tables, o), People: s.people, Photos: s.photos,
		Local: func(*http.Request) error { return nil }, Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, f := range change {
		f(&options)
	}
	web := httptest.NewServer(rekognition.New(options))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

// accessKey makes a tenant's access key, and the tenant if it is not there.
func (s *service) accessKey(tenant string) aws.Credentials {
	s.t.Helper()
	if err := s.keys.Ensure(s.t.Context(), tenant); err != nil {
		s.t.Fatal(err)
	}
	secret, key, err := s.keys.AddAccessKey(s.t.Context(), tenant, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: key.Prefix, SecretAccessKey: secret}
}

// client is AWS's own, told this endpoint. It tries once.
func client(url string, c aws.Credentials) *sdk.Client {
	return sdk.New(sdk.Options{
		BaseEndpoint: aws.String(url), Region: "eu-west-1", RetryMaxAttempts: 1, HTTPClient: ownBody{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil }),
	})
}

// ownBody sends requests with a body that nobody else closes. The SDK closes its own when an answer begins; if
// net/http is then still looking whether that body has ended, it breaks the connection off. An engine that answers
// at once, as here, would meet that about once in a thousand times.
type ownBody struct{}

// Do implements the SDK's HTTPClient.
func (ownBody) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	own := r.Clone(r.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultClient.Do(own)
}

// anybody is what a program brings that was never told a key of ours.
var anybody = aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "any"}

func (s *service) client() *sdk.Client { return client(s.url, anybody) }

// code is the error code that a client of AWS's sees; empty for no error.
func code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return "not of the API: " + err.Error()
}

// wantCode checks an error's code.
func wantCode(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("%s: %q (%v), want %q", what, got, err, want)
	}
}

// drawn is a face that eye sees: a square whose place and size are in pixels, of the person of that number.
type drawn struct{ x, y, side, person int }

const canvas = 400 // pixels of a drawing's sides

// draw makes a PNG in which eye sees the faces. Each has two pixels of the first rows.
func draw(faces ...drawn) *types.Image { return &types.Image{Bytes: drawing(canvas, faces...)} }

func drawing(side int, faces ...drawn) []byte {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	at := func(i int) (int, int) { return i % side, i / side }
	for i, f := range faces {
		x, y := at(2 * i)
		img.Set(x, y, color.RGBA{1, uint8(f.x), uint8(f.y), 255})
		x, y = at(2*i + 1)
		img.Set(x, y, color.RGBA{2, uint8(f.side), uint8(f.person), 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // to memory
	return b.Bytes()
}

// eye is an engine that sees what draw drew, good faces but for the small ones.
type eye struct{}

// Analyze implements rekognition.Engine.
func (eye) Analyze(ctx context.Context, img vision.Image) ([]vision.Face, error) {
	var faces []vision.Face
	for i := 0; i+6 <= len(img.Pix) && img.Pix[i] == 1 && img.Pix[i+3] == 2; i += 6 {
		f := vision.Face{
			Box:         vision.Rect{X: float64(img.Pix[i+1]), Y: float64(img.Pix[i+2]), W: float64(img.Pix[i+4]), H: float64(img.Pix[i+4])},
			Score:       0.99,
			Pose:        vision.Pose{Roll: 1, Pitch: 2, Yaw: 3},
			Quality:     vision.Quality{Brightness: 50, Sharpness: 80},
			Expressions: vision.Expressions{vision.Happy: 0.9, vision.Calm: 0.1},
			Age:         30, Gender: vision.Female, GenderProbability: 0.9,
			Descriptor: describe(int(img.Pix[i+5])),
		}
		for p := range f.Landmarks {
			f.Landmarks[p] = vision.Point{X: f.Box.X + float64(p), Y: f.Box.Y + float64(p)}
		}
		faces = append(faces, f)
	}
	return faces, ctx.Err()
}

// describe returns a person's descriptor. Those of n and n+1 are 0.1 apart, and so on: 0 to 6 would be taken for the
// same person, 0 and 10 not.
func describe(person int) (d vision.Descriptor) {
	d[0], d[1] = 1, 0.1*float32(person)
	return d
}

// gallery holds whom each tenant introduced.
type gallery map[string]*vision.Gallery

// Recognise implements rekognition.People.
func (g gallery) Recognise(_ context.Context, tenant string, faces []vision.Descriptor) ([]vision.Match, error) {
	list := make([]vision.Match, len(faces))
	if known := g[tenant]; known != nil {
		for i, d := range faces {
			list[i], _ = known.Match(d, vision.MatchDistance)
		}
	}
	return list, nil
}

// photos holds pictures by tenant and name.
type photos map[[2]string][]byte

// Open implements rekognition.Photos.
func (p photos) Open(_ context.Context, tenant, name string) (io.ReadCloser, error) {
	b, ok := p[[2]string{tenant, name}]
	if !ok {
		return nil, animo.Errorf(animo.NotFound, "not there", "no está")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// logged fails the test when the service logged an error that the test did not ask for.
func (s *service) logged(want string) {
	s.t.Helper()
	if got := s.log.String(); want == "" && got != "" || !strings.Contains(got, want) {
		s.t.Errorf("the log is %q, want %q in it", got, want)
	}
}

func mustClock(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
