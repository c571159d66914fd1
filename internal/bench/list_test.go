package main

import (
	"fmt"
	"testing"
)

// ways are all ways to read a list.
var ways = []func(*foundation) (way, error){whole, floor, framework, obvious}

// The ways have to read the same number of processes; otherwise their times are
// not comparable.
func TestWaysReadTheSame(t *testing.T) {
	t.Parallel()
	f, err := newFoundation(60)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	sizes := map[string]int{}
	for _, newWay := range ways {
		w, err := newWay(f)
		if err != nil {
			t.Fatal(err)
		}
		state, err := w.read()
		if err != nil {
			t.Fatalf("read by %s: got error %.500v, want a state", w.name, err)
		}
		sizes[w.name] = len(state)
	}
	if sizes["cf"] != sizes["framework"] || sizes["cf"] != sizes["floor"] {
		t.Errorf("read: got states of %v bytes, want the same for cf, framework and floor", sizes)
	}
	// obvious has no filters, and may lack a null attribute.
	if got := sizes["obvious"]; got > sizes["cf"] || got < sizes["cf"]*95/100 {
		t.Errorf("read: got states of %v bytes, want 95 to 100 %% of cf for obvious", sizes)
	}
}

// BenchmarkList reads cf_processes in each way.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		f, err := newFoundation(n)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(f.close)
		for _, newWay := range ways {
			w, err := newWay(f)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := w.read(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
