package capi_test

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// 200 reads at once while a fifth of all requests meets a fault, a router
// restarts and all tokens are revoked: each read gets its process.
func TestManyReadsWithFaults(t *testing.T) {
	f := fakecf.New(t, fakecf.WithoutSeed())
	f.AddMany(200)
	f.SetClient(fakecf.ClientID, fakecf.ClientSecret, fakecf.Admin)
	client := sessionClient(t, f, 3*time.Second, 5)
	list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{})
	if err != nil || len(list.Processes) != 200 {
		t.Fatalf("got error %v, want the 200 processes", err)
	}
	f.ResetRequests()

	actions := []fakecf.Action{
		fakecf.Status(500), fakecf.RouterError(502, "endpoint_failure"), fakecf.HTML(503), fakecf.RouterError(404, "unknown_route"),
		fakecf.RateLimited(time.Second), fakecf.Close(), fakecf.CloseAfter(), fakecf.CutOff(100), fakecf.Hang(0), fakecf.HTML(504),
	}
	added := hitAFifth(f, actions)
	var mu sync.Mutex
	reads := 0
	f.OnRequest(func(r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v3/") {
			return
		}
		mu.Lock()
		reads++
		n := reads
		mu.Unlock()
		switch n {
		case 100:
			f.RevokeTokens()
		case 150:
			f.DropConnections()
		}
	})

	var wg sync.WaitGroup
	for _, p := range list.Processes {
		wg.Go(func() {
			got, err := client.GetProcess(t.Context(), capi.Address{GUID: p.GUID})
			if err != nil {
				t.Errorf("%s: got %.600v, want no error", p.GUID, err)
				return
			}
			want, _ := f.Process(p.GUID)
			if got.GUID != p.GUID || got.Type == nil || *got.Type != want.Type || got.AppGUID() == nil || *got.AppGUID() != want.AppGUID ||
				got.MemoryInMB == nil || *got.MemoryInMB != want.MemoryInMB {
				t.Errorf("got the process %s, want %s", got.GUID, p.GUID)
			}
		})
	}
	wg.Wait()
	hits := 0
	for i, fault := range added {
		if fault.Hits() == 0 {
			t.Errorf("fault %d: got no request that met it, want one or more", i)
		}
		hits += fault.Hits()
	}
	if hits < 40 {
		t.Errorf("got %d faults, want at least 40", hits)
	}
	// Requests with a token from before the revocation are repeated once, and so are
	// those on a dropped connection: one on each at most.
	refused := 0
	for _, r := range f.Requests() {
		if r.Status == http.StatusUnauthorized {
			refused++
		}
	}
	// A fault that truncates the response can affect a refused request as well.
	if sent := f.Count("GET", "/v3/processes/"); sent < 200+hits || sent > 200+hits+refused+12 {
		t.Errorf("got %d requests for 200 reads with %d faults and %d refused tokens, want one for each", sent, hits, refused)
	}
	if got := f.Count("POST", "/oauth/token"); got != 1 {
		t.Errorf("got %d logins after all tokens were revoked, want 1", got)
	}
}

// hitAFifth adds a fault to one request in five, chosen by the path and the number
// of requests for it: the same in each run, regardless of the order of the
// requests. The fifth and later requests for a path have no fault, so that five
// retries are enough.
func hitAFifth(f *fakecf.Foundation, actions []fakecf.Action) []*fakecf.AddedFault {
	counts := map[string]int{}
	chosen := -1
	choose := func(r *http.Request) bool {
		chosen = -1
		if !strings.HasPrefix(r.URL.Path, "/v3/") {
			return false
		}
		counts[r.URL.Path]++
		if counts[r.URL.Path] < 5 {
			h := fnv.New32a()
			fmt.Fprint(h, r.URL.Path, counts[r.URL.Path])
			chosen = int(h.Sum32() % uint32(5*len(actions)))
		}
		return false
	}
	// The foundation calls When of all faults for each request, in their order and
	// for one request at a time: the first one chooses for the others.
	f.AddFault(fakecf.Fault{When: choose})
	var added []*fakecf.AddedFault
	for i, action := range actions {
		added = append(added, f.AddFault(fakecf.Fault{When: func(*http.Request) bool { return chosen == i }, Do: action}))
	}
	return added
}
