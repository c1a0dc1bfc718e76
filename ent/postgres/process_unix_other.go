//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// processAttributes puts the server into a process group of its own. There is
// no word here for "end when we are killed": the next Start ends it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

const canNamespace = false

func enterNamespace(*syscall.SysProcAttr, account) {}

// serverProcesses returns pid when it is a living process named postgres.
func serverProcesses(_ cluster, pid int) []int {
	name, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || !strings.Contains(string(name), "postgres") {
		return nil
	}
	return []int{pid}
}
