package app

import (
	"strings"
	"testing"
)

func TestOwner_without_a_lock_every_process_has_a_name_and_a_slot_of_its_own(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		o := unlockedOwner()
		if seen[o.name] || seen[o.slot] || !strings.HasPrefix(o.name, "worker-") || strings.ContainsAny(o.slot, `/\`) {
			t.Fatalf("one of many processes is %+v", o)
		}
		seen[o.name], seen[o.slot] = true, true
	}
}
