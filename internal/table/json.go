package table

import (
	"context"
	"encoding/json"
	"fmt"
)

// One is the range of exactly that key.
func One(key string) Range { return Range{From: key, To: key + "\x00"} }

// Decode reads a row's value as JSON into v. The error names the row.
func Decode(table string, row Row, v any) error {
	if err := json.Unmarshal(row.Value, v); err != nil {
		return fmt.Errorf("row %q of table %q: %w", row.Key, table, err)
	}
	return nil
}

// GetJSON reads a row whose value is JSON into v and gives the row's revision, or answers NotFound.
func (t *Table) GetJSON(ctx context.Context, tenant, table, key string, v any) (rev int64, err error) {
	row, err := t.Get(ctx, tenant, table, key)
	if err != nil {
		return 0, err
	}
	return row.Rev, Decode(table, row, v)
}

// PutJSON writes v as JSON into a row, whatever is there.
func (t *Table) PutJSON(ctx context.Context, tenant, table, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return t.Commit(ctx, tenant, Put(table, key, b))
}

// ReplaceJSON writes v as JSON into a row while its revision is still *rev (0: while there is none), or answers
// Conflict. Afterwards *rev is the new revision.
func (t *Table) ReplaceJSON(ctx context.Context, tenant, table, key string, rev *int64, v any) error {
	b, err := json.Marshal(v)
	next := NewRev()
	if err == nil {
		err = t.CommitAs(ctx, tenant, next, Replace(table, Row{Key: key, Value: b, Rev: *rev}))
	}
	if err == nil {
		*rev = next
	}
	return err
}

// DeleteKey removes the row of exactly that key. Removing nothing is no error.
func (t *Table) DeleteKey(ctx context.Context, tenant, table, key string) error {
	return t.Commit(ctx, tenant, Delete(table, key))
}
