package rekognition_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"

	"animo"
	"animo/internal/pictures"
	"animo/internal/rekognition"
	"animo/vision"
)

func near(a *float32, b float64) bool { return a != nil && math.Abs(float64(*a)-b) < 1e-4 }

func TestDetectFaces(t *testing.T) {
	s := serve(t)
	out, err := s.client().DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: draw(drawn{10, 20, 60, 1}, drawn{100, 120, 80, 2})})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.FaceDetails) != 2 {
		t.Fatalf("%d faces", len(out.FaceDetails))
	}
	large := out.FaceDetails[0]
	if b := large.BoundingBox; !near(b.Left, 0.25) || !near(b.Top, 0.3) || !near(b.Width, 0.2) || !near(b.Height, 0.2) {
		t.Errorf("the larger face is at %v %v %v %v", *b.Left, *b.Top, *b.Width, *b.Height)
	}
	if !near(large.Confidence, 99) || !near(large.Pose.Yaw, 3) || !near(large.Pose.Pitch, 2) || !near(large.Pose.Roll, 1) || !near(large.Quality.Sharpness, 80) {
		t.Errorf("the larger face is %+v", large)
	}
	s.logged("")
}

func TestDetectFaces_tells_what_is_asked_for(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		ask  []types.Attribute
		want string // in the order age, emotions, gender, smile
		mark int    // landmarks
	}{
		{nil, "", 5},
		{[]types.Attribute{"DEFAULT"}, "", 5},
		{[]types.Attribute{"ALL"}, "age emotions gender smile", 30},
		{[]types.Attribute{"DEFAULT", "ALL"}, "age emotions gender smile", 30},
		{[]types.Attribute{"EMOTIONS"}, "emotions", 5},
		{[]types.Attribute{"AGE_RANGE", "GENDER"}, "age gender", 5},
		{[]types.Attribute{"SMILE", "BEARD"}, "smile", 5},
	} {
		out, err := s.client().DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: draw(drawn{10, 20, 60, 1}), Attributes: c.ask})
		if err != nil {
			t.Fatal(err)
		}
		f := out.FaceDetails[0]
		var told []string
		for name, there := range map[string]bool{"age": f.AgeRange != nil, "emotions": f.Emotions != nil, "gender": f.Gender != nil, "smile": f.Smile != nil} {
			if there {
				told = append(told, name)
			}
		}
		slices.Sort(told)
		if got := strings.Join(told, " "); got != c.want || len(f.Landmarks) != c.mark || f.Beard != nil {
			t.Errorf("%v: told %q and %d landmarks, want %q and %d", c.ask, got, len(f.Landmarks), c.want, c.mark)
		}
	}
	_, err := s.client().DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: draw(), Attributes: []types.Attribute{"HAIR"}})
	wantCode(t, "an attribute that there is not", err, "InvalidParameterException")
}

func TestDetectFaces_limits(t *testing.T) {
	s := serve(t, func(o *rekognition.Options) { o.Decode = pictures.New(nil, pictures.Limits{Pixels: 250_000}).Decode })
	detect := func(img *types.Image) (*sdk.DetectFacesOutput, error) {
		return s.client().DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: img})
	}
	var many []drawn
	for i := range 120 {
		many = append(many, drawn{1, 1, 10 + i, 1})
	}
	out, err := detect(draw(many...))
	if err != nil || len(out.FaceDetails) != 100 || !near(out.FaceDetails[99].BoundingBox.Width, 30.0/canvas) {
		t.Errorf("of 120 faces: %d, %v; want the 100 largest", len(out.FaceDetails), err)
	}
	whole := drawing(canvas, drawn{1, 1, 50, 1})
	for name, c := range map[string]struct {
		img  *types.Image
		want string
	}{
		"no faces":            {draw(), ""},
		"5 MB":                {&types.Image{Bytes: append(slices.Clone(whole), make([]byte, 5<<20-len(whole))...)}, ""},
		"more than 5 MB":      {&types.Image{Bytes: append(slices.Clone(whole), make([]byte, 5<<20+1-len(whole))...)}, "ImageTooLargeException"},
		"far more than 5 MB":  {&types.Image{Bytes: make([]byte, 6<<20)}, "ImageTooLargeException"},
		"many pixels":         {&types.Image{Bytes: drawing(501)}, "ImageTooLargeException"},
		"80 × 80":             {&types.Image{Bytes: drawing(80)}, ""},
		"79 × 79":             {&types.Image{Bytes: drawing(79)}, "InvalidParameterException"},
		"no picture":          {&types.Image{Bytes: []byte("hello, world; this is not a picture")}, "InvalidImageFormatException"},
		"half a picture":      {&types.Image{Bytes: whole[:len(whole)/2]}, "InvalidImageFormatException"},
		"nothing":             {&types.Image{}, "InvalidParameterException"},
		"empty bytes":         {&types.Image{Bytes: []byte{}}, "InvalidParameterException"},
		"bytes and an object": {&types.Image{Bytes: whole, S3Object: &types.S3Object{Bucket: aws.String("photos"), Name: aws.String("x")}}, "InvalidParameterException"},
	} {
		_, err := detect(c.img)
		wantCode(t, name, err, c.want)
	}
	s.logged("")
}

func TestS3Object_is_a_tenants_own_photo(t *testing.T) {
	s := serve(t)
	sol, mar := client(s.url, s.accessKey("sol")), client(s.url, s.accessKey("mar"))
	s.photos[[2]string{"sol", "stage.png"}] = drawing(canvas, drawn{1, 1, 50, 1})
	s.photos[[2]string{"sol", "huge.png"}] = append(drawing(canvas), make([]byte, 15<<20)...)
	object := func(bucket, name, version string) *types.Image {
		o := &types.S3Object{Bucket: aws.String(bucket), Name: aws.String(name)}
		if version != "" {
			o.Version = aws.String(version)
		}
		return &types.Image{S3Object: o}
	}
	out, err := sol.DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: object("photos", "stage.png", "")})
	if err != nil || len(out.FaceDetails) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	for name, c := range map[string]struct {
		who  *sdk.Client
		img  *types.Image
		want string
	}{
		"another tenant's":  {mar, object("photos", "stage.png", ""), "InvalidS3ObjectException"},
		"another name":      {sol, object("photos", "stage.jpg", ""), "InvalidS3ObjectException"},
		"another bucket":    {sol, object("thumbnails", "stage.png", ""), "InvalidS3ObjectException"},
		"a version":         {sol, object("photos", "stage.png", "1"), "InvalidS3ObjectException"},
		"no bucket's name":  {sol, object("a/b", "stage.png", ""), "InvalidParameterException"},
		"no name":           {sol, object("photos", "", ""), "InvalidParameterException"},
		"more than 15 MB":   {sol, object("photos", "huge.png", ""), "ImageTooLargeException"},
		"a name with paths": {sol, object("photos", "../mar/x", ""), "InvalidS3ObjectException"},
	} {
		_, err := c.who.DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: c.img})
		wantCode(t, name, err, c.want)
	}
}

func TestAdmit_decides(t *testing.T) {
	refused := map[string]error{
		"AccessDeniedException":                  animo.Errorf(animo.Forbidden, "state a purpose", "declare un propósito"),
		"ProvisionedThroughputExceededException": animo.Errorf(animo.TooManyRequests, "later", "luego"),
		"ThrottlingException":                    animo.Errorf(animo.Unavailable, "busy", "ocupado"),
		"InternalServerError":                    errors.New("top secret"),
	}
	for want, err := range refused {
		s := serve(t, func(o *rekognition.Options) { o.Admit = func(context.Context, string) error { return err } })
		_, got := s.client().DetectFaces(t.Context(), &sdk.DetectFacesInput{Image: draw()})
		wantCode(t, err.Error(), got, want)
		if strings.Contains(got.Error(), "top secret") {
			t.Errorf("the client is told %v", got)
		}
		if want == "InternalServerError" {
			s.logged("top secret")
		}
	}
}

func TestRecognizeCelebrities(t *testing.T) {
	s := serve(t)
	s.people[animo.DefaultTenant] = new(vision.Gallery)
	if err := s.people[animo.DefaultTenant].Add("Ana Pérez", describe(0)); err != nil {
		t.Fatal(err)
	}
	recognise := func(c *sdk.Client, faces ...drawn) *sdk.RecognizeCelebritiesOutput {
		t.Helper()
		out, err := c.RecognizeCelebrities(t.Context(), &sdk.RecognizeCelebritiesInput{Image: draw(faces...)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := recognise(s.client(), drawn{1, 1, 60, 20}, drawn{100, 100, 80, 3})
	if len(out.CelebrityFaces) != 1 || len(out.UnrecognizedFaces) != 1 {
		t.Fatalf("%d known, %d unknown", len(out.CelebrityFaces), len(out.UnrecognizedFaces))
	}
	ana := out.CelebrityFaces[0]
	if *ana.Name != "Ana Pérez" || *ana.Id == "" || ana.Urls == nil || len(ana.Urls) != 0 || ana.KnownGender.Type != types.KnownGenderTypeUnlisted {
		t.Errorf("Ana is %+v", ana)
	}
	if want := vision.Similarity(0.3); !near(ana.MatchConfidence, want) || !near(ana.Face.BoundingBox.Left, 0.25) || len(ana.Face.Landmarks) != 5 || len(ana.Face.Emotions) != 7 || !ana.Face.Smile.Value {
		t.Errorf("Ana's face is %+v with %v, want %v", ana.Face, *ana.MatchConfidence, want)
	}
	again := recognise(s.client(), drawn{1, 1, 60, 1})
	if *again.CelebrityFaces[0].Id != *ana.Id {
		t.Errorf("Ana's ID is %s, then %s", *ana.Id, *again.CelebrityFaces[0].Id)
	}
	var crowd []drawn
	for i := range 70 {
		crowd = append(crowd, drawn{1, 1, 10 + i, 20})
	}
	crowd = append(crowd, drawn{1, 1, 5, 0}) // Ana, behind the 64 largest
	if out := recognise(s.client(), crowd...); len(out.CelebrityFaces) != 0 || len(out.UnrecognizedFaces) != 64 {
		t.Errorf("of 71 faces: %d known, %d unknown; want 0 and 64", len(out.CelebrityFaces), len(out.UnrecognizedFaces))
	}
	if out := recognise(client(s.url, s.accessKey("mar")), drawn{1, 1, 60, 0}); len(out.CelebrityFaces) != 0 {
		t.Errorf("another tenant knows %v", out.CelebrityFaces)
	}
}

func TestCompareFaces(t *testing.T) {
	s := serve(t)
	in := &sdk.CompareFacesInput{
		SourceImage: draw(drawn{1, 1, 60, 50}, drawn{100, 100, 80, 0}), // the larger one counts
		TargetImage: draw(drawn{1, 1, 90, 10}, drawn{100, 1, 70, 4}, drawn{1, 100, 60, 1}),
	}
	out, err := s.client().CompareFaces(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !near(out.SourceImageFace.BoundingBox.Left, 0.25) || !near(out.SourceImageFace.Confidence, 99) {
		t.Errorf("the source's face is %+v", out.SourceImageFace)
	}
	if len(out.FaceMatches) != 2 || !near(out.FaceMatches[0].Similarity, vision.Similarity(0.1)) || !near(out.FaceMatches[1].Similarity, vision.Similarity(0.4)) ||
		!near(out.FaceMatches[0].Face.BoundingBox.Top, 0.25) || len(out.UnmatchedFaces) != 1 || !near(out.UnmatchedFaces[0].BoundingBox.Width, 90.0/canvas) {
		t.Errorf("matches %+v, others %+v", out.FaceMatches, out.UnmatchedFaces)
	}
	if f := out.FaceMatches[0].Face; f.Emotions != nil || f.Smile != nil || len(f.Landmarks) != 5 {
		t.Errorf("a match tells %+v", f)
	}
	for threshold, want := range map[float32]int{0: 3, 99: 2, 99.5: 1, 100: 0} {
		in.SimilarityThreshold = aws.Float32(threshold)
		out, err := s.client().CompareFaces(t.Context(), in)
		if err != nil || len(out.FaceMatches) != want || len(out.UnmatchedFaces) != 3-want {
			t.Errorf("from %v %% on: %d matches, %v; want %d", threshold, len(out.FaceMatches), err, want)
		}
	}
	none, one := draw(), draw(drawn{1, 1, 60, 1})
	for name, c := range map[string]struct {
		in   sdk.CompareFacesInput
		want string
	}{
		"no face in the source":  {sdk.CompareFacesInput{SourceImage: none, TargetImage: one}, "InvalidParameterException"},
		"no face in the target":  {sdk.CompareFacesInput{SourceImage: one, TargetImage: none}, "InvalidParameterException"},
		"a threshold of 101":     {sdk.CompareFacesInput{SourceImage: one, TargetImage: one, SimilarityThreshold: aws.Float32(101)}, "InvalidParameterException"},
		"a filter that is none":  {sdk.CompareFacesInput{SourceImage: one, TargetImage: one, QualityFilter: "BEST"}, "InvalidParameterException"},
		"a filter for the small": {sdk.CompareFacesInput{SourceImage: one, TargetImage: one, QualityFilter: "HIGH"}, "InvalidParameterException"},
		"two large pictures": {sdk.CompareFacesInput{
			SourceImage: &types.Image{Bytes: append(drawing(canvas, drawn{1, 1, 60, 1}), make([]byte, 4<<20)...)},
			TargetImage: &types.Image{Bytes: append(drawing(canvas, drawn{1, 1, 60, 1}), make([]byte, 4<<20)...)},
		}, ""},
	} {
		_, err := s.client().CompareFaces(t.Context(), &c.in)
		wantCode(t, name, err, c.want)
	}
}

func TestSlots_of_one_tenant_leave_the_others_theirs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // more than enough, should one hang that ought to be refused
	defer cancel()
	arrived, leave := make(chan struct{}, 10), make(chan struct{})
	s := serve(t, func(o *rekognition.Options) {
		o.Limits.Requests = 4
		o.Engine = engineFunc(func(ctx context.Context, img vision.Image) ([]vision.Face, error) {
			arrived <- struct{}{}
			select {
			case <-leave:
			case <-ctx.Done():
			}
			return nil, nil
		})
		o.Limits.Analyses = 4
	})
	sol, mar := client(s.url, s.accessKey("sol")), client(s.url, s.accessKey("mar"))
	done := make(chan error, 4)
	detect := func(c *sdk.Client) error {
		_, err := c.DetectFaces(ctx, &sdk.DetectFacesInput{Image: draw()})
		return err
	}
	begin := func(c *sdk.Client) {
		t.Helper()
		go func() { done <- detect(c) }()
		select {
		case <-arrived:
		case err := <-done:
			t.Fatal(err)
		}
	}
	begin(sol)
	begin(sol)
	wantCode(t, "a third of sol's", detect(sol), "ProvisionedThroughputExceededException")
	begin(mar)
	begin(mar)
	wantCode(t, "a fifth of all", detect(mar), "ProvisionedThroughputExceededException")
	close(leave)
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	begin(sol)
	if err := <-done; err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// slowKeys knows no key, and takes its time to say so.
type slowKeys struct{ arrived, leave chan struct{} }

// Secret implements rekognition.Keys.
func (k slowKeys) Secret(context.Context, string) (tenant, secret string, err error) {
	return "", "", animo.Errorf(animo.Unauthenticated, "no such key", "no existe esa clave")
}

// Locked implements rekognition.Keys.
func (k slowKeys) Locked(context.Context) (bool, error) {
	k.arrived <- struct{}{}
	<-k.leave
	return true, nil
}

func TestSlots_bound_the_lookups_of_keys(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // more than enough, should one hang that ought to be refused
	defer cancel()
	keys := slowKeys{make(chan struct{}, 10), make(chan struct{})}
	s := serve(t, func(o *rekognition.Options) { o.Keys, o.Limits.Requests = keys, 2 })
	done := make(chan error)
	ask := func() error {
		_, err := s.client().ListCollections(ctx, &sdk.ListCollectionsInput{})
		return err
	}
	for range 2 {
		go func() { done <- ask() }()
		<-keys.arrived
	}
	wantCode(t, "a third", ask(), "ProvisionedThroughputExceededException")
	close(keys.leave)
	for range 2 {
		wantCode(t, "the first two", <-done, "UnrecognizedClientException")
	}
	go func() { done <- ask() }()
	<-keys.arrived
	wantCode(t, "afterwards", <-done, "UnrecognizedClientException")
}

type engineFunc func(context.Context, vision.Image) ([]vision.Face, error)

// Analyze implements rekognition.Engine.
func (f engineFunc) Analyze(ctx context.Context, img vision.Image) ([]vision.Face, error) {
	return f(ctx, img)
}
