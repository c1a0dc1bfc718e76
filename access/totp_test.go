package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ponte/access"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

func (b *bundle) as(t *testing.T, who *db.User) context.Context {
	t.Helper()
	return access.WithViewer(t.Context(), &access.Viewer{User: who, SessionID: "ses_1"})
}

func (b *bundle) code(t *testing.T, secret string) string {
	t.Helper()
	return must(totp.GenerateCode(secret, b.clock.Now()))(t)
}

// factor switches a person's second factor on.
func (b *bundle) factor(t *testing.T, who *db.User) (secret string, recovery []string) {
	t.Helper()
	secret, uri, err := b.StartTOTP(b.as(t, who))
	if err != nil || !strings.HasPrefix(uri, "otpauth://totp/Ponte:") || !strings.Contains(uri, secret) {
		t.Fatalf("%q %v", uri, err)
	}
	_, recovery, err = b.ConfirmTOTP(b.as(t, who), b.code(t, secret))
	if err != nil || len(recovery) != 10 {
		t.Fatalf("%v %v", recovery, err)
	}
	b.clock.pass(30 * time.Second)
	return secret, recovery
}

func deniedCode(err error) string {
	denied, ok := access.AsDenied(err)
	if !ok {
		return ""
	}
	return denied.Code
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	login := func(t *testing.T, b *bundle, code string) string {
		t.Helper()
		_, err := b.LoginWithCode(t.Context(), ownerEmail, ownerPassword, code, office)
		if err != nil && deniedCode(err) == "" {
			t.Fatal(err)
		}
		return deniedCode(err)
	}
	t.Run("is asked for after the password only, and no code is taken twice", func(t *testing.T) {
		b := setup(t)
		secret, _ := b.factor(t, b.owner(t).User)
		if _, err := b.LoginWithCode(t.Context(), ownerEmail, "another password", b.code(t, secret), office); deniedCode(err) != "INVALID_LOGIN" {
			t.Errorf("%v", err)
		}
		if got := login(t, b, ""); got != "TOTP_REQUIRED" {
			t.Errorf("%q", got)
		}
		right := b.code(t, secret)
		if got := login(t, b, right[:3]+" "+right[3:]); got != "" {
			t.Errorf("%q", got)
		}
		if got := login(t, b, right); got != "TOTP_INVALID" {
			t.Errorf("the same code again: %q", got)
		}
		b.clock.pass(-30 * time.Second)
		earlier := b.code(t, secret)
		b.clock.pass(30 * time.Second)
		if got := login(t, b, earlier); got != "TOTP_INVALID" {
			t.Errorf("the code before it: %q", got)
		}
		b.clock.pass(30 * time.Second)
		if got := login(t, b, b.code(t, secret)); got != "" {
			t.Errorf("the next code: %q", got)
		}
	})
	t.Run("is not asked for before it is confirmed, and its secret is sealed", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		secret, _, err := b.StartTOTP(b.as(t, owner))
		if err != nil || login(t, b, "") != "" {
			t.Errorf("%v", err)
		}
		if _, _, err := b.ConfirmTOTP(b.as(t, owner), "000000"); strings.Join(codes(err), "") != "TOTP_INVALID" {
			t.Errorf("%v", err)
		}
		var rows string
		if err := b.pool.QueryRow("SELECT string_agg(u::text, '') FROM users u").Scan(&rows); err != nil || strings.Contains(rows, secret) {
			t.Errorf("%s %v", rows, err)
		}
	})
	t.Run("a recovery code is good once", func(t *testing.T) {
		b := setup(t)
		_, recovery := b.factor(t, b.owner(t).User)
		if got := login(t, b, strings.ToUpper(recovery[3])); got != "" {
			t.Errorf("%q", got)
		}
		if got := login(t, b, recovery[3]); got != "TOTP_INVALID" {
			t.Errorf("%q", got)
		}
	})
	t.Run("new recovery codes end the old ones", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		_, recovery := b.factor(t, owner)
		_, fresh, err := b.RenewRecoveryCodes(b.as(t, owner), recovery[0])
		if err != nil || len(fresh) != 10 {
			t.Fatal(err)
		}
		if got := login(t, b, recovery[1]); got != "TOTP_INVALID" {
			t.Errorf("%q", got)
		}
		if got := login(t, b, fresh[1]); got != "" {
			t.Errorf("%q", got)
		}
	})
	t.Run("guessing is slowed down", func(t *testing.T) {
		b := setup(t)
		secret, _ := b.factor(t, b.owner(t).User)
		for range 5 {
			if got := login(t, b, "000000"); got != "TOTP_INVALID" {
				t.Errorf("%q", got)
			}
		}
		if got := login(t, b, b.code(t, secret)); got != "TOO_MANY_ATTEMPTS" {
			t.Errorf("%q", got)
		}
		b.clock.pass(time.Minute)
		if got := login(t, b, b.code(t, secret)); got != "" {
			t.Errorf("%q", got)
		}
	})
	t.Run("is switched off with a proof, and taken away by an owner", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		secret, _ := b.factor(t, owner)
		if _, err := b.DisableTOTP(b.as(t, owner), "000000"); strings.Join(codes(err), "") != "TOTP_INVALID" {
			t.Errorf("%v", err)
		}
		if changed := must(b.DisableTOTP(b.as(t, owner), b.code(t, secret)))(t); changed.TotpSince != nil || changed.TotpSecret != nil || login(t, b, "") != "" {
			t.Errorf("%+v", changed)
		}
		b.factor(t, owner)
		tokens := must(b.LoginWithCode(t.Context(), ownerEmail, ownerPassword, b.code(t, openSecret(t, b, owner)), office))(t)
		must(b.ResetTOTP(t.Context(), owner.ID))(t)
		if _, err := b.Authenticate(t.Context(), tokens.AccessToken); err == nil || login(t, b, "") != "" {
			t.Error("the sessions of who has lost the authenticator go on")
		}
	})
	t.Run("can be demanded of everybody", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		b.person(t, "bia@exemplo.com.br", enum.RoleReader)
		demand := true
		if _, err := b.SaveRules(b.as(t, owner), &demand); strings.Join(codes(err), "") != "TOTP_OWN_FIRST" {
			t.Errorf("%v", err)
		}
		secret, _ := b.factor(t, owner)
		owner = b.DB.User.GetX(t.Context(), owner.ID)
		tokens := b.login(t, "bia@exemplo.com.br")
		before := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		must(b.SaveRules(b.as(t, owner), &demand))(t)
		after := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		if before.MustSetUpTOTP || !after.MustSetUpTOTP || must(b.Good(t.Context(), []*access.Viewer{before}))(t)[0] {
			t.Errorf("%v %v", before.MustSetUpTOTP, after.MustSetUpTOTP)
		}
		if _, err := b.DisableTOTP(b.as(t, owner), b.code(t, secret)); strings.Join(codes(err), "") != "TOTP_DEMANDED" {
			t.Errorf("%v", err)
		}
	})
}

// openSecret answers what the authenticator of a person would hold.
func openSecret(t *testing.T, b *bundle, who *db.User) string {
	t.Helper()
	kept := b.DB.User.GetX(t.Context(), who.ID)
	return must(b.Seal.Open(kept.TotpSecret, "user/"+who.ID+"/totp"))(t)
}

func TestPasswordLink(t *testing.T) {
	t.Parallel()
	secretOf := func(link *access.Link) string { return link.URL[strings.Index(link.URL, "#")+1:] }
	choose := func(t *testing.T, b *bundle, secret string) error {
		t.Helper()
		return b.ChoosePassword(t.Context(), secret, "outra senha comprida", office)
	}
	t.Run("an invitation lets a person choose a password, once", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		link := must(b.Invite(t.Context(), access.NewUser{Name: "Bia", Email: "Bia@exemplo.com.br", Role: enum.RoleReader}))(t)
		if !strings.HasPrefix(link.URL, "https://ponte.example/password#ponte_") || link.Mailed {
			t.Errorf("%+v", link)
		}
		for _, guess := range []string{"", ownerPassword} {
			if _, err := b.Login(t.Context(), "bia@exemplo.com.br", guess, office); deniedCode(err) != "INVALID_LOGIN" {
				t.Errorf("%v", err)
			}
		}
		if err := b.ChoosePassword(t.Context(), secretOf(link), "curta", office); strings.Join(codes(err), "") != "PASSWORD_SHORT" {
			t.Errorf("%v", err)
		}
		if err := choose(t, b, secretOf(link)); err != nil {
			t.Fatal(err)
		}
		must(b.Login(t.Context(), "bia@exemplo.com.br", "outra senha comprida", office))(t)
		if err := choose(t, b, secretOf(link)); strings.Join(codes(err), "") != "LINK_INVALID" {
			t.Errorf("%v", err)
		}
	})
	t.Run("a reset ends the link before it, and the sessions when it is used", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		old := must(b.ResetByLink(t.Context(), user.Email(ownerEmail)))(t)
		link := must(b.ResetByLink(t.Context(), user.Email(ownerEmail)))(t)
		if err := choose(t, b, secretOf(old)); strings.Join(codes(err), "") != "LINK_INVALID" {
			t.Errorf("%v", err)
		}
		must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		if err := choose(t, b, secretOf(link)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Authenticate(t.Context(), tokens.AccessToken); err == nil {
			t.Error("the session goes on")
		}
	})
	t.Run("ends after three days", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		link := must(b.ResetByLink(t.Context(), user.Email(ownerEmail)))(t)
		b.clock.pass(72 * time.Hour)
		if err := choose(t, b, secretOf(link)); strings.Join(codes(err), "") != "LINK_INVALID" {
			t.Errorf("%v", err)
		}
	})
	t.Run("is mailed when there is mail", func(t *testing.T) {
		b := setup(t)
		var sent access.Message
		b.Mail = func(_ context.Context, message access.Message) error {
			sent = message
			return nil
		}
		b.owner(t)
		link := must(b.ResetByLink(t.Context(), user.Email(ownerEmail)))(t)
		if !link.Mailed || sent.To != ownerEmail || !strings.Contains(sent.Text, link.URL) {
			t.Errorf("%+v", sent)
		}
	})
}

func TestSessionsAreEnded(t *testing.T) {
	b := setup(t)
	owner := b.owner(t)
	reader := b.person(t, "bia@exemplo.com.br", enum.RoleReader)
	theirs := b.login(t, "bia@exemplo.com.br")
	if err := b.EndSession(b.as(t, reader), owner.SessionID); strings.Join(codes(err), "") != "NOT_FOUND" {
		t.Errorf("%v", err)
	}
	if err := b.EndSession(b.as(t, owner.User), theirs.SessionID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(t.Context(), theirs.AccessToken); err == nil {
		t.Error("the session goes on")
	}
}

// TestWhoSignedInIsWrittenDown looks at the record of what happens before anybody
// is a viewer.
func TestWhoSignedInIsWrittenDown(t *testing.T) {
	b := setup(t)
	tokens := b.owner(t)
	b.login(t, ownerEmail)
	if err := b.Logout(t.Context(), tokens.RefreshToken, false); err != nil {
		t.Fatal(err)
	}
	must(b.ResetByLink(audit.WithAction(t.Context(), "ponte user reset"), user.Email(ownerEmail)))(t)
	got := map[string]int{}
	for _, one := range b.DB.AuditEntry.Query().AllX(t.Context()) {
		got[one.Action+" "+string(one.Change)+" "+one.Kind]++
		if one.Action == "login" && (one.UserID == nil || *one.UserID != tokens.User.ID || one.Address != office.Address) {
			t.Errorf("%+v", one)
		}
	}
	for _, want := range []string{"setup CREATED users", "setup CREATED sessions", "login CREATED sessions", "logout CHANGED sessions", "ponte user reset CREATED password_links"} {
		if got[want] == 0 {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
}
