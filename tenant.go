package animo

import (
	"regexp"
	"time"
	_ "time/tzdata" // for machines without time zones of their own
)

// DefaultTenant is who everybody is while no key exists.
const DefaultTenant = "default"

// Tenant is an organisation that uses this Animo. It sees nothing of the others.
type Tenant struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Removed time.Time `json:"removed,omitzero"` // since when it is being forgotten; zero for a tenant in use

	Photos PhotoPolicy `json:"photos,omitzero"`
}

// PhotoPolicy is what a tenant analyses faces for, how much it may do, and how long what it has is kept. A
// field that is zero has the server's setting, but Purpose, without which no photo is taken.
type PhotoPolicy struct {
	Purpose        Purpose       `json:"purpose,omitempty"`
	PerMinute      int           `json:"photos_per_minute,omitempty"` // accepted
	FacesPerMinute int           `json:"faces_per_minute,omitempty"`  // measured by clients, accepted
	Photos         int           `json:"max_photos,omitempty"`        // kept at once
	Bytes          int64         `json:"max_photo_bytes,omitempty"`   // of photos kept at once
	KeepPhotos     time.Duration `json:"keep_photos,omitempty"`       // then pictures, thumbnails and descriptors go
	KeepFaces      time.Duration `json:"keep_faces,omitempty"`        // then what was recorded of the faces goes, too; not less than KeepPhotos
	Naming         Caution       `json:"naming,omitempty"`            // how sure it must be whose a face is; empty is Usual
	Zone           string        `json:"time_zone,omitempty"`         // where its cameras and days are; see LoadZone
}

// LoadZone returns a time zone by its IANA name, such as America/Havana, or UTC. It answers Invalid for a name that there is not.
func LoadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, Errorf(Invalid, "there is no time zone %q; use a name like America/Havana, Europe/Madrid or UTC",
			"no existe la zona horaria %q; use un nombre como America/Havana, Europe/Madrid o UTC", Clip(name)).Of("time_zone")
	}
	return zone, nil
}

// Caution says how sure it must be whose a face is before it gets a name: which share of strangers may be taken for somebody.
type Caution string

// The cautions, by the share of strangers of whom each names about so many: 0.3, 1 and 5 %. The more are known again.
const (
	Strict Caution = "strict"
	Usual  Caution = "usual"
	Eager  Caution = "eager"
)

// Cautions lists the cautions in their order.
func Cautions() []Caution { return []Caution{Strict, Usual, Eager} }

// Purpose says what a tenant analyses faces for.
type Purpose string

// The purposes. Emotion recognition of people at work or in education is forbidden in the European Union but
// for medical or safety reasons (Regulation (EU) 2024/1689, Article 5(1)(f)).
const (
	ForEvents    Purpose = "event"
	ForCustomers Purpose = "customers"
	ForResearch  Purpose = "research"
	ForHealth    Purpose = "health"
	ForSafety    Purpose = "safety"
	ForWork      Purpose = "work"
	ForEducation Purpose = "education"
)

// Purposes lists the purposes in their order.
func Purposes() []Purpose {
	return []Purpose{ForEvents, ForCustomers, ForResearch, ForHealth, ForSafety, ForWork, ForEducation}
}

// Key is what may be shown of an API key, or of an access key of AWS's protocol. The key itself, or the access
// key's secret, is shown once, when it is made.
type Key struct {
	Prefix  string    `json:"prefix"` // how the key begins, or an access key's whole ID; names it in lists and when it is revoked
	Tenant  string    `json:"tenant"`
	Note    string    `json:"note,omitempty"` // what it is for, in its owner's words
	Created time.Time `json:"created"`
	AWS     bool      `json:"aws,omitempty"` // an access key

	// Administrator says that who has the key may also look after all tenants and keys.
	Administrator bool `json:"administrator,omitempty"`
}

var tenantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckTenant answers UnsafeName unless id is 1 to 63 lower-case letters a to z, digits and hyphens, and
// does not begin with a hyphen.
func CheckTenant(id string) error {
	if tenantID.MatchString(id) {
		return nil
	}
	return Errorf(UnsafeName, "%q cannot be a tenant: use 1 to 63 lower-case letters, digits and hyphens, no hyphen in front",
		"%q no puede ser un inquilino: use de 1 a 63 letras minúsculas, cifras y guiones, sin guion al principio", Clip(id)).Of("tenant")
}
