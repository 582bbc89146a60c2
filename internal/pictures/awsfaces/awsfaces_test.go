package awsfaces

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"

	"animo"
	"animo/internal/loop"
	"animo/vision"
)

// The two operations, as the header X-Amz-Target names them.
const (
	detect    = "RekognitionService.DetectFaces"
	celebrity = "RekognitionService.RecognizeCelebrities"
)

// nobody is an answer without faces, to either operation.
const nobody = `{"FaceDetails": [], "CelebrityFaces": [], "UnrecognizedFaces": []}`

// amazon stands for Rekognition: it speaks its wire protocol (AWS JSON 1.1), and answers what the test says.
type amazon struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	answer   func(operation string, n int) (status int, body string) // n counts the calls of the operation from 1
	calls    map[string]int
	pictures [][]byte // that came with DetectFaces
}

// serve starts a Rekognition, and has the environment name it, a region and keys.
func serve(t *testing.T, answer func(operation string, n int) (status int, body string)) *amazon {
	t.Helper()
	a := &amazon{t: t, answer: answer, calls: map[string]int{}}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	environment(t)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/EXAMPLEKEY")
	return a
}

// environment is one in which nothing of AWS is set.
func environment(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "",
		"AWS_ENDPOINT_URL": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "",
	} {
		t.Setenv(name, value)
	}
}

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := r.Header.Get("X-Amz-Target")
	var request struct {
		Image      struct{ Bytes []byte }
		Attributes []string
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // given up, because the other call of the two had failed
	}
	if err := json.Unmarshal(body, &request); err != nil || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/rekognition/aws4_request") {
		a.t.Errorf("not a request to Rekognition: %v, %v", r.Header, err)
	}
	a.mu.Lock()
	a.calls[operation]++
	n := a.calls[operation]
	switch operation {
	case detect:
		a.pictures = append(a.pictures, request.Image.Bytes)
		if !reflect.DeepEqual(request.Attributes, []string{"ALL"}) {
			a.t.Errorf("attributes %v are asked for", request.Attributes)
		}
	case celebrity:
	default:
		a.t.Errorf("nothing asks for %q", operation)
	}
	answer := a.answer
	a.mu.Unlock()
	status, text := answer(operation, n)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("x-amzn-RequestId", "5b1f3a52-request")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// does changes what it answers.
func (a *amazon) does(answer func(operation string, n int) (status int, body string)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

// count tells how often an operation was called.
func (a *amazon) count(operation string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls[operation]
}

// refuse is an error as Rekognition answers it.
func refuse(code, message string) (int, string) {
	status := http.StatusBadRequest
	if code == "InternalServerError" {
		status = http.StatusInternalServerError
	}
	return status, fmt.Sprintf(`{"__type": %q, "Message": %q}`, code, message)
}

func engine(t *testing.T, o Options) *Engine {
	t.Helper()
	e, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFind_tells_of_the_faces_and_names_those_known(t *testing.T) {
	// Three faces, the most prominent last; the second is known. And a celebrity whose box fits none.
	a := serve(t, func(operation string, _ int) (int, string) {
		if operation == celebrity {
			return 200, `{
				"CelebrityFaces": [
					{"Name": "Frida", "Id": "1a", "MatchConfidence": 98.7, "KnownGender": {"Type": "Female"}, "Urls": [],
						"Face": {"BoundingBox": {"Left": 0.11, "Top": 0.1, "Width": 0.1, "Height": 0.2}, "Confidence": 99.9}},
					{"Name": "Frieda", "Id": "1b", "MatchConfidence": 99.1,
						"Face": {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.1, "Height": 0.2}}},
					{"Name": "Nobody here", "Id": "2", "MatchConfidence": 60,
						"Face": {"BoundingBox": {"Left": 0.5, "Top": 0.3, "Width": 0.1, "Height": 0.2}}}
				],
				"UnrecognizedFaces": []
			}`
		}
		return 200, `{
			"FaceDetails": [
				{"BoundingBox": {"Left": 0.9, "Top": 0.9, "Width": 0.05, "Height": 0.05}},
				{
					"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.1, "Height": 0.2},
					"AgeRange": {"Low": 22, "High": 31},
					"Smile": {"Value": true, "Confidence": 95.1},
					"Gender": {"Value": "Female", "Confidence": 99.4},
					"Emotions": [
						{"Type": "CONFUSED", "Confidence": 1.3}, {"Type": "HAPPY", "Confidence": 97.25}, {"Type": "UNKNOWN", "Confidence": 0.01}
					],
					"Landmarks": [{"Type": "eyeLeft", "X": 0.13, "Y": 0.17}, {"Type": "eyeRight", "X": 0.17, "Y": 0.18}],
					"Pose": {"Roll": -5.5, "Yaw": 12.25, "Pitch": 3},
					"Quality": {"Brightness": 61.2, "Sharpness": 89.9},
					"Confidence": 99.9
				},
				{
					"BoundingBox": {"Left": 0.4, "Top": 0.2, "Width": 0.3, "Height": 0.6},
					"Emotions": [{"Type": "CONFUSED", "Confidence": 70}, {"Type": "CALM", "Confidence": 30}],
					"Confidence": 98
				}
			],
			"OrientationCorrection": null
		}`
	})
	found, err := engine(t, Options{Endpoint: a.URL}).Find(t.Context(), "acme", vision.NewImage(640, 480))
	if err != nil || len(found) != 3 || found[2].Box.Left != 0.9 {
		t.Fatalf("%+v, %v", found, err)
	}
	large, small := found[0], found[1]
	want := animo.Face{
		Emotions:   []animo.Emotion{{Type: "HAPPY", Confidence: 97.25}, {Type: "CONFUSED", Confidence: 1.3}, {Type: "UNKNOWN", Confidence: 0.01}},
		People:     []animo.Celebrity{{Name: "Frieda", Similarity: 99.1}, {Name: "Frida", Similarity: 98.7}},
		Box:        animo.Box{Left: 0.1, Top: 0.1, Width: 0.1, Height: 0.2},
		Confidence: 99.9, Age: 26.5,
		Gender:    animo.Gender{Value: "Female", Confidence: 99.4},
		Pose:      animo.Pose{Roll: -5.5, Yaw: 12.25, Pitch: 3},
		Quality:   animo.Quality{Brightness: 61.2, Sharpness: 89.9},
		Landmarks: [][2]float64{{0.13, 0.17}, {0.17, 0.18}},
	}
	if !reflect.DeepEqual(small.Face, want) || small.Descriptor != nil {
		t.Errorf("the small face is\n%+v, want\n%+v", small.Face, want)
	}
	if large.Box.Width != 0.3 || large.Emotions[0].Type != "CONFUSED" || large.People == nil || len(large.People) != 0 || large.Age != 0 {
		t.Errorf("the large face is %+v", large.Face)
	}
	if a.count(detect) != 1 || a.count(celebrity) != 1 {
		t.Errorf("%d and %d calls, want one of each", a.count(detect), a.count(celebrity))
	}
	one, err := engine(t, Options{Endpoint: a.URL, MaxFaces: 1}).Find(t.Context(), "acme", vision.NewImage(640, 480))
	if err != nil || len(one) != 1 || one[0].Box != large.Box {
		t.Errorf("of one face at most: %+v, %v", one, err)
	}
}

func TestFind_waits_out_a_service_that_is_busy(t *testing.T) {
	for _, code := range []string{"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"} {
		a := serve(t, func(operation string, n int) (int, string) {
			if operation == detect && n <= 3 {
				return refuse(code, "slow down")
			}
			return 200, nobody
		})
		found, err := engine(t, Options{Endpoint: a.URL}).Find(t.Context(), "acme", vision.NewImage(100, 100))
		if err != nil || len(found) != 0 || a.count(detect) != 4 {
			t.Errorf("%s three times: %v, %v after %d calls", code, found, err, a.count(detect))
		}
	}
}

func TestFind_answers_Later_while_the_service_is_busy(t *testing.T) {
	busy := true
	a := serve(t, func(operation string, _ int) (int, string) {
		if busy && operation == detect {
			return refuse("ProvisionedThroughputExceededException", "slow down")
		}
		return 200, nobody
	})
	e := engine(t, Options{Endpoint: a.URL})
	now := time.Now()
	e.pacer.now = func() time.Time { return now }
	pause := func() time.Duration {
		t.Helper()
		_, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100))
		deferred, ok := errors.AsType[animo.Deferred](err)
		if !ok {
			t.Fatalf("the answer is %v, want a Deferred", err)
		}
		now = now.Add(deferred.Pause)
		return deferred.Pause
	}
	if first, second := pause(), pause(); first != time.Second || second != 2*time.Second {
		t.Errorf("the pauses are %v and %v", first, second)
	}
	e.pacer.next() // as another photo has it
	calls := a.count(detect)
	_, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100))
	if deferred, ok := errors.AsType[animo.Deferred](err); !ok || deferred.Pause != 4*time.Second || a.count(detect) != calls {
		t.Errorf("before the pause is over: %v after %d more calls", err, a.count(detect)-calls)
	}
	now = now.Add(4 * time.Second)
	busy = false
	if _, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100)); err != nil {
		t.Fatal(err)
	}
	busy = true
	if again := pause(); again != time.Second {
		t.Errorf("after an answer the pause is %v", again)
	}
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		a.does(func(string, int) (int, string) { return status, "<html>come back later</html>" }) // as a proxy says it
		pause()
	}
}

func TestFind_answers_a_panic_as_an_error(t *testing.T) {
	a := serve(t, func(string, int) (int, string) { return http.StatusOK, nobody })
	for _, broken := range []func(*Engine){
		func(e *Engine) {
			e.detect = func(context.Context, []byte) ([]types.FaceDetail, error) { panic("no such luck") }
		},
		func(e *Engine) {
			e.recognise = func(context.Context, []byte) ([]types.Celebrity, error) { panic("no such luck") }
		},
	} {
		e := engine(t, Options{Endpoint: a.URL})
		broken(e)
		if _, err := e.Find(t.Context(), "", vision.NewImage(100, 100)); !loop.Panicked(err) || !strings.Contains(err.Error(), "no such luck") {
			t.Errorf("Find = %v, want the panic", err)
		}
	}
}

func TestPacer_grows_to_a_minute_once_for_all(t *testing.T) {
	now := time.Now()
	p := pacer{now: func() time.Time { return now }}
	for _, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		for range 5 { // refused side by side
			if got := p.next(); got != time.Duration(want)*time.Second {
				t.Errorf("the pause is %v, want %d s", got, want)
			}
		}
		now = now.Add(time.Duration(want) * time.Second)
	}
}

func TestFind_says_what_is_wrong(t *testing.T) {
	for _, c := range []struct {
		code string
		want animo.Code
		says string
	}{
		{"AccessDeniedException", animo.Unavailable, "is not set up"},
		{"UnrecognizedClientException", animo.Unavailable, "is not set up"},
		{"InvalidSignatureException", animo.Unavailable, "is not set up"},
		{"ImageTooLargeException", animo.ImageTooLarge, "smaller"},
		{"InvalidImageFormatException", animo.CorruptImage, "save it anew"},
		{"InvalidParameterException", animo.Unsupported, "crop"},
		{"SomethingNewException", animo.Unavailable, "failed"},
	} {
		const secret = "arn:aws:iam::123456789012:user/ana x-amz-security-token:s3cr3t"
		a := serve(t, func(string, int) (int, string) { return refuse(c.code, secret) })
		_, err := engine(t, Options{Endpoint: a.URL}).Find(t.Context(), "acme", vision.NewImage(100, 100))
		e, ok := errors.AsType[*animo.Error](err)
		if !ok || e.Code != c.want || !strings.Contains(e.EN, c.says) || e.ES == "" {
			t.Errorf("%s: %v, want %s that says %q", c.code, err, c.want, c.says)
			continue
		}
		logged := fmt.Sprintf("%v %v", e, e.Cause)
		if !strings.Contains(logged, c.code) || !strings.Contains(logged, "5b1f3a52-request") {
			t.Errorf("%s: the log does not say which error of which request: %s", c.code, logged)
		}
		if strings.Contains(logged, "s3cr3t") || strings.Contains(logged, "123456789012") || strings.Contains(logged, "EXAMPLE") {
			t.Errorf("%s: the log tells too much: %s", c.code, logged)
		}
		if a.count(detect) > 1 {
			t.Errorf("%s: %d calls", c.code, a.count(detect))
		}
	}
}

func TestFind_outage_and_interruption(t *testing.T) {
	a := serve(t, func(operation string, _ int) (int, string) {
		if operation == detect {
			return refuse("InternalServerError", "oops")
		}
		return 200, nobody
	})
	e := engine(t, Options{Endpoint: a.URL})
	if _, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100)); animo.CodeOf(err) != animo.Unavailable || a.count(detect) != attempts {
		t.Errorf("an error of the service: %v after %d calls", err, a.count(detect))
	}
	ctx, cancel := context.WithCancel(t.Context())
	a.does(func(string, int) (int, string) {
		cancel()
		return refuse("ThrottlingException", "slow down")
	})
	if _, err := e.Find(ctx, "acme", vision.NewImage(100, 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	a.Close()
	if _, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100)); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
}

func TestNew_needs_a_region_and_credentials(t *testing.T) {
	environment(t)
	if _, err := New(t.Context(), Options{}); animo.CodeOf(err) != animo.Invalid || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
	if _, err := New(t.Context(), Options{Region: "eu-west-1"}); animo.CodeOf(err) != animo.Invalid || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("without credentials: %v", err)
	}
}

func TestFind_tells_the_operator_alone_of_credentials_that_are_lost(t *testing.T) {
	a := serve(t, func(string, int) (int, string) { return 200, nobody })
	e := engine(t, Options{Endpoint: a.URL})
	e.credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("the role is gone")
	})
	_, err := e.Find(t.Context(), "acme", vision.NewImage(100, 100))
	shown := animo.ReasonOf(err)
	if shown.Code != animo.Unavailable || strings.Contains(shown.EN+shown.ES, "AWS") || !strings.Contains(shown.EN, "the operator's log says why") {
		t.Errorf("people are told: %+v", shown)
	}
	if cause := fmt.Sprint(errors.Unwrap(err)); !strings.Contains(cause, "AWS_ACCESS_KEY_ID") || !strings.Contains(cause, "the role is gone") {
		t.Errorf("the log says: %s", cause)
	}
}

func TestNew_takes_the_endpoint_of_the_environment(t *testing.T) {
	a := serve(t, func(string, int) (int, string) { return 200, nobody })
	t.Setenv("AWS_ENDPOINT_URL", a.URL)
	if _, err := engine(t, Options{}).Find(t.Context(), "acme", vision.NewImage(100, 100)); err != nil || a.count(detect) != 1 {
		t.Errorf("%v after %d calls", err, a.count(detect))
	}
}

func TestFind_sends_what_Amazon_takes(t *testing.T) {
	noise := func(w, h int) vision.Image { // which JPEG cannot make small
		img := vision.NewImage(w, h)
		rng := rand.NewChaCha8([32]byte{1})
		_, _ = rng.Read(img.Pix)
		return img
	}
	for _, c := range []struct {
		img  vision.Image
		w, h int // that are sent; 0: smaller than the photo, of its shape
	}{
		{vision.NewImage(640, 480), 640, 480},
		{vision.NewImage(8192, 100), 4096, 80}, // 50 high, and a grey edge
		{vision.NewImage(40, 200), 80, 200},
		{noise(5472, 3648), 0, 0}, // 20 megapixels
	} {
		if c.w == 0 && testing.Short() {
			continue // a minute under the race detector
		}
		a := serve(t, func(operation string, _ int) (int, string) {
			return 200, `{"FaceDetails": [{"BoundingBox": {"Left": 0.25, "Top": 0.25, "Width": 0.25, "Height": 0.25}}], "CelebrityFaces": []}`
		})
		found, err := engine(t, Options{Endpoint: a.URL}).Find(t.Context(), "acme", c.img)
		if err != nil || len(found) != 1 {
			t.Fatalf("%d × %d: %d faces, %v", c.img.W, c.img.H, len(found), err)
		}
		sent, err := jpeg.Decode(bytes.NewReader(a.pictures[0]))
		if err != nil {
			t.Fatal(err)
		}
		size := sent.Bounds().Size()
		if len(a.pictures[0]) > 5_000_000 || c.w != 0 && size != image.Pt(c.w, c.h) {
			t.Errorf("%d × %d is sent as %v, %d bytes", c.img.W, c.img.H, size, len(a.pictures[0]))
		}
		if shape := float64(size.X) / float64(size.Y) / (float64(c.img.W) / float64(c.img.H)); c.w == 0 && (size.X > 4096 || size.X < 1500 || shape < 0.99 || shape > 1.01) {
			t.Errorf("20 megapixels are sent as %v", size)
		}
		want := animo.Box{Left: 0.25, Top: 0.25, Width: 0.25, Height: 0.25}
		switch c.img.W {
		case 40: // what is sent is twice as wide
			want.Left, want.Width = 0.5, 0.5
		case 8192: // and 1.6 times as high
			want.Top, want.Height = 0.4, 0.4
		}
		if found[0].Box != want {
			t.Errorf("%d × %d: the box is %+v, want %+v", c.img.W, c.img.H, found[0].Box, want)
		}
	}
}
