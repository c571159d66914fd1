package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// The audit runs against the foundation of a fictional company, which is large
// enough for meaningful totals and bars. It is the same in every run.

// division is an organization with the apps that it runs in each of its spaces.
type division struct {
	name   string
	spaces []string
	apps   []string
	care   float64 // from 0 to 1: how often its teams follow the policies
}

var company = []division{
	{"storefront", []string{"production", "staging", "development"}, []string{
		"web-shop", "cart", "checkout", "product-search", "recommendations", "reviews", "wishlist", "image-resizer", "sitemap", "gift-cards",
	}, 0.85},
	{"payments", []string{"production", "pre-production", "staging", "development"}, []string{
		"payment-gateway", "ledger", "fraud-scoring", "refunds", "invoicing", "tax", "payout-scheduler",
	}, 0.95},
	{"logistics", []string{"production", "staging", "load-test"}, []string{
		"inventory", "warehouse-api", "route-planner", "carrier-adapter", "label-printer", "returns", "tracking", "customs-forms",
	}, 0.7},
	{"data-platform", []string{"production", "staging", "playground"}, []string{
		"event-ingest", "stream-joiner", "feature-store", "report-builder", "model-serving", "data-catalog", "export-service",
	}, 0.6},
	{"customer-care", []string{"production", "staging", "training"}, []string{
		"ticket-desk", "chat-router", "callback-planner", "knowledge-base", "survey", "sentiment",
	}, 0.75},
	{"marketing", []string{"live", "preview"}, []string{
		"campaigns", "newsletter", "landing-pages", "coupon-engine", "tracking-pixel", "brand-portal",
	}, 0.45},
	{"internal-tools", []string{"tools", "experiments"}, []string{
		"staff-directory", "room-booking", "lunch-poll", "build-dashboard", "release-notes", "status-page", "license-manager", "wiki-search",
	}, 0.3},
}

// populate fills an empty foundation with the company's processes, and repeats its
// divisions under other names until there are at least so many processes.
func populate(f *fakecf.Foundation, wanted int) {
	random := rand.New(rand.NewPCG(2025, 3)) // the same company in every run
	begun := time.Date(2025, time.January, 13, 8, 0, 0, 0, time.UTC)
	for number, added := 0, 0; number < len(company) || added < wanted; number++ {
		d := company[number%len(company)]
		name := d.name
		if copies := number/len(company) + 1; copies > 1 {
			name = fmt.Sprintf("%s-%d", d.name, copies)
		}
		added += addDivision(f, random, d, name, &begun)
	}
}

// addDivision adds an organization with its spaces and apps, and returns how
// many processes those have.
func addDivision(f *fakecf.Foundation, random *rand.Rand, d division, name string, begun *time.Time) (added int) {
	org := f.AddOrganization(name)
	for place, spaceName := range d.spaces {
		space := f.AddSpace(org, spaceName)
		for number, appName := range d.apps {
			if place > 0 && random.Float64() < 0.15 {
				continue // not every space has every app
			}
			*begun = begun.Add(time.Duration(1+random.IntN(40)) * time.Hour)
			app := f.AddApp(space, appName)
			kinds := []string{"web"}
			if number%2 == 1 {
				kinds = append(kinds, "worker")
			}
			if number%5 == 4 {
				kinds = append(kinds, "scheduler")
			}
			for _, kind := range kinds {
				addProcess(f, random, d, app, kind, place == 0, *begun)
			}
			added += len(kinds)
			switch random.IntN(60) {
			case 0:
				f.StartDeployment(app)
			case 1:
				f.SetAppState(app, "STOPPED")
			}
		}
	}
	return added
}

// addProcess adds a process that follows the policies as often as its division.
func addProcess(f *fakecf.Foundation, random *rand.Rand, d division, app, kind string, first bool, begun time.Time) {
	careful := func() bool { return random.Float64() < d.care }
	p := fakecf.Process{
		Type: kind, Command: fakecf.Ptr("bin/" + kind), CreatedAt: begun,
		UpdatedAt: begun.Add(time.Duration(random.IntN(9000)) * time.Hour / 10),
		Instances: 1, MemoryInMB: []int64{128, 256, 512, 512, 768, 1024, 1024, 2048}[random.IntN(8)], DiskInMB: 1024,
		Labels: map[string]string{"environment": map[bool]string{true: "production", false: "test"}[first]},
	}
	if first {
		p.Instances = 1 + int64(random.IntN(5))
		if careful() {
			p.Instances++
		}
	}
	if !careful() && random.Float64() < 0.3 {
		p.MemoryInMB = []int64{3072, 4096, 8192}[random.IntN(3)]
	}
	if careful() {
		p.LogRateLimit = fakecf.Ptr[int64](16 << 10)
	}
	if careful() {
		p.Labels["team"] = fmt.Sprintf("%s-%d", d.name, 1+random.IntN(3))
	}
	if careful() && random.Float64() < 0.1 {
		p.Labels["waive_no_log_limit"] = fmt.Sprintf("OPS-%d", 1000+random.IntN(9000))
	}
	if kind == "web" {
		if careful() {
			p.HealthCheck = &fakecf.HealthCheck{Type: "http", Endpoint: fakecf.Ptr("/health")}
		}
		if careful() {
			p.ReadinessHealthCheck = &fakecf.HealthCheck{Type: "http", Endpoint: fakecf.Ptr("/ready")}
		}
	}
	guid := f.AddProcess(app, p)
	if first && kind == "web" && random.Float64() < 0.12 {
		f.SetInstance(guid, p.Instances-1, func(i *fakecf.Instance) {
			i.Since = time.Now().Add(-time.Duration(1+p.MemoryInMB%97) * time.Minute)
			i.State, i.Details = "CRASHED", fakecf.Ptr("APP/PROC/WEB: Exited with status 137 (out of memory)")
		})
	}
}
