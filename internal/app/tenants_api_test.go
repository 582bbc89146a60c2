package app_test

import (
	"net/http"
	"strings"
	"testing"

	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/tenants"
)

type tenantView struct {
	ID, Created, Purpose string
	PhotosPerMinute      int    `json:"photos_per_minute"`
	FacesPerMinute       int    `json:"faces_per_minute"`
	MaxPhotos            int    `json:"max_photos"`
	MaxPhotoBytes        int64  `json:"max_photo_bytes"`
	KeepPhotos           string `json:"keep_photos"`
	KeepFaces            string `json:"keep_faces"`
	Naming               string `json:"naming"`
}

type keyView struct {
	ID, Tenant, Note, Created, Key, Secret string
	Administrator, AWS                     bool
}

// list reads the items of an answer.
func list[T any](a *animo, path string) []T {
	a.t.Helper()
	var got struct{ Items []T }
	r := a.do("GET", path, "")
	if r.status != http.StatusOK {
		a.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	r.into(a.t, &got)
	return got.Items
}

// made asks for something new, and reads what was made.
func made[T any](a *animo, path, body string) (v T) {
	a.t.Helper()
	r := a.do("POST", path, body)
	if r.status != http.StatusCreated {
		a.t.Fatalf("POST %s %s: %d %s", path, body, r.status, r.body)
	}
	r.into(a.t, &v)
	return v
}

func TestTenants_an_administrator_looks_after_tenants_and_keys(t *testing.T) {
	c := settings(t)
	a := start(t, c).as(addAdministrator(t, c, "default"))
	sol := made[tenantView](a, "/v1/tenants", `{"id":"sol","purpose":"event","photos_per_minute":600,"keep_photos":"720h","keep_faces":"8760h","naming":"eager"}`)
	want := tenantView{ID: "sol", Created: sol.Created, Purpose: "event", PhotosPerMinute: 600, KeepPhotos: "720h0m0s", KeepFaces: "8760h0m0s", Naming: "eager"}
	if sol != want || sol.Created == "" {
		t.Errorf("made %+v, want %+v", sol, want)
	}
	made[tenantView](a, "/v1/tenants", `{"id":"mar"}`)
	if got := list[tenantView](a, "/v1/tenants"); len(got) != 3 || got[0].ID != "default" || got[1].ID != "mar" || got[1].Purpose != "" || got[2] != sol {
		t.Errorf("the tenants: %+v", got)
	}
	r := a.do("PATCH", "/v1/tenants/sol", `{"max_photos":50,"max_photo_bytes":1000000,"photos_per_minute":0,"faces_per_minute":70,"keep_photos":"90m"}`)
	want.MaxPhotos, want.MaxPhotoBytes, want.PhotosPerMinute, want.FacesPerMinute, want.KeepPhotos = 50, 1000000, 0, 70, "1h30m0s"
	var changed tenantView
	r.into(t, &changed)
	if r.status != http.StatusOK || changed != want {
		t.Errorf("changed: %d %+v, want %+v", r.status, changed, want)
	}

	key := made[keyView](a, "/v1/tenants/sol/keys", `{"note":"recepción"}`)
	boss := made[keyView](a, "/v1/tenants/sol/keys", `{"administrator":true}`)
	access := made[keyView](a, "/v1/tenants/sol/keys", `{"aws":true,"note":"cámara"}`)
	if !strings.HasPrefix(key.Key, key.ID) || key.Tenant != "sol" || key.Note != "recepción" || key.Administrator || key.AWS || key.Secret != "" {
		t.Errorf("the key: %+v", key)
	}
	if access.Key != "" || !strings.HasPrefix(access.ID, "ANIMO") || len(access.Secret) != 40 || !access.AWS || access.Note != "cámara" {
		t.Errorf("the access key: %+v", access)
	}
	listed := list[keyView](a, "/v1/tenants/sol/keys")
	for i, k := range []keyView{key, boss, access} {
		k.Key, k.Secret = "", ""
		if len(listed) != 3 || listed[i] != k {
			t.Fatalf("listed %+v, want %+v at %d", listed, k, i)
		}
	}
	if got := a.as(key.Key).sessionOf(nil); got.Tenant != "sol" || got.Administrator || got.Purpose != "event" {
		t.Errorf("with the key: %+v", got)
	}
	if got := a.as(boss.Key).sessionOf(nil); got.Tenant != "sol" || !got.Administrator {
		t.Errorf("with the administrator's key: %+v", got)
	}
	made[keyView](a, "/v1/tenants/mar/keys", `{}`)
	if r := a.do("DELETE", "/v1/tenants/mar/keys/"+key.ID, ""); r.status != http.StatusNotFound || r.code() != "not_found" {
		t.Errorf("another tenant's key: %d %s", r.status, r.body)
	}
	for _, id := range []string{key.ID, access.ID} {
		if r := a.do("DELETE", "/v1/tenants/sol/keys/"+id, ""); r.status != http.StatusNoContent {
			t.Errorf("revoking %s: %d %s", id, r.status, r.body)
		}
	}
	if r := a.as(key.Key).do("GET", "/modelos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("with the revoked key: %d", r.status)
	}
	if got := list[keyView](a, "/v1/tenants/sol/keys"); len(got) != 1 || got[0].ID != boss.ID {
		t.Errorf("left: %+v", got)
	}
}

func TestTenants_removing_one_leaves_nothing(t *testing.T) {
	c := settings(t)
	a := start(t, c).as(addAdministrator(t, c, "default"))
	key, keep := addCamera(t, c, "sol"), addKey(t, c, "mar")
	a.as(key).upload("secreto.txt", "?trainer=nb", reviews(t))
	a.as(key).photo("secreto.jpg", "", sample(t, 1))
	a.as(keep).upload("r.txt", "?trainer=nb", reviews(t))
	if r := a.do("DELETE", "/v1/tenants/sol", ""); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := a.as(key).do("GET", "/modelos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("the removed tenant's key: %d", r.status)
	}
	if r := a.as(keep).do("GET", "/modelos", ""); r.body != `[{"idFile":"r.txt"}]` {
		t.Errorf("another tenant has %s", r.body)
	}
	if got := list[tenantView](a, "/v1/tenants"); len(got) != 2 {
		t.Errorf("left: %+v", got)
	}
	for _, path := range []string{"/v1/tenants/sol", "/v1/tenants/sol/keys/animo_x"} {
		if r := a.do("DELETE", path, ""); r.status != http.StatusNotFound {
			t.Errorf("DELETE %s again: %d %s", path, r.status, r.body)
		}
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	leavesNothing(t, s, c, "sol")
}

func TestTenants_what_cannot_be_is_named(t *testing.T) {
	c := settings(t)
	a := start(t, c).as(addAdministrator(t, c, "default"))
	made[tenantView](a, "/v1/tenants", `{"id":"sol"}`)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"an id that cannot be":        {"POST", "/v1/tenants", `{"id":"Sol y mar"}`, 400, "unsafe_name", "tenant"},
		"no id":                       {"POST", "/v1/tenants", `{}`, 422, "invalid", "id"},
		"one that is there":           {"POST", "/v1/tenants", `{"id":"sol"}`, 409, "conflict", "tenant"},
		"a purpose that is none":      {"POST", "/v1/tenants", `{"id":"x","purpose":"party"}`, 422, "invalid", "purpose"},
		"a purpose that is forbidden": {"PATCH", "/v1/tenants/sol", `{"purpose":"work"}`, 403, "forbidden", "purpose"},
		"a negative limit":            {"PATCH", "/v1/tenants/sol", `{"max_photos":-1}`, 422, "invalid", "max_photos"},
		"no length of time":           {"PATCH", "/v1/tenants/sol", `{"keep_faces":"30 days"}`, 422, "invalid", "keep_faces"},
		"faces go before photos":      {"PATCH", "/v1/tenants/sol", `{"keep_photos":"24h","keep_faces":"1h"}`, 422, "invalid", "keep_faces"},
		"a naming that is none":       {"PATCH", "/v1/tenants/sol", `{"naming":"bold"}`, 422, "invalid", "naming"},
		"a field that is none":        {"PATCH", "/v1/tenants/sol", `{"purpos":"event"}`, 422, "invalid", "purpos"},
		"nobody to change":            {"PATCH", "/v1/tenants/nadie", `{"purpose":"event"}`, 404, "not_found", "tenant"},
		"nobody to remove":            {"DELETE", "/v1/tenants/nadie", "", 404, "not_found", "tenant"},
		"everybody's tenant":          {"DELETE", "/v1/tenants/default", "", 422, "invalid", "tenant"},
		"nobody's keys":               {"GET", "/v1/tenants/nadie/keys", "", 404, "not_found", "tenant"},
		"a key for nobody":            {"POST", "/v1/tenants/nadie/keys", `{}`, 404, "not_found", "tenant"},
		"two kinds at once":           {"POST", "/v1/tenants/sol/keys", `{"administrator":true,"aws":true}`, 422, "invalid", "administrator"},
		"no such key":                 {"DELETE", "/v1/tenants/sol/keys/animo_nothing", "", 404, "not_found", "id"},
	} {
		r := a.do(c.method, c.path, c.body)
		var p struct{ Field string }
		r.into(t, &p)
		if r.status != c.status || r.code() != c.code || p.Field != c.field {
			t.Errorf("%s: %d %s, want %d %s of %s", name, r.status, r.body, c.status, c.code, c.field)
		}
	}
}

func TestTenants_answers_repeat_no_long_input(t *testing.T) {
	c := settings(t)
	a := start(t, c).as(addAdministrator(t, c, "default"))
	long := strings.Repeat("x", 5000)
	for route, body := range map[string]string{
		"POST /v1/tenants": `{"id":"` + long + `"}`, "PATCH /v1/tenants/default": `{"purpose":"` + long + `"}`, "PATCH /v1/tenants/" + long: `{}`,
		"DELETE /v1/tenants/" + long: "", "GET /v1/tenants/" + long + "/keys": "", "POST /v1/tenants/" + long + "/keys": `{}`, "DELETE /v1/tenants/default/keys/" + long: "",
	} {
		method, path, _ := strings.Cut(route, " ")
		r := a.do(method, path, body)
		if r.status < 400 || r.status > 422 || len(r.body) > 1500 || strings.Contains(path, "/tenants/xxx") && r.status != http.StatusNotFound {
			t.Errorf("%.40s: %d, %d bytes, %.200s", route, r.status, len(r.body), r.body)
		}
	}
}

func TestTenants_are_administrators_alone_to_see(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	// Before any key everybody on this machine is the administrator; the first key ends that.
	made[tenantView](a, "/v1/tenants", `{"id":"sol"}`)
	if r := a.send("GET", "/v1/tenants", nil, http.Header{"X-Forwarded-For": {"203.0.113.7"}}); r.status != http.StatusForbidden {
		t.Errorf("through a proxy: %d %s", r.status, r.body)
	}
	key := made[keyView](a, "/v1/tenants/sol/keys", `{}`).Key
	boss := addAdministrator(t, c, "default")
	for route, body := range map[string]string{
		"GET /v1/tenants": "", "POST /v1/tenants": `{"id":"mar"}`, "PATCH /v1/tenants/sol": `{"purpose":"event"}`, "DELETE /v1/tenants/sol": "",
		"GET /v1/tenants/sol/keys": "", "POST /v1/tenants/sol/keys": "{}", "DELETE /v1/tenants/sol/keys/" + key[:14]: "",
	} {
		method, path, _ := strings.Cut(route, " ")
		if r := a.do(method, path, body); r.status != http.StatusUnauthorized || r.code() != "unauthenticated" {
			t.Errorf("%s without a key: %d %s", route, r.status, r.body)
		}
		if r := a.as(key).do(method, path, body); r.status != http.StatusForbidden || r.code() != "forbidden" {
			t.Errorf("%s with the tenant's own key: %d %s", route, r.status, r.body)
		}
		if r := a.send(method, path, strings.NewReader(body), a.signIn(key)); r.status != http.StatusForbidden {
			t.Errorf("%s in a tenant's session: %d %s", route, r.status, r.body)
		}
	}
	if got := list[tenantView](a.as(boss), "/v1/tenants"); len(got) != 2 || got[1].Purpose != "" {
		t.Errorf("the tenants after all: %+v", got)
	}
	if got := list[keyView](a.as(boss), "/v1/tenants/sol/keys"); len(got) != 1 {
		t.Errorf("the keys after all: %+v", got)
	}
	var tenantsSeen struct{ Items []tenantView }
	a.send("GET", "/v1/tenants", nil, a.signIn(boss)).into(t, &tenantsSeen)
	if len(tenantsSeen.Items) != 2 {
		t.Errorf("in an administrator's session: %+v", tenantsSeen)
	}
}

func addAdministrator(t testing.TB, c config.Config, tenant string) string {
	t.Helper()
	return addKeyBy(t, c, tenant, (*tenants.Registry).AddAdministratorKey)
}
