// Package dynamotable keeps rows in Amazon DynamoDB. Start at Open; DESIGN.md says how it works.
package dynamotable

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/table"
)

const (
	mostOps     = 99               // operations in a commit: a transaction takes 100 items, of which one may say where the tenant's logs end
	mostInline  = 350 << 10        // bytes of a value in its row's item, of which DynamoDB takes 400 KB with all that is beside the value
	mostAtOnce  = 3<<20 + 512<<10  // bytes of the values in a transaction, of which DynamoDB takes 4 MB
	pageBytes   = 4 << 20          // of values, which end a page early
	readAtOnce  = 100              // keys in a BatchGetItem
	writeAtOnce = 25               // requests in a BatchWriteItem
	patience    = 20 * time.Second // for which a commit is tried again that meets others
	makeTime    = 2 * time.Minute  // making a table
)

// Options tune a Driver. The zero value works.
type Options struct {
	Now func() time.Time // says how old parts of values are; nil means time.Now
	Log *slog.Logger     // nil means slog.Default
}

// Driver is a table.Driver in a table of DynamoDB.
type Driver struct {
	sdk       *api.Client
	transport *http.Transport
	address   awsclient.Address
	where     string // the server, in words for people
	table     *string
	now       func() time.Time
	log       *slog.Logger
	closed    atomic.Bool

	named sync.Map // names of tables and logs that namesPartition is known to have
	turns turns
	ends  ends
	parts known
}

var (
	_ table.Driver   = (*Driver)(nil)
	_ table.Scrubber = (*Driver)(nil)
)

// Limits implements table.Driver.
func (d *Driver) Limits() table.Limits { return table.Limits{Ops: mostOps, Value: table.MaxValue} }

// Close implements table.Driver.
func (d *Driver) Close() error {
	d.closed.Store(true)
	d.transport.CloseIdleConnections()
	return nil
}

// ended is the answer of a call after Close or after the end of ctx; nil before.
func (d *Driver) ended(ctx context.Context) error {
	if d.closed.Load() {
		return animo.Errorf(animo.Unavailable, "the table is closed", "la tabla está cerrada")
	}
	return table.Ended(ctx)
}

// failed is the answer to a call that DynamoDB did not do; nil for none.
func (d *Driver) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := d.ended(ctx); ended != nil {
		return ended
	}
	if _, ok := errors.AsType[*animo.Error](err); ok {
		return err
	}
	switch code := awsclient.CodeOf(err); code {
	case "ResourceNotFoundException":
		return animo.Errorf(animo.Unavailable, "DynamoDB (%s) has no table %s any more; see to the setting tables", "DynamoDB (%s) ya no tiene la tabla %s; revise el ajuste tables", d.where, *d.table).Of("tables").Because(err)
	case "ValidationException", "SerializationException":
		return animo.Errorf(animo.Internal, "DynamoDB does not understand a call", "DynamoDB no entiende una llamada").Because(err)
	}
	return d.address.Failed("DynamoDB", d.where, err, false)
}

// rest waits before another try; an error says that ctx has ended.
func rest(ctx context.Context, try int, err error) error {
	timer := time.NewTimer(awsclient.Pause(try, err))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return table.Ended(ctx)
}

// item is what DynamoDB keeps: attributes by their names.
type item = map[string]types.AttributeValue

// keyOf is the key of an item.
func keyOf(pk, sk string) item { return item{partition: str(pk), place: str(sk)} }

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func bin(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func num(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

// stringOf reads a text; empty where there is none.
func stringOf(i item, name string) string {
	if s, ok := i[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// numberOf reads a number's text; "0" where there is none.
func numberOf(i item, name string) string {
	if n, ok := i[name].(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return "0"
}

func bytesOf(i item, name string) []byte {
	if b, ok := i[name].(*types.AttributeValueMemberB); ok {
		return b.Value
	}
	return nil
}

// writeAll puts and deletes items in no order, as many with each call as DynamoDB takes. After an error some are written.
func (d *Driver) writeAll(ctx context.Context, requests []types.WriteRequest) error {
	for try := 1; len(requests) > 0; try++ {
		some := requests[:min(writeAtOnce, len(requests))]
		out, err := d.sdk.BatchWriteItem(ctx, &api.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*d.table: some}})
		if err != nil {
			return err
		}
		left := out.UnprocessedItems[*d.table]
		requests = append(left, requests[len(some):]...)
		if len(left) == 0 {
			try = 0
		} else if err := rest(ctx, try, nil); err != nil {
			return err
		}
	}
	return nil
}

func deletion(key item) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: item{partition: key[partition], place: key[place]}}}
}

// query reads all items of a partition; only names the attributes that are wanted, none for all.
func (d *Driver) query(ctx context.Context, pk string, only ...string) ([]item, error) {
	var all []item
	in := &api.QueryInput{
		TableName: d.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("#pk = :pk"),
		ExpressionAttributeNames: map[string]string{"#pk": partition}, ExpressionAttributeValues: item{":pk": str(pk)},
	}
	project(&in.ProjectionExpression, in.ExpressionAttributeNames, only)
	for {
		out, err := d.sdk.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.Items...)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return all, nil
		}
	}
}

// project has a call return only some attributes.
func project(expression **string, names map[string]string, only []string) {
	text := ""
	for i, name := range only {
		if i > 0 {
			text += ", "
		}
		text += "#" + name
		names["#"+name] = name
	}
	if text != "" {
		*expression = &text
	}
}
