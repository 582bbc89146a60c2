package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	root "animo"
	"animo/internal/app"
)

// awsSettings has the environment say nothing of AWS but a pair of keys.
func awsSettings(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "EXAMPLEKEY", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
}

func TestFaces_of_Rekognition_need_a_region(t *testing.T) {
	awsSettings(t)
	c := settings(t)
	c.Faces = "rekognition"
	if _, err := app.New(t.Context(), c, app.Options{}); root.CodeOf(err) != root.Invalid || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}

func TestFaces_of_Rekognition_need_credentials(t *testing.T) {
	awsSettings(t)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	c := settings(t)
	c.Faces = "rekognition"
	if _, err := app.New(t.Context(), c, app.Options{}); root.CodeOf(err) != root.Invalid || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("without credentials: %v", err)
	}
}

func TestFaces_of_Rekognition_are_recorded(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		const face = `"BoundingBox": {"Left": 0.3, "Top": 0.2, "Width": 0.2, "Height": 0.4}, "Confidence": 99.9`
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DetectFaces") {
			_, _ = io.WriteString(w, `{"FaceDetails": [{`+face+`, "Emotions": [{"Type": "HAPPY", "Confidence": 97.5}, {"Type": "CONFUSED", "Confidence": 2.5}]}]}`)
		} else {
			_, _ = io.WriteString(w, `{"CelebrityFaces": [{"Name": "Frida", "MatchConfidence": 98.5, "Face": {`+face+`}}]}`)
		}
	}))
	defer service.Close()
	awsSettings(t)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", service.URL)
	c := settings(t)
	c.Faces = "rekognition"
	a := start(t, c)
	if p := a.photo("frida.jpg", "", sample(t, 1)); p.Status != "done" || len(p.Faces) != 1 || p.Faces[0].Mood != "HAPPY" {
		t.Errorf("the photo is %+v", p)
	}
	r := a.do("GET", "/v1/moods?mood=HAPPY&person=Frida", "")
	if !strings.Contains(r.body, `"celebrities_info":[{"name":"Frida","similarity":98.5}]`) || !strings.Contains(r.body, `"user_emotion":{"Type":"HAPPY","Confidence":97.5}`) {
		t.Errorf("recorded: %s", r.body)
	}
}
