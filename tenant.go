package animo

import (
	"regexp"
	"time"
)

// DefaultTenant is who everybody is while no key exists.
const DefaultTenant = "default"

// Tenant is an organisation that uses this Animo. It sees nothing of the others.
type Tenant struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Removed time.Time `json:"removed,omitzero"` // since when it is being forgotten; zero for a tenant in use
}

// Key is what may be shown of an API key. The key itself is shown once, when it is made.
type Key struct {
	Prefix  string    `json:"prefix"` // how the key begins; names it in lists and when it is revoked
	Tenant  string    `json:"tenant"`
	Note    string    `json:"note,omitempty"` // what it is for, in its owner's words
	Created time.Time `json:"created"`
}

var tenantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckTenant answers UnsafeName unless id is 1 to 63 lower-case letters a to z, digits and hyphens, and
// does not begin with a hyphen.
func CheckTenant(id string) error {
	if tenantID.MatchString(id) {
		return nil
	}
	return Errorf(UnsafeName, "%q cannot be a tenant: use 1 to 63 lower-case letters, digits and hyphens, no hyphen in front",
		"%q no puede ser un inquilino: use de 1 a 63 letras minúsculas, cifras y guiones, sin guion al principio", id).Of("tenant")
}
