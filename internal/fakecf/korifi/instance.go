package korifi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

const megabyte = 1 << 20

// statJSON is a stat in a response: an instance that starts has zeros, and one
// that does not run has neither usage nor quotas.
type statJSON struct {
	Type      string     `json:"type"`
	Index     int64      `json:"index"`
	State     string     `json:"state"`
	Uptime    *int64     `json:"uptime,omitempty"`
	MemQuota  *int64     `json:"mem_quota,omitempty"`
	DiskQuota *int64     `json:"disk_quota,omitempty"`
	Usage     *usageJSON `json:"usage,omitempty"`
}

type usageJSON struct {
	Time string  `json:"time"`
	CPU  float64 `json:"cpu"`
	Mem  int64   `json:"mem"`
	Disk int64   `json:"disk"`
}

func renderStat(r *state.ProcessRecord, index int64, now time.Time) []byte {
	i := r.Instance(index, now)
	stat := statJSON{Type: r.Type, Index: i.Index, State: i.State}
	at := now.Format("2006-01-02T15:04:05.000000000Z")
	switch i.State {
	case "RUNNING":
		stat.Usage = &usageJSON{Time: at, CPU: 0.123456789, Mem: 64 * megabyte, Disk: 69632}
		// The value of the process, not of the pod: a new one shows before the rollout
		// begins.
		stat.MemQuota, stat.DiskQuota = state.Ptr(r.MemoryInMB*megabyte), state.Ptr(r.DiskInMB*megabyte)
		stat.Uptime = state.Ptr(max(0, int64(now.Sub(i.Since)/time.Second)))
	case "STARTING":
		stat.Usage = &usageJSON{Time: at}
		stat.MemQuota, stat.DiskQuota = new(int64), new(int64)
	}
	return rest.Edit(rest.Marshal(stat), i.Omit, i.Override)
}

func (s *Server) getStats(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	switch {
	case c.Who.Role == state.SpaceAuditor && c.Collection() == "processes":
		return notFound("Process")
	case c.Who.Role == state.SpaceAuditor || c.Who.Role == state.SpaceManager:
		return rest.UnknownError()
	}
	now := db.Now()
	stats := []json.RawMessage{}
	for index := range min(record.Count(), state.MaxInstances) {
		if record.Instance(index, now).State != "" { // a pod that is gone is missing
			stats = append(stats, renderStat(record, index, now))
		}
	}
	a := rest.JSON(http.StatusOK, map[string]any{"resources": stats})
	if len(db.Warnings) > 0 {
		a.Header.Set("X-Cf-Warnings", strings.Join(db.Warnings, ","))
	}
	return a
}

// terminateInstance ends the pod whose name ends with the text in the path, if
// it is the only one: the names of pods 0, 10 and 20 end with "0", and only that
// of pod 1 with "-1".
//
// Source: Korifi fb0a00b2.
func (s *Server) terminateInstance(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	switch {
	case c.Who.Role == state.SpaceAuditor && c.Collection() == "processes":
		return notFound("Process")
	case c.Who.Role == state.SpaceAuditor || c.Who.Role == state.SpaceManager:
		return notFound("Pod")
	case !c.Who.Writes():
		return rest.NotAuthorized()
	}
	text := c.Last()
	index, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil:
		return rest.UnknownError()
	case index >= record.Instances:
		return notFound("Instance " + text + " of process " + record.Type)
	}
	pod, several := podWithSuffix(text, record.Count())
	switch {
	case several:
		return rest.Unprocessable("multiple pods found")
	case pod < 0 || record.Instance(pod, db.Now()).State == "":
		return notFound("Pod")
	}
	db.EndPod(record, pod)
	return rest.NewAnswer(http.StatusNoContent, "", nil)
}

// podWithSuffix finds the pods 0 to count-1 whose name ends with a text. The name
// of a pod ends with a dash and its index. It returns -1 if there is none.
func podWithSuffix(text string, count int64) (pod int64, several bool) {
	digits := strings.TrimPrefix(text, "-")
	pod, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(pod, 10) != digits || pod >= count {
		return -1, false
	}
	next := pod + 1 // the next one with these digits at its end
	for range digits {
		next = pod + (next-pod)*10
	}
	return pod, digits == text && next < count
}
