package brokerbus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"animo/internal/table"
)

// Ledger is the tenant of the rows.
const Ledger = ledger

// Look looks at the ledger once, as a Driver does every so often.
func (d *Driver) Look(ctx context.Context) error {
	_, err := d.lookOnce(ctx, time.Second)
	return err
}

// Check compares all that leads to messages and all that counts them with the messages themselves.
func Check(ctx context.Context, rows *table.Table) error {
	want, counted := map[table.Key]string{}, map[table.Key]table.Tally{}
	for row, err := range rows.Query(ctx, ledger, messages, table.Range{}, false) {
		if err != nil {
			return err
		}
		var m message
		if err := table.Decode(messages, row, &m); err != nil {
			return err
		}
		p := parseID(row.Key)
		for _, r := range m.rows(p) {
			want[r.Key] = r.value
		}
		for _, op := range m.counts(p, 1) {
			k := table.Key{Table: op.Table, Key: op.Key}
			counted[k] = table.Tally{Key: op.Key, N: counted[k].N + op.N, Sum: counted[k].Sum + op.Sum}
		}
	}
	got := map[table.Key]string{}
	for _, name := range []string{readies, dues, ages, deads} {
		for row, err := range rows.Query(ctx, ledger, name, table.Range{}, false) {
			if err != nil {
				return err
			}
			got[table.Key{Table: name, Key: row.Key}] = string(row.Value)
		}
	}
	tallies := map[table.Key]table.Tally{}
	for _, name := range []string{allCounts, eachCounts} {
		for tally, err := range rows.Tallies(ctx, ledger, name, table.Range{}) {
			if err != nil {
				return err
			}
			tallies[table.Key{Table: name, Key: tally.Key}] = tally
		}
	}
	var errs []error
	if !maps.Equal(got, want) {
		errs = append(errs, fmt.Errorf("rows %v, want %v", got, want))
	}
	if !maps.Equal(tallies, counted) {
		errs = append(errs, fmt.Errorf("tallies %v, want %v", tallies, counted))
	}
	return errors.Join(errs...)
}
