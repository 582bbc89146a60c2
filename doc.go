// Package animo holds the words that every part of Animo uses: tenants, events, datasets, models and
// errors. It imports the standard library only and does no I/O, so any package may import it.
//
// Start at internal/app for a running Animo, at text for the opinion engine as a library, and at
// docs/architecture.md for the picture.
package animo
