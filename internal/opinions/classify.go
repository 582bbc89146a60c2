package opinions

import (
	"container/list"
	"context"
	"io"
	"sync"

	"golang.org/x/sync/singleflight"

	"animo"
	"animo/internal/object"
	"animo/text"
)

// Loaded gives the version of a model that answers now, ready to classify, and that version's ID. It reads
// which one that is at every call, so a newly published version answers from the next call on.
func (f *Flow) Loaded(ctx context.Context, tenant, model string) (*text.Model, string, error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return nil, "", unknownModel(err, model)
	}
	if m.Current == "" {
		return nil, "", animo.Errorf(animo.NotTrained, "model %q is not trained; its training says how far it is, or why it failed", "el modelo %q no está entrenado; su entrenamiento dice cómo va, o por qué falló", animo.Clip(model)).Of("model")
	}
	loaded, err := f.loaded.get(tenant+"/"+versionKey(model, m.Current), func() (*text.Model, error) {
		return f.load(context.WithoutCancel(ctx), tenant, model, m.Current)
	})
	return loaded, m.Current, err
}

func (f *Flow) load(ctx context.Context, tenant, model, version string) (*text.Model, error) {
	row, err := f.version(ctx, tenant, model, version)
	if err != nil {
		return nil, err
	}
	var parts [2][]byte
	for i, name := range []string{vectorizerFile, networkFile} {
		r, _, err := f.objects.Get(ctx, tenant, learnedObject(model, version, name, row.Learned), object.Range{})
		if err != nil {
			return nil, err
		}
		parts[i], err = io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
	}
	return text.Decode(parts[0], parts[1])
}

// modelCache holds the models used last, at most `most` of them. A version never changes, so what is in the
// cache is never stale.
type modelCache struct {
	most    int
	loading singleflight.Group

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *cachedModel, the one used last in front
}

type cachedModel struct {
	key   string
	model *text.Model
}

func newModelCache(most int) *modelCache {
	return &modelCache{most: most, byKey: map[string]*list.Element{}, recent: list.New()}
}

// get gives the model of that key, loading it once when many ask for it together.
func (c *modelCache) get(key string, load func() (*text.Model, error)) (*text.Model, error) {
	c.mu.Lock()
	if e, ok := c.byKey[key]; ok {
		c.recent.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*cachedModel).model, nil
	}
	c.mu.Unlock()
	v, err, _ := c.loading.Do(key, func() (any, error) {
		m, err := load()
		if err == nil {
			c.put(key, m)
		}
		return m, err
	})
	if err != nil {
		return nil, err
	}
	return v.(*text.Model), nil
}

func (c *modelCache) put(key string, m *text.Model) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.recent.MoveToFront(e)
		return
	}
	c.byKey[key] = c.recent.PushFront(&cachedModel{key, m})
	for c.recent.Len() > c.most {
		oldest := c.recent.Back()
		c.recent.Remove(oldest)
		delete(c.byKey, oldest.Value.(*cachedModel).key)
	}
}
