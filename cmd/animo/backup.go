package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/tenants"
)

type backupCmd struct {
	config.Stores `embed:""`
	Dir           string `arg:"" type:"path" help:"Folder for this backup; made where it is not there, and empty."`
}

// Help returns examples for animo backup --help.
func (backupCmd) Help() string {
	return `Copies the database and the files, of one moment and with the hash of each, also while a server runs on them. A backup
that was broken off has no manifest, and is none. The master key is not in it: keep a copy of that apart.

What is erased after a backup is noted in erasures.log (setting erasures), without which the backup cannot be restored: keep
it where the backups are.

Examples:
  animo backup /backups/2026-08-01
  animo serve --erasures /backups/erasures.log`
}

// Run makes the backup.
func (b *backupCmd) Run(ctx context.Context, c *console) error {
	return withStores(ctx, b.Stores, tenants.Options{}, func(s *app.Stores) error {
		began := time.Now()
		r, err := s.Backup(ctx, b.Stores, b.Dir)
		if err != nil {
			return err
		}
		c.note("%s: %d files, %d bytes, in %v", "%s: %d archivos, %d bytes, en %v", printable(b.Dir), r.Files, r.Bytes, time.Since(began).Round(time.Millisecond))
		tellLost(c, r.Lost, r.Damaged)
		if r.Master != "" {
			c.note("the master key is not in it; keep a copy of it apart from the backups", "la clave maestra no está en ella; guarde una copia aparte de las copias")
		}
		if rel, err := filepath.Rel(b.Data, b.ErasuresPath()); err == nil && filepath.IsLocal(rel) {
			c.note("what is erased from now on is noted in %s, which is lost with the data; the setting erasures puts it where the backups are",
				"lo que se borre desde ahora se anota en %s, que se pierde con los datos; el ajuste erasures lo pone donde están las copias", printable(b.ErasuresPath()))
		}
		return nil
	})
}

// tellLost names objects that were lost before the backup, or the move.
func tellLost(c *console, lost, damaged []string) {
	if len(lost) > 0 {
		c.note("%d files were lost before, such as %s; animo doctor lists them", "%d archivos se habían perdido antes, como %s; animo doctor los muestra", len(lost), printable(lost[0]))
	}
	if len(damaged) > 0 {
		c.note("%d files were damaged before, such as %s; animo doctor lists them", "%d archivos estaban dañados antes, como %s; animo doctor los muestra", len(damaged), printable(damaged[0]))
	}
}

type restoreCmd struct {
	config.Stores   `embed:""`
	Dir             string   `arg:"" type:"existingdir" help:"Folder of the backup."`
	Erased          []string `type:"existingfile" placeholder:"FILE" help:"Log of what was erased after the backup; without it, the one that the setting erasures names, or erasures.log beside the backup."`
	WithoutErasures bool     `help:"Restore although there is no log of what was erased after the backup: all of it comes back."`
}

// Help returns an example for animo restore --help.
func (restoreCmd) Help() string {
	return `Checks the hash of every file, puts the backup into an empty data folder, and erases there what was erased after the
backup was made: photos, people, faces, tenants, datasets, models; keys that were revoked stay so. Put the master key into the folder before or after.

Example:
  mv data data.broken && animo restore /backups/2026-08-01 --erased data.broken/erasures.log`
}

// Run restores the backup.
func (r *restoreCmd) Run(ctx context.Context, c *console) error {
	done, err := app.Restore(ctx, r.Stores, r.Dir, app.RestoreOptions{Erased: r.Erased, Without: r.WithoutErasures, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	c.note("restored what was in %s on %s: %d files", "se restauró lo que había en %s el %s: %d archivos", printable(r.Dir), done.Taken.Format(time.RFC3339), done.Files)
	tellLost(c, done.Lost, done.Damaged)
	if len(done.Logs) == 0 {
		c.note("what was erased after the backup is back", "lo borrado después de la copia ha vuelto")
	}
	if len(done.Erased) > 0 {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(done.Erased)) {
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, done.Erased[kind]))
		}
		c.note("erased again what was erased after the backup: %s", "se volvió a borrar lo borrado después de la copia: %s", strings.Join(kinds, ", "))
	}
	if done.Master != "" {
		c.note("access keys and webhooks work once its master key is there: %s, or the setting master-key", "las claves de acceso y los webhooks funcionan cuando esté su clave maestra: %s, o el ajuste master-key", printable(filepath.Join(r.Data, "master.key")))
	}
	return nil
}
