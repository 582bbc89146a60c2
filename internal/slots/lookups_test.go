package slots_test

import (
	"fmt"
	"testing"

	"animo"
	"animo/internal/slots"
)

func TestLookups_strangers_and_one_tenant_leave_the_others_theirs(t *testing.T) {
	l := slots.NewLookups(4)
	is := func(tenant string) func() (string, error) { return func() (string, error) { return tenant, nil } }
	wrong := func() (string, error) { return "", animo.Errorf(animo.Unauthenticated, "no", "no") }
	look := func(credential string, find func() (string, error)) animo.Code {
		return animo.CodeOf(l.Do(credential, find))
	}
	// during holds n lookups open while what is called.
	var during func(n int, credential string, find func() (string, error), what func())
	during = func(n int, credential string, find func() (string, error), what func()) {
		if n == 0 {
			what()
			return
		}
		if err := l.Do(credential, func() (string, error) {
			during(n-1, credential, find, what)
			return find()
		}); err != nil && animo.CodeOf(err) != animo.Unauthenticated {
			t.Errorf("lookup %d of %s: %v", n, credential, err)
		}
	}
	for _, tenant := range []string{"sol", "mar"} {
		if code := look("key of "+tenant, is(tenant)); code != "" {
			t.Fatalf("%s at first: %s", tenant, code)
		}
	}
	during(4, "made up", wrong, func() {
		if code := look("another made up", wrong); code != animo.Unavailable {
			t.Errorf("a fifth stranger: %q, want unavailable", code)
		}
		if code := look("key of sol", is("sol")); code != "" {
			t.Errorf("a tenant beside strangers: %s", code)
		}
	})
	during(2, "key of sol", is("sol"), func() {
		if code := look("key of sol", is("sol")); code != animo.TooManyRequests {
			t.Errorf("a tenant beyond its share: %q, want too many requests", code)
		}
		if code := look("key of mar", is("mar")); code != "" {
			t.Errorf("another tenant beside it: %s", code)
		}
		if code := look("key of a new one", is("new")); code != "" {
			t.Errorf("one who was never seen beside it: %s", code)
		}
	})
	if code := look("key of sol", wrong); code != animo.Unauthenticated { // revoked
		t.Errorf("a revoked key: %q", code)
	}
	during(4, "made up", wrong, func() {
		if code := look("key of sol", wrong); code != animo.Unavailable {
			t.Errorf("a revoked key still counts as the tenant's: %q", code)
		}
	})
	for i := range 20_000 { // what is remembered is bounded
		if code := look(fmt.Sprint("key ", i), is("many")); code != "" {
			t.Fatalf("key %d: %s", i, code)
		}
	}
}
