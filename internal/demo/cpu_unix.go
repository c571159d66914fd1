//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuOfChildren is the CPU time of all programs that this one ran to their end.
func cpuOfChildren() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage) != nil {
		return 0 // never, for the children of the process itself
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
