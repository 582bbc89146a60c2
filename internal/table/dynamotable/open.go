package dynamotable

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/table"
)

// Open opens the table dynamodb:PREFIX[?endpoint=URL&region=NAME], PREFIX-rows, and makes it where it is not there: paid by the request, with
// point-in-time recovery. Credentials are found where Amazon's own tools find them: in the environment, in ~/.aws, or in the role of the machine.
//
// It answers Invalid for an address that it cannot read, and where there is no region or there are no credentials; Forbidden where the credentials
// are wrong or may not use the table; Conflict for a table of that name that is another's; and Unavailable where nobody answers.
func Open(ctx context.Context, url string, o Options) (*Driver, error) {
	a, err := awsclient.Parse("tables", "dynamodb", url)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	c, transport, err := a.Config(ctx)
	if err != nil {
		return nil, err
	}
	d := &Driver{sdk: api.NewFromConfig(c), transport: transport, address: a, where: a.Where(c), table: aws.String(a.Prefix + "-rows"), now: o.Now, log: o.Log}
	d.turns.init()
	if err := d.prepare(ctx); err != nil {
		transport.CloseIdleConnections()
		if ended := table.Ended(ctx); ended != nil {
			return nil, ended
		}
		if _, ok := errors.AsType[*animo.Error](err); !ok {
			err = a.Failed("DynamoDB", d.where, err, true)
		}
		return nil, err
	}
	return d, nil
}

// prepare looks whether the table is there and is Animo's, and makes it where it is not there.
func (d *Driver) prepare(ctx context.Context) error {
	out, err := d.sdk.DescribeTable(ctx, &api.DescribeTableInput{TableName: d.table})
	if awsclient.CodeOf(err) == "ResourceNotFoundException" {
		return d.create(ctx)
	}
	if err != nil {
		return err
	}
	if !isOurs(out.Table) {
		return animo.Errorf(animo.Conflict, "DynamoDB has a table %s that is not Animo's; name another prefix in the setting tables", "DynamoDB tiene una tabla %s que no es de Animo; indique otro prefijo en el ajuste tables", *d.table).Of("tables")
	}
	return d.await(ctx) // another process may be making it
}

// isOurs reports whether a table has the keys and the index that create makes.
func isOurs(t *types.TableDescription) bool {
	schema := func(list []types.KeySchemaElement, hash, order string) bool {
		return len(list) == 2 && aws.ToString(list[0].AttributeName) == hash && aws.ToString(list[1].AttributeName) == order
	}
	for _, index := range t.GlobalSecondaryIndexes {
		if aws.ToString(index.IndexName) == byTable && schema(index.KeySchema, tableName, tenantName) {
			return schema(t.KeySchema, partition, place)
		}
	}
	return false
}

func (d *Driver) create(ctx context.Context) error {
	keys := func(hash, order string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &order, KeyType: types.KeyTypeRange}}
	}
	var attributes []types.AttributeDefinition
	for _, name := range []string{partition, place, tableName, tenantName} {
		attributes = append(attributes, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS})
	}
	_, err := d.sdk.CreateTable(ctx, &api.CreateTableInput{
		TableName: d.table, BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: attributes, KeySchema: keys(partition, place),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(byTable), KeySchema: keys(tableName, tenantName), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	})
	if err != nil && awsclient.CodeOf(err) != "ResourceInUseException" { // another process is making it
		return err
	}
	if err := d.await(ctx); err != nil {
		return err
	}
	d.log.Info("made a table of DynamoDB", "table", *d.table, "where", d.where)
	for try, began := 1, time.Now(); ; try++ {
		_, err = d.sdk.UpdateContinuousBackups(ctx, &api.UpdateContinuousBackupsInput{
			TableName: d.table, PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)},
		})
		if awsclient.CodeOf(err) != "ContinuousBackupsUnavailableException" || time.Since(began) > patience || rest(ctx, min(try, 6), err) != nil { // of a new table, for a moment
			break
		}
	}
	if err != nil {
		d.log.Warn("the table has no point-in-time recovery; turn it on in DynamoDB", "table", *d.table, "error", err)
	}
	return nil
}

// await waits until the table can be used.
func (d *Driver) await(ctx context.Context) error {
	return api.NewTableExistsWaiter(d.sdk, func(o *api.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second, 5*time.Second }).
		Wait(ctx, &api.DescribeTableInput{TableName: d.table}, makeTime)
}
