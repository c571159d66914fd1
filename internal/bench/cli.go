package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

const (
	blocks  = 1_000
	latency = 5 * time.Millisecond
	module  = "github.com/cf-process/terraform-provider-cf"
)

// measureCLI measures the rows with a real Terraform.
func measureCLI(ctx context.Context, cli terraformcli.CLI, rounds int) (rows []row, err error) {
	// This process only serves requests, and must not take CPU time from Terraform
	// and the provider.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))

	dir, err := os.MkdirTemp("", "cf-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := newProcesses(blocks, latency)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()

	env := map[string]string{"CF_API_URL": f.url(), "CF_ACCESS_TOKEN": "bench"}
	ours, err := newSide(ctx, cli, filepath.Join(dir, "cf"), module, configuration("cf_process", f.guids), env)
	if err != nil {
		return nil, err
	}
	base, err := newSide(ctx, cli, filepath.Join(dir, "nothing"), module+"/internal/bench/nothing", configuration("cf_nothing", f.guids), nil)
	if err != nil {
		return nil, err
	}

	schema, err := ours.against(ctx, base, rounds, "providers", "schema", "-json")
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{
		"Schema: `terraform providers schema -json`, against a provider with one empty data source", "≤ 1.10 ×",
		fmt.Sprintf("%.2f ×", schema), schema <= 1.10,
	})

	if err := os.RemoveAll(ours.cpuLog); err != nil {
		return nil, err
	}
	f.reset()
	plan, err := ours.against(ctx, base, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	requests, connections := f.requests.Load()/int64(rounds), f.connections.Load()/int64(rounds)
	cpu, err := ours.cpu()
	if err != nil {
		return nil, err
	}
	each := cpu / time.Duration(rounds*blocks)
	rows = append(rows, row{
		"Requests and connections of 1,000 `cf_process` blocks", "1,000 and ≤ 12", fmt.Sprintf("%d and %d", requests, connections),
		requests == blocks && connections <= 12,
	}, row{
		"CPU of the provider for each of them (all provider processes, validation included)", "≤ 1.5 ms",
		fmt.Sprintf("%.2f ms", float64(each)/float64(time.Millisecond)), each <= 1500*time.Microsecond,
	})

	// No provider can save the time of Terraform, the protocol and the API for such
	// blocks. The other bases show where the time goes.
	canned, err := newSide(ctx, cli, filepath.Join(dir, "canned"), module+"/internal/bench/canned", configuration("cf_process", f.guids),
		map[string]string{"CF_API_URL": f.url(), "CF_ACCESS_TOKEN": "bench", "BENCH_LATENCY": latency.String()})
	if err != nil {
		return nil, err
	}
	overCanned, err := ours.against(ctx, canned, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{
		fmt.Sprintf("Wall time of 1,000 `cf_process` blocks, %d ms a response, against a provider without the framework that repeats one prepared answer after the same pause", latency.Milliseconds()),
		"≤ 1.10 ×", fmt.Sprintf("%.2f ×", overCanned), overCanned <= 1.10,
	}, row{
		"The same, against 1,000 blocks with one attribute and no request", "none", fmt.Sprintf("%.2f ×", plan), true,
	})
	silent := base.with(map[string]string{"BENCH_SILENT": "1"})
	usual, err := newSide(ctx, cli, filepath.Join(dir, "usual"), module+"/internal/bench/usual", configuration("cf_process", f.guids), env)
	if err != nil {
		return nil, err
	}
	for _, share := range []struct {
		name    string
		of, per *side
	}{
		{"The same, if that provider writes no log either", ours, silent},
		{"The same, against blocks with the attributes of `cf_process`, with the framework and without requests", ours, usual},
	} {
		measured, err := share.of.against(ctx, share.per, rounds, "plan", "-no-color")
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{share.name, "none", fmt.Sprintf("%.2f ×", measured), true})
	}
	return rows, nil
}

// configuration has a block of the data source for each GUID.
func configuration(source string, guids []string) string {
	var b strings.Builder
	b.WriteString("terraform {\n  required_providers {\n    cf = { source = \"cf-process/cf\" }\n  }\n}\n")
	for i, guid := range guids {
		fmt.Fprintf(&b, "data %q \"p%d\" { guid = %q }\n", source, i, guid)
	}
	return b.String()
}
