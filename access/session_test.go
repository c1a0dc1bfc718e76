package access_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"ponte/access"
	"ponte/ent/db/session"
	"ponte/ent/enum"
)

func TestSetup(t *testing.T) {
	t.Run("makes the first person an owner and signs them in", func(t *testing.T) {
		b := setup(t)
		if needed := must(b.NeedsSetup(t.Context()))(t); !needed {
			t.Error("an empty database needs no setup")
		}
		tokens := b.owner(t)
		viewer := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		if viewer.User.Role != enum.RoleOwner || viewer.User.Email != ownerEmail || viewer.User.Locale != "pt-BR" {
			t.Errorf("viewer = %+v", viewer.User)
		}
		if needed := must(b.NeedsSetup(t.Context()))(t); needed {
			t.Error("setup is still needed")
		}
	})
	t.Run("is done once", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		_, err := b.Setup(t.Context(), access.NewUser{Name: "B", Email: "b@exemplo.com.br", Password: ownerPassword}, office)
		wantDenied(t, err, access.CodeAlreadySetUp)
	})
	t.Run("of many at once only one succeeds", func(t *testing.T) {
		b := setup(t)
		var attempts []func() error
		for i := range 6 {
			attempts = append(attempts, func() error {
				_, err := b.Setup(t.Context(), access.NewUser{Name: "Dona", Email: fmt.Sprintf("d%d@exemplo.com.br", i), Password: ownerPassword}, office)
				return err
			})
		}
		failed, last := countErrors(atOnce(attempts...))
		if failed != 5 {
			t.Fatalf("%d of 6 failed, want 5", failed)
		}
		wantDenied(t, last, access.CodeAlreadySetUp)
		if count := b.DB.User.Query().CountX(t.Context()); count != 1 {
			t.Errorf("%d users", count)
		}
	})
	t.Run("refuses what is wrong and adds nobody", func(t *testing.T) {
		b := setup(t)
		_, err := b.Setup(t.Context(), access.NewUser{Name: "Dona", Email: ownerEmail, Password: "curta"}, office)
		wantRefused(t, err, "PASSWORD_SHORT", "password")
		if needed := must(b.NeedsSetup(t.Context()))(t); !needed {
			t.Error("somebody was added")
		}
	})
}

func TestLogin(t *testing.T) {
	t.Run("takes the address in any case", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		b.clock.pass(time.Minute)
		tokens := must(b.Login(t.Context(), "  Dona@Exemplo.com.br ", ownerPassword, office))(t)
		viewer := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		if last := viewer.User.LastLoginAt; last == nil || !last.Equal(b.clock.Now()) {
			t.Errorf("last login = %v", last)
		}
		if !viewer.ExpiresAt.Equal(b.clock.Now().Add(10 * time.Minute)) {
			t.Errorf("expires at %v", viewer.ExpiresAt)
		}
	})
	t.Run("answers a wrong password and an unknown address alike", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		_, wrong := b.Login(t.Context(), ownerEmail, "outra senha comprida", office)
		_, unknown := b.Login(t.Context(), "ninguem@exemplo.com.br", ownerPassword, office)
		_, strange := b.Login(t.Context(), "\x00", ownerPassword, office)
		for _, err := range []error{wrong, unknown, strange} {
			if denied := denial(t, err, access.CodeInvalidLogin); denied.Text != denial(t, wrong, access.CodeInvalidLogin).Text {
				t.Errorf("%+v differs", denied)
			}
		}
	})
	t.Run("tells only who knows the password that the person is inactive", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		person := b.person(t, "p@exemplo.com.br", enum.RoleReader)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Active: new(false)}))(t)
		_, err := b.Login(t.Context(), person.Email, "outra senha comprida", office)
		wantDenied(t, err, access.CodeInvalidLogin)
		_, err = b.Login(t.Context(), person.Email, ownerPassword, office)
		wantDenied(t, err, access.CodeUserInactive)
	})
	t.Run("refuses who is deactivated while the password is checked", func(t *testing.T) {
		b := setup(t)
		id := b.owner(t).User.ID
		tx := must(b.DB.Tx(t.Context()))(t)
		tx.User.UpdateOneID(id).SetActive(false).ExecX(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := b.Login(context.Background(), ownerEmail, ownerPassword, office)
			ended <- err
		}()
		b.untilBlocked(t)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantDenied(t, <-ended, access.CodeInvalidLogin)
	})
	t.Run("replaces a hash of another cost", func(t *testing.T) {
		b := setup(t)
		id := b.owner(t).User.ID
		salt := []byte("0123456789abcdef")
		encode := base64.RawStdEncoding.EncodeToString
		old := fmt.Sprintf("$argon2id$v=19$m=1024,t=1,p=1$%s$%s", encode(salt), encode(argon2.IDKey([]byte(ownerPassword), salt, 1, 1024, 1, 32)))
		b.DB.User.UpdateOneID(id).SetPasswordHash(old).ExecX(t.Context())
		b.login(t, ownerEmail)
		if now := b.DB.User.GetX(t.Context(), id).PasswordHash; !strings.HasPrefix(now, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hash = %s", now)
		}
		b.login(t, ownerEmail)
	})
	t.Run("keeps an odd client's description", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		tokens := must(b.Login(t.Context(), ownerEmail, ownerPassword, access.Client{UserAgent: strings.Repeat("ã", 200) + "\xff"}))(t)
		if kept := b.DB.Session.GetX(t.Context(), tokens.SessionID).UserAgent; len(kept) != 300 {
			t.Errorf("%d bytes kept", len(kept))
		}
	})
	t.Run("forgets the sessions that are over", func(t *testing.T) {
		b := setup(t)
		first := b.owner(t)
		b.clock.pass(31 * 24 * time.Hour)
		b.login(t, ownerEmail)
		if b.DB.Session.Query().Where(session.ID(first.SessionID)).ExistX(t.Context()) {
			t.Error("the expired session is still there")
		}
	})
	t.Run("needs a key of 32 bytes", func(t *testing.T) {
		b := setup(t)
		b.Key = []byte("short")
		if _, err := b.Login(t.Context(), ownerEmail, ownerPassword, office); err == nil || strings.Contains(err.Error(), "short") {
			t.Errorf("error = %v", err)
		}
	})
}

// untilBlocked waits until a statement on the test's database waits for a lock.
func (b *bundle) untilBlocked(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var blocked bool
		row := b.pool.QueryRow("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')")
		if err := row.Scan(&blocked); err != nil {
			t.Fatal(err)
		}
		if blocked {
			return
		}
	}
	t.Fatal("nothing waits for a lock")
}

func TestLoginSlowsDown(t *testing.T) {
	guess := func(b *bundle, email, address string) error {
		_, err := b.Login(context.Background(), email, "outra senha comprida", access.Client{Address: address})
		return err
	}
	t.Run("for an account, from all addresses", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		for i := range 10 {
			wantDenied(t, guess(b, ownerEmail, fmt.Sprintf("198.51.100.%d", i)), access.CodeInvalidLogin)
		}
		_, err := b.Login(t.Context(), strings.ToUpper(ownerEmail), ownerPassword, office)
		if denied := denial(t, err, access.CodeTooManyAttempts); denied.RetryAfter <= 0 || denied.RetryAfter > 30*time.Second {
			t.Errorf("retry after %v", denied.RetryAfter)
		}
		b.clock.pass(30 * time.Second)
		b.login(t, ownerEmail)
		wantDenied(t, guess(b, ownerEmail, office.Address), access.CodeInvalidLogin)
	})
	t.Run("for an unknown account alike", func(t *testing.T) {
		b := setup(t)
		for range 10 {
			wantDenied(t, guess(b, "ninguem@exemplo.com.br", office.Address), access.CodeInvalidLogin)
		}
		wantDenied(t, guess(b, "ninguem@exemplo.com.br", office.Address), access.CodeTooManyAttempts)
	})
	t.Run("for a network, over all accounts", func(t *testing.T) {
		b := setup(t)
		for i := range 30 {
			wantDenied(t, guess(b, fmt.Sprintf("n%d@exemplo.com.br", i), fmt.Sprintf("2001:db8::%x", i)), access.CodeInvalidLogin)
		}
		wantDenied(t, guess(b, "outra@exemplo.com.br", "2001:db8::ffff"), access.CodeTooManyAttempts)
		wantDenied(t, guess(b, "outra@exemplo.com.br", "2001:db8:0:1::1"), access.CodeInvalidLogin)
	})
}

func TestRefresh(t *testing.T) {
	refresh := func(b *bundle, token string) (*access.Tokens, error) {
		return b.Refresh(context.Background(), token, office)
	}
	t.Run("replaces the token and keeps the session", func(t *testing.T) {
		b := setup(t)
		first := b.owner(t)
		b.clock.pass(time.Hour)
		wantEnded(t, b, first)
		second := must(refresh(b, first.RefreshToken))(t)
		if second.RefreshToken == first.RefreshToken || second.SessionID != first.SessionID || !second.SessionExpiresAt.Equal(first.SessionExpiresAt) {
			t.Errorf("%+v after %+v", second, first)
		}
		wantGood(t, b, second)
		wantGood(t, b, must(refresh(b, second.RefreshToken))(t))
	})
	t.Run("a token that is used again ends the session", func(t *testing.T) {
		b := setup(t)
		first := b.owner(t)
		rung := b.hears(t, first.User.ID)
		second := must(refresh(b, first.RefreshToken))(t)
		b.clock.pass(11 * time.Second)
		_, err := refresh(b, first.RefreshToken)
		wantDenied(t, err, access.CodeSessionEnded)
		wantEnded(t, b, second)
		wantRing(t, rung)
		_, err = refresh(b, second.RefreshToken)
		wantDenied(t, err, access.CodeSessionEnded)
	})
	t.Run("an older token ends the session without grace", func(t *testing.T) {
		b := setup(t)
		first := b.owner(t)
		third := must(refresh(b, must(refresh(b, first.RefreshToken))(t).RefreshToken))(t)
		_, err := refresh(b, first.RefreshToken)
		wantDenied(t, err, access.CodeSessionEnded)
		wantEnded(t, b, third)
	})
	t.Run("of two tabs at once one is told to try again", func(t *testing.T) {
		b := setup(t)
		newest := b.owner(t)
		for range 20 {
			newest = twoTabs(t, b, newest)
		}
	})
	t.Run("a token that was never ours changes nothing", func(t *testing.T) {
		b := setup(t)
		first := b.owner(t)
		stranger := &access.Service{DB: b.DB, Key: testKey("theirs"), Now: b.Now, Log: b.Log}
		forged := must(stranger.Login(t.Context(), ownerEmail, ownerPassword, office))(t).RefreshToken
		for _, token := range []string{"", ".", "..", first.SessionID, first.SessionID + ".1.", first.SessionID + ".9.AAAA", first.RefreshToken + "A", " " + first.RefreshToken, forged} {
			_, err := refresh(b, token)
			wantDenied(t, err, access.CodeSessionEnded)
		}
		must(refresh(b, first.RefreshToken))(t)
	})
	t.Run("ends with the session's life", func(t *testing.T) {
		b := setup(t)
		b.SessionLife = time.Hour
		first := b.owner(t)
		b.clock.pass(time.Hour)
		_, err := refresh(b, first.RefreshToken)
		wantDenied(t, err, access.CodeSessionEnded)
	})
}

// twoTabs refreshes twice at once and answers what the one that won was given.
func twoTabs(t *testing.T, b *bundle, from *access.Tokens) *access.Tokens {
	t.Helper()
	won := make([]*access.Tokens, 2)
	try := func(tab int) func() error {
		return func() (err error) {
			won[tab], err = b.Refresh(context.Background(), from.RefreshToken, office)
			return err
		}
	}
	failed, last := countErrors(atOnce(try(0), try(1)))
	if failed != 1 {
		t.Fatalf("%d of 2 failed", failed)
	}
	wantDenied(t, last, access.CodeTokenRotated)
	winner := won[0]
	if winner == nil {
		winner = won[1]
	}
	wantGood(t, b, winner)
	return winner
}

func TestLogout(t *testing.T) {
	t.Run("ends this session only", func(t *testing.T) {
		b := setup(t)
		here, there := b.owner(t), b.login(t, ownerEmail)
		rung := b.hears(t, here.User.ID)
		if err := b.Logout(t.Context(), here.RefreshToken, false); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, b, here)
		wantGood(t, b, there)
		wantRing(t, rung)
	})
	t.Run("everywhere ends all sessions of the person", func(t *testing.T) {
		b := setup(t)
		here, there := b.owner(t), b.login(t, ownerEmail)
		b.person(t, "p@exemplo.com.br", enum.RoleReader)
		other := b.login(t, "p@exemplo.com.br")
		if err := b.Logout(t.Context(), here.RefreshToken, true); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, b, here)
		wantEnded(t, b, there)
		wantGood(t, b, other)
	})
	t.Run("everywhere with a replaced token ends its session only", func(t *testing.T) {
		b := setup(t)
		here, there := b.owner(t), b.login(t, ownerEmail)
		must(b.Refresh(t.Context(), here.RefreshToken, office))(t)
		if err := b.Logout(t.Context(), here.RefreshToken, true); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, b, here)
		wantGood(t, b, there)
	})
	t.Run("without a session is no error", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		err := errors.Join(b.Logout(t.Context(), "", true), b.Logout(t.Context(), tokens.RefreshToken, true), b.Logout(t.Context(), tokens.RefreshToken, true))
		if err != nil {
			t.Error(err)
		}
	})
}
