package provider

import "runtime/debug"

const (
	// seldom lets four times as much garbage gather as there is memory in use:
	// a run that reads processes one by one uses a few MB, and would collect
	// garbage for every few dozens of them.
	seldom = 400
	// usual is Go's own choice, for what holds whole foundations.
	usual = 100
)

// CollectGarbageSeldom saves the time of collections as long as the provider
// holds little. Call it before the server starts, and not in a process with
// other work. A large list ends it.
func CollectGarbageSeldom() { debug.SetGCPercent(seldom) }

// collectGarbageAsUsual keeps the memory for large lists bounded.
func collectGarbageAsUsual() { debug.SetGCPercent(usual) }
