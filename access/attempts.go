package access

import (
	"net/netip"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Ten wrong passwords in a row are a person's bad day; after them an account is
// tried twice a minute. An address may be an office of many people.
const (
	accountBurst = 10
	accountEvery = 30 * time.Second
	addressBurst = 30
	addressEvery = 2 * time.Second
	codeBurst    = 5
	codeEvery    = time.Minute
	bucketsKept  = 10_000
)

// attempts slows down who guesses passwords, for each account and for each network
// address. It is kept in memory, for each process: the aim is to make guessing
// hopeless, not to count it exactly. A bucket that has been forgotten begins full,
// and one that was not used for minutes is full: so nothing has to expire, and the
// least recently used go first.
type attempts struct {
	accounts  *buckets
	addresses *buckets
	codes     *buckets // of the second factor, by person: six digits are quickly guessed
}

func newAttempts() *attempts {
	return &attempts{
		accounts:  newBuckets(accountEvery, accountBurst),
		addresses: newBuckets(addressEvery, addressBurst),
		codes:     newBuckets(codeEvery, codeBurst),
	}
}

// take counts one attempt; a positive answer is how long the next one has to wait.
func (a *attempts) take(now time.Time, address, account string) time.Duration {
	if wait := a.addresses.take(now, network(address)); wait > 0 {
		return wait
	}
	return a.accounts.take(now, account)
}

// succeeded forgives the account its wrong passwords. The address is not forgiven:
// whoever has one account could guess others between two sign-ins.
func (a *attempts) succeeded(account string) { a.accounts.kept.Remove(account) }

// network answers what one client can be told from another by: an IPv6 client
// commands a whole /64.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Is4() {
		return address
	}
	return netip.PrefixFrom(parsed, 64).Masked().String()
}

// buckets are token buckets by key.
type buckets struct {
	every time.Duration
	burst int
	kept  *lru.Cache[string, *rate.Limiter]
}

func newBuckets(every time.Duration, burst int) *buckets {
	kept, err := lru.New[string, *rate.Limiter](bucketsKept)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &buckets{every: every, burst: burst, kept: kept}
}

func (b *buckets) take(now time.Time, key string) time.Duration {
	reservation := b.of(key).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now) // refused, so it does not count
	}
	return wait
}

func (b *buckets) of(key string) *rate.Limiter {
	if known, ok := b.kept.Get(key); ok {
		return known
	}
	fresh := rate.NewLimiter(rate.Every(b.every), b.burst)
	if other, ok, _ := b.kept.PeekOrAdd(key, fresh); ok {
		return other // another request was first
	}
	return fresh
}
