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

// once is what it took a process of its own to read a list once, as Terraform
// has it read: it starts the provider for each run. In one process the memory
// that a list took would be there for the next one, and what it left behind
// would have to be collected by the next one.
type once struct {
	// CPU is that of the last list.
	CPU time.Duration
	// Peak is the most memory that the process ever had, in bytes.
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
		return once{}, fmt.Errorf("measure a list in a process of its own: %w", err)
	}
	var took once
	return took, json.Unmarshal(out, &took)
}

// printOnce is the other side of readOnce.
func printOnce(out io.Writer, addresses []string) error {
	plugin.CollectGarbageSeldom() // as the provider's main does
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

// measureGrowth is how much more CPU a process costs in a list of 20,000 than
// in one of 1,000.
func measureGrowth(ctx context.Context, rounds int) (float64, error) {
	const few, many = 1_000, 20_000
	foundations := map[int]*foundation{}
	// What is done only once, whatever the length of the list, is done for a list
	// of one process.
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
