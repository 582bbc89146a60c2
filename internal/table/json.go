package table

import (
	"context"
	"encoding/json"
)

// One is the range of exactly that key.
func One(key string) Range { return Range{From: key, To: key + "\x00"} }

// GetJSON reads a row whose value is JSON into v and gives the row's revision.
func GetJSON(ctx context.Context, d Driver, tenant, table, key string, v any) (rev int64, err error) {
	row, err := d.Get(ctx, tenant, table, key)
	if err != nil {
		return 0, err
	}
	return row.Rev, json.Unmarshal(row.Value, v)
}

// PutJSON writes v as JSON into a row, whatever is there.
func PutJSON(ctx context.Context, d Driver, tenant, table, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.Put(ctx, tenant, table, Row{Key: key, Value: b})
}

// SwapJSON writes v as JSON into a row while its revision is still rev (0: while there is none), or answers
// Conflict.
func SwapJSON(ctx context.Context, d Driver, tenant, table, key string, rev int64, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.Swap(ctx, tenant, table, Row{Key: key, Value: b, Rev: rev})
}

// DeleteKey removes the row of exactly that key. Removing nothing is no error.
func DeleteKey(ctx context.Context, d Driver, tenant, table, key string) error {
	_, err := d.Delete(ctx, tenant, table, One(key))
	return err
}
