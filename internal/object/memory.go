package object

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A memory keeps objects until it is closed. An object's bytes are never changed, only replaced or removed, so that an open
// reader goes on reading the same.
type memory struct {
	now     func() time.Time
	closed  atomic.Bool
	mu      sync.RWMutex
	objects map[string]kept // by TENANT/NAME
}

type kept struct {
	data     []byte
	modified time.Time
}

func (k kept) info() Info { return Info{Size: int64(len(k.data)), Modified: k.modified} }

// openMemory makes an empty store.
func openMemory(now func() time.Time) *memory { return &memory{now: now, objects: map[string]kept{}} }

// Put implements Store.
func (m *memory) Put(ctx context.Context, tenant, name string, r io.ReadSeeker) error {
	if err := Check(ctx, &m.closed, tenant, CheckName(name)); err != nil {
		return err
	}
	data, err := io.ReadAll(newSource(ctx, r))
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[tenant+"/"+name] = kept{data, m.now()}
	return nil
}

// Get implements Store.
func (m *memory) Get(ctx context.Context, tenant, name string, part Range) (io.ReadCloser, Info, error) {
	if err := Check(ctx, &m.closed, tenant, CheckName(name), part.Check()); err != nil {
		return nil, Info{}, err
	}
	k, err := m.look(tenant, name)
	if err != nil {
		return nil, Info{}, err
	}
	return io.NopCloser(part.of(bytes.NewReader(k.data))), k.info(), nil
}

// Stat implements Store.
func (m *memory) Stat(ctx context.Context, tenant, name string) (Info, error) {
	if err := Check(ctx, &m.closed, tenant, CheckName(name)); err != nil {
		return Info{}, err
	}
	k, err := m.look(tenant, name)
	return k.info(), err
}

func (m *memory) look(tenant, name string) (kept, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	k, ok := m.objects[tenant+"/"+name]
	if !ok {
		return kept{}, NotFound(name)
	}
	return k, nil
}

// Delete implements Store.
func (m *memory) Delete(ctx context.Context, tenant, prefix string) (removed int, err error) {
	if err := Check(ctx, &m.closed, tenant, CheckPrefix(prefix)); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.objects {
		if strings.HasPrefix(name, tenant+"/"+prefix) {
			delete(m.objects, name)
			removed++
		}
	}
	return removed, nil
}

// Close implements Store. Objects that are open stay readable.
func (m *memory) Close() error {
	m.closed.Store(true)
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.objects)
	return nil
}
