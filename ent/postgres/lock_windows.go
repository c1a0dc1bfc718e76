package postgres

import (
	"errors"
	"sync"
	"syscall"
)

// errSharingViolation is Windows' word for a file that somebody else has open.
const errSharingViolation syscall.Errno = 32

// fileLock is held until release, or until our process ends in whatever way.
type fileLock struct {
	close func() error
}

// acquireLock opens the file for ourselves alone.
func acquireLock(path string) (*fileLock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return &fileLock{close: sync.OnceValue(func() error { return syscall.CloseHandle(handle) })}, nil
}

// release may be called more than once.
func (l *fileLock) release() error { return l.close() }
