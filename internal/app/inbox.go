package app

import "animo/internal/inbox"

// openInbox makes the folder that files are dropped into, where one is set.
func (a *App) openInbox() (err error) {
	if a.config.Inbox == "" {
		return nil
	}
	a.inbox, err = inbox.New(a.config.Inbox, inbox.Options{Photos: a.photos, Opinions: a.flow, Tenants: a.stores.Tenants, Quiet: a.config.InboxQuiet, Watch: true, Now: a.now, Log: a.log, Keeper: a.keeper})
	return err
}
