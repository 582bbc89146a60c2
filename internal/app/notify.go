package app

import (
	"strings"

	"animo/internal/notify"
)

// newNotifier makes the Notifier.
func (a *App) newNotifier() (*notify.Notifier, error) {
	c := a.config
	return notify.New(a.stores.Tables, a.stores.Objects, notify.Options{
		Limits: notify.Limits{
			Subscriptions: c.MaxSubscriptions, Kept: c.KeepDeliveries, Waiting: c.MaxWaiting, AtOnce: c.DeliveriesAtOnce, SendTime: c.DeliveryTime,
		},
		AllowPrivate: c.AllowPrivateWebhooks, PublicURL: strings.TrimSuffix(c.PublicURL, "/"),
		Mail:   notify.Mail{Host: c.SMTPHost, Port: c.SMTPPort, User: c.SMTPUser, Password: c.SMTPPassword, From: c.SMTPFrom, TLS: c.SMTPTLS},
		Master: sealer(a.stores.db, a.stores.Tenants), Removed: a.removed,
		Leases: a.leases, Erasures: a.stores.erasures, Now: a.now, Log: a.log, Keeper: a.keeper, Tracer: a.traces.Tracer(),
	})
}
