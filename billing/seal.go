package billing

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	masterKeyBytes = 32
	keyIDBytes     = 4
)

// Sealer keeps credentials unreadable at rest: AES-256-GCM under keys derived
// from the master keys. A sealed value begins with the id of its key and opens
// only in the place that it was sealed for. The first master key seals, all of
// them open.
type Sealer struct {
	masters [][]byte
}

// NewMasterKey makes a master key, as text for PONTE_SECRET_KEY.
func NewMasterKey() string {
	key := make([]byte, masterKeyBytes)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return base64.RawStdEncoding.EncodeToString(key)
}

// NewSealer reads master keys separated by commas, the newest first.
func NewSealer(text string) (*Sealer, error) {
	sealer := &Sealer{}
	for _, part := range strings.Split(text, ",") {
		key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(part), "="))
		if err != nil || len(key) != masterKeyBytes {
			return nil, errors.New("PONTE_SECRET_KEY must be 32 bytes in base64, several separated by commas / deve ter 32 bytes em base64")
		}
		sealer.masters = append(sealer.masters, key)
	}
	return sealer, nil
}

// Derive answers 32 bytes for another use, which tell nothing of the master key.
func (s *Sealer) Derive(use string) []byte { return derive(s.masters[0], use) }

// MAC answers a keyed digest of the text, in hex.
func (s *Sealer) MAC(use, text string) string { return s.MACs(use, text)[0] }

// MACs answers the digests under every master key, the newest first: what was
// given out before the key changed still counts.
func (s *Sealer) MACs(use, text string) []string {
	digests := make([]string, len(s.masters))
	for i, master := range s.masters {
		mac := hmac.New(sha256.New, derive(master, use))
		mac.Write([]byte(text))
		digests[i] = hex.EncodeToString(mac.Sum(nil))
	}
	return digests
}

// Seal encrypts a secret for one place, for example "integration/int_1/clientSecret".
func (s *Sealer) Seal(secret, place string) []byte {
	master := s.masters[0]
	return append(keyID(master), aead(master).Seal(nil, nil, []byte(secret), []byte(place))...)
}

// Open decrypts what was sealed for the same place.
func (s *Sealer) Open(sealed []byte, place string) (string, error) {
	for _, master := range s.masters {
		if len(sealed) > keyIDBytes && hmac.Equal(keyID(master), sealed[:keyIDBytes]) {
			secret, err := aead(master).Open(nil, nil, sealed[keyIDBytes:], []byte(place))
			return string(secret), err
		}
	}
	return "", fmt.Errorf("the key that sealed %s is not in PONTE_SECRET_KEY", place)
}

func keyID(master []byte) []byte { return derive(master, "key id")[:keyIDBytes] }

func aead(master []byte) cipher.AEAD {
	block, err := aes.NewCipher(derive(master, "credentials"))
	if err != nil {
		panic("billing: " + err.Error()) // the key's length is a constant
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("billing: " + err.Error())
	}
	return gcm
}

func derive(master []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, master, nil, "ponte "+use, masterKeyBytes)
	if err != nil {
		panic("billing: " + err.Error()) // the length is a constant
	}
	return key
}
