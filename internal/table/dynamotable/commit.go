package dynamotable

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/table"
)

// Commit implements table.Driver.
func (d *Driver) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if err := d.ended(ctx); err != nil {
		return err
	}
	for i := range ops {
		if ops[i].Kind == table.OpCount && math.Abs(ops[i].Sum) >= mostSum {
			return animo.Errorf(animo.Invalid, "a tally's sum of %g is too large for DynamoDB", "la suma de un recuento, %g, es demasiado grande para DynamoDB", ops[i].Sum).Of("tally")
		}
	}
	if err := d.nameAll(ctx, ops); err != nil {
		return d.failed(ctx, err)
	}
	release, err := d.turns.take(ctx, tenant, ops)
	if err != nil {
		return err
	}
	defer release()
	ids, err := d.writeLarge(ctx, tenant, ops)
	if err == nil {
		err = d.transact(ctx, tenant, rev, ops, ids)
	}
	if err != nil {
		if code := animo.CodeOf(err); code == animo.Conflict || code == animo.Invalid { // else it may be written all the same
			d.removeParts(ctx, tenant, ids)
		}
		return d.failed(ctx, err)
	}
	d.tidy(ctx, tenant, ops, ids)
	return nil
}

// A step is one item of a transaction.
type step struct {
	types.TransactWriteItem
	key  string // of the row that is expected
	ends bool   // says where the tenant's logs end
}

// transact does the operations in one transaction. Where the logs end is guessed from before, and read from the answer where the guess is wrong.
func (d *Driver) transact(ctx context.Context, tenant string, rev int64, ops []table.Op, ids []string) error {
	for try, began := 1, time.Now(); ; try++ {
		last := d.ends.of(tenant)
		steps := d.steps(tenant, rev, ops, ids, last)
		if len(steps) == 0 {
			return nil
		}
		items := make([]types.TransactWriteItem, len(steps))
		for i, s := range steps {
			items[i] = s.TransactWriteItem
		}
		token := rand.Text() // by which DynamoDB knows a call that is made again because its answer was lost
		var answer []types.CancellationReason
		err := d.patient(ctx, func() error {
			_, err := d.sdk.TransactWriteItems(ctx, &api.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: &token})
			if e, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
				answer = e.CancellationReasons
			}
			return err
		})
		if err == nil {
			d.ends.note(tenant, last, ops)
			return nil
		}
		moved := false
		for i, reason := range answer {
			switch {
			case i >= len(steps) || aws.ToString(reason.Code) != "ConditionalCheckFailed":
			case steps[i].ends:
				moved = true
				d.ends.learn(tenant, reason.Item)
			default:
				return table.Changed(steps[i].key)
			}
		}
		if !moved || time.Since(began) > patience {
			return err
		}
		if try > 1 { // another process appends, too
			if ended := rest(ctx, min(try, 6), nil); ended != nil {
				return ended
			}
		}
	}
}

// patient calls again while DynamoDB says that another transaction is in the way, or that it has too much to do.
func (d *Driver) patient(ctx context.Context, call func() error) error {
	for try, began := 1, time.Now(); ; try++ {
		err := call()
		if err == nil || !inTheWay(err) || time.Since(began) > patience {
			return err
		}
		if ended := rest(ctx, min(try, 6), err); ended != nil {
			return err
		}
	}
}

// inTheWay reports whether a transaction was cancelled for what passes alone.
func inTheWay(err error) bool {
	switch awsclient.CodeOf(err) {
	case "TransactionInProgressException", "TransactionConflictException":
		return true
	}
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return awsclient.Throttled(err)
	}
	passes := false
	for _, r := range e.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			passes = true
		case "ConditionalCheckFailed":
			return false
		}
	}
	return passes
}

// steps are the items of the transaction that does the operations, where the tenant's logs end at last.
func (d *Driver) steps(tenant string, rev int64, ops []table.Op, ids []string, last map[string]int64) (steps []step) {
	next := map[string]int64{}
	var logs []string // those that are appended to, in order
	for i, op := range ops {
		row := keyOf(partitionOf(tenant, rowKind, op.Table), op.Key)
		condition, names, values := expected(op)
		switch op.Kind {
		case table.OpExpect:
			if condition != nil {
				steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
					TableName: d.table, Key: row, ConditionExpression: condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
				}}, key: op.Key})
			}
		case table.OpPut:
			row[revision], row[tableName], row[tenantName] = num(strconv.FormatInt(rev, 10)), str(op.Table), str(tenant)
			if ids[i] != "" {
				row[inParts], row[size] = str(ids[i]), num(strconv.Itoa(len(op.Value)))
			} else {
				row[value] = bin(notNil(op.Value))
			}
			steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Put: &types.Put{
				TableName: d.table, Item: row, ConditionExpression: condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			}}, key: op.Key})
		case table.OpDelete:
			steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Delete: &types.Delete{
				TableName: d.table, Key: row, ConditionExpression: condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			}}, key: op.Key})
		case table.OpCount:
			steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Update: &types.Update{
				TableName: d.table, Key: keyOf(partitionOf(tenant, tallyKind, op.Table), op.Key), UpdateExpression: aws.String("ADD #n :n, #sum :sum"),
				ExpressionAttributeNames:  map[string]string{"#n": count, "#sum": sum},
				ExpressionAttributeValues: item{":n": num(strconv.FormatInt(op.N, 10)), ":sum": num(decimal(op.Sum))},
			}}})
		case table.OpAppend:
			if _, ok := next[op.Log]; !ok {
				next[op.Log] = last[op.Log]
				logs = append(logs, op.Log)
			}
			next[op.Log]++
			at := keyOf(partitionOf(tenant, logKind, op.Log), seqKey(next[op.Log]))
			at[ofTable], at[ofKey] = str(op.Table), str(op.Key)
			steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Put: &types.Put{TableName: d.table, Item: at}}})
		case table.OpTrim:
			steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Delete: &types.Delete{TableName: d.table, Key: keyOf(partitionOf(tenant, logKind, op.Log), seqKey(op.Seq))}}})
		}
	}
	if len(logs) > 0 {
		steps = append(steps, step{TransactWriteItem: types.TransactWriteItem{Update: d.moveEnds(tenant, logs, last, next)}, ends: true})
	}
	return steps
}

// expected is the condition of an operation on a row; nil for none.
func expected(op table.Op) (condition *string, names map[string]string, values item) {
	switch {
	case op.Kind > table.OpDelete || op.Rev == table.AnyRev:
		return nil, nil, nil
	case op.Rev == 0:
		return aws.String("attribute_not_exists(#pk)"), map[string]string{"#pk": partition}, nil
	case op.Rev == table.SomeRev:
		return aws.String("attribute_exists(#pk)"), map[string]string{"#pk": partition}, nil
	}
	return aws.String("#rev = :rev"), map[string]string{"#rev": revision}, item{":rev": num(strconv.FormatInt(op.Rev, 10))}
}

// notNil keeps nil from becoming no value at all.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// A sum has at most 22 digits before the point and 15 behind it, because DynamoDB adds numbers of up to 38 digits and refuses a longer result.
const (
	mostSum   = 1e22
	sumDigits = 15
)

// decimal writes a summand. What is added and taken away again is the same number, so nothing is left of it.
func decimal(sum float64) string {
	text := strconv.FormatFloat(sum, 'f', sumDigits, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// endName is the attribute that says where a log ends.
func endName(log string) string { return "log " + log }

func endsKey(tenant string) item { return keyOf(partitionOf(tenant, endKind, ""), endKind) }

// moveEnds is the update that says where logs end, if they ended where last says.
func (d *Driver) moveEnds(tenant string, logs []string, last, next map[string]int64) *types.Update {
	var set, expect []string
	names, values := map[string]string{}, item{}
	for i, log := range logs {
		n := strconv.Itoa(i)
		names["#log"+n], values[":to"+n] = endName(log), num(strconv.FormatInt(next[log], 10))
		set = append(set, "#log"+n+" = :to"+n)
		if last[log] == 0 {
			expect = append(expect, "attribute_not_exists(#log"+n+")")
		} else {
			values[":from"+n] = num(strconv.FormatInt(last[log], 10))
			expect = append(expect, "#log"+n+" = :from"+n)
		}
	}
	return &types.Update{
		TableName: d.table, Key: endsKey(tenant), UpdateExpression: aws.String("SET " + strings.Join(set, ", ")), ConditionExpression: aws.String(strings.Join(expect, " AND ")),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// mostEnds is how many tenants' ends of logs are remembered; one that was forgotten costs a commit another call.
const mostEnds = 10_000

// ends is where the logs of tenants ended when this process last knew.
type ends struct {
	mu sync.Mutex
	at map[string]map[string]int64 // by tenant and log
}

// of returns where a tenant's logs end, as far as is known; nobody changes the map that it returns.
func (e *ends) of(tenant string) map[string]int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.at[tenant]
}

func (e *ends) set(tenant string, last map[string]int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.at) >= mostEnds || e.at == nil {
		e.at = map[string]map[string]int64{}
	}
	e.at[tenant] = last
}

// note notes a commit that was done where the logs ended at last.
func (e *ends) note(tenant string, last map[string]int64, ops []table.Op) {
	next := map[string]int64{}
	for log, seq := range last {
		next[log] = seq
	}
	moved := false
	for _, op := range ops {
		if op.Kind == table.OpAppend {
			next[op.Log]++
			moved = true
		}
	}
	if moved {
		e.set(tenant, next)
	}
}

// learn notes the item that says where a tenant's logs end.
func (e *ends) learn(tenant string, it item) {
	last := map[string]int64{}
	for name := range it {
		if log, ok := strings.CutPrefix(name, endName("")); ok {
			last[log], _ = strconv.ParseInt(numberOf(it, name), 10, 64) // which a commit that meets another number learns again
		}
	}
	e.set(tenant, last)
}

// turns lets commits of this process that write the same tally or log do so one after another: at once, DynamoDB would cancel all but one.
type turns struct {
	seed  maphash.Seed
	slots [512]chan struct{}
}

func (t *turns) init() {
	t.seed = maphash.MakeSeed()
	for i := range t.slots {
		t.slots[i] = make(chan struct{}, 1)
	}
}

// take waits until nobody else in this process writes what a commit writes.
func (t *turns) take(ctx context.Context, tenant string, ops []table.Op) (release func(), err error) {
	var slots []int
	for _, op := range ops {
		switch op.Kind {
		case table.OpCount:
			slots = append(slots, int(maphash.String(t.seed, partitionOf(tenant, tallyKind, op.Table)+"/"+op.Key)%uint64(len(t.slots))))
		case table.OpAppend:
			slots = append(slots, int(maphash.String(t.seed, partitionOf(tenant, endKind, ""))%uint64(len(t.slots))))
		}
	}
	slices.Sort(slots) // in one order, so that nobody waits for who waits for them
	slots = slices.Compact(slots)
	for i, slot := range slots {
		select {
		case t.slots[slot] <- struct{}{}:
		case <-ctx.Done():
			t.release(slots[:i])
			return nil, table.Ended(ctx)
		}
	}
	return func() { t.release(slots) }, nil
}

func (t *turns) release(slots []int) {
	for _, slot := range slots {
		<-t.slots[slot]
	}
}

// nameAll sees to it that namesPartition has the names of the tables and logs that a commit writes. Names stay there: they are those of the
// program, and there are few.
func (d *Driver) nameAll(ctx context.Context, ops []table.Op) error {
	var news []types.WriteRequest
	var names []string
	for _, op := range ops {
		name := rowKind + "/" + op.Table
		switch op.Kind {
		case table.OpCount:
			name = tallyKind + "/" + op.Table
		case table.OpAppend:
			name = logKind + "/" + op.Log
		case table.OpPut:
		default:
			continue
		}
		if _, ok := d.named.Load(name); !ok && !slices.Contains(names, name) {
			names = append(names, name)
			news = append(news, types.WriteRequest{PutRequest: &types.PutRequest{Item: keyOf(namesPartition, name)}})
		}
	}
	if len(news) == 0 {
		return nil
	}
	if err := d.writeAll(ctx, news); err != nil {
		return err
	}
	for _, name := range names {
		d.named.Store(name, true)
	}
	return nil
}

// tidy removes what a commit left: parts of values that it replaced, as far as this process knows them, and tallies that came to 0. The commit is
// done, so an error is nobody's; what stays is passed over, and removed by Scrub or the next who read it.
func (d *Driver) tidy(ctx context.Context, tenant string, ops []table.Op, ids []string) {
	var old []string
	var less []itemKey
	for i, op := range ops {
		switch {
		case op.Kind == table.OpPut || op.Kind == table.OpDelete:
			if id := d.parts.replace(itemKey{partitionOf(tenant, rowKind, op.Table), op.Key}, ids[i]); id != "" {
				old = append(old, id)
			}
		case op.Kind == table.OpCount && op.N < 0:
			less = append(less, itemKey{partitionOf(tenant, tallyKind, op.Table), op.Key})
		}
	}
	d.removeParts(ctx, tenant, old)
	if len(less) == 0 {
		return
	}
	found, err := d.get(ctx, less)
	if err != nil {
		return
	}
	d.endTallies(ctx, slices.DeleteFunc(less, func(k itemKey) bool {
		it, ok := found[k]
		return !ok || numberOf(it, count) != "0"
	}))
}

// endTallies removes tallies, unless somebody has counted in them meanwhile.
func (d *Driver) endTallies(ctx context.Context, keys []itemKey) {
	for _, k := range keys {
		_, err := d.sdk.DeleteItem(ctx, &api.DeleteItemInput{
			TableName: d.table, Key: keyOf(k.pk, k.sk), ConditionExpression: aws.String("#n = :zero"),
			ExpressionAttributeNames: map[string]string{"#n": count}, ExpressionAttributeValues: item{":zero": num("0")},
		})
		if err != nil && cmp.Or(awsclient.CodeOf(err), "none") != "ConditionalCheckFailedException" {
			return // whoever reads them removes them
		}
	}
}
