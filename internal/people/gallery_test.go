package people

import (
	"maps"
	"slices"
	"testing"
	"time"
)

func TestEvict_leaves_no_people_of_removed_tenants_in_memory(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	p := &People{now: func() time.Time { return now }}
	p.galleries.of = map[string]*gallery{"sol": {used: now}, "mar": {used: now}, "idle": {used: now.Add(-galleryIdle)}}
	p.Evict([]string{"sol", "idle"})
	if left := slices.Collect(maps.Keys(p.galleries.of)); !slices.Equal(left, []string{"sol"}) {
		t.Errorf("the people of %v are in memory, want those of sol", left)
	}
}
