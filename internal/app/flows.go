package app

import (
	"context"

	"animo/internal/bus"
	"animo/internal/moods"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/pictures"
)

// openFlows makes moods, people and photos, in this order, because each calls those before it. All three tell the subscriptions
// what they erase.
func (a *App) openFlows(engine pictures.Engine, spool string) {
	c, tenants := a.config, a.stores.Tenants
	limits := photos.Limits{PhotoBytes: c.MaxPhoto, Analyses: c.Analyses, AnalyseTime: c.AnalyseTime, MoodConfidence: c.MoodConfidence, ClockSkew: c.ClockSkew}
	events, space := events{a.bus, a.stores.Queues}, room(c.Data, c.MinFree)
	a.pictures = pictures.New(engine, pictures.Limits{Bytes: c.MaxPhoto, Pixels: c.MaxPixels, AtOnce: c.Analyses})
	a.moods = moods.New(a.stores.Tables, events, moods.Options{
		MoodConfidence: c.MoodConfidence, Room: space, Policy: tenants.Policy, EraseTime: limits.EraseTime(), ClockSkew: c.ClockSkew,
		Deliveries: a.notify, Removed: a.removed, Rates: a.rates, Erasures: a.stores.erasures, Now: a.now, Ages: a.clock, Log: a.log, Keeper: a.keeper,
	})
	a.people = people.New(a.stores.Tables, a.stores.Objects, events, a.moods, a.pictures, people.Options{
		Descriptors: c.KeepDescriptors, Policy: tenants.Policy, EraseTime: limits.EraseTime(),
		Subscribers: a.notify, Removed: a.removed, Erasures: a.stores.erasures, Now: a.now, Log: a.log,
	})
	a.photos = photos.New(a.stores.Tables, a.stores.Objects, events, a.moods, a.people, a.pictures, photos.Options{
		Limits: limits, Descriptors: c.KeepDescriptors, Spool: spool, Room: space, Policy: tenants.Policy,
		Deliveries: a.notify, Corrected: a.notify, Removed: a.removed, Rates: a.rates, Erasures: a.stores.erasures, Now: a.now, Ages: a.clock, Log: a.log,
	})
	a.layers = photos.NewLayers(a.stores.Tables, a.now)
}

// events is what the flows of photos need of the bus.
type events struct {
	*bus.Bus
	queues bus.Queues
}

// Remove implements photos.Events.
func (e events) Remove(ctx context.Context, tenant string, ids ...string) (int, error) {
	return e.queues.Remove(ctx, tenant, ids...)
}
