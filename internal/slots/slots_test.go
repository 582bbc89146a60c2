package slots

import (
	"testing"

	"animo"
)

func TestSlots_no_tenant_gets_more_than_half(t *testing.T) {
	s := New(4)
	take := func(tenant string, want animo.Code) {
		t.Helper()
		if err := s.Take(tenant); animo.CodeOf(err) != want {
			t.Errorf("%s takes a slot: %v, want code %q", tenant, err, want)
		}
	}
	take("sol", "")
	take("sol", "")
	take("sol", animo.TooManyRequests)
	take("mar", "")
	take("mar", "")
	take("sal", animo.Unavailable)
	s.Give("sol")
	take("sal", "")
	for _, tenant := range []string{"sol", "mar", "mar", "sal"} {
		s.Give(tenant)
	}
	if s.taken != 0 || len(s.of) != 0 {
		t.Errorf("all given back, yet %d are taken, of %v", s.taken, s.of)
	}
}
