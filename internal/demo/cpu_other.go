//go:build !unix

package main

import "time"

// cpuOfChildren is not known here.
func cpuOfChildren() time.Duration { return 0 }
