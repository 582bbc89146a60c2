package table

import (
	"context"
	"math/rand/v2"
	"time"

	"animo"
)

// Tx is a transaction that Update runs. Its commit expects the rows that it read. It keeps its writes until then, and reads
// them back. It is used by one goroutine, and only while Update's function runs.
type Tx struct {
	ctx    context.Context
	table  *Table
	tenant string
	rev    int64
	again  bool            // this is not the first try
	rows   map[Key]Row     // as they were read
	wrote  map[Key]*[]byte // nil for a row that is removed
	ops    []Op            // tallies and places
}

// Update reads rows, decides, and writes, all at one moment: where a row that change has read is another one at the commit,
// nothing is written and change runs again. So change may run several times: it sets its results by assignment, and does
// nothing else that lasts. Where change answers an error nothing is written, and Update answers that error. Where change
// writes nothing, nothing is committed, and the rows that it read may be of several moments.
func (t *Table) Update(ctx context.Context, tenant string, change func(tx *Tx) error) error {
	for try := 0; ; try++ {
		tx := &Tx{ctx: ctx, table: t, tenant: tenant, rev: NewRev(), again: try > 0, rows: map[Key]Row{}, wrote: map[Key]*[]byte{}}
		if err := change(tx); err != nil {
			return err
		}
		err := tx.commit()
		if animo.CodeOf(err) != animo.Conflict {
			return err
		}
		if err := rest(ctx, try); err != nil {
			return err
		}
	}
}

// rest waits a little after some conflicts, and longer after more, so that each of many writers of one row gets its turn.
func rest(ctx context.Context, try int) error {
	if try < 3 {
		return Ended(ctx)
	}
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(time.Millisecond) << min(try, 8))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return Ended(ctx)
}

func (tx *Tx) commit() error {
	if len(tx.wrote) == 0 && len(tx.ops) == 0 {
		return nil
	}
	ops := tx.ops
	for k, row := range tx.rows {
		ops = append(ops, Expect(k.Table, Row{Key: k.Key, Rev: row.Rev}))
	}
	for k, value := range tx.wrote {
		if value == nil {
			ops = append(ops, Delete(k.Table, k.Key))
		} else {
			ops = append(ops, Put(k.Table, k.Key, *value))
		}
	}
	return tx.table.CommitAs(tx.ctx, tx.tenant, tx.rev, ops...)
}

// Rev is the revision that the rows which this transaction writes get when it is committed.
func (tx *Tx) Rev() int64 { return tx.rev }

// Know makes a row that was read before the transaction one of those that the transaction has read. That saves a call where
// nobody has changed the row meanwhile; another try reads the row anew.
func (tx *Tx) Know(table string, row Row) {
	k := Key{table, row.Key}
	if _, ok := tx.rows[k]; !ok && !tx.again {
		tx.rows[k] = row
	}
}

// Read returns the rows of those keys, in the order of the keys. It reads the rows that the transaction has not read yet, in
// one call of the engine. A row that is not there has Rev 0 and no value.
func (tx *Tx) Read(keys ...Key) ([]Row, error) {
	var news []Key
	for _, k := range keys {
		if _, ok := tx.rows[k]; !ok {
			news = append(news, k)
		}
	}
	rows, err := tx.table.Read(tx.ctx, tx.tenant, news...)
	if err != nil {
		return nil, err
	}
	for i, k := range news {
		tx.rows[k] = rows[i]
	}
	all := make([]Row, len(keys))
	for i, k := range keys {
		all[i] = tx.rows[k]
		if value, ok := tx.wrote[k]; ok && value == nil {
			all[i] = Row{Key: k.Key}
		} else if ok {
			all[i] = Row{Key: k.Key, Value: *value, Rev: tx.rev}
		}
	}
	return all, nil
}

// Get reads one row, or answers NotFound.
func (tx *Tx) Get(table, key string) (Row, error) {
	rows, err := tx.Read(Key{table, key})
	if err == nil && rows[0].Rev == 0 {
		err = missing(key)
	}
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

// GetJSON reads a row whose value is JSON into v, and reports whether there is one; v stays as it is where there is none.
func (tx *Tx) GetJSON(table, key string, v any) (found bool, err error) {
	rows, err := tx.Read(Key{table, key})
	if err != nil || rows[0].Rev == 0 {
		return false, err
	}
	return true, Decode(table, rows[0], v)
}

// Put writes a row. The value stays as it is until Update returns.
func (tx *Tx) Put(table, key string, value []byte) { tx.wrote[Key{table, key}] = &value }

// PutJSON writes v as JSON into a row.
func (tx *Tx) PutJSON(table, key string, v any) error {
	row, err := Encode(key, v)
	if err == nil {
		tx.Put(table, key, row.Value)
	}
	return err
}

// Delete removes a row, if it is there.
func (tx *Tx) Delete(table, key string) { tx.wrote[Key{table, key}] = nil }

// Do adds operations that write no rows: tallies and places of logs. A transaction expects a row by reading it or by Know:
// with an Expect of a row that is another one by now, it would be tried for ever.
func (tx *Tx) Do(ops ...Op) { tx.ops = append(tx.ops, ops...) }
