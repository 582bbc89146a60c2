package dynamotable

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Forget implements table.Driver.
func (d *Driver) Forget(ctx context.Context, tenant string) error {
	if err := d.ended(ctx); err != nil {
		return err
	}
	names, err := d.query(ctx, namesPartition, partition, place)
	if err != nil {
		return d.failed(ctx, err)
	}
	partitions := []string{partitionOf(tenant, endKind, ""), partitionOf(tenant, partKind, "")}
	for _, it := range names {
		kind, name, _ := strings.Cut(stringOf(it, place), "/")
		partitions = append(partitions, partitionOf(tenant, kind, name))
	}
	for _, pk := range partitions {
		if err := d.empty(ctx, pk); err != nil {
			return d.failed(ctx, err)
		}
	}
	d.ends.set(tenant, nil)
	d.parts.forget(url.PathEscape(tenant) + "/")
	return nil
}

// empty removes all items of a partition.
func (d *Driver) empty(ctx context.Context, pk string) error {
	items, err := d.query(ctx, pk, partition, place)
	if err != nil {
		return err
	}
	requests := make([]types.WriteRequest, len(items))
	for i, it := range items {
		requests[i] = deletion(it)
	}
	return d.writeAll(ctx, requests)
}

// forget drops what is known of rows in partitions that begin with prefix.
func (k *known) forget(prefix string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for row := range k.of {
		if strings.HasPrefix(row.pk, prefix) {
			delete(k.of, row)
		}
	}
}
