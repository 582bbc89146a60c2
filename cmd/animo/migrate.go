package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"animo/internal/app"
	"animo/internal/config"
	"animo/text"
)

type migrateCmd struct {
	From        string `required:"" placeholder:"sqlite:PATH" help:"The data folder to move from, sqlite:DIR, or the database's file, sqlite:FILE. No server may run on it."`
	FromObjects string `default:"file:" placeholder:"URL" help:"Where its files are, if not in the data folder's objects: file:DIR or s3://BUCKET/PREFIX (default file:)."`
	To          string `required:"" env:"ANIMO_TO" placeholder:"URL" help:"The empty database to move to: postgres://USER@HOST/NAME (put a password into ANIMO_TO or PGPASSWORD: others on this machine can see command lines)."`
	ToObjects   string `env:"ANIMO_TO_OBJECTS" placeholder:"URL" help:"The empty place to move the files to: s3://BUCKET/PREFIX, or file:DIR; without it they stay where they are, and all servers need to reach them there."`
	Lost        bool   `help:"Move also where files that rows speak of are lost or damaged already."`
}

// Help returns examples for animo migrate --help.
func (migrateCmd) Help() string {
	return `Copies rows, counts, logs, queues with what waits in them, and files, and then reads all of it in both places, row by row and file
by file. Where it breaks off, say it again: it goes on. Until it ended no server starts on the target, and from its beginning on none on the
source, whose data stays as it is otherwise. What is in the source is not erased with what is erased in the target: remove the
source once you do not need it.

Example:
  animo migrate --from sqlite:/var/lib/animo --to postgres://animo@db/animo --to-objects 's3://animo?region=eu-west-1'
  ANIMO_MASTER_KEY=$(base64 -w0 /var/lib/animo/master.key) \
    animo serve --tables postgres://animo@db/animo --objects 's3://animo?region=eu-west-1'`
}

// stores returns the settings of both sides.
func (m *migrateCmd) stores() (from, to config.Stores) {
	from = config.Default().Stores
	path := strings.TrimPrefix(m.From, "sqlite:")
	if strings.HasPrefix(m.From, "postgres") { // which Move refuses
		from.Tables = m.From
	} else if info, err := os.Stat(path); err == nil && !info.IsDir() {
		from.Data, from.Tables = filepath.Dir(path), "sqlite:"+path
	} else {
		from.Data = cmp.Or(path, from.Data)
	}
	from.Objects = m.FromObjects
	to = from
	to.Tables, to.Objects = m.To, cmp.Or(m.ToObjects, m.FromObjects)
	return from, to
}

// Run moves, and tells what was moved.
func (m *migrateCmd) Run(ctx context.Context, c *console) error {
	from, to := m.stores()
	began := time.Now()
	progress := newBar(c)
	r, err := app.Move(ctx, from, to, app.MoveOptions{
		Lost: m.Lost,
		Told: func(stage app.MoveStage, done, all int64) {
			progress.show(text.Progress{Stage: string(stage), Done: int(done), Total: int(all)})
		},
	})
	progress.clear()
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, t := range r.Tables {
		c.note("%s: %d rows, the same in both databases, SHA-256 %s", "%s: %d filas, iguales en ambas bases de datos, SHA-256 %s", t.Table, t.Rows, t.SHA256)
		rows += t.Rows
	}
	if m.ToObjects == "" {
		c.note("%d files with %d bytes stay where they are, and all servers need to reach them there", "%d archivos con %d bytes se quedan donde están, y todos los servidores deben llegar a ellos", r.Objects, r.Bytes)
	} else {
		c.note("%d files with %d bytes, the same in both places", "%d archivos con %d bytes, iguales en ambos sitios", r.Objects, r.Bytes)
	}
	tellLost(c, r.Lost, r.Damaged)
	c.note("moved %d rows in %v; start the servers with the new --tables and --objects", "se trasladaron %d filas en %v; arranque los servidores con los nuevos --tables y --objects", rows, time.Since(began).Round(time.Millisecond))
	if r.Master != "" {
		c.note("give all of them the same master key, with the setting master-key: %s, unless the old servers were given another", "dé a todos la misma clave maestra, con el ajuste master-key: %s, salvo que los servidores anteriores recibieran otra", printable(filepath.Join(from.Data, "master.key")))
	}
	if r.Plain > 0 {
		c.note("the secrets of %d webhooks are not sealed yet: animo keys seal, with the new --tables, seals them", "los secretos de %d webhooks aún no están sellados: animo keys seal, con el nuevo --tables, los sella", r.Plain)
	}
	c.note("backups made before need the log of erasures %s, and the one of the new servers", "las copias anteriores necesitan el registro de borrados %s, y el de los nuevos servidores", printable(from.ErasuresPath()))
	c.note("what is erased from now on stays in %s until you remove that folder", "lo que se borre desde ahora sigue en %s hasta que borre esa carpeta", printable(from.Data))
	return nil
}
