package postgres

import "errors"

// errLocked means that another living process holds the lock.
var errLocked = errors.New("locked by another process")
