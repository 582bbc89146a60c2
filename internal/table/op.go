package table

import (
	"cmp"
	"math"
	"slices"

	"animo"
)

// Op is one operation of a commit, made by the functions below.
type Op struct {
	Kind  Kind
	Table string  // of a row or a tally; for OpAppend, of the row that is noted
	Key   string  // as Table
	Value []byte  // OpPut
	Rev   int64   // OpExpect, OpPut, OpDelete: the row's revision, 0 where there must be no row, SomeRev or AnyRev
	N     int64   // OpCount
	Sum   float64 // OpCount
	Log   string  // OpAppend, OpTrim
	Seq   int64   // OpTrim
}

// Kind says what an operation does.
type Kind int

// The kinds of operations.
const (
	OpExpect Kind = 1 + iota // change nothing; the row is only expected
	OpPut                    // write the row
	OpDelete                 // remove the row; where there is none, nothing
	OpCount                  // add N and Sum to the tally; a tally whose N comes to 0 is removed, with what rounding left of its Sum
	OpAppend                 // note the row at the end of the log
	OpTrim                   // remove the log's place Seq
)

// The Revs of operations for whose row no revision is known.
const (
	SomeRev = -1 // there must be a row, of whatever revision
	AnyRev  = -2 // there may be a row or none
)

// Holds reports whether an operation's condition holds for a row that has the revision now; 0 is for no row.
func (op *Op) Holds(now int64) bool {
	return op.Rev == now || op.Rev == AnyRev || op.Rev == SomeRev && now > 0
}

// Expect changes nothing; its commit answers Conflict unless the row is still as it was read: the same revision, or still not
// there.
func Expect(table string, row Row) Op {
	return Op{Kind: OpExpect, Table: table, Key: row.Key, Rev: row.Rev}
}

// Put writes a row, whatever is there.
func Put(table, key string, value []byte) Op {
	return Op{Kind: OpPut, Table: table, Key: key, Value: value, Rev: AnyRev}
}

// PutNew writes a row that must not be there yet.
func PutNew(table, key string, value []byte) Op {
	return Op{Kind: OpPut, Table: table, Key: key, Value: value}
}

// Replace writes a row that must have row's revision: 0 where it must not be there yet.
func Replace(table string, row Row) Op {
	return Op{Kind: OpPut, Table: table, Key: row.Key, Value: row.Value, Rev: row.Rev}
}

// Delete removes a row, if it is there.
func Delete(table, key string) Op { return Op{Kind: OpDelete, Table: table, Key: key, Rev: AnyRev} }

// DeleteAt removes a row that must have row's revision.
func DeleteAt(table string, row Row) Op {
	return Op{Kind: OpDelete, Table: table, Key: row.Key, Rev: row.Rev}
}

// Count adds to a tally. A negative n takes away what was added before; sum is finite.
func Count(table, key string, n int64, sum float64) Op {
	return Op{Kind: OpCount, Table: table, Key: key, N: n, Sum: sum}
}

// CountAll adds tallies, each multiplied by times: 1 adds what is counted, -1 subtracts it again.
func CountAll(table string, times int64, tallies ...Tally) []Op {
	ops := make([]Op, len(tallies))
	for i, t := range tallies {
		ops[i] = Count(table, t.Key, times*t.N, float64(times)*t.Sum)
	}
	return ops
}

// Append notes a row at the end of a log.
func Append(log, table, key string) Op { return Op{Kind: OpAppend, Log: log, Table: table, Key: key} }

// normal returns the operations as a driver takes them: every key of rows and of tallies at most once. It joins an
// expectation and a write of the same row, adds up the tallies of one key, and leaves out those that add nothing. The
// operations are in the order of tables and keys, in which engines write fastest; places of logs come last, in their own order.
//
// Two writes of one row are a mistake of the caller: Invalid, as what Check refuses; two removals are one. Two different
// expectations of one row cannot both hold: Conflict. A value above the engine's limit is TooLarge.
//
// normal uses list's memory for what it returns.
func normal(tenant string, limits Limits, list []Op) ([]Op, error) {
	for i := range list {
		if err := list[i].check(tenant, limits); err != nil {
			return nil, err
		}
	}
	if !slices.IsSortedFunc(list, inOrder) { // many rows most often come sorted
		slices.SortStableFunc(list, inOrder)
	}
	kept := list[:0]
	for _, op := range list {
		if n := len(kept) - 1; n >= 0 && kept[n].meets(&op) {
			joined, err := join(kept[n], op)
			if err != nil {
				return nil, err
			}
			kept[n] = joined
			continue
		}
		kept = append(kept, op)
	}
	return slices.DeleteFunc(kept, func(op Op) bool { return op.Kind == OpCount && op.N == 0 && op.Sum == 0 }), nil
}

// inOrder compares operations as normal sorts them.
func inOrder(a, b Op) int {
	if a.Kind >= OpAppend || b.Kind >= OpAppend {
		return cmp.Compare(max(a.Kind, OpCount), max(b.Kind, OpCount))
	}
	return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.of(), b.of()), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Kind, b.Kind))
}

// meets reports whether two operations are on the same row or the same tally.
func (op *Op) meets(b *Op) bool {
	return op.Kind < OpAppend && b.Kind < OpAppend && op.Key == b.Key && op.Table == b.Table && op.of() == b.of()
}

// of is 1 for a tally and 0 for a row, because a tally and a row may have the same key.
func (op *Op) of() int {
	if op.Kind == OpCount {
		return 1
	}
	return 0
}

// join makes one operation of two on the same row or tally, the kinds of which are in ascending order.
func join(a, b Op) (Op, error) {
	switch {
	case a.Kind == OpCount:
		b.N += a.N
		b.Sum += a.Sum
	case a.Kind == OpPut || a.Kind == OpDelete && b.Kind != OpDelete:
		return b, animo.Errorf(animo.Invalid, "a commit writes %q twice", "una confirmación escribe %q dos veces", animo.Clip(b.Key)).Of("key")
	case a.Holds(b.Rev):
	case b.Holds(a.Rev):
		b.Rev = a.Rev
	default:
		return b, Changed(b.Key)
	}
	return b, nil
}

// Changed is the answer, Conflict, where a row is not as an operation expects it.
func Changed(key string) error {
	return animo.Errorf(animo.Conflict, "somebody else changed %q first", "alguien más cambió %q antes", animo.Clip(key))
}

// check refuses what no adapter takes.
func (op *Op) check(tenant string, limits Limits) error {
	switch op.Kind {
	case OpExpect, OpDelete:
		return Check(tenant, op.Table, Row{Key: op.Key})
	case OpPut:
		if len(op.Value) > limits.Value {
			return tooLong(len(op.Value), limits.Value)
		}
		return Check(tenant, op.Table, Row{Key: op.Key, Value: op.Value})
	case OpCount:
		if math.IsNaN(op.Sum) || math.IsInf(op.Sum, 0) {
			return animo.Errorf(animo.Invalid, "a tally's sum is finite", "la suma de un recuento es finita").Of("tally")
		}
		return Check(tenant, op.Table, Row{Key: op.Key})
	case OpAppend:
		if err := checkKey(op.Log); err != nil {
			return err
		}
		return Check(tenant, op.Table, Row{Key: op.Key})
	case OpTrim:
		return Check(tenant, "log", Row{Key: op.Log})
	}
	return animo.Errorf(animo.Invalid, "%d is no kind of operation", "%d no es un tipo de operación", op.Kind).Of("op")
}
