package app

import (
	"context"
	"fmt"
	"log/slog"

	"animo"
	"animo/internal/notify"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/tenants"
)

// webhookSecrets is for what the key is that seals the secrets of webhooks.
const webhookSecrets = "webhook secrets"

// sealer is the master key as the secrets of webhooks need it. New ones are sealed where the database is for programs alone that read
// sealed ones.
func sealer(db *sqldb.DB, t *tenants.Registry) notify.Master {
	oldest := func(context.Context) (int64, error) { return sqldb.SealedSecrets, nil } // tables that are not SQL are younger than that
	if db != nil {
		oldest = db.Oldest
	}
	m := notify.Master{Key: t.KeyFor(webhookSecrets), Name: t.MasterName()}
	m.Seals = func(ctx context.Context) (bool, error) {
		schema, err := oldest(ctx)
		if err != nil || schema < sqldb.SealedSecrets || m.Key == nil {
			return err == nil && schema >= sqldb.SealedSecrets, err
		}
		return true, t.BindMaster(ctx) // what is sealed opens with the database's key
	}
	return m
}

// keptSecret is how the secrets of a tenant's webhook are kept.
type keptSecret struct {
	Tenant string
	notify.Secret
}

// String names the webhook for an operator.
func (k keptSecret) String() string {
	return fmt.Sprintf("%s %s (%s)", k.Tenant, k.Subscription, k.Where)
}

// keptSecrets reads how the secrets of all webhooks are kept.
func keptSecrets(ctx context.Context, tables *table.Table) (list []keptSecret, err error) {
	busy, err := tables.Tenants(ctx, notify.SecretTables()...)
	if err != nil {
		return nil, err
	}
	for _, tenant := range busy {
		for s, err := range notify.Secrets(ctx, tables, tenant) {
			if err != nil {
				return nil, err
			}
			list = append(list, keptSecret{tenant, s})
		}
	}
	return list, nil
}

// SealSecrets closes the database to programs that read plain secrets only, seals the secrets of all webhooks under the master key,
// and makes the plain ones unreadable in the database's files. It returns of how many webhooks. It answers Conflict while processes
// that may be of a release before run on the data folder, unless they are said to be none; of those on other folders it does not know.
func (s *Stores) SealSecrets(ctx context.Context, data string, none bool) (n int, err error) {
	if running, err := runningOwners(data); err != nil {
		return 0, err
	} else if len(running) > 0 && !none {
		return 0, animo.Errorf(animo.Conflict, "processes run on the data folder (%v); one of a release before this would tell webhooks nothing from now on: stop such processes, here and on other data folders of this database, then say --yes",
			"hay procesos en marcha sobre la carpeta de datos (%v); uno de una versión anterior ya no contaría nada a los webhooks: detenga esos procesos, aquí y en otras carpetas de datos de esta base de datos, y añada --yes", running)
	}
	m := sealer(s.db, s.Tenants)
	if m.Key == nil {
		return 0, animo.Errorf(animo.Internal, "this process has no master key: give it with the setting master-key (ANIMO_MASTER_KEY), or copy the file master.key into the data folder",
			"este proceso no tiene clave maestra: indíquela con el ajuste master-key (ANIMO_MASTER_KEY), o copie el archivo master.key en la carpeta de datos").Of("master-key")
	}
	if err := s.Tenants.BindMaster(ctx); err != nil {
		return 0, err
	}
	if s.db != nil {
		if err := s.db.Require(ctx, sqldb.SealedSecrets); err != nil {
			return 0, err
		}
	}
	busy, err := s.Tables.Tenants(ctx, notify.SecretTables()...)
	if err != nil {
		return 0, err
	}
	for _, tenant := range busy {
		of, err := m.SealAll(ctx, s.Tables, tenant)
		if n += of; err != nil {
			return n, err
		}
	}
	err = s.Tables.Scrub(ctx)
	if animo.CodeOf(err) == animo.Unavailable {
		err = animo.Errorf(animo.Unavailable, "the secrets of %d webhooks are sealed, but traces of the plain ones are left in the database's files, which are being read; say it once more",
			"los secretos de %d webhooks están sellados, pero quedan rastros de los anteriores en los archivos de la base de datos, que se está leyendo; ejecútelo otra vez", n)
	}
	return n, err
}

// SealedSecrets names the webhooks whose secrets are sealed: those that are lost with the master key.
func (s *Stores) SealedSecrets(ctx context.Context) (names []string, err error) {
	list, err := keptSecrets(ctx, s.Tables)
	for _, k := range list {
		if k.Sealed {
			names = append(names, k.String())
		}
	}
	return names, err
}

// saySecrets tells the log of webhooks whose secrets are plain, and of those whose secrets this process cannot open.
func saySecrets(ctx context.Context, tables *table.Table, m notify.Master, log *slog.Logger) error {
	list, err := keptSecrets(ctx, tables)
	if err != nil {
		return err
	}
	plain, locked := 0, 0
	for _, k := range list {
		if k.Plain {
			plain++
		}
		if k.Opens(m) != nil {
			locked++
		}
	}
	if plain > 0 {
		seals, err := m.Seals(ctx)
		if err != nil {
			return err
		}
		if !seals {
			log.Warn("the secrets of webhooks are plain in the database, so that the release before this can run beside it; where none does any more, animo keys seal seals them", "webhooks", plain)
		}
	}
	if locked > 0 {
		log.Warn("this process cannot open the secrets of webhooks, whose deliveries wait; give it the database's master key with the setting master-key", "webhooks", locked)
	}
	return nil
}

// secrets looks how the secrets of webhooks are kept.
func (d *doctor) secrets(ctx context.Context) (Check, error) {
	c := Check{Name: "webhook-secrets"}
	list, err := keptSecrets(ctx, d.tables)
	if err != nil {
		return c, err
	}
	key, err := givenMasterKey(d.config.MasterKey, masterPath(d.config.Data))
	if err != nil {
		key = nil // which the check of the master key tells
	}
	m := sealer(d.db, tenants.New(d.tables, tenants.Options{Master: key}))
	plain := 0
	for _, k := range list {
		if k.Plain {
			plain++
		}
		if err := k.Opens(m); err != nil {
			c.list("%s: %s", k, err)
		}
	}
	switch {
	case c.Faulty:
		return c.say("of %d webhooks, %d have secrets that do not open here, so that nothing is told to them:", "de %d webhooks, %d tienen secretos que aquí no se abren, así que no se les cuenta nada:", len(list), len(c.List)), nil
	case plain > 0:
		return c.say("of %d webhooks, %d have plain secrets, which whoever reads the database or a backup can read; animo keys seal seals them, and closes the database to releases before this", "de %d webhooks, %d tienen secretos sin sellar, que puede leer quien lea la base de datos o una copia; animo keys seal los sella y cierra la base de datos a versiones anteriores", len(list), plain), nil
	}
	return c.say("those of all %d webhooks are sealed under the master key, and open", "los de los %d webhooks están sellados con la clave maestra y se abren", len(list)), nil
}
