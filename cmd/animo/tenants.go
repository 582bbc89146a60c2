package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/tenants"
)

// tenantsCmd looks after tenants, with a server running on the same data or without one.
type tenantsCmd struct {
	Add    tenantAddCmd    `cmd:"" help:"Make a tenant."`
	Set    tenantSetCmd    `cmd:"" help:"Change what a tenant may do with photos."`
	List   tenantListCmd   `cmd:"" help:"List the tenants."`
	Remove tenantRemoveCmd `cmd:"" help:"Forget a tenant: its keys, files, rows, models and queued events."`
}

// keysCmd looks after API keys, with a server running on the same data or without one.
type keysCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key and print it, once."`
	List   keyListCmd   `cmd:"" help:"List the keys by how they begin."`
	Revoke keyRevokeCmd `cmd:"" help:"Make a key worthless, at once."`

	Seal         sealCmd         `cmd:"" help:"Seal the secrets of webhooks under the master key. Releases before this one cannot use the database then."`
	ForgetMaster forgetMasterCmd `cmd:"" help:"Let another master key take the place of one that was lost."`
}

// withStores opens the stores for one command.
func withStores(ctx context.Context, s config.Stores, o tenants.Options, do func(*app.Stores) error) (err error) {
	stores, err := app.OpenStores(ctx, s, o)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := stores.Close(); err == nil {
			err = closeErr
		}
	}()
	return do(stores)
}

// photoFlags are a tenant's policy on the command line. What is not said stays as it is.
type photoFlags struct {
	Purpose            *animo.Purpose `placeholder:"PURPOSE" help:"What the tenant analyses faces for: event, customers, research, health or safety. Without a purpose it can use opinions, but its photos are refused."`
	PhotosPerMinute    *int           `placeholder:"N" help:"Photos that it may send in a minute. This and what follows: 0 takes the server's setting."`
	FacesPerMinute     *int           `placeholder:"N" help:"Faces that its clients measured and that it may send in a minute."`
	MaxPhotos          *int           `placeholder:"N" help:"Photos kept for it."`
	MaxPhotoBytes      *int64         `placeholder:"BYTES" help:"Bytes of photos kept for it."`
	KeepPhotos         *time.Duration `placeholder:"TIME" help:"How long its pictures, thumbnails and descriptors are kept, such as 720h."`
	KeepFaces          *time.Duration `placeholder:"TIME" help:"How long what was recorded of faces is kept; not less than its photos."`
	Naming             *animo.Caution `placeholder:"CAUTION" help:"How sure it must be who a face is before it has a name: strict, usual or eager. Of strangers about 0.3, 1 or 5 in 100 get a name, and of introduced people (150, by one photo each) 82, 91 or 95 in 100 theirs."`
	TimeZone           *string        `placeholder:"ZONE" help:"Where its cameras and days are, as IANA calls it, such as America/Havana: for photos whose EXIF time has no offset, and summaries; \"\" takes the server's setting."`
	AllowWorkEducation bool           `env:"ANIMO_ALLOW_WORK_EDUCATION" help:"Take the purposes work and education, as the server must, too; animo serve --help says when."`
}

// change returns a policy with what the flags say.
func (f *photoFlags) change(p animo.PhotoPolicy) animo.PhotoPolicy {
	if f.Purpose != nil {
		p.Purpose = *f.Purpose
	}
	if f.PhotosPerMinute != nil {
		p.PerMinute = *f.PhotosPerMinute
	}
	if f.FacesPerMinute != nil {
		p.FacesPerMinute = *f.FacesPerMinute
	}
	if f.MaxPhotos != nil {
		p.Photos = *f.MaxPhotos
	}
	if f.MaxPhotoBytes != nil {
		p.Bytes = *f.MaxPhotoBytes
	}
	if f.KeepPhotos != nil {
		p.KeepPhotos = *f.KeepPhotos
	}
	if f.KeepFaces != nil {
		p.KeepFaces = *f.KeepFaces
	}
	if f.Naming != nil {
		p.Naming = *f.Naming
	}
	if f.TimeZone != nil {
		p.Zone = *f.TimeZone
	}
	return p
}

// options are those of the registry that takes the policy.
func (f *photoFlags) options() tenants.Options {
	return tenants.Options{AllowWorkEducation: f.AllowWorkEducation}
}

// asPhotoFlag names the flag where an error names a policy's field.
func asPhotoFlag(err error) error {
	if e, ok := errors.AsType[*animo.Error](err); ok && e.Field != "" && e.Field != "tenant" {
		return e.Of("--" + strings.ReplaceAll(e.Field, "_", "-"))
	}
	return err
}

type tenantAddCmd struct {
	config.Stores `embed:""`
	ID            string `arg:"" help:"1 to 63 lower-case letters, digits and hyphens."`
	photoFlags    `embed:""`
}

// Help returns an example for animo tenants add --help.
func (tenantAddCmd) Help() string {
	return "Example:\n  animo tenants add hotel-sol --purpose event && animo keys add hotel-sol --note \"reception desk\""
}

// Run makes the tenant.
func (t *tenantAddCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, t.Stores, t.options(), func(s *app.Stores) error {
		policy := t.change(animo.PhotoPolicy{})
		if err := s.AddTenant(ctx, t.ID, policy); err != nil {
			return asPhotoFlag(err)
		}
		c.note("tenant %s is made; give it a key: animo keys add %s", "se creó el inquilino %s; dele una clave: animo keys add %s", t.ID, t.ID)
		if policy.Purpose == "" {
			c.note("its photos are refused until it has a purpose: animo tenants set %s --purpose event",
				"sus fotos se rechazan hasta que tenga un propósito: animo tenants set %s --purpose event", t.ID)
		}
		return nil
	})
}

type tenantSetCmd struct {
	config.Stores `embed:""`
	ID            string `arg:"" help:"The tenant."`
	photoFlags    `embed:""`
}

// Help returns examples for animo tenants set --help.
func (tenantSetCmd) Help() string {
	return `It holds from the next photo on, also where a server is running.

Examples:
  animo tenants set hotel-sol --purpose customers --keep-photos 24h
  animo tenants set hotel-sol --max-photos 0        the server's setting again
  animo tenants set hotel-sol --purpose ""          no more photos`
}

// Run changes the tenant's policy.
func (t *tenantSetCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, t.Stores, t.options(), func(s *app.Stores) error {
		tenant, err := s.Tenants.Get(ctx, t.ID)
		if err != nil {
			return err
		}
		policy := t.change(tenant.Photos)
		if policy == tenant.Photos {
			c.note("nothing to change at tenant %s", "nada que cambiar en el inquilino %s", t.ID)
			return nil
		}
		if err := s.Tenants.SetPhotos(ctx, t.ID, policy); err != nil {
			return asPhotoFlag(err)
		}
		c.note("tenant %s is changed", "se cambió el inquilino %s", t.ID)
		return nil
	})
}

type tenantListCmd struct {
	config.Stores `embed:""`
}

// Help says how animo tenants list is read.
func (tenantListCmd) Help() string {
	return "A hyphen stands for the server's setting; as a purpose, for none (the tenant \"default\" has the server's then)."
}

// Run prints a table of tenants.
func (t *tenantListCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, t.Stores, tenants.Options{}, func(s *app.Stores) error {
		list, err := s.Tenants.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, c.say("TENANT\tCREATED\tPURPOSE\tPHOTOS/MIN\tFACES/MIN\tMAX PHOTOS\tMAX BYTES\tKEEP PHOTOS\tKEEP FACES\tNAMING\tTIME ZONE",
			"INQUILINO\tCREADO\tPROPÓSITO\tFOTOS/MIN\tROSTROS/MIN\tMÁX. FOTOS\tMÁX. BYTES\tGUARDAR FOTOS\tGUARDAR ROSTROS\tNOMBRAR\tZONA HORARIA"))
		for _, t := range list {
			p := t.Photos
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Created.Format(time.RFC3339), orHyphen(p.Purpose),
				orHyphen(p.PerMinute), orHyphen(p.FacesPerMinute), orHyphen(p.Photos), orHyphen(p.Bytes), orHyphen(p.KeepPhotos), orHyphen(p.KeepFaces), orHyphen(p.Naming), orHyphen(p.Zone))
		}
		return w.Flush()
	})
}

// orHyphen writes a value, or a hyphen for none. Of a duration in whole hours or minutes it writes no more.
func orHyphen[T comparable](v T) string {
	var none T
	if v == none {
		return "-"
	}
	s := fmt.Sprint(v)
	if d, ok := any(v).(time.Duration); ok && d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
		if d%time.Hour == 0 {
			s = strings.TrimSuffix(s, "0m")
		}
	}
	return s
}

type tenantRemoveCmd struct {
	config.Stores `embed:""`
	ID            string `arg:"" help:"The tenant."`
	Yes           bool   `help:"Really do it; nothing can be brought back."`
}

// Run removes the tenant.
func (t *tenantRemoveCmd) Run(ctx context.Context, c *console) error {
	if !t.Yes {
		return usagef("", "everything of tenant %s will be lost; say --yes if that is meant", "se perderá todo lo del inquilino %s; añada --yes si es lo que quiere", t.ID)
	}
	return withStores(ctx, t.Stores, tenants.Options{}, func(s *app.Stores) error {
		if err := s.RemoveTenant(ctx, t.ID); err != nil {
			return err
		}
		c.note("tenant %s is forgotten; its name is free again in five minutes", "el inquilino %s quedó olvidado; su nombre queda libre en cinco minutos", t.ID)
		return nil
	})
}

type sealCmd struct {
	config.Stores `embed:""`
	Yes           bool `help:"No process of a release before this one runs on the database."`
}

// Help tells what animo keys seal does.
func (sealCmd) Help() string {
	return `A database that an earlier release made keeps the secrets with which webhooks are signed as they are, so that this release can run
beside the one before. This command ends that: only releases that read sealed secrets open the database from then on, there is no way
back, and whoever reads the database or a backup without the master key cannot sign. A new database is so from the beginning.

Stop processes of earlier releases first. Where any process runs on the data folder, the command asks for --yes. Backups that were
made before still hold the plain secrets: remove them, or make new secrets (animo subscriptions rotate).`
}

// Run seals.
func (s *sealCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, s.Stores, tenants.Options{}, func(stores *app.Stores) error {
		n, err := stores.SealSecrets(ctx, s.Data, s.Yes)
		if err != nil {
			return err
		}
		c.note("sealed the secrets of %d webhooks; releases that do not read sealed secrets cannot open the database any more", "se sellaron los secretos de %d webhooks; las versiones que no leen secretos sellados ya no pueden abrir la base de datos", n)
		return nil
	})
}

type forgetMasterCmd struct {
	config.Stores `embed:""`
	Yes           bool `help:"Really do it, although webhooks lose their secrets."`
}

// Help tells when animo keys forget-master is right.
func (forgetMasterCmd) Help() string {
	return "Access keys must be revoked first. Webhooks whose secrets are sealed under the key are named; nothing is told to them until each has a new secret (animo subscriptions rotate), which needs the next key. The next process that has a key, or makes one in its data folder, settles which one the database goes with."
}

// Run forgets which master key the database goes with.
func (f *forgetMasterCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, f.Stores, tenants.Options{}, func(s *app.Stores) error {
		lost, err := s.SealedSecrets(ctx)
		if err != nil {
			return err
		}
		for _, webhook := range lost {
			c.note("it loses its secret: %s", "pierde su secreto: %s", printable(webhook))
		}
		if len(lost) > 0 && !f.Yes {
			return usagef("--yes", "%d webhooks lose their secrets, and are told nothing until each gets a new one; say --yes if that is meant", "%d webhooks pierden sus secretos y no se les cuenta nada hasta que cada uno reciba uno nuevo; añada --yes si es lo que quiere", len(lost))
		}
		if err := s.Tenants.ForgetMaster(ctx); err != nil {
			return err
		}
		c.note("the next process with a master key settles which one it is", "el próximo proceso con una clave maestra decide cuál es")
		return nil
	})
}

type keyAddCmd struct {
	config.Stores `embed:""`
	Tenant        string `arg:"" optional:"" default:"default" help:"Whose key; the tenant \"default\" if not said."`
	Note          string `placeholder:"TEXT" help:"What the key is for."`
	Admin         bool   `help:"Let who has the key look after all tenants and keys, too, on the page and over the API."`
	AWS           bool   `name:"aws" help:"Make an access key for programs that speak Amazon Rekognition's protocol instead."`
}

// Help returns an example for animo keys add --help.
func (keyAddCmd) Help() string {
	return `The key is printed to stdout and can never be shown again; only its hash is stored. From the first key on,
every request needs one.

With --admin, who has the key may also look after all tenants and keys, as these commands do, on the page and over the API.
In everything else it is its tenant's. With --aws it is an access key, printed as two lines that set AWS's own variables.

Examples:
  KEY=$(animo keys add)
  curl -H "Authorization: Bearer $KEY" 127.0.0.1:8080/v1/models

  export $(animo keys add --aws)
  aws rekognition detect-faces --endpoint-url http://127.0.0.1:8080 --region animo --image-bytes fileb://photo.jpg --attributes ALL`
}

// Run makes the key.
func (k *keyAddCmd) Run(ctx context.Context, c *console) error {
	if k.Admin && k.AWS {
		return usagef("--admin", "an access key is no administrator's; make two keys", "una clave de acceso no es de administrador; cree dos claves")
	}
	return withStores(ctx, k.Stores, tenants.Options{}, func(s *app.Stores) error {
		if k.Tenant == animo.DefaultTenant {
			if err := s.Tenants.Ensure(ctx, k.Tenant); err != nil {
				return err
			}
		}
		if k.AWS {
			secret, key, err := s.Tenants.AddAccessKey(ctx, k.Tenant, k.Note)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.stdout, "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n", key.Prefix, secret)
			c.note("this is the only time the secret is shown; lists show %s", "el secreto se muestra solo esta vez; las listas muestran %s", key.Prefix)
			return nil
		}
		add := s.Tenants.AddKey
		if k.Admin {
			add = s.Tenants.AddAdministratorKey
		}
		token, key, err := add(ctx, k.Tenant, k.Note)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.stdout, token)
		c.note("this is the only time the key is shown; lists show %s", "la clave se muestra solo esta vez; las listas muestran %s", key.Prefix)
		return nil
	})
}

type keyListCmd struct {
	config.Stores `embed:""`
	Tenant        string `arg:"" optional:"" help:"Only this tenant's."`
}

// Run prints a table of keys.
func (k *keyListCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, k.Stores, tenants.Options{}, func(s *app.Stores) error {
		if k.Tenant != "" {
			if err := s.Tenants.Exists(ctx, k.Tenant); err != nil {
				return err
			}
		}
		list, err := s.Tenants.Keys(ctx, k.Tenant)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, c.say("KEY\tTENANT\tKIND\tCREATED\tNOTE", "CLAVE\tINQUILINO\tTIPO\tCREADA\tNOTA"))
		for _, k := range list {
			name, kind := k.Prefix+"…", "API"
			switch {
			case k.AWS:
				name, kind = k.Prefix, "AWS"
			case k.Administrator:
				kind = c.say("administrator", "administrador")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, k.Tenant, kind, k.Created.Format(time.RFC3339), printable(k.Note))
		}
		return w.Flush()
	})
}

type keyRevokeCmd struct {
	config.Stores `embed:""`
	Prefix        string `arg:"" help:"How the key begins, or an access key's ID, as animo keys list shows it."`
}

// Run revokes the key.
func (k *keyRevokeCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, k.Stores, tenants.Options{}, func(s *app.Stores) error {
		prefix := strings.TrimSuffix(strings.TrimSuffix(k.Prefix, "…"), "...")
		if err := s.Tenants.Revoke(ctx, prefix); err != nil {
			return err
		}
		c.note("the key %s… is revoked", "la clave %s… quedó revocada", prefix)
		return nil
	})
}
