package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/photos"
	"animo/internal/tenants"
)

// missing looks for the objects that rows speak of.
func (d *doctor) missing(ctx context.Context) (Check, error) {
	c, n, read := Check{Name: "files"}, 0, 0
	faulty := 0
	for w, err := range wantedObjects(ctx, d.tables) {
		if err != nil {
			return c, err
		}
		_, err = d.objects.Stat(ctx, w.Tenant, w.Name)
		switch {
		case animo.CodeOf(err) == animo.NotFound && !w.Needed:
			continue
		case animo.CodeOf(err) == animo.NotFound:
			if stray, ownerErr := isStray(ctx, d.tables, object.Listed{Tenant: w.Tenant, Name: w.Name}); ownerErr != nil || stray { // its row went meanwhile
				if ownerErr != nil {
					return c, ownerErr
				}
				continue
			}
			faulty++
			c.list("%s/%s: missing", w.Tenant, w.Name)
		case err != nil:
			return c, err
		case d.options.Hashes && w.SHA256 != "":
			read++
			if sum, err := objectSum(ctx, d.objects, w.Tenant, w.Name); ctx.Err() != nil {
				return c, ctx.Err()
			} else if sum != w.SHA256 && animo.CodeOf(err) != animo.NotFound {
				faulty++
				c.list("%s/%s: damaged", w.Tenant, w.Name)
			}
		}
		n++
	}
	switch {
	case faulty > 0:
		return c.say("%d of %d that rows speak of are missing or damaged; a backup may have them:", "faltan o están dañados %d de %d de los que hablan las filas; una copia puede tenerlos:", faulty, n), nil
	case d.options.Hashes:
		return c.say("all %d that rows speak of are there, and the bytes of %d are as they were sent", "están los %d de los que hablan las filas, y los bytes de %d son como se enviaron", n, read), nil
	}
	return c.say("all %d that rows speak of are there; --hashes looks at their bytes, too", "están los %d de los que hablan las filas; --hashes mira también sus bytes", n), nil
}

// strays looks for objects that no row speaks of, and erases them or takes them up again.
func (d *doctor) strays(ctx context.Context) (Check, error) {
	c := Check{Name: "strays"}
	var list []object.Listed
	bytes := int64(0)
	err := eachStray(ctx, d.tables, d.objects, d.options.Now(), func(o object.Listed) error {
		list = append(list, o)
		bytes += o.Size
		c.list("%s/%s", o.Tenant, o.Name)
		return nil
	})
	switch {
	case err != nil:
		return c, err
	case len(list) == 0:
		return c.say("there are no files of which no row speaks", "no hay archivos de los que no hable ninguna fila"), nil
	case d.options.Repair == RepairErase:
		c.Repaired = true
		return c.say("%d files with %d bytes, of which no row spoke, are erased; the receipts are among those of their tenants:", "se borraron %d archivos con %d bytes de los que no hablaba ninguna fila; los comprobantes están entre los de sus inquilinos:", len(list), bytes), d.eraseStrays(ctx, list)
	case d.options.Repair == RepairTake:
		taken, err := d.takeStrays(ctx, list)
		c.Repaired = taken == len(list)
		return c.say("of %d files of which no row spoke, %d were pictures, and are taken up again as photos (recovered-…); --repair=erase erases the others:", "de %d archivos de los que no hablaba ninguna fila, %d eran imágenes, y se toman de nuevo como fotos (recovered-…); --repair=erase borra los demás:", len(list), taken), err
	}
	return c.say("no row speaks of %d files with %d bytes, and nothing erases them; --repair=take takes the pictures up again, --repair=erase erases all:",
		"ninguna fila habla de %d archivos con %d bytes, y nada los borra; --repair=take toma de nuevo las imágenes, --repair=erase borra todo:", len(list), bytes), nil
}

// eraseStrays erases strays and keeps a receipt for each tenant that is there.
func (d *doctor) eraseStrays(ctx context.Context, list []object.Listed) error {
	at := d.options.Now().UTC().Truncate(time.Millisecond)
	receipts := map[string]*animo.Receipt{}
	for _, o := range list {
		if stray, err := isStray(ctx, d.tables, o); err != nil || !stray { // again: a row may have come meanwhile
			if err != nil {
				return err
			}
			continue
		}
		if err := d.objects.(object.Lister).Remove(ctx, o.Tenant, o.Name); err != nil {
			return err
		}
		r := receipts[o.Tenant]
		if r == nil {
			r = &animo.Receipt{ID: animo.Moment(at) + "-strays", Erased: "strays", Time: at}
			receipts[o.Tenant] = r
		}
		r.Files++
		r.Bytes += o.Size
	}
	registry := tenants.New(d.tables, tenants.Options{})
	for tenant, r := range receipts {
		if err := registry.Exists(ctx, tenant); animo.CodeOf(err) == animo.NotFound {
			continue // nobody could read it
		} else if err != nil {
			return err
		}
		if err := d.tables.PutJSON(ctx, tenant, moods.ReceiptKey(r.ID).Table, r.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// takeStrays has the pictures among strays taken as new photos, and then erases them as strays, with their thumbnails. It returns how many
// strays that were.
func (d *doctor) takeStrays(ctx context.Context, list []object.Listed) (taken int, err error) {
	c := config.Default()
	c.Stores, c.Functions, c.MinFree = d.config, []string{"publish"}, 0
	a, err := New(ctx, c, Options{Log: slog.New(slog.DiscardHandler), Faces: noFaces{}, Now: d.options.Now})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
	if err := a.bus.Declare(ctx, a.functions()...); err != nil {
		return 0, err
	}
	for _, o := range list {
		id, ok := strings.CutPrefix(o.Name, "photos/")
		id, picture := strings.CutSuffix(id, "/picture")
		if !ok || !picture {
			continue
		}
		body, _, err := d.objects.Get(ctx, o.Tenant, o.Name, object.Range{})
		if animo.CodeOf(err) == animo.NotFound {
			continue
		}
		if err != nil {
			return taken, err
		}
		_, _, err = a.photos.Take(ctx, o.Tenant, photos.Upload{Name: "recovered-" + id, Size: o.Size, Modified: o.Modified}, body)
		if err = errors.Join(err, body.Close()); err != nil {
			return taken, fmt.Errorf("%s of tenant %s: %w", o.Name, o.Tenant, err)
		}
		n, err := d.objects.Delete(ctx, o.Tenant, faces.ObjectPrefix(id))
		if err != nil {
			return taken, err
		}
		taken += n
	}
	return taken, nil
}
