package tenants_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/tenants"
)

var server = animo.PhotoPolicy{
	Purpose: animo.ForEvents, PerMinute: 60, FacesPerMinute: 600, Photos: 1000, Bytes: 1 << 30, KeepPhotos: 30 * 24 * time.Hour, KeepFaces: 365 * 24 * time.Hour,
}

// registry makes a registry over an empty table.
func registry(t *testing.T, o tenants.Options) *tenants.Registry {
	t.Helper()
	_, rows := open(t)
	return tenants.New(rows, o)
}

func TestPolicy_fills_what_a_tenant_does_not_say(t *testing.T) {
	const day = 24 * time.Hour
	own := func(purpose animo.Purpose, perMinute, photos int, bytes int64, keepPhotos, keepFaces time.Duration) animo.PhotoPolicy {
		return animo.PhotoPolicy{Purpose: purpose, PerMinute: perMinute, FacesPerMinute: 10 * perMinute, Photos: photos, Bytes: bytes, KeepPhotos: keepPhotos, KeepFaces: keepFaces}
	}
	for name, c := range map[string]struct{ says, has animo.PhotoPolicy }{
		"only a purpose": {own("safety", 0, 0, 0, 0, 0), own("safety", 60, 1000, 1<<30, 30*day, 365*day)},
		"everything":     {own("health", 1, 2, 3, 4, 5), own("health", 1, 2, 3, 4, 5)},
		"faces for less than the server's photos": {own("event", 0, 0, 0, 0, day), own("event", 60, 1000, 1<<30, day, day)},
		"photos for more than the server's faces": {own("event", 0, 0, 0, 400*day, 0), own("event", 60, 1000, 1<<30, 400*day, 400*day)},
		"both times": {own("event", 0, 0, 0, day, 2*day), own("event", 60, 1000, 1<<30, day, 2*day)},
	} {
		t.Run(name, func(t *testing.T) {
			r := registry(t, tenants.Options{Photos: server})
			if err := r.Add(t.Context(), "sol", c.says); err != nil {
				t.Fatal(err)
			}
			if got, err := r.Policy(t.Context(), "sol"); err != nil || got != c.has {
				t.Errorf("%+v, %v; want %+v", got, err, c.has)
			}
		})
	}
}

func TestPolicy_needs_a_purpose(t *testing.T) {
	r, ctx := registry(t, tenants.Options{Photos: server}), t.Context()
	for _, id := range []string{"sol", animo.DefaultTenant} {
		if err := r.Ensure(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Policy(ctx, "sol")
	refused(t, err, animo.Forbidden, "purpose", "animo tenants set sol --purpose event")
	_, err = r.Policy(ctx, "mar")
	refused(t, err, animo.NotFound, "tenant", "")
	if p, err := r.Policy(ctx, animo.DefaultTenant); err != nil || p != server {
		t.Errorf("the tenant default has %+v, %v; want the server's %+v", p, err, server)
	}
	if err := r.SetPhotos(ctx, animo.DefaultTenant, animo.PhotoPolicy{Purpose: animo.ForResearch}); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Policy(ctx, animo.DefaultTenant); err != nil || p.Purpose != animo.ForResearch {
		t.Errorf("the tenant default with a purpose of its own has %q, %v", p.Purpose, err)
	}
	if err := r.SetPhotos(ctx, "sol", animo.PhotoPolicy{Purpose: animo.ForEvents}); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Policy(ctx, "sol"); err != nil || p != server {
		t.Errorf("with a purpose: %+v, %v", p, err)
	}
}

func TestPolicy_work_and_education_only_where_the_server_allows_them(t *testing.T) {
	_, rows := open(t)
	strict, lenient := tenants.New(rows, tenants.Options{Photos: server}), tenants.New(rows, tenants.Options{Photos: server, AllowWorkEducation: true})
	ctx := t.Context()
	if err := strict.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []animo.Purpose{animo.ForWork, animo.ForEducation} {
		policy := animo.PhotoPolicy{Purpose: p}
		refused(t, strict.Add(ctx, "mar", policy), animo.Forbidden, "purpose", "Article 5(1)(f)")
		refused(t, strict.SetPhotos(ctx, "sol", policy), animo.Forbidden, "purpose", "allow-work-education")
		if err := lenient.SetPhotos(ctx, "sol", policy); err != nil {
			t.Errorf("%s where it is allowed: %v", p, err)
		}
		if got, err := lenient.Policy(ctx, "sol"); err != nil || got.Purpose != p {
			t.Errorf("%s where it is allowed: %+v, %v", p, got, err)
		}
		_, err := strict.Policy(ctx, "sol") // the setting was taken back
		refused(t, err, animo.Forbidden, "purpose", "medical or safety")
	}
}

func TestSetPhotos_refuses_what_cannot_be(t *testing.T) {
	r, ctx := registry(t, tenants.Options{Photos: server}), t.Context()
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	for field, p := range map[string]animo.PhotoPolicy{
		"purpose":           {Purpose: "party"},
		"photos_per_minute": {PerMinute: -1},
		"faces_per_minute":  {FacesPerMinute: -1},
		"max_photos":        {Photos: -1},
		"max_photo_bytes":   {Bytes: -1},
		"keep_photos":       {KeepPhotos: -1},
		"naming":            {Naming: "bold"},
		"keep_faces":        {KeepPhotos: 2 * time.Hour, KeepFaces: time.Hour},
	} {
		refused(t, r.SetPhotos(ctx, "sol", p), animo.Invalid, field, "")
		refused(t, r.Add(ctx, "mar", p), animo.Invalid, field, "")
	}
	if got, err := r.Get(ctx, "sol"); err != nil || got.Photos != (animo.PhotoPolicy{}) {
		t.Errorf("what was refused is kept: %+v, %v", got.Photos, err)
	}
	if err := r.Exists(ctx, "mar"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("a tenant with a refused policy: %v, want not_found", err)
	}
	refused(t, r.SetPhotos(ctx, "nadie", server), animo.NotFound, "tenant", "")
}

func TestSetPhotos_at_once_and_beside_a_removal(t *testing.T) {
	r, ctx := registry(t, tenants.Options{Photos: server}), t.Context()
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if err := r.SetPhotos(ctx, "sol", animo.PhotoPolicy{Photos: i + 1}); err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if err := r.Remove(ctx, "sol", func(context.Context, string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	refused(t, r.SetPhotos(ctx, "sol", server), animo.NotFound, "tenant", "") // and it stays removed
}

func TestChangePhotos_at_once_loses_no_change(t *testing.T) {
	r, ctx := registry(t, tenants.Options{Photos: server}), t.Context()
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := r.ChangePhotos(ctx, "sol", func(p animo.PhotoPolicy) (animo.PhotoPolicy, error) {
				p.Photos++
				return p, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	failure := errors.New("not like this")
	if _, err := r.ChangePhotos(ctx, "sol", func(animo.PhotoPolicy) (animo.PhotoPolicy, error) {
		return animo.PhotoPolicy{Photos: 100}, failure
	}); err != failure {
		t.Errorf("a change that fails: %v", err)
	}
	if got, err := r.Get(ctx, "sol"); err != nil || got.Photos.Photos != 8 {
		t.Errorf("after eight changes %+v, %v", got.Photos, err)
	}
}

// refused checks an error's code, field and a part of its text.
func refused(t *testing.T, err error, code animo.Code, field, says string) {
	t.Helper()
	reason := animo.ReasonOf(err)
	if animo.CodeOf(err) != code || reason.Field != field || !strings.Contains(reason.EN, says) {
		t.Errorf("%v (%s, field %q); want %s, field %q, %q", err, animo.CodeOf(err), reason.Field, code, field, says)
	}
}
