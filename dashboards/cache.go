package dashboards

import (
	"slices"
	"sync"
)

// cache keeps the last values that were made, by everything they depend on.
// What two requests want at once is made once. Errors are not kept.
type cache[V any] struct {
	max     int
	mu      sync.Mutex
	entries []*entry[V] // the last used at the end
}

type entry[V any] struct {
	key   string
	once  sync.Once
	value V
	err   error
}

func (c *cache[V]) get(key string, build func() (V, error)) (V, error) {
	c.mu.Lock()
	i := slices.IndexFunc(c.entries, func(e *entry[V]) bool { return e.key == key })
	e := &entry[V]{key: key}
	if i >= 0 {
		e = c.entries[i]
		c.entries = slices.Delete(c.entries, i, i+1)
	} else if len(c.entries) >= c.max {
		c.entries = slices.Delete(c.entries, 0, 1)
	}
	c.entries = append(c.entries, e)
	c.mu.Unlock()
	e.once.Do(func() { e.value, e.err = build() })
	if e.err != nil {
		c.mu.Lock()
		c.entries = slices.DeleteFunc(c.entries, func(x *entry[V]) bool { return x == e })
		c.mu.Unlock()
	}
	return e.value, e.err
}
