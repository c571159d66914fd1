//go:build !unix

package main

import (
	"runtime"
	"time"
)

var began = time.Now()

// cpuTime is the time on the clock: the nearest that there is here.
func cpuTime() time.Duration { return time.Since(began) }

// peakMemory is the memory that was taken from the system.
func peakMemory() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys)
}
