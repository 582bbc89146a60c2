package table

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// One is the range of exactly that key.
func One(key string) Range { return Range{From: key, To: key + "\x00"} }

// unreadable is the error of a row whose value is damaged.
type unreadable struct {
	table, key string
	cause      error
}

func (e *unreadable) Error() string {
	return fmt.Sprintf("row %q of table %q: %v", e.key, e.table, e.cause)
}
func (e *unreadable) Unwrap() error { return e.cause }

// Unreadable reports whether an error is that of Decode.
func Unreadable(err error) bool {
	_, is := errors.AsType[*unreadable](err)
	return is
}

// Decode reads a row's value as JSON into v. The error names the row.
func Decode(table string, row Row, v any) error {
	if err := json.Unmarshal(row.Value, v); err != nil {
		return &unreadable{table, row.Key, err}
	}
	return nil
}

// Encode makes a row whose value is v as JSON, and whose revision is 0.
func Encode(key string, v any) (Row, error) {
	b, err := json.Marshal(v)
	return Row{Key: key, Value: b}, err
}

// PutJSON is Put with v as JSON.
func PutJSON(table, key string, v any) (Op, error) {
	row, err := Encode(key, v)
	return Put(table, key, row.Value), err
}

// ReplaceJSON is Replace with v as JSON, for a row that must have the revision.
func ReplaceJSON(table, key string, rev int64, v any) (Op, error) {
	row, err := Encode(key, v)
	row.Rev = rev
	return Replace(table, row), err
}

// GetJSON reads a row whose value is JSON into v and returns the row's revision, or answers NotFound.
func (t *Table) GetJSON(ctx context.Context, tenant, table, key string, v any) (rev int64, err error) {
	row, err := t.Get(ctx, tenant, table, key)
	if err != nil {
		return 0, err
	}
	return row.Rev, Decode(table, row, v)
}

// PutJSON writes v as JSON into a row, whatever is there.
func (t *Table) PutJSON(ctx context.Context, tenant, table, key string, v any) error {
	op, err := PutJSON(table, key, v)
	if err != nil {
		return err
	}
	return t.Commit(ctx, tenant, op)
}

// ReplaceJSON writes v as JSON into a row while its revision is still *rev (0: while there is none), or answers
// Conflict. Afterwards *rev is the new revision.
func (t *Table) ReplaceJSON(ctx context.Context, tenant, table, key string, rev *int64, v any) error {
	op, err := ReplaceJSON(table, key, *rev, v)
	next := NewRev()
	if err == nil {
		err = t.CommitAs(ctx, tenant, next, op)
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

// JSONRow is a row whose value is JSON.
type JSONRow[T any] struct {
	Key   string
	Rev   int64
	Value T
}

// JSONRows yields the rows in r as Query does, with their values read. A row whose value cannot be read comes with its key
// and an error, and whoever goes on gets the rows behind it. An error without a key is the last element.
func JSONRows[T any](ctx context.Context, t *Table, tenant, table string, r Range, reverse bool) iter.Seq2[JSONRow[T], error] {
	return func(yield func(JSONRow[T], error) bool) {
		for row, err := range t.Query(ctx, tenant, table, r, reverse) {
			v := JSONRow[T]{Key: row.Key, Rev: row.Rev}
			if err == nil {
				err = Decode(table, row, &v.Value)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// Newest reads a page of a table whose values are JSON and whose keys are in the order of time: the rows that are wanted, the
// last first, at most limit of them, beginning after the key `after`, "" for the start. Newest reads at most `most` rows, so a page
// may be short, even empty, before the end; next is "" at the end only. Rows that cannot be read are left out.
func Newest[T any](ctx context.Context, t *Table, tenant, table, after string, limit, most int, wanted func(T) bool) (page []JSONRow[T], next string, err error) {
	last, seen := "", 0
	for row, err := range ReadableRows[T](ctx, t, tenant, table, Range{To: after}, true) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit || seen == most {
			return page, last, nil
		}
		if wanted(row.Value) {
			page = append(page, row)
		}
		last = row.Key
		seen++
	}
	return page, "", nil
}
