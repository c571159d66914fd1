package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// ways are all ways to read a list.
var ways = []func(*foundation) (way, error){whole, floor, framework, obvious}

// The ways have to read the same number of processes, or their times say
// nothing.
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
			t.Fatalf("%s: %v", w.name, err)
		}
		sizes[w.name] = len(state)
	}
	if sizes["cf"] != sizes["framework"] || sizes["cf"] != sizes["floor"] {
		t.Errorf("the states have %v bytes", sizes)
	}
	// The obvious one has no filters.
	if d := sizes["cf"] - sizes["obvious"]; d < 0 || d > 300 {
		t.Errorf("the states have %v bytes", sizes)
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

// peakAddress is set in the processes that TestPeakMemory starts.
const peakAddress = "CF_TEST_PEAK_ADDRESS"

// The memory of a process that reads a list once is its own, and grows with the
// list.
func TestPeakMemory(t *testing.T) {
	if address := os.Getenv(peakAddress); address != "" {
		if err := printPeak(os.Stdout, address); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Parallel()
	var peaks [2]int64
	sizes := [2]int{100, 5_000}
	for i, n := range sizes {
		f, err := newFoundation(n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.close)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPeakMemory$")
		cmd.Env = append(os.Environ(), peakAddress+"="+f.server.URL)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		number, _, _ := strings.Cut(string(out), "\n")
		if peaks[i], err = strconv.ParseInt(number, 10, 64); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	// The pages of the longer list alone have 7 MB.
	if more := peaks[1] - peaks[0]; more < 7<<20 || peaks[0] < 1<<20 {
		t.Errorf("lists of %d processes took %d bytes", sizes, peaks)
	}
}
