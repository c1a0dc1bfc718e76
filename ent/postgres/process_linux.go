package postgres

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// processAttributes puts the server into a process group of its own and has the
// system shut it down when we are killed.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
}

const canNamespace = true

// enterNamespace lets the process see our user as the account's.
func enterNamespace(attributes *syscall.SysProcAttr, as account) {
	attributes.Cloneflags = syscall.CLONE_NEWUSER
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: as.uid, HostID: os.Geteuid(), Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: as.gid, HostID: os.Getegid(), Size: 1}}
}

// serverProcesses lists the processes whose working directory is the data
// folder: the server and its children, and nobody else. Numbers that were
// handed out anew, and dead processes that nobody has buried, are not among
// them.
func serverProcesses(home cluster, _ int) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	var pids []int
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != home.data() {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
