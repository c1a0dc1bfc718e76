//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is whom the server's processes run as. PostgreSQL refuses to be root,
// so that root's Ponte runs it either in a user namespace, where root's files
// look as if they belonged to somebody else, or as somebody else indeed.
type account struct {
	kind     accountKind
	uid, gid int
}

type accountKind int

const (
	sameUser accountKind = iota
	namespaced
	otherUser
)

// apply makes command run as the account, in folder, with a small environment
// of its own, out of reach of the terminal's Ctrl-C.
func (a account) apply(command *exec.Cmd, folder string) {
	command.Dir = folder
	command.Env = serverEnvironment()
	command.SysProcAttr = processAttributes()
	switch a.kind {
	case namespaced:
		enterNamespace(command.SysProcAttr, a)
	case otherUser:
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// own gives folder and all in it to the account. It follows no link out of it.
func (a account) own(folder string) error {
	if a.kind != otherUser || folder == "" {
		return nil
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return root.Lchown(name, a.uid, a.gid)
	})
}

// chooseAccount returns whom the server shall run as. For root that is the
// owner of the data where that is somebody else, then a user namespace and,
// where those are refused or confined is set, the user postgres or nobody.
func chooseAccount(home cluster, programs binaries, confined bool) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	if owner, ok := ownerOf(home.data()); ok && owner.uid != 0 {
		return owner, owner.own(home.root)
	}
	other, err := unprivileged()
	if err != nil {
		return account{}, err
	}
	if !confined && canNamespace {
		inside := account{kind: namespaced, uid: other.uid, gid: other.gid}
		if inside.canRun(programs) == nil {
			return inside, nil
		}
	}
	if err := other.canRun(programs); err != nil {
		return account{}, notAsRoot(err)
	}
	return other, other.own(home.root)
}

func notAsRoot(cause error) error {
	return &Problem{
		Portuguese: "O PostgreSQL não roda como root, e outro usuário não tem acesso a ele aqui. Rode Ponte como um usuário comum, ou indique um servidor em DATABASE_URL.",
		English:    "PostgreSQL does not run as root, and no other user can reach it here. Run Ponte as an ordinary user, or name a server in DATABASE_URL.",
		Cause:      cause,
	}
}

func (a account) canRun(programs binaries) error {
	command := exec.Command(programs.program("postgres"), "--version")
	a.apply(command, "/")
	return command.Run()
}

func ownerOf(path string) (account, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return account{}, false
	}
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, false
	}
	return account{kind: otherUser, uid: int(status.Uid), gid: int(status.Gid)}, true
}

// unprivileged returns a user that the system knows by name: initdb insists on
// one.
func unprivileged() (account, error) {
	for _, name := range []string{"postgres", "nobody"} {
		known, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(known.Uid)
		gid, gidErr := strconv.Atoi(known.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("user %s: %w", name, err)
		}
		return account{kind: otherUser, uid: uid, gid: gid}, nil
	}
	return account{}, notAsRoot(errors.New("this system has neither a user postgres nor a user nobody"))
}
