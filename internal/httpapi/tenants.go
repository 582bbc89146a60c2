package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// Tenants is what administrators look after, as `animo tenants` and `animo keys` do.
type Tenants interface {
	List(ctx context.Context) ([]animo.Tenant, error)
	Get(ctx context.Context, id string) (animo.Tenant, error)
	// Policy returns what holds of a tenant, also with a Forbidden.
	Policy(ctx context.Context, tenant string) (animo.PhotoPolicy, error)
	AddTenant(ctx context.Context, id string, photos animo.PhotoPolicy) error
	// ChangePhotos makes of a tenant's policy what change gives, and returns the tenant as it is then.
	ChangePhotos(ctx context.Context, id string, change func(animo.PhotoPolicy) (animo.PhotoPolicy, error)) (animo.Tenant, error)
	// RemoveTenant forgets a tenant at once, and then erases what it had. What breaks off, others end.
	RemoveTenant(ctx context.Context, id string) error
	// KeysOf lists a tenant's keys of both kinds, the oldest first.
	KeysOf(ctx context.Context, tenant string) ([]animo.Key, error)
	AddKey(ctx context.Context, tenant, note string) (token string, key animo.Key, err error)
	AddAdministratorKey(ctx context.Context, tenant, note string) (token string, key animo.Key, err error)
	AddAccessKey(ctx context.Context, tenant, note string) (secret string, key animo.Key, err error)
	// RevokeOf makes a tenant's key worthless.
	RevokeOf(ctx context.Context, tenant, prefix string) error
}

// tenantView is a tenant with what it states for itself.
type tenantView struct {
	ID              string        `json:"id" doc:"1 to 63 lower-case letters, digits and hyphens." example:"hotel-sol"`
	Created         time.Time     `json:"created" doc:"When it was made."`
	Purpose         animo.Purpose `json:"purpose" doc:"What it analyses faces for; empty where it states none, so that its photos are refused (the tenant default has the server's then)."`
	PhotosPerMinute int           `json:"photos_per_minute,omitempty" doc:"Photos that it may send in a minute. This and what follows: absent where the server's setting holds."`
	FacesPerMinute  int           `json:"faces_per_minute,omitempty" doc:"Faces measured by its clients that it may send in a minute."`
	MaxPhotos       int           `json:"max_photos,omitempty" doc:"Photos kept for it."`
	MaxPhotoBytes   int64         `json:"max_photo_bytes,omitempty" doc:"Bytes of photos kept for it."`
	KeepPhotos      string        `json:"keep_photos,omitempty" doc:"How long its pictures, thumbnails and descriptors are kept." example:"720h0m0s"`
	KeepFaces       string        `json:"keep_faces,omitempty" doc:"How long what was recorded of faces is kept." example:"8760h0m0s"`
	Naming          animo.Caution `json:"naming,omitempty" doc:"How sure it must be who a face is before it has a name: strict, usual or eager; absent is usual."`
	TimeZone        string        `json:"time_zone,omitempty" doc:"Where its cameras and days are, as IANA calls it; absent where the server's setting holds." example:"America/Havana"`
}

func viewTenant(t animo.Tenant) tenantView {
	p := t.Photos
	v := tenantView{ID: t.ID, Created: t.Created, Purpose: p.Purpose, PhotosPerMinute: p.PerMinute, FacesPerMinute: p.FacesPerMinute, MaxPhotos: p.Photos, MaxPhotoBytes: p.Bytes, Naming: p.Naming, TimeZone: p.Zone}
	if p.KeepPhotos != 0 {
		v.KeepPhotos = p.KeepPhotos.String()
	}
	if p.KeepFaces != 0 {
		v.KeepFaces = p.KeepFaces.String()
	}
	return v
}

// PolicyChange says what of a tenant's policy is to be another. It is exported because huma reads no field of an
// embedded type that is not.
type PolicyChange struct {
	Purpose         *animo.Purpose `json:"purpose,omitempty" doc:"What it analyses faces for: event, customers, research, health or safety; empty for no more photos." example:"event"`
	PhotosPerMinute *int           `json:"photos_per_minute,omitempty" doc:"Photos that it may send in a minute. This and what follows: 0 takes the server's setting."`
	FacesPerMinute  *int           `json:"faces_per_minute,omitempty" doc:"Faces measured by its clients that it may send in a minute."`
	MaxPhotos       *int           `json:"max_photos,omitempty" doc:"Photos kept for it."`
	MaxPhotoBytes   *int64         `json:"max_photo_bytes,omitempty" doc:"Bytes of photos kept for it."`
	KeepPhotos      *string        `json:"keep_photos,omitempty" doc:"How long its pictures, thumbnails and descriptors are kept." example:"720h"`
	KeepFaces       *string        `json:"keep_faces,omitempty" doc:"How long what was recorded of faces is kept; not less than its photos." example:"8760h"`
	Naming          *animo.Caution `json:"naming,omitempty" doc:"How sure it must be who a face is before it has a name: strict, usual or eager, by which about 0.3, 1 or 5 of 100 strangers get a name; empty is usual." example:"usual"`
	TimeZone        *string        `json:"time_zone,omitempty" doc:"Where its cameras and days are, as IANA calls it: for photos whose EXIF time has no offset, and summaries; empty takes the server's setting." example:"America/Havana"`
}

// of returns p with what is to be another; what is not said stays as it is.
func (c PolicyChange) of(p animo.PhotoPolicy) (animo.PhotoPolicy, error) {
	set(&p.Purpose, c.Purpose)
	set(&p.PerMinute, c.PhotosPerMinute)
	set(&p.FacesPerMinute, c.FacesPerMinute)
	set(&p.Photos, c.MaxPhotos)
	set(&p.Bytes, c.MaxPhotoBytes)
	set(&p.Naming, c.Naming)
	set(&p.Zone, c.TimeZone)
	for _, t := range []struct {
		field string
		said  *string
		to    *time.Duration
	}{{"keep_photos", c.KeepPhotos, &p.KeepPhotos}, {"keep_faces", c.KeepFaces, &p.KeepFaces}} {
		if t.said == nil {
			continue
		}
		d, err := time.ParseDuration(*t.said)
		if err != nil {
			return p, animo.Errorf(animo.Invalid, "%q is no length of time; write it like 720h, 90m or 24h30m, or 0 for the server's setting",
				"%q no es una duración; escríbala como 720h, 90m o 24h30m, o 0 para el ajuste del servidor", animo.Clip(*t.said)).Of(t.field)
		}
		*t.to = d
	}
	return p, nil
}

func set[T any](v *T, to *T) {
	if to != nil {
		*v = *to
	}
}

// KeyView is what may be shown of a key. It is exported because huma describes no field of an embedded type that is not.
type KeyView struct {
	ID            string    `json:"id" doc:"How the key begins, or an access key's whole ID." example:"animo_Zx8kQ2w1"`
	Tenant        string    `json:"tenant" doc:"Whose it is."`
	Note          string    `json:"note,omitempty" doc:"What it is for."`
	Created       time.Time `json:"created" doc:"When it was made."`
	Administrator bool      `json:"administrator,omitempty" doc:"Whether who has it may look after all tenants and keys, too."`
	AWS           bool      `json:"aws,omitempty" doc:"Whether it is an access key, for programs that speak Amazon Rekognition's protocol."`
}

// madeKeyView is a key with what is told this once.
type madeKeyView struct {
	KeyView
	Key    string `json:"key,omitempty" doc:"The key itself, which is never shown again. Of an access key, id and secret take its place."`
	Secret string `json:"secret,omitempty" doc:"An access key's secret, which is never shown again."`
}

func viewKey(k animo.Key) KeyView {
	return KeyView{k.Prefix, k.Tenant, k.Note, k.Created, k.Administrator, k.AWS}
}

// TenantParam is a tenant in a path. It is exported because huma sets no field of an embedded type that is not.
type TenantParam struct {
	Tenant string `path:"tenant" doc:"The tenant's id." example:"hotel-sol"`
}

// KeySpec is what a key is to be. It is exported for the same reason.
type KeySpec struct {
	Note          string `json:"note,omitempty" maxLength:"200" doc:"What it is for, in your words." example:"reception desk"`
	Administrator bool   `json:"administrator,omitempty" doc:"Let who has it look after all tenants and keys, too."`
	AWS           bool   `json:"aws,omitempty" doc:"Make an access key instead, for programs that speak Amazon Rekognition's protocol."`
}

// makeKey makes a key of the kind that is asked for.
func (s *server) makeKey(ctx context.Context, tenant string, spec KeySpec) (v madeKeyView, err error) {
	var k animo.Key
	switch {
	case spec.Administrator && spec.AWS:
		return v, animo.Errorf(animo.Invalid, "an access key is no administrator's; make two keys", "una clave de acceso no es de administrador; cree dos claves").Of("administrator")
	case spec.AWS:
		v.Secret, k, err = s.Tenants.AddAccessKey(ctx, tenant, spec.Note)
	case spec.Administrator:
		v.Key, k, err = s.Tenants.AddAdministratorKey(ctx, tenant, spec.Note)
	default:
		v.Key, k, err = s.Tenants.AddKey(ctx, tenant, spec.Note)
	}
	v.KeyView = viewKey(k)
	return v, err
}

type tenantsOutput struct {
	Body struct {
		Items []tenantView `json:"items" doc:"By id."`
	}
}

type tenantOutput struct{ Body tenantView }

type keysOutput struct {
	Body struct {
		Items []KeyView `json:"items" doc:"The oldest first."`
	}
}

type madeKeyOutput struct{ Body madeKeyView }

// showTenant answers with a tenant as it is now.
func (s *server) showTenant(ctx context.Context, id string) (*tenantOutput, error) {
	t, err := s.Tenants.Get(ctx, id)
	return &tenantOutput{viewTenant(t)}, err
}

func (s *server) listTenants(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-tenants", Summary: "The tenants",
	}, func(ctx context.Context, _ *struct{}) (*tenantsOutput, error) {
		list, err := s.Tenants.List(ctx)
		out := &tenantsOutput{}
		out.Body.Items = make([]tenantView, len(list))
		for i, t := range list {
			out.Body.Items[i] = viewTenant(t)
		}
		return out, err
	})
}

func (s *server) addTenant(r route) {
	register(s, r, huma.Operation{
		OperationID: "add-tenant", DefaultStatus: http.StatusCreated, Errors: []int{409},
		Summary: "Make a tenant", Description: "Without a purpose it can use opinions, and its photos are refused.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			ID string `json:"id" doc:"1 to 63 lower-case letters, digits and hyphens." example:"hotel-sol"`
			PolicyChange
		}
	}) (*tenantOutput, error) {
		policy, err := in.Body.PolicyChange.of(animo.PhotoPolicy{})
		if err == nil {
			err = s.Tenants.AddTenant(ctx, in.Body.ID, policy)
		}
		if err != nil {
			return nil, err
		}
		return s.showTenant(ctx, in.Body.ID)
	})
}

func (s *server) changeTenant(r route) {
	register(s, r, huma.Operation{
		OperationID: "change-tenant", Errors: []int{404},
		Summary: "Change what a tenant may do with photos", Description: "It holds from the next photo on. What is not said stays as it is.",
	}, func(ctx context.Context, in *struct {
		TenantParam
		Body PolicyChange
	}) (*tenantOutput, error) {
		t, err := s.Tenants.ChangePhotos(ctx, in.Tenant, in.Body.of)
		if err != nil {
			return nil, err
		}
		return &tenantOutput{viewTenant(t)}, nil
	})
}

func (s *server) removeTenant(r route) {
	register(s, r, huma.Operation{
		OperationID: "remove-tenant", Errors: []int{404},
		Summary: "Forget a tenant: its keys, photos, people, files, rows, models and queued events",
		Description: "Nothing can be brought back. The tenant is gone at once; what it had is erased before the answer, or, where that takes longer than " +
			"a request may (504), in the minutes after. Its name is free again five minutes later. When its keys were the last of all, everybody on this machine is let in again.",
	}, func(ctx context.Context, in *TenantParam) (*struct{}, error) {
		return nil, s.Tenants.RemoveTenant(ctx, in.Tenant)
	})
}

func (s *server) listKeys(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-keys", Errors: []int{404}, Summary: "A tenant's keys, by how they begin",
	}, func(ctx context.Context, in *TenantParam) (*keysOutput, error) {
		keys, err := s.Tenants.KeysOf(ctx, in.Tenant)
		out := &keysOutput{}
		out.Body.Items = make([]KeyView, len(keys))
		for i, k := range keys {
			out.Body.Items[i] = viewKey(k)
		}
		return out, err
	})
}

func (s *server) addKey(r route) {
	register(s, r, huma.Operation{
		OperationID: "add-key", DefaultStatus: http.StatusCreated, Errors: []int{404},
		Summary: "Make a key and show it, once",
		Description: "From the first key on, every request needs one, this machine's too. Let the first one be an administrator's, or tenants and keys can be " +
			"looked after on the command line only.",
	}, func(ctx context.Context, in *struct {
		TenantParam
		Body KeySpec
	}) (*madeKeyOutput, error) {
		v, err := s.makeKey(ctx, in.Tenant, in.Body)
		return &madeKeyOutput{v}, err
	})
}

func (s *server) revokeKey(r route) {
	register(s, r, huma.Operation{
		OperationID: "revoke-key", Errors: []int{404},
		Summary: "Make a key worthless, at once", Description: "When it was the last of all, everybody on this machine is let in again; see animo keys.",
	}, func(ctx context.Context, in *struct {
		TenantParam
		ID string `path:"id" doc:"How the key begins, or an access key's ID." example:"animo_Zx8kQ2w1"`
	}) (*struct{}, error) {
		return nil, s.Tenants.RevokeOf(ctx, in.Tenant, in.ID)
	})
}
