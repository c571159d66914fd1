package state

import (
	"strconv"
	"time"
)

var manyTime = time.Date(2025, time.March, 3, 9, 0, 0, 0, time.UTC)

// AddMany adds n processes in new apps, spaces and organizations, for benchmarks: 5 processes to 3 apps, 100 apps to a space, 10 spaces to an
// organization. Names and GUIDs are the same in every run.
func (s *Store) AddMany(n int) {
	defer s.lock()()
	db := &s.db
	started := db.Now().Add(-time.Hour)
	var org *Organization
	var space *Space
	apps, made := db.manyApps, db.manyProcesses
	last := made + n
	for made < last {
		if org == nil || apps%1000 == 0 {
			org = db.AddOrganization(GUID("many", "org", strconv.Itoa(apps)), "organization-"+strconv.Itoa(apps/1000), manyTime)
		}
		if space == nil || apps%100 == 0 {
			space = db.AddSpace(GUID("many", "space", strconv.Itoa(apps)), org.GUID, "space-"+strconv.Itoa(apps/100), manyTime)
		}
		app := db.AddApp(GUID("many", "app", strconv.Itoa(apps)), space.GUID, "app-"+strconv.Itoa(apps), manyTime.Add(time.Duration(apps)*time.Second))
		types := []string{"web", "worker"}
		if apps%3 == 2 {
			types = types[:1]
		}
		apps++
		for _, processType := range types {
			if made == last {
				break
			}
			p := manyProcess(made, processType)
			db.newProcess(app.GUID, p, manyTime, started)
			made++
		}
	}
	db.manyApps, db.manyProcesses = apps, made
}

func manyProcess(i int, processType string) Process {
	guid := GUID("many", "process", strconv.Itoa(i))
	p := Process{
		GUID: guid, Type: processType, Command: Ptr("bin/start --number " + strconv.Itoa(i)), Version: GUID("version", guid),
		Instances: int64(i % 4), MemoryInMB: int64(128 << (i % 5)), DiskInMB: 1024, RevisionGUID: Ptr(GUID("revision", guid)),
		Labels:      map[string]string{"environment": []string{"production", "staging", "test"}[i%3], "team": "team-" + strconv.Itoa(i%40)},
		Annotations: map[string]string{"contact": "team-" + strconv.Itoa(i%40) + "@example.org"},
		CreatedAt:   manyTime.Add(24*time.Hour + time.Duration(i)*time.Second),
	}
	if processType == "web" {
		p.HealthCheck = &HealthCheck{
			Type: "http", Timeout: Ptr[int64](60), InvocationTimeout: Ptr[int64](5), Endpoint: Ptr("/health"),
		}
	}
	return p
}
