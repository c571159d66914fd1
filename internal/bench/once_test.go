package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// onceAddresses is set in the processes that TestOnce starts.
const onceAddresses = "CF_TEST_ONCE_ADDRESSES"

// A process reports its CPU time and its peak of memory for the last list that it
// read.
func TestOnce(t *testing.T) {
	if addresses := os.Getenv(onceAddresses); addresses != "" {
		if err := printOnce(os.Stdout, strings.Fields(addresses)); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Parallel()
	urls := map[int]string{}
	for _, n := range []int{100, 5_000} {
		f, err := newFoundation(n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.close)
		urls[n] = f.server.URL
	}
	read := func(sizes ...int) once {
		addresses := make([]string, 0, len(sizes))
		for _, n := range sizes {
			addresses = append(addresses, urls[n])
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestOnce$")
		cmd.Env = append(os.Environ(), onceAddresses+"="+strings.Join(addresses, " "))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("printOnce: got error %v, want none; output:\n%.500s", err, out)
		}
		line, _, _ := strings.Cut(string(out), "\n")
		var took once
		if err := json.Unmarshal([]byte(line), &took); err != nil {
			t.Fatalf("printOnce: got the output %.200q, want JSON: %v", out, err)
		}
		return took
	}
	short, long, last := read(100), read(100, 5_000), read(5_000, 100)
	// The pages of the longer list alone have 7 MB.
	if more := long.Peak - short.Peak; more < 7<<20 || short.Peak < 1<<20 {
		t.Errorf("printOnce: got a peak of %d bytes for 100 processes and %d for 5,000, want 1 MiB or more, and 7 MiB between them", short.Peak, long.Peak)
	}
	// The list is 50 times as long; 3 times leaves room for a busy machine.
	if short.CPU <= 0 || long.CPU < 3*last.CPU {
		t.Errorf("printOnce: got CPU times of %s for 100 processes, %s for 100 after 5,000, and %s for 5,000, want the last three times as long", short.CPU, last.CPU, long.CPU)
	}
}
