package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// once is the cost of reading a list once in a separate process, like Terraform,
// which starts the provider for each run. In one process, a list would reuse the
// memory of the list before it, and collect its garbage.
type once struct {
	// CPU is the CPU time of the last list.
	CPU time.Duration
	// Peak is the peak memory of the process, in bytes.
	Peak int64
}

// readOnce reads each of the lists once, in a new process.
func readOnce(ctx context.Context, lists ...*foundation) (once, error) {
	self, err := os.Executable()
	if err != nil {
		return once{}, err
	}
	args := []string{"-once"}
	for _, f := range lists {
		args = append(args, f.server.URL)
	}
	out, err := exec.CommandContext(ctx, self, args...).Output()
	if err != nil {
		return once{}, fmt.Errorf("measure a list in a separate process: %w", err)
	}
	var took once
	return took, json.Unmarshal(out, &took)
}

// printOnce reads the lists at the addresses, and prints the cost as JSON for
// readOnce.
func printOnce(out io.Writer, addresses []string) error {
	plugin.CollectGarbageSeldom() // like the provider's main
	var took once
	for _, address := range addresses {
		server, err := configured(address, plugin.NewServer("bench")())
		if err != nil {
			return err
		}
		w, err := protocolWay("cf", server)
		if err != nil {
			return err
		}
		before := cpuTime()
		state, err := w.read()
		if err != nil {
			return err
		}
		took.CPU = cpuTime() - before
		if len(state) == 0 {
			return errors.New("the state is empty")
		}
	}
	took.Peak = peakMemory()
	return json.NewEncoder(out).Encode(took)
}

// measureGrowth returns the CPU time per process in a list of 20,000, divided by
// that in a list of 1,000.
func measureGrowth(ctx context.Context, rounds int) (float64, error) {
	const few, many = 1_000, 20_000
	foundations := map[int]*foundation{}
	// A list of one process comes first, so that one-time work does not count.
	for _, n := range []int{1, few, many} {
		f, err := newFoundation(n)
		if err != nil {
			return 0, err
		}
		defer f.close()
		foundations[n] = f
	}
	growths := make([]float64, 0, rounds)
	for range rounds {
		long, err := readOnce(ctx, foundations[1], foundations[many])
		if err != nil {
			return 0, err
		}
		var short time.Duration
		for range many / few {
			took, err := readOnce(ctx, foundations[1], foundations[few])
			if err != nil {
				return 0, err
			}
			short += took.CPU
		}
		growths = append(growths, float64(long.CPU)/float64(short))
	}
	return median(growths), nil
}
