package dashboards

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// What is asked for by several at once is made once, errors are asked again,
// and what was not used for longest goes first.
func TestCache(t *testing.T) {
	c := cache[int]{max: 2}
	var built atomic.Int32
	build := func(v int) func() (int, error) {
		return func() (int, error) { built.Add(1); return v, nil }
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if v, err := c.get("a", build(1)); v != 1 || err != nil {
				t.Error(v, err)
			}
		})
	}
	wg.Wait()
	if built.Load() != 1 {
		t.Errorf("made %d times for eight askers", built.Load())
	}
	for range 2 {
		if _, err := c.get("broken", func() (int, error) { built.Add(1); return 0, errors.New("x") }); err == nil {
			t.Error("no error")
		}
	}
	if built.Load() != 3 {
		t.Errorf("an error was kept")
	}
	built.Store(0)
	for _, k := range []string{"a", "b", "a", "c", "a", "b"} { // c takes b's place
		if v, _ := c.get(k, build(len(k))); v != 1 {
			t.Error(k, v)
		}
	}
	if got := fmt.Sprint(built.Load()); got != "3" {
		t.Errorf("made %s values, want b, c and b again", got)
	}
	if len(c.entries) != 2 {
		t.Errorf("%d entries are kept, want 2", len(c.entries))
	}
}
