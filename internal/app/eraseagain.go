package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/erasures"
	"animo/internal/pictures"
	"animo/vision"
)

// collectedAgain is how long before a backup a removal from a collection may be noted to be done again: a face that is indexed again has
// the same ID, so that older removals may be of one that was there before.
const collectedAgain = time.Hour

// eraseAgain opens restored stores and erases in them what was erased before, counting it by kind.
func eraseAgain(ctx context.Context, s config.Stores, entries []erasures.Entry, taken time.Time, log *slog.Logger, erased map[erasures.Kind]int) (err error) {
	c := config.Default()
	c.Stores, c.Functions = s, []string{"publish"}
	a, err := New(ctx, c, Options{Log: log, Faces: noFaces{}, restoring: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
	if err := a.bus.Declare(ctx, a.functions()...); err != nil {
		return err
	}
	list, err := a.stores.Tenants.List(ctx)
	if err != nil {
		return err
	}
	byMark := map[string]string{}
	for _, t := range list {
		byMark[erasures.Mark(t)] = t.ID
	}
	merged := map[string][]string{} // the people who were merged into one
	for _, e := range entries {
		if e.Kind == erasures.Merge {
			merged[e.Into] = append(merged[e.Into], e.ID)
		}
	}
	for _, e := range entries {
		tenant, known := byMark[e.Tenant]
		if !known && e.Kind != erasures.Key {
			continue
		}
		n, err := a.eraseOne(ctx, tenant, e, merged)
		if err != nil {
			return err
		}
		if n > 0 {
			erased[e.Kind] += n
		}
	}
	opinions := map[string][]erasures.Entry{} // by tenant
	for _, e := range entries {
		if tenant, known := byMark[e.Tenant]; known && (e.Kind == erasures.Dataset || e.Kind == erasures.Model || e.Kind == erasures.Correction) {
			opinions[tenant] = append(opinions[tenant], e)
		}
	}
	for tenant, list := range opinions {
		n, err := a.flow.EraseNoted(ctx, tenant, list)
		if err != nil {
			return err
		}
		for kind, n := range n {
			erased[kind] += n
		}
	}
	collected := map[string]map[string]bool{} // by tenant
	for _, e := range entries {
		if tenant, known := byMark[e.Tenant]; known && e.Kind == erasures.Collected && !e.At.Before(taken.Add(-collectedAgain)) {
			if collected[tenant] == nil {
				collected[tenant] = map[string]bool{}
			}
			collected[tenant][e.ID] = true
		}
	}
	for tenant, marks := range collected {
		n, err := a.collections.EraseMarked(ctx, tenant, marks)
		if err != nil {
			return err
		}
		if n > 0 {
			erased[erasures.Collected] += n
		}
	}
	return a.stores.Tables.Scrub(ctx)
}

// eraseOne erases what an entry names, and returns how many things that were.
func (a *App) eraseOne(ctx context.Context, tenant string, e erasures.Entry, merged map[string][]string) (n int, err error) {
	switch e.Kind {
	case erasures.Photo:
		_, err = a.photos.Erase(ctx, tenant, e.ID)
	case erasures.Face:
		_, err = a.moods.EraseAccepted(ctx, tenant, e.ID, e.Accepted)
	case erasures.Example:
		err = a.people.RemoveExampleID(ctx, tenant, e.ID, e.Accepted)
	case erasures.Tenant:
		err = a.stores.RemoveTenant(ctx, tenant)
	case erasures.Subscription:
		err = a.notify.Remove(ctx, tenant, e.ID)
	case erasures.Key:
		err = a.stores.Tenants.Revoke(ctx, e.ID)
	case erasures.Person:
		passed := map[string]bool{}
		for ids := []string{e.ID}; len(ids) > 0; ids = ids[1:] { // whoever was merged into the person is that person
			id := ids[0]
			if passed[id] {
				continue
			}
			passed[id] = true
			ids = append(ids, merged[id]...)
			if _, err := a.people.EraseID(ctx, tenant, id); err == nil {
				n++
			} else if animo.CodeOf(err) != animo.NotFound {
				return n, err
			}
		}
		return n, nil
	default: // a merge, what is of opinions or in collections, and what a later release notes
		return 0, nil
	}
	if animo.CodeOf(err) == animo.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// noFaces is the engine where no picture is looked at.
type noFaces struct{}

// Find implements pictures.Engine.
func (noFaces) Find(context.Context, string, vision.Image) ([]pictures.Found, error) {
	return nil, animo.Errorf(animo.Unavailable, "no faces are found here", "aquí no se buscan rostros")
}
