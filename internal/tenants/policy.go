package tenants

import (
	"context"
	"slices"
	"strings"

	"animo"
	"animo/internal/table"
)

// Policy is what a tenant may do with photos now: its own policy, with the server's settings where it says
// nothing. The tenant "default" has the server's purpose, too, while it states none of its own. Where only
// one of the two times is the tenant's own, the other gives way to it, so that faces are never kept for less
// time than their photos.
//
// It answers Forbidden for a tenant that has not stated its purpose, and for a purpose that this server does
// not allow, yet gives the policy, because what such a tenant has is still kept only so long; NotFound when there
// is no such tenant.
func (r *Registry) Policy(ctx context.Context, tenant string) (animo.PhotoPolicy, error) {
	t, err := r.Get(ctx, tenant)
	if err != nil {
		return animo.PhotoPolicy{}, err
	}
	p := fill(t.Photos, r.options.Photos)
	if p.Purpose == "" && t.ID == animo.DefaultTenant {
		p.Purpose = r.options.Photos.Purpose
	}
	if p.Purpose == "" {
		return p, animo.Errorf(animo.Forbidden,
			"tenant %[1]q has not stated what it analyses faces for, and takes no photo before; state it: animo tenants set %[1]s --purpose event",
			"el inquilino %[1]q no ha declarado para qué analiza rostros, y no recibe ninguna foto antes; declárelo: animo tenants set %[1]s --purpose event",
			t.ID).Of("purpose")
	}
	return p, r.allow(p.Purpose)
}

// SetPhotos returns a tenant another policy, as ChangePhotos does.
func (r *Registry) SetPhotos(ctx context.Context, id string, p animo.PhotoPolicy) error {
	_, err := r.ChangePhotos(ctx, id, func(animo.PhotoPolicy) (animo.PhotoPolicy, error) { return p, nil })
	return err
}

// ChangePhotos returns a tenant the policy that change makes of the present one, and returns the tenant as it then is. The policy
// holds from the next upload on. change may be called several times, where others change the tenant too; ChangePhotos answers
// change's error. It also answers Invalid for a value that cannot be, Forbidden for a purpose that is not allowed, both with the
// field, and NotFound when there is no such tenant.
func (r *Registry) ChangePhotos(ctx context.Context, id string, change func(animo.PhotoPolicy) (animo.PhotoPolicy, error)) (animo.Tenant, error) {
	var t animo.Tenant
	err := r.rows.Update(ctx, owner, func(tx *table.Tx) (err error) {
		if t, err = get(tx, id); err != nil {
			return err
		}
		if t.Photos, err = change(t.Photos); err == nil {
			err = r.check(t.Photos)
		}
		if err != nil {
			return err
		}
		return tx.PutJSON(tenantsTable, id, t)
	})
	return t, err
}

// check refuses a tenant's own policy that cannot be, or that is not allowed.
func (r *Registry) check(p animo.PhotoPolicy) error {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"photos_per_minute", int64(p.PerMinute)}, {"faces_per_minute", int64(p.FacesPerMinute)}, {"max_photos", int64(p.Photos)}, {"max_photo_bytes", p.Bytes},
		{"keep_photos", int64(p.KeepPhotos)}, {"keep_faces", int64(p.KeepFaces)},
	} {
		if f.value < 0 {
			return animo.Errorf(animo.Invalid, "must not be negative; 0 takes the server's setting",
				"no puede ser negativo; 0 toma el ajuste del servidor").Of(f.name)
		}
	}
	if p.KeepFaces > 0 && p.KeepFaces < p.KeepPhotos {
		return animo.Errorf(animo.Invalid, "%v is less than keep-photos, %v; faces are kept at least as long as their photos",
			"%v es menos que keep-photos, %v; los rostros se guardan al menos tanto como sus fotos", p.KeepFaces, p.KeepPhotos).Of("keep_faces")
	}
	if p.Naming != "" && !slices.Contains(animo.Cautions(), p.Naming) {
		return animo.Errorf(animo.Invalid, "there is no naming %q; use strict, usual or eager", "no existe el modo de nombrar %q; use strict, usual o eager", animo.Clip(string(p.Naming))).Of("naming")
	}
	if p.Zone != "" {
		if _, err := animo.LoadZone(p.Zone); err != nil {
			return err
		}
	}
	if p.Purpose == "" {
		return nil
	}
	return r.allow(p.Purpose)
}

// allow answers nil for a purpose that may be had here.
func (r *Registry) allow(p animo.Purpose) error {
	switch p {
	case animo.ForEvents, animo.ForCustomers, animo.ForResearch, animo.ForHealth, animo.ForSafety:
		return nil
	case animo.ForWork, animo.ForEducation:
		if r.options.AllowWorkEducation {
			return nil
		}
		return animo.Errorf(animo.Forbidden,
			"the purpose %q is not allowed here: in the European Union, emotion recognition of people at work or in education is forbidden but for medical or safety reasons (Regulation (EU) 2024/1689, Article 5(1)(f)); where such a reason applies, the setting allow-work-education permits it",
			"el propósito %q no se permite aquí: en la Unión Europea, reconocer emociones de personas en el trabajo o en la educación está prohibido salvo por motivos médicos o de seguridad (Reglamento (UE) 2024/1689, artículo 5, apartado 1, letra f)); si hay un motivo así, el ajuste allow-work-education lo permite",
			p).Of("purpose")
	}
	var names []string
	for _, known := range animo.Purposes() {
		if r.options.AllowWorkEducation || known != animo.ForWork && known != animo.ForEducation {
			names = append(names, string(known))
		}
	}
	return animo.Errorf(animo.Invalid, "there is no purpose %q; use one of: %s", "no existe el propósito %q; use uno de: %s", animo.Clip(string(p)), strings.Join(names, ", ")).Of("purpose")
}

// fill returns a tenant's policy the server's value in each field that is zero, but Purpose.
func fill(p, server animo.PhotoPolicy) animo.PhotoPolicy {
	orElse(&p.PerMinute, server.PerMinute)
	orElse(&p.FacesPerMinute, server.FacesPerMinute)
	orElse(&p.Photos, server.Photos)
	orElse(&p.Bytes, server.Bytes)
	photos, faces := p.KeepPhotos, p.KeepFaces
	orElse(&p.KeepPhotos, server.KeepPhotos)
	orElse(&p.KeepFaces, server.KeepFaces)
	if photos == 0 && faces > 0 {
		p.KeepPhotos = min(p.KeepPhotos, faces)
	}
	p.KeepFaces = max(p.KeepFaces, p.KeepPhotos)
	orElse(&p.Zone, server.Zone)
	return p
}

func orElse[T comparable](v *T, other T) {
	var none T
	if *v == none {
		*v = other
	}
}
