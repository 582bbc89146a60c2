package app_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"animo/internal/app"
	"animo/internal/awstest"
	"animo/internal/pictures"
	"animo/vision"
)

// actions are the permissions that calls need which are not called as their permission is.
var actions = map[string][]string{
	"dynamodb:TransactWriteItems": {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"},
	"dynamodb:TransactGetItems":   {"dynamodb:GetItem"},
	"sns:PublishBatch":            {"sns:Publish"},
	"sqs:SendMessageBatch":        {"sqs:SendMessage"},
	"sqs:DeleteMessageBatch":      {"sqs:DeleteMessage"},
}

// mayBe are permissions that docs/aws.md gives for calls that come about seldom.
var mayBe = []string{"sqs:SendMessage", "sqs:ChangeMessageVisibility", "dynamodb:GetItem"}

// TestAWS_both_flows runs both flows on DynamoDB, SNS, SQS and S3, from what a user sends to what a user is told, stops, and goes on where it was. What
// it calls is what the policy in docs/aws.md allows.
func TestAWS_both_flows(t *testing.T) {
	var mu sync.Mutex
	called := map[string]bool{}
	endpoint := awstest.Watch(t, func(_ http.ResponseWriter, _ *http.Request, call string) bool {
		if !strings.HasPrefix(call, "s3:") {
			mu.Lock()
			defer mu.Unlock()
			called[call] = true
		}
		return false
	})
	c := fileSettings(t)
	c.Tables, c.Bus, c.Objects = awstest.At("dynamodb:", endpoint), awstest.At("aws:", endpoint), awstest.Objects(t)
	c.AllowPrivateWebhooks = true
	o := app.Options{Log: slog.New(slog.DiscardHandler), Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil })}
	a := startWith(t, c, o)

	var key []byte
	target, hooks := listen(t, &key)
	var sub subscription
	if r := a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`","filter":{"mood":"happy"}}`); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	} else {
		r.into(t, &sub)
	}
	var err error
	if key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(sub.Secret, "whsec_")); err != nil {
		t.Fatal(err)
	}
	p := a.photo("grupo.png", "?source=puerta", dot(1))
	if p.Status != "done" || len(p.Faces) != 2 {
		t.Errorf("photo: %+v", p)
	}
	for range 2 {
		if h := <-hooks; !h.Signed || h.Data.Mood != "HAPPY" || h.Data.Source != "puerta" {
			t.Errorf("told of %+v", h)
		}
	}
	if tr := a.upload("opiniones.txt", "?trainer=nb", reviews(t)); tr.Status != "done" {
		t.Fatalf("training: %+v", tr)
	}
	const asked, answered = `{"idmodel":"opiniones.txt","opiniones":["Todo excelente, muy recomendable"]}`, `[["Positivo","Todo excelente, muy recomendable"]]`
	if r := a.do("POST", "/senti", asked); r.status != http.StatusOK || r.body != answered {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.awaitTold(sub.ID)
	a.stop()

	a = startWith(t, c, o)
	if r := a.do("GET", "/v1/photos/"+p.ID, ""); r.status != http.StatusOK {
		t.Errorf("after a restart: %d %s", r.status, r.body)
	}
	if r := a.do("POST", "/senti", asked); r.body != answered {
		t.Errorf("after a restart: %d %s", r.status, r.body)
	}
	if r := a.do("DELETE", "/v1/photos/"+p.ID, ""); r.status/100 != 2 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/photos/"+p.ID, ""); r.status != http.StatusNotFound {
		t.Errorf("erased: %d %s", r.status, r.body)
	}
	a.stop()

	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	text, _, _ := strings.Cut(rest, "```")
	var policy struct {
		Statement []struct{ Action []string }
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatalf("the policy in docs/aws.md: %v", err)
	}
	may := map[string]bool{}
	for _, s := range policy.Statement {
		for _, action := range s.Action {
			if !strings.HasPrefix(action, "s3:") {
				may[action] = false // until it is seen
			}
		}
	}
	for _, call := range slices.Sorted(maps.Keys(called)) {
		needs := actions[call]
		if needs == nil {
			needs = []string{call}
		}
		for _, action := range needs {
			if _, ok := may[action]; !ok {
				t.Errorf("%s was called, for which docs/aws.md gives no %s", call, action)
			}
			may[action] = true
		}
	}
	for action, seen := range may {
		if !seen && !slices.Contains(mayBe, action) {
			t.Errorf("docs/aws.md gives %s, which nothing called", action)
		}
	}
}
