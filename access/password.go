package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// cost is what a guess of a password costs.
type cost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// presentCost is OWASP's recommendation for argon2id (Password Storage Cheat
// Sheet): 19 MiB, two passes, one lane.
var presentCost = cost{memoryKiB: 19 * 1024, passes: 2, lanes: 1}

const (
	saltBytes     = 16
	hashBytes     = 32
	maxMemoryKiB  = 256 * 1024
	maxPasses     = 16
	hashesAtATime = 2
	longestQueue  = 10 * time.Second
)

var errBusy = errors.New("too many passwords are being checked")

// hasher computes few hashes at a time: each takes 19 MiB, and a flood of logins
// must wait instead of eating the memory.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{slots: make(chan struct{}, hashesAtATime)} }

// hashed is a password hash taken apart.
type hashed struct {
	cost
	salt, key []byte
}

// unknown stands for the hash of a person who does not exist: comparing with it
// takes as long as with a real one, and no password fits it.
func unknown() hashed {
	return hashed{cost: presentCost, salt: make([]byte, saltBytes), key: make([]byte, hashBytes)}
}

// hash answers the PHC string of a password under the present cost.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	key, err := h.derive(ctx, password, hashed{cost: presentCost, salt: salt, key: make([]byte, hashBytes)})
	if err != nil {
		return "", err
	}
	return hashed{cost: presentCost, salt: salt, key: key}.String(), nil
}

// fits tells whether the password belongs to the hash.
func (h *hasher) fits(ctx context.Context, password string, stored hashed) (bool, error) {
	key, err := h.derive(ctx, password, stored)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, stored.key) == 1, nil
}

func (h *hasher) derive(ctx context.Context, password string, like hashed) ([]byte, error) {
	timer := time.NewTimer(longestQueue)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), like.salt, like.passes, like.memoryKiB, like.lanes, uint32(len(like.key))), nil
}

// String is the PHC string: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>.
func (h hashed) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memoryKiB, h.passes, h.lanes, encode(h.salt), encode(h.key))
}

var errHash = errors.New("a stored password hash is not an argon2id PHC string")

func parseHash(phc string) (hashed, error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return hashed{}, errHash
	}
	var read hashed
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &read.memoryKiB, &read.passes, &read.lanes); err != nil {
		return hashed{}, errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	read.salt, read.key = salt, key
	if saltErr != nil || keyErr != nil || !read.sane() {
		return hashed{}, errHash
	}
	return read, nil
}

// sane keeps a damaged row from asking for gigabytes, or for no work at all.
func (h hashed) sane() bool {
	return h.memoryKiB > 0 && h.memoryKiB <= maxMemoryKiB && h.passes > 0 && h.passes <= maxPasses && h.lanes > 0 && len(h.salt) > 0 && len(h.key) >= 16 && len(h.key) <= 64
}
