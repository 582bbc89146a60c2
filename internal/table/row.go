package table

import (
	"math"
	"unicode/utf8"

	"animo"
)

// The limits of a row, in bytes.
const (
	MaxKey   = 512
	MaxValue = 1 << 20
)

// Row is one value under one key.
type Row struct {
	Key   string // 1 to MaxKey bytes of UTF-8; compared byte by byte
	Value []byte // at most MaxValue bytes; nil is stored as empty
	Rev   int64  // set by the table: above 0, and another one after each change, also where the row was removed in between; 0 for no row
}

// Key says which row of which table.
type Key struct{ Table, Key string }

// Tally is a count and a sum that are kept under a key, beside the rows of a table.
type Tally struct {
	Key string  // as a row's; tallies and rows may have the same
	N   int64   // how many were counted; an entry's is at least 1
	Sum float64 // of what was counted, as float64s add up; finite
}

// Entry is a row with what follows from it.
type Entry struct {
	Row
	Tallies []Tally // added when the row is added, subtracted when it is removed
	Log     string  // the log that gets a place for the row when the row is added; "" for none
}

// Logged is one place in a log. It names a row, most often one that was added at that moment.
type Logged struct {
	Seq        int64
	Table, Key string
}

// Range chooses rows of one table in key order. The zero Range is the whole table.
type Range struct {
	Prefix string // keys that begin with it
	From   string // keys that are not smaller
	To     string // keys that are smaller; empty means no upper end
}

// Bounds returns the range as one half-open interval: the keys that are not smaller than from and smaller
// than to. No key is outside "" to "\xff", because no UTF-8 holds the byte 0xff, so both ends always exist.
func (r Range) Bounds() (from, to string) {
	from, to = max(r.Prefix, r.From), after(r.Prefix)
	if r.To != "" {
		to = min(to, r.To)
	}
	return from, to
}

// after returns the smallest key that is greater than every key with the prefix.
func after(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return "\xff"
}

// Check refuses what no adapter stores: an empty tenant or table, a key or value over its limit, a key that
// is not UTF-8. The answer is Invalid or TooLarge, or nil.
func Check(tenant, table string, rows ...Row) error {
	if tenant == "" || table == "" {
		return animo.Errorf(animo.Invalid, "a row needs a tenant and a table", "una fila necesita un inquilino y una tabla")
	}
	for _, r := range rows {
		if err := checkKey(r.Key); err != nil {
			return err
		}
		if len(r.Value) > MaxValue {
			return tooLong(len(r.Value), MaxValue)
		}
	}
	return nil
}

// CheckEntries refuses what Check does, a tally that counts less than 1, a sum that is not finite, and a log's
// name that could not be a key. The answer is Invalid or TooLarge, or nil.
func CheckEntries(tenant, table string, entries ...Entry) error {
	if err := Check(tenant, table); err != nil {
		return err
	}
	for _, e := range entries {
		if err := Check(tenant, table, e.Row); err != nil {
			return err
		}
		if e.Log != "" {
			if err := checkKey(e.Log); err != nil {
				return err
			}
		}
		for _, t := range e.Tallies {
			if err := checkKey(t.Key); err != nil {
				return err
			}
			if t.N < 1 || math.IsNaN(t.Sum) || math.IsInf(t.Sum, 0) {
				return animo.Errorf(animo.Invalid, "a tally counts at least 1 and has a finite sum", "un recuento cuenta al menos 1 y tiene una suma finita").Of("tally")
			}
		}
	}
	return nil
}

func tooLong(bytes, most int) error {
	return animo.Errorf(animo.TooLarge, "a value of %d bytes is longer than %d", "un valor de %d bytes es más largo que %d", bytes, most).Of("value")
}

func checkKey(key string) error {
	switch {
	case len(key) > MaxKey:
		return animo.Errorf(animo.TooLarge, "a key of %d bytes is longer than %d", "una clave de %d bytes es más larga que %d", len(key), MaxKey).Of("key")
	case key == "" || !utf8.ValidString(key):
		return animo.Errorf(animo.Invalid, "a key is empty or not UTF-8", "una clave está vacía o no es UTF-8").Of("key")
	}
	return nil
}
