package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// peakRSSBytes is the most memory that the process has ever had in use: what the kernel says, or where it does not, what the runtime
// has asked it for.
func peakRSSBytes() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.Lines(string(status)) {
			if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
				kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
				if err == nil {
					return kilobytes << 10
				}
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
