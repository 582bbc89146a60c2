package app_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"animo/internal/app"
	"animo/internal/sqldb"
	"animo/internal/tenants"
)

// written finds the times and the moments in what is stored.
var written = regexp.MustCompile(`20[0-9]{2}-?[01][0-9]-?[0-3][0-9]T[0-9]{2}`)

// TestApp_every_time_that_is_kept_is_of_its_clock has a clock of another year, and looks at everything that every flow has
// written.
func TestApp_every_time_that_is_kept_is_of_its_clock(t *testing.T) {
	const year = "2019" // before: what is asked for since a quarter of an hour must not be that of another clock
	now := func() time.Time { return time.Now().AddDate(2019-time.Now().Year(), 0, 0) }
	c := fileSettings(t)
	c.AllowPrivateWebhooks, c.Inbox = true, filepath.Join(t.TempDir(), "inbox")
	a := startWith(t, c, app.Options{Now: now})
	want := func(r answer, status int) answer {
		t.Helper()
		if r.status != status {
			t.Fatalf("%d %s, want %d", r.status, r.body, status)
		}
		return r
	}
	target, hooks := listen(t, new([]byte))
	var sub subscription
	want(a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`"}`), http.StatusCreated).into(t, &sub)
	// Without the camera's clock, which is of another year; the one that is sent has a time of its own.
	dropped{t, c.Inbox}.write("default/photos/dropped.jpg", strings.Replace(sample(t, 2), "Exif\x00\x00", "none\x00\x00", 1))
	dropped{t, c.Inbox}.await("default/done/photos/dropped.jpg")
	if p := a.photo("a.jpg", "?source=puerta&taken_at="+now().UTC().Format(time.RFC3339), sample(t, 1)); p.Status != "done" {
		t.Fatalf("%+v", p)
	}
	want(a.do("POST", "/v1/moods", `{"items":[{"image_id":"webcam","source":"puerta","taken_at":"`+now().UTC().Format(time.RFC3339)+`","emotions":[{"Type":"HAPPY","Confidence":97.1}]}]}`), http.StatusAccepted)
	<-hooks
	a.awaitTold(sub.ID)
	want(a.do("POST", "/v1/people/Ana/photos", portrait(t, "Aaron_Peirsol_0002")), http.StatusOK)
	a.upload("r.txt", "?trainer=nb", reviews(t))
	want(a.do("POST", "/v1/models/r.txt/corrections", `{"text":"zorple","label":"Negativo"}`), http.StatusCreated)
	if tr := a.upload("bad.txt", "", "sin etiqueta\n"); tr.Status != "failed" {
		t.Fatalf("a row without a label is trained on: %+v", tr)
	}
	for path, member := range map[string]string{"/v1/queues/ingest/dead": "time", "/v1/functions": "at"} {
		var at [][]string
		for len(at) == 0 { // the event is settled after its dataset has failed
			at = regexp.MustCompile(`"`+member+`":"([0-9]{4})`).FindAllStringSubmatch(a.do("GET", path, "").body, -1)
		}
		for _, found := range at {
			if found[1] != year {
				t.Errorf("%s has a time of %s, want %s", path, found[1], year)
			}
		}
	}
	if list := a.records("source=puerta&from=-15m"); len(list) < 2 {
		t.Errorf("%d faces are of the last quarter of an hour, want those just recorded", len(list))
	}
	if list := a.records("source=puerta&to=-15m"); len(list) != 0 {
		t.Errorf("%d faces are older than a quarter of an hour", len(list))
	}
	if r := a.do("POST", "/v1/subscriptions/"+sub.ID+"/replay?since=-15m", ""); strings.Contains(r.body, `"count":0`) || r.status != http.StatusOK {
		t.Errorf("replayed since a quarter of an hour: %d %s", r.status, r.body)
	}
	if r := want(a.do("POST", "/v1/photos:reanalyse", `{"source":"puerta","from":"-15m"}`), http.StatusAccepted); !strings.Contains(r.body, `"queued":1`) {
		t.Errorf("analysed again of the last quarter of an hour: %s, want the one photo", r.body)
	}
	stores, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	secret, key, err := stores.Tenants.AddAccessKey(t.Context(), "default", "")
	if err != nil {
		t.Fatal(err)
	}
	a.signed(key.Prefix, secret, now(), "CreateCollection", `{"CollectionId":"guests"}`)
	a.stop()

	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(c.Data, "animo.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	seen := map[string]bool{}
	err = db.Each(t.Context(), func(rows *sql.Rows) error {
		var tenant, table string
		var key, value []byte
		err := rows.Scan(&tenant, &table, &key, &value)
		for _, at := range written.FindAllString(string(key)+" "+string(value), -1) {
			if seen[table] = true; !strings.HasPrefix(at, year) {
				t.Errorf("table %s of %s has the time %s: %q %s", table, tenant, at, key, value)
			}
		}
		return err
	}, "SELECT tenant, tbl, key, value FROM row")
	if err != nil {
		t.Fatal(err)
	}
	err = db.Each(t.Context(), func(rows *sql.Rows) error {
		var queue string
		var at int64
		err := rows.Scan(&queue, &at)
		if seen["message"] = true; time.UnixMilli(at).Year() != 2019 {
			t.Errorf("a message of %s died in %v", queue, time.UnixMilli(at))
		}
		return err
	}, "SELECT queue, died FROM message WHERE died IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{
		"photos", "faces-happy", "measured", "people", "subscriptions", "subscription-outbox", "models", "datasets", "corrections",
		"tenants", "access-keys", "collections", "message",
	} {
		if !seen[table] {
			t.Errorf("table %s has no time; there are times in %v", table, slices.Sorted(maps.Keys(seen)))
		}
	}
}

// signed sends a request of Amazon Rekognition's protocol that was signed at a time.
func (a *animo) signed(id, secret string, at time.Time, call, body string) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+"/", bytes.NewReader([]byte(body)))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "RekognitionService."+call)
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(a.t.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, r, hex.EncodeToString(sum[:]), "rekognition", "eu-west-1", at); err != nil {
		a.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		a.t.Errorf("%s answers %s", call, res.Status)
	}
}
