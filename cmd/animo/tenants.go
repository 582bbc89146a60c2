package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
)

// tenantsCmd looks after tenants, with a server running on the same data or without one.
type tenantsCmd struct {
	Add    tenantAddCmd    `cmd:"" help:"Make a tenant."`
	List   tenantListCmd   `cmd:"" help:"List the tenants."`
	Remove tenantRemoveCmd `cmd:"" help:"Forget a tenant: its keys, files, rows, models and queued events."`
}

// keysCmd looks after API keys, with a server running on the same data or without one.
type keysCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key and print it, once."`
	List   keyListCmd   `cmd:"" help:"List the keys by how they begin."`
	Revoke keyRevokeCmd `cmd:"" help:"Make a key worthless, at once."`
}

// withStores opens the stores for one command.
func withStores(ctx context.Context, s config.Stores, do func(*app.Stores) error) (err error) {
	stores, err := app.OpenStores(ctx, s)
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

type tenantAddCmd struct {
	config.Stores `embed:""`
	ID            string `arg:"" help:"1 to 63 lower-case letters, digits and hyphens."`
}

// Help gives an example for animo tenants add --help.
func (tenantAddCmd) Help() string {
	return "Example:\n  animo tenants add hotel-sol && animo keys add hotel-sol --note \"reception desk\""
}

// Run makes the tenant.
func (t *tenantAddCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, t.Stores, func(s *app.Stores) error {
		if err := s.AddTenant(ctx, t.ID); err != nil {
			return err
		}
		c.note("tenant %s is made; give it a key: animo keys add %s", "se creó el inquilino %s; dele una clave: animo keys add %s", t.ID, t.ID)
		return nil
	})
}

type tenantListCmd struct {
	config.Stores `embed:""`
}

// Run prints a table of tenants.
func (t *tenantListCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, t.Stores, func(s *app.Stores) error {
		list, err := s.Tenants.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, c.say("TENANT\tCREATED", "INQUILINO\tCREADO"))
		for _, t := range list {
			fmt.Fprintf(w, "%s\t%s\n", t.ID, t.Created.Format(time.RFC3339))
		}
		return w.Flush()
	})
}

type tenantRemoveCmd struct {
	config.Stores `embed:""`
	ID            string `arg:"" help:"The tenant."`
	Yes           bool   `help:"Really do it; nothing can be brought back."`
}

// Run removes the tenant.
func (t *tenantRemoveCmd) Run(ctx context.Context, c *console) error {
	if !t.Yes {
		return usagef("yes", "everything of tenant %s will be lost; say --yes if that is meant", "se perderá todo lo del inquilino %s; añada --yes si es lo que quiere", t.ID)
	}
	return withStores(ctx, t.Stores, func(s *app.Stores) error {
		if err := s.RemoveTenant(ctx, t.ID); err != nil {
			return err
		}
		c.note("tenant %s is forgotten; its name is free again in five minutes", "el inquilino %s quedó olvidado; su nombre queda libre en cinco minutos", t.ID)
		return nil
	})
}

type keyAddCmd struct {
	config.Stores `embed:""`
	Tenant        string `arg:"" optional:"" default:"default" help:"Whose key; the tenant \"default\" if not said."`
	Note          string `help:"What the key is for."`
}

// Help gives an example for animo keys add --help.
func (keyAddCmd) Help() string {
	return `The key is printed to stdout and can never be shown again; only its hash is stored. From the first key on,
every request needs one.

Example:
  KEY=$(animo keys add)
  curl -H "Authorization: Bearer $KEY" 127.0.0.1:8080/v1/models`
}

// Run makes the key.
func (k *keyAddCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, k.Stores, func(s *app.Stores) error {
		if k.Tenant == animo.DefaultTenant {
			if err := s.Tenants.Ensure(ctx, k.Tenant); err != nil {
				return err
			}
		}
		token, key, err := s.Tenants.AddKey(ctx, k.Tenant, k.Note)
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
	return withStores(ctx, k.Stores, func(s *app.Stores) error {
		list, err := s.Tenants.Keys(ctx, k.Tenant)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, c.say("KEY\tTENANT\tCREATED\tNOTE", "CLAVE\tINQUILINO\tCREADA\tNOTA"))
		for _, k := range list {
			fmt.Fprintf(w, "%s…\t%s\t%s\t%s\n", k.Prefix, k.Tenant, k.Created.Format(time.RFC3339), k.Note)
		}
		return w.Flush()
	})
}

type keyRevokeCmd struct {
	config.Stores `embed:""`
	Prefix        string `arg:"" help:"How the key begins, as animo keys list shows it (without the …)."`
}

// Run revokes the key.
func (k *keyRevokeCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, k.Stores, func(s *app.Stores) error {
		if err := s.Tenants.Revoke(ctx, k.Prefix); err != nil {
			return err
		}
		c.note("the key %s… is revoked", "la clave %s… quedó revocada", k.Prefix)
		return nil
	})
}
