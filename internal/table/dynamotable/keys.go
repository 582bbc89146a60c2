package dynamotable

import (
	"fmt"
	"net/url"
	"unicode/utf8"

	"animo/internal/table"
)

// The names of attributes. An item is in one partition and has a place in its order.
const (
	partition = "pk"
	place     = "sk"

	// Of rows, and of parts, where the table is partsTable: what the index sorts by.
	tableName  = "tbl"
	tenantName = "tenant"

	revision = "rev"
	value    = "value"
	inParts  = "parts" // the id of the parts that hold the value, in place of the value
	size     = "size"  // bytes of that value

	count = "n" // of tallies
	sum   = "sum"

	ofTable = "of"  // of places and parts: the row that they are of
	ofKey   = "key" //
	born    = "born"
)

// The kinds of partitions. What is told of a tenant is in PARTITIONS of its own: one for each table's rows, one for each table's tallies,
// one for each log, one for where its logs end, and one for parts of values.
const (
	rowKind   = "row"
	tallyKind = "tally"
	logKind   = "log"
	endKind   = "end"
	partKind  = "part"
)

// namesPartition holds the names of all tables and logs, of all tenants together, so that Forget knows where to look. No tenant's partition
// has that name, because none begins with a slash.
const namesPartition = "/names"

// partsTable stands in the index for a table, because no table's name is empty behind a slash.
const partsTable = "/parts"

// byTable is the index of rows by table and tenant.
const byTable = "by-table"

// partitionOf is the partition of a tenant's table or log.
func partitionOf(tenant, kind, name string) string {
	return url.PathEscape(tenant) + "/" + kind + "/" + url.PathEscape(name)
}

// seqKey is a place of a log as it sorts.
func seqKey(seq int64) string { return fmt.Sprintf("%019d", seq) }

// longest is more than any key has, in bytes; beyond it a bound decides nothing.
const longest = table.MaxKey + 64

// bounds returns a range as DynamoDB takes it: the keys from `from` on and smaller than `to`, which are UTF-8; an empty `to` is no upper end. ok is
// false where no key can be in the range.
func bounds(r table.Range) (from, to string, ok bool) {
	low, high := r.Bounds()
	from, ok = ceil(low[:min(len(low), longest)])
	if !ok {
		return "", "", false
	}
	if to, ok = ceil(high[:min(len(high), longest)]); !ok {
		to = ""
	}
	return max(from, "\x00"), to, to == "" || from < to
}

// ceil returns the smallest UTF-8 that is not smaller than bound, compared byte by byte; ok is false where there is none. Bounds of ranges
// may cut a character, or be beyond all of them.
func ceil(bound string) (least string, ok bool) {
	whole := 0
	for whole < len(bound) {
		r, n := utf8.DecodeRuneInString(bound[whole:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		whole += n
	}
	if whole == len(bound) {
		return bound, true
	}
	// The first character whose bytes are not smaller than the rest. Characters sort as their bytes do.
	rest := bound[whole:]
	low, high := rune(0), rune(utf8.MaxRune+1)
	for low < high {
		mid := low + (high-low)/2
		if text(mid) < rest {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low <= utf8.MaxRune {
		return bound[:whole] + text(low), true
	}
	return next(bound[:whole])
}

// text is a character's UTF-8; of a surrogate, which has none, that of the first character behind them.
func text(r rune) string {
	if r >= 0xd800 && r <= 0xdfff {
		r = 0xe000
	}
	return string(r)
}

// next returns the smallest UTF-8 that is greater than every one that begins with prefix.
func next(prefix string) (least string, ok bool) {
	for len(prefix) > 0 {
		r, n := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-n]
		if r < utf8.MaxRune {
			return prefix + text(r+1), true
		}
	}
	return "", false
}
