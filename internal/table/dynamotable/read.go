package dynamotable

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"animo"
	"animo/internal/table"
)

// Read implements table.Driver.
func (d *Driver) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	if err := d.ended(ctx); err != nil {
		return nil, err
	}
	rows := make([]table.Row, len(keys))
	asked := make([]itemKey, len(keys))
	for i, k := range keys {
		rows[i].Key = k.Key
		asked[i] = itemKey{partitionOf(tenant, rowKind, k.Table), k.Key}
	}
	for try := 1; ; try++ {
		found, err := d.get(ctx, asked)
		if err != nil {
			return nil, d.failed(ctx, err)
		}
		whole := true
		for i, k := range asked {
			rows[i].Value, rows[i].Rev = nil, 0
			if it, ok := found[k]; ok {
				var there bool
				if rows[i], there, err = d.rowOf(ctx, tenant, it, false); err != nil {
					return nil, d.failed(ctx, err)
				}
				whole = whole && there
			}
		}
		if whole {
			return rows, nil
		}
		// A row was written anew while the parts of its value were read.
		if err := d.again(ctx, try); err != nil {
			return nil, err
		}
	}
}

// again waits before a row is read anew whose parts were not there; after some tries it answers Damaged.
func (d *Driver) again(ctx context.Context, try int) error {
	if try == 10 {
		return animo.Errorf(animo.Damaged, "a value is not whole in DynamoDB (table %s)", "un valor no está completo en DynamoDB (tabla %s)", *d.table)
	}
	return rest(ctx, try, nil)
}

// itemKey names an item.
type itemKey struct{ pk, sk string }

// get reads items by their keys, which may come twice. Those that are not there are not among what it returns.
func (d *Driver) get(ctx context.Context, keys []itemKey) (map[itemKey]item, error) {
	found := make(map[itemKey]item, len(keys))
	seen := make(map[itemKey]bool, len(keys))
	var left []item
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			left = append(left, keyOf(k.pk, k.sk))
		}
	}
	for try := 1; len(left) > 0; try++ {
		some := left[:min(readAtOnce, len(left))]
		out, err := d.sdk.BatchGetItem(ctx, &api.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*d.table: {Keys: some, ConsistentRead: aws.Bool(true)}}})
		if err != nil {
			return nil, err
		}
		for _, it := range out.Responses[*d.table] {
			found[itemKey{stringOf(it, partition), stringOf(it, place)}] = it
		}
		missed := out.UnprocessedKeys[*d.table].Keys
		left = append(slices.Clone(missed), left[len(some):]...)
		if len(missed) == len(some) { // else there was progress
			if err := rest(ctx, try, nil); err != nil {
				return nil, err
			}
		} else {
			try = 0
		}
	}
	return found, nil
}

// rowOf is the row of an item; there is false where the parts of its value are not, because the row is another one by now.
func (d *Driver) rowOf(ctx context.Context, tenant string, it item, keyOnly bool) (row table.Row, there bool, err error) {
	row.Key = stringOf(it, place)
	if row.Rev, err = strconv.ParseInt(numberOf(it, revision), 10, 64); err != nil {
		return row, false, err
	}
	id := stringOf(it, inParts)
	if id != "" {
		d.parts.note(itemKey{stringOf(it, partition), row.Key}, id)
	}
	switch {
	case keyOnly:
	case id == "":
		if row.Value = bytesOf(it, value); row.Value == nil {
			row.Value = []byte{}
		}
	default:
		n, err := strconv.Atoi(numberOf(it, size))
		if err != nil {
			return row, false, err
		}
		row.Value, there, err = d.readParts(ctx, tenant, id, n)
		return row, there, err
	}
	return row, true, nil
}

// page reads one page of a partition's items in r, and reports whether there may be more.
func (d *Driver) page(ctx context.Context, pk string, r table.Range, p table.Page, only ...string) (items []item, more bool, err error) {
	if err := d.ended(ctx); err != nil {
		return nil, false, err
	}
	from, to, ok := bounds(r)
	if !ok {
		return nil, false, nil
	}
	in := &api.QueryInput{
		TableName: d.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!p.Reverse), Limit: aws.Int32(int32(min(p.Limit, 1<<20)) + 1),
		KeyConditionExpression:   aws.String("#pk = :pk AND #sk >= :from"),
		ExpressionAttributeNames: map[string]string{"#pk": partition, "#sk": place}, ExpressionAttributeValues: item{":pk": str(pk), ":from": str(from)},
	}
	if to != "" { // which is not in the range; there is at most one item with that key
		in.KeyConditionExpression = aws.String("#pk = :pk AND #sk BETWEEN :from AND :to")
		in.ExpressionAttributeValues[":to"] = str(to)
	}
	project(&in.ProjectionExpression, in.ExpressionAttributeNames, only)
	for {
		out, err := d.sdk.Query(ctx, in)
		if err != nil {
			return nil, false, d.failed(ctx, err)
		}
		items = slices.DeleteFunc(out.Items, func(it item) bool { return to != "" && stringOf(it, place) == to })
		more = out.LastEvaluatedKey != nil
		if len(items) > 0 || !more {
			break
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	if len(items) > p.Limit {
		items, more = items[:p.Limit], true
	}
	return items, more, nil
}

// Scan implements table.Driver.
func (d *Driver) Scan(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) (rows []table.Row, more bool, err error) {
	var only []string
	if p.KeysOnly {
		only = []string{partition, place, revision, inParts}
	}
	pk := partitionOf(tenant, rowKind, tbl)
	items, more, err := d.page(ctx, pk, r, p, only...)
	if err != nil {
		return nil, false, err
	}
	bytes := 0
	for _, it := range items {
		row, there, err := d.rowOf(ctx, tenant, it, p.KeysOnly)
		if err != nil {
			return nil, false, d.failed(ctx, err)
		}
		if !there { // it is another row by now, or none
			now, err := d.Read(ctx, tenant, table.Key{Table: tbl, Key: row.Key})
			if err != nil {
				return nil, false, err
			}
			if row = now[0]; row.Rev == 0 {
				continue
			}
		}
		if rows = append(rows, row); len(rows) == len(items) {
			break
		}
		if bytes += len(row.Value); bytes >= pageBytes {
			return rows, true, nil
		}
	}
	if len(rows) == 0 && more { // all were removed meanwhile
		last := stringOf(items[len(items)-1], place)
		if p.Reverse {
			r.To = last
		} else {
			r.From = last + "\x00"
		}
		return d.Scan(ctx, tenant, tbl, r, p)
	}
	return rows, more, nil
}

// Tallies implements table.Driver. Tallies that came to 0 are passed over, and removed, where whoever counted them down died before that.
func (d *Driver) Tallies(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) (tallies []table.Tally, more bool, err error) {
	pk := partitionOf(tenant, tallyKind, tbl)
	for {
		items, more, err := d.page(ctx, pk, r, p)
		if err != nil {
			return nil, false, err
		}
		var empty []itemKey
		for _, it := range items {
			t := table.Tally{Key: stringOf(it, place)}
			var errN, errSum error
			t.N, errN = strconv.ParseInt(numberOf(it, count), 10, 64)
			t.Sum, errSum = strconv.ParseFloat(numberOf(it, sum), 64)
			if errN != nil || errSum != nil {
				return nil, false, animo.Errorf(animo.Damaged, "a tally cannot be read in DynamoDB (table %s)", "no se puede leer un recuento en DynamoDB (tabla %s)", *d.table)
			}
			if t.N == 0 {
				empty = append(empty, itemKey{pk, t.Key})
				continue
			}
			tallies = append(tallies, t)
		}
		d.endTallies(ctx, empty)
		if len(tallies) > 0 || !more {
			return tallies, more, nil
		}
		if last := stringOf(items[len(items)-1], place); p.Reverse {
			r.To = last
		} else {
			r.From = last + "\x00"
		}
	}
}

// mostMissed is how many places before a gap in a log are asked for again. No more transactions than that are between their commit and the moment at which
// every reader sees all that they wrote.
const mostMissed = 50

// Places implements table.Driver.
//
// A transaction's items become visible one after another, so a place may be seen before one that was committed earlier. Numbers have no
// gaps but where a log was trimmed; so who sees a gap asks for what is in it by a transaction, which waits for others.
func (d *Driver) Places(ctx context.Context, tenant, log string, after int64, n int) (places []table.Logged, err error) {
	if err := d.ended(ctx); err != nil {
		return nil, err
	}
	pk, newest, most := partitionOf(tenant, logKind, log), n < 0, max(n, -n)
	in := &api.QueryInput{
		TableName: d.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!newest), KeyConditionExpression: aws.String("#pk = :pk AND #sk > :after"),
		ExpressionAttributeNames:  map[string]string{"#pk": partition, "#sk": place},
		ExpressionAttributeValues: item{":pk": str(pk), ":after": str(seqKey(after))},
	}
	for len(places) < most {
		in.Limit = aws.Int32(int32(min(most-len(places), 1<<20)))
		out, err := d.sdk.Query(ctx, in)
		if err != nil {
			return nil, d.failed(ctx, err)
		}
		for _, it := range out.Items {
			p, err := placeOf(it)
			if err != nil {
				return nil, err
			}
			places = append(places, p)
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			break
		}
	}
	if newest {
		slices.Reverse(places)
	}
	if after == 0 { // nothing was seen before
		return d.fill(ctx, pk, places, most, newest)
	}
	return d.fill(ctx, pk, append([]table.Logged{{Seq: after}}, places...), most+1, newest)
}

// fill puts into places what is in their gaps, and returns the first most of them, or the last ones. A place without a table is where the reader was, and is left out.
func (d *Driver) fill(ctx context.Context, pk string, places []table.Logged, most int, newest bool) ([]table.Logged, error) {
	var missed []types.TransactGetItem
	for i := 1; i < len(places); i++ {
		for seq := max(places[i-1].Seq+1, places[i].Seq-mostMissed); seq < places[i].Seq && len(missed) < mostMissed; seq++ {
			missed = append(missed, types.TransactGetItem{Get: &types.Get{TableName: d.table, Key: keyOf(pk, seqKey(seq))}})
		}
	}
	if len(missed) > 0 {
		var out *api.TransactGetItemsOutput
		err := d.patient(ctx, func() (err error) {
			out, err = d.sdk.TransactGetItems(ctx, &api.TransactGetItemsInput{TransactItems: missed})
			return err
		})
		if err != nil {
			return nil, d.failed(ctx, err)
		}
		for _, r := range out.Responses {
			if len(r.Item) == 0 {
				continue // it was trimmed
			}
			p, err := placeOf(r.Item)
			if err != nil {
				return nil, err
			}
			places = append(places, p)
		}
		slices.SortFunc(places, func(a, b table.Logged) int { return int(a.Seq - b.Seq) })
	}
	if newest {
		places = places[max(0, len(places)-most):]
	} else {
		places = places[:min(most, len(places))]
	}
	return slices.DeleteFunc(places, func(p table.Logged) bool { return p.Table == "" }), nil
}

func placeOf(it item) (p table.Logged, err error) {
	p.Seq, err = strconv.ParseInt(stringOf(it, place), 10, 64)
	p.Table, p.Key = stringOf(it, ofTable), stringOf(it, ofKey)
	if err != nil {
		err = animo.Errorf(animo.Damaged, "a place of a log cannot be read in DynamoDB", "no se puede leer una posición de un registro en DynamoDB").Because(err)
	}
	return p, err
}

// tenantsAtOnce is how many of the index's items are read at once: enough that tenants with few rows need few calls.
const tenantsAtOnce = 256

// Tenants implements table.Driver. The index is a moment behind the rows.
func (d *Driver) Tenants(ctx context.Context, tables ...string) (names []string, err error) {
	if err := d.ended(ctx); err != nil {
		return nil, err
	}
	for _, tbl := range tables {
		some, err := d.tenantsOf(ctx, tbl)
		if err != nil {
			return nil, d.failed(ctx, err)
		}
		names = append(names, some...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// tenantsOf reads the tenants of one table in the index, each page behind the last tenant of the one before.
func (d *Driver) tenantsOf(ctx context.Context, tbl string) (names []string, err error) {
	last := "\x00"
	for {
		out, err := d.sdk.Query(ctx, &api.QueryInput{
			TableName: d.table, IndexName: aws.String(byTable), Limit: aws.Int32(tenantsAtOnce), KeyConditionExpression: aws.String("#tbl = :tbl AND #tenant > :last"),
			ProjectionExpression:      aws.String("#tenant"),
			ExpressionAttributeNames:  map[string]string{"#tbl": tableName, "#tenant": tenantName},
			ExpressionAttributeValues: item{":tbl": str(tbl), ":last": str(last)},
		})
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			if name := stringOf(it, tenantName); name != last {
				names, last = append(names, name), name
			}
		}
		if out.LastEvaluatedKey == nil {
			return names, nil
		}
	}
}
