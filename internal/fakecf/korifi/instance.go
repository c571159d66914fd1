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

// statJSON is a stat in an answer: zeros for an instance that starts, and
// neither usage nor quotas for one that does not run.
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
		stat.MemQuota, stat.DiskQuota = state.Ptr(i.Limits.MemoryInMB*megabyte), state.Ptr(i.Limits.DiskInMB*megabyte)
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
	switch c.Who.Role {
	case state.SpaceAuditor:
		return notFound("Process")
	case state.SpaceManager:
		return rest.UnknownError()
	}
	now := db.Now()
	stats := make([]json.RawMessage, record.Count())
	for i := range stats {
		stats[i] = renderStat(record, int64(i), now)
	}
	a := rest.JSON(http.StatusOK, map[string]any{"resources": stats})
	if len(db.Warnings) > 0 {
		a.Header.Set("X-Cf-Warnings", strings.Join(db.Warnings, ","))
	}
	return a
}

// terminateInstance has Korifi's own way with indexes: it searches for pods by
// a part of their name, so -1 finds instance 1, and 1 finds 10 and 11 as well.
func (s *Server) terminateInstance(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	switch c.Who.Role {
	case state.SpaceAuditor:
		return notFound("Process")
	case state.SpaceManager:
		return notFound("Pod")
	}
	if !c.Who.Writes() {
		return rest.NotAuthorized()
	}
	text := c.Last()
	index, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil:
		return rest.UnknownError()
	case strings.HasPrefix(text, "+"):
		return notFound("Pod")
	case index >= record.Count():
		return notFound("Instance " + text + " of process " + record.Type)
	case index > 0 && index*10 < record.Count():
		return rest.Unprocessable("multiple pods found")
	}
	if index < 0 {
		index = -index
	}
	if index >= record.Count() {
		return notFound("Pod")
	}
	db.Terminate(record, index)
	return rest.NewAnswer(http.StatusNoContent, "", nil)
}
