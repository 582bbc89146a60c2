package dynamotable

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"animo"
	"animo/internal/table"
)

// A value that is too long for its row's item is in parts, which are written before the row that names them, under a new id each time. So whoever
// reads the row has a whole value or sees that the row is another one by now; and parts that no row names are what Scrub removes.

// youngest is how old parts are that no row names before Scrub removes them: a commit may be about to name them.
const youngest = 10 * time.Minute

// writeLarge writes the values that do not fit into a transaction as parts, and returns the parts' ids by the operations' places; "" for a value that fits.
func (d *Driver) writeLarge(ctx context.Context, tenant string, ops []table.Op) (ids []string, err error) {
	ids = make([]string, len(ops))
	var fits []int // places of values that fit alone
	together := 0
	var large []int
	for i, op := range ops {
		switch {
		case op.Kind != table.OpPut:
		case len(op.Value) > mostInline:
			large = append(large, i)
		default:
			fits = append(fits, i)
			together += len(op.Value)
		}
	}
	slices.SortStableFunc(fits, func(a, b int) int { return cmp.Compare(len(ops[b].Value), len(ops[a].Value)) })
	for ; together > mostAtOnce; fits = fits[1:] {
		large = append(large, fits[0])
		together -= len(ops[fits[0]].Value)
	}
	for _, i := range large {
		ids[i] = strings.ToLower(rand.Text())
		if err := d.writeParts(ctx, tenant, ids[i], ops[i]); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

func (d *Driver) writeParts(ctx context.Context, tenant, id string, op table.Op) error {
	at := strconv.FormatInt(d.now().Unix(), 10)
	for n := 0; n*mostInline < len(op.Value); n++ {
		it := keyOf(partitionOf(tenant, partKind, ""), partKey(id, n))
		it[value] = bin(op.Value[n*mostInline : min((n+1)*mostInline, len(op.Value))])
		it[tableName], it[tenantName], it[ofTable], it[ofKey], it[born] = str(partsTable), str(tenant), str(op.Table), str(op.Key), num(at)
		if err := d.writeAll(ctx, []types.WriteRequest{{PutRequest: &types.PutRequest{Item: it}}}); err != nil {
			return err
		}
	}
	return nil
}

func partKey(id string, n int) string { return fmt.Sprintf("%s/%02d", id, n) }

// partKeys are the keys of the parts of a value of so many bytes.
func partKeys(tenant, id string, bytes int) (keys []itemKey) {
	for n := 0; n*mostInline < bytes; n++ {
		keys = append(keys, itemKey{partitionOf(tenant, partKind, ""), partKey(id, n)})
	}
	return keys
}

// readParts reads a value of so many bytes; there is false where not all of its parts are there.
func (d *Driver) readParts(ctx context.Context, tenant, id string, bytes int) (whole []byte, there bool, err error) {
	keys := partKeys(tenant, id, bytes)
	found, err := d.get(ctx, keys)
	if err != nil || len(found) < len(keys) {
		return nil, false, err
	}
	whole = make([]byte, 0, bytes)
	for _, k := range keys {
		whole = append(whole, bytesOf(found[k], value)...)
	}
	return whole, len(whole) == bytes, nil
}

// removeParts removes parts by their ids; what an error leaves, Scrub removes.
func (d *Driver) removeParts(ctx context.Context, tenant string, ids []string) {
	var requests []types.WriteRequest
	for _, id := range ids {
		if id == "" {
			continue
		}
		for _, k := range partKeys(tenant, id, table.MaxValue) {
			requests = append(requests, deletion(keyOf(k.pk, k.sk)))
		}
	}
	if len(requests) > 0 {
		_ = d.writeAll(ctx, requests)
	}
}

// Scrub implements table.Scrubber: it removes the parts of values that no row names any more. Parts that are young may belong to a commit that is under
// way; while there are such, it answers Unavailable.
func (d *Driver) Scrub(ctx context.Context) error {
	if err := d.ended(ctx); err != nil {
		return err
	}
	tenants, err := d.tenantsOf(ctx, partsTable)
	if err != nil {
		return d.failed(ctx, err)
	}
	young := false
	for _, tenant := range tenants {
		left, err := d.scrub(ctx, tenant)
		if err != nil {
			return d.failed(ctx, err)
		}
		young = young || left
	}
	if young {
		return animo.Errorf(animo.Unavailable, "parts of removed values may still be in DynamoDB; scrub again in %v", "puede que queden en DynamoDB partes de valores eliminados; repítalo dentro de %v", youngest)
	}
	return nil
}

// scrub is Scrub for one tenant, and reports whether young parts are left.
func (d *Driver) scrub(ctx context.Context, tenant string) (young bool, err error) {
	parts, err := d.query(ctx, partitionOf(tenant, partKind, ""), partition, place, ofTable, ofKey, born)
	if err != nil {
		return false, err
	}
	rows := make([]itemKey, len(parts))
	for i, p := range parts {
		rows[i] = itemKey{partitionOf(tenant, rowKind, stringOf(p, ofTable)), stringOf(p, ofKey)}
	}
	var gone []types.WriteRequest
	for some := range slices.Chunk(parts, readAtOnce) {
		now, err := d.get(ctx, rows[:len(some)])
		if err != nil {
			return false, err
		}
		for i, p := range some {
			id, _, _ := strings.Cut(stringOf(p, place), "/")
			at, err := strconv.ParseInt(numberOf(p, born), 10, 64)
			switch {
			case stringOf(now[rows[i]], inParts) == id:
			case err == nil && d.now().Sub(time.Unix(at, 0)) < youngest:
				young = true
			default:
				gone = append(gone, deletion(p))
			}
		}
		rows = rows[len(some):]
	}
	return young, d.writeAll(ctx, gone)
}

// mostKnown is of how many rows it is remembered which parts hold their values.
const mostKnown = 4096

// known is which parts hold the values of rows that this process read or wrote, so that it can remove them with the row.
type known struct {
	mu sync.Mutex
	of map[itemKey]string
}

func (k *known) note(row itemKey, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.of) >= mostKnown || k.of == nil {
		k.of = map[itemKey]string{}
	}
	k.of[row] = id
}

// replace notes the parts of a row that was written, "" for none, and returns those that held its value before.
func (k *known) replace(row itemKey, id string) (before string) {
	k.mu.Lock()
	before = k.of[row]
	delete(k.of, row)
	k.mu.Unlock()
	if id != "" {
		k.note(row, id)
	}
	return before
}
