// Command bench compares the provider with lower bounds, and prints a table of
// ratios. It measures both sides of a ratio alternately, so that a busy machine
// slows both.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// row is a line of the table.
type row struct {
	name, target, measured string
	met                    bool
}

func main() {
	once := flag.Bool("once", false, "read the list at each of the addresses that follow once, and print what that took")
	rounds := flag.Int("rounds", 9, "how often each side of a ratio is measured")
	only := flag.String("only", "", "measure only list, cli or attributes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *once {
		err = printOnce(os.Stdout, flag.Args())
	} else {
		err = run(ctx, os.Stdout, *rounds, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) // without stop, as the program ends
	}
}

func run(ctx context.Context, out io.Writer, rounds int, only string) error {
	if !slices.Contains([]string{"", "cli", "list", "attributes"}, only) {
		return fmt.Errorf("-only takes cli, list or attributes, not %q", only)
	}
	with := runtime.Version()
	var rows []row
	if only != "list" {
		cli, err := terraformcli.Find(ctx, os.Getenv("TF_CLI"))
		if err != nil {
			return err
		}
		with += ", " + cli.String()
		if only != "attributes" {
			if rows, err = measureCLI(ctx, cli, rounds); err != nil {
				return err
			}
		}
		if only != "cli" {
			kept, err := measureAttributes(ctx, cli, min(rounds, 3))
			if err != nil {
				return err
			}
			rows = append(rows, kept...)
		}
	}
	if only == "" || only == "list" {
		lists, err := measureLists(ctx, rounds)
		if err != nil {
			return err
		}
		rows = append(rows, lists...)
	}
	fmt.Fprintf(out, "Measured on %s, %s/%s, %d CPUs, %s. Each ratio in one run, the median of %d rounds.\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), with, rounds)
	fmt.Fprintf(out, "| Case | Target | Measured |\n| --- | --- | --- |\n")
	missed := 0
	for _, r := range rows {
		if !r.met {
			r.measured += " (missed)"
			missed++
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", r.name, r.target, r.measured)
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d targets missed", missed, len(rows))
	}
	return nil
}

// measureLists measures the rows about cf_processes, in this process.
func measureLists(ctx context.Context, rounds int) ([]row, error) {
	large, err := newFoundation(10_000)
	if err != nil {
		return nil, err
	}
	defer large.close()
	ours, err := whole(large)
	if err != nil {
		return nil, err
	}
	lowest, err := floor(large)
	if err != nil {
		return nil, err
	}
	usual, err := obvious(large)
	if err != nil {
		return nil, err
	}
	overFloor, own, err := ratio(ctx, rounds, ours, lowest)
	if err != nil {
		return nil, err
	}
	// It takes long, so once is enough.
	underObvious, _, err := ratio(ctx, 1, usual, ours)
	if err != nil {
		return nil, err
	}
	alone, err := readOnce(ctx, large)
	if err != nil {
		return nil, err
	}
	growth, err := measureGrowth(ctx, rounds)
	if err != nil {
		return nil, err
	}
	pages := float64(alone.Peak) / float64(large.bytes)
	return []row{
		{
			"`cf_processes` with 10,000 processes, CPU: against decoding its pages and encoding its state", "≤ 1.5 ×",
			fmt.Sprintf("%.2f × (%s)", overFloor, own.Round(time.Millisecond)), overFloor <= 1.5,
		},
		{
			"The same, peak memory of the process: against the bytes of its pages", "≤ 6 ×",
			fmt.Sprintf("%.1f × (%d MB for %d MB)", pages, alone.Peak>>20, large.bytes>>20), pages <= 6,
		},
		{
			"The same, CPU: against the obvious way (structs of `types.X`, `State.Set`)", "≥ 8 × faster",
			fmt.Sprintf("%.0f × faster", underObvious), underObvious >= 8,
		},
		{
			"CPU per process of a provider that reads one list: 20,000 processes against 1,000", "≤ 1.15 ×",
			fmt.Sprintf("%.2f ×", growth), growth <= 1.15,
		},
	}, nil
}

// ratio returns the CPU time of a divided by that of b, measured alternately, and
// the median time of a.
func ratio(ctx context.Context, rounds int, a, b way) (float64, time.Duration, error) {
	var ratios []float64
	var times []time.Duration
	for range rounds {
		timeA, err := cpuOf(ctx, a)
		if err != nil {
			return 0, 0, err
		}
		timeB, err := cpuOf(ctx, b)
		if err != nil {
			return 0, 0, err
		}
		ratios, times = append(ratios, float64(timeA)/float64(timeB)), append(times, timeA)
	}
	return median(ratios), median(times), nil
}

func cpuOf(ctx context.Context, w way) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	runtime.GC() // garbage of others does not count
	before := cpuTime()
	if _, err := w.read(); err != nil {
		return 0, fmt.Errorf("%s: %w", w.name, err)
	}
	return cpuTime() - before, nil
}

func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
