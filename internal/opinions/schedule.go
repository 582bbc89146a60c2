package opinions

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"animo"
	"animo/internal/table"
)

// SetSchedule says when a model is trained by itself from now on, of the newest revisions of the files that it learned from; the zero schedule is never. It answers
// UnknownModel, and Invalid of "cron", "time_zone" and "new_rows".
func (f *Flow) SetSchedule(ctx context.Context, tenant, model string, s animo.Schedule) error {
	if err := errors.Join(checkSchedule(s)...); err != nil {
		return err
	}
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m, err := readModel(tx, model)
		if err != nil {
			return err
		}
		if m.Schedule = nil; s != (animo.Schedule{}) {
			s.Since = f.now().UTC()
			m.Schedule = &s
		}
		return tx.PutJSON(modelsTable, model, m)
	})
}

func checkSchedule(s animo.Schedule) (errs []error) {
	if s.Cron != "" {
		if _, err := cron.ParseStandard(s.Cron); err != nil {
			errs = append(errs, animo.Errorf(animo.Invalid, "%q is no schedule: %v; write five fields (minute, hour, day, month, day of the week), such as 0 4 * * 1",
				"%q no es un horario: %v; escriba cinco campos (minuto, hora, día, mes, día de la semana), como 0 4 * * 1", animo.Clip(s.Cron), err).Of("cron"))
		}
	}
	if _, err := animo.LoadZone(cmp.Or(s.Zone, "UTC")); err != nil {
		if e, ok := errors.AsType[*animo.Error](err); ok {
			err = e.Of("time_zone")
		}
		errs = append(errs, err)
	}
	if s.NewRows < 0 {
		errs = append(errs, animo.Errorf(animo.Invalid, "new_rows is %d; use 0 (never) or more", "new_rows es %d; use 0 (nunca) o más", s.NewRows).Of("new_rows"))
	}
	return errs
}

// NextSlot returns the first slot of a schedule after a moment; zero where it has none. Slots are by the clock on the wall: the one that a change to summer time
// leaves out comes an hour later, and one that comes twice in the other change counts once.
func NextSlot(s animo.Schedule, after time.Time) time.Time {
	spec, err := cron.ParseStandard(s.Cron)
	if s.Cron == "" || err != nil {
		return time.Time{}
	}
	zone, err := animo.LoadZone(cmp.Or(s.Zone, "UTC"))
	if err != nil {
		return time.Time{}
	}
	local := after.In(zone)
	wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	for {
		if wall = spec.Next(wall); wall.IsZero() { // such as 30 February
			return time.Time{}
		}
		slot := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
		if slot.After(after) {
			return slot.UTC()
		}
	}
}

// slotDrift is by how much a slot that was trained for may lie ahead of the clock. If it is more, the clock was wrong then.
const slotDrift = 25 * time.Hour

// ScheduledTables are the tables by which TrainDue knows which tenants may have something to train.
func ScheduledTables() []string { return []string{modelsTable} }

// TrainDue asks for the trainings that are due by the schedules of a tenant's models. Missed slots are caught up once. Of several processes that run it at the same
// time one asks: that a slot was trained for is noted in the commit that notes the version. A model that is being trained waits until that has ended.
func (f *Flow) TrainDue(ctx context.Context, tenant string) error {
	var errs []error
	for m, err := range f.models(ctx, tenant) {
		if err != nil {
			return err
		}
		if m.Schedule != nil {
			errs = append(errs, f.trainIfDue(ctx, tenant, m))
		}
	}
	return errors.Join(errs...)
}

func (f *Flow) trainIfDue(ctx context.Context, tenant string, m animo.Model) error {
	newest, err := f.version(ctx, tenant, m.ID, m.Asked)
	if animo.CodeOf(err) == animo.NotFound || err == nil && !newest.Status.Ended() { // the sweeper deals with one that is being deleted
		return nil
	}
	if err != nil {
		return err
	}
	base, err := f.base(ctx, tenant, m)
	if err != nil {
		return err
	}
	files, fresh, err := f.files(ctx, tenant, base)
	if err != nil || len(files) == 0 { // of a model that came as a file, or whose files were all deleted, there is nothing to train
		return err
	}
	v := base.again(files)
	if v.Cause, err = f.due(ctx, tenant, m, newest, fresh); v.Cause == animo.Asked {
		return err
	}
	v, err = f.ask(ctx, tenant, v, asking{again: true, after: &m, slot: f.now().UTC()})
	if animo.CodeOf(err) == animo.Conflict { // another process, or somebody, was first
		return nil
	}
	if err != nil {
		return err
	}
	f.log.InfoContext(ctx, "a training is due", "tenant", tenant, "model", m.ID, "version", v.ID, "cause", v.Cause)
	return f.say(ctx, ModelRequested, tenant, order{Model: v.Model, Version: v.ID})
}

// due says why a model is to be trained now; Asked is that it is not.
func (f *Flow) due(ctx context.Context, tenant string, m animo.Model, newest versionRow, fresh int) (animo.Cause, error) {
	s, now := *m.Schedule, f.now()
	if s.Since.After(now.Add(slotDrift)) {
		s.Since = now
	}
	// A slot is not past while the clock is not trusted.
	if slot := NextSlot(s, s.Since); !slot.IsZero() && f.ages.IsOlder(slot, 0) {
		return animo.Slot, nil
	}
	if s.NewRows > 0 {
		for c, err := range f.corrections(ctx, tenant, m, "") {
			if err != nil {
				return animo.Asked, err
			}
			if c.At.After(newest.Requested) {
				fresh++
			}
		}
		if fresh >= s.NewRows {
			return animo.NewRows, nil
		}
	}
	if s.Drift && newest.ID == m.Current && strings.HasPrefix(m.Drifted, m.Current+" ") {
		return animo.DriftDue, nil
	}
	return animo.Asked, nil
}
