package dynamotable

import "context"

// Parts is how many parts of values of a tenant there are.
func (d *Driver) Parts(ctx context.Context, tenant string) (int, error) {
	items, err := d.query(ctx, partitionOf(tenant, partKind, ""), partition, place)
	return len(items), err
}
