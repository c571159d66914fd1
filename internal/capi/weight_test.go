package capi

import (
	"runtime"
	"strings"
	"testing"
)

// A body of some megabytes must not become gigabytes.
func TestDecodedSizeIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		body, want string
		into       any
	}{
		"stats of nothing":   {`{"resources":[{}` + strings.Repeat(",{}", 10<<20) + `]}`, "more than 250000 objects", new(ProcessStats)},
		"labels of nothing":  {`{"guid":"g","metadata":{"labels":{"a":""` + strings.Repeat(`,"a":""`, 4<<20) + `}}}`, "more than 1500000 keys", new(Process)},
		"types of nothing":   {`{"guid":"g","process_types":[""` + strings.Repeat(`,""`, 8<<20) + `]}`, "more than 2500000 values", new(Sidecar)},
		"lists of nothing":   {`{"resources":[` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `]}`, "more than 250000 objects", new(ProcessStats)},
		"a page as usual":    {string(aPage(5000)), "", new(page[Process])},
		"many instances":     {`{"resources":[` + strings.Repeat(`{"usage":{"cpu":0.1},"instance_ports":[{"external":1}]},`, 10_000) + `{}]}`, "", new(ProcessStats)},
		"a process as usual": {fullProcess, "", new(Process)},
	} {
		t.Run(name, func(t *testing.T) {
			body := []byte(test.body)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := decode(body, test.into)
			runtime.ReadMemStats(&after)
			if test.want == "" {
				if err != nil {
					t.Errorf("got error %.300v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %.300v, want one with %q", err, test.want)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
				t.Errorf("got %d KiB allocated before the error, want at most 1024", allocated>>10)
			}
		})
	}
}

func TestPagesOfAListAreBoundedTogether(t *testing.T) {
	t.Parallel()
	body := aPage(5000)
	var list listWeight
	for pages := 1; ; pages++ {
		err := list.add(body)
		if err == nil {
			continue
		}
		if pages < 25 || !strings.Contains(err.Error(), "which is the limit") || overloads(err) {
			t.Errorf("got error %v after %d pages of 5,000 processes, want one about the limit after 25 or more, which smaller pages do not avoid", err, pages)
		}
		return
	}
}
