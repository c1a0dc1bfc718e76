package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/apitoken"
	"ponte/ent/enum"
)

// app answers a context of a request that an app makes from an address.
func (b *bundle) app(t *testing.T, secret, address string) (context.Context, error) {
	t.Helper()
	ctx := access.WithClient(t.Context(), access.Client{Address: address})
	viewer, err := b.Authenticate(ctx, secret)
	if err != nil {
		return nil, err
	}
	return access.WithViewer(ctx, viewer), nil
}

// token makes a token in a person's name, as the panel does.
func (b *bundle) token(t *testing.T, who *db.User, input access.NewAPIToken) (*db.APIToken, string) {
	t.Helper()
	if input.Name == "" {
		input.Name = "Loja"
	}
	if len(input.Scopes) == 0 {
		input.Scopes = []enum.Scope{enum.SalesWrite}
	}
	made, secret, err := b.CreateAPIToken(access.WithViewer(t.Context(), &access.Viewer{User: who, SessionID: "ses_1"}), input)
	if err != nil {
		t.Fatal(err)
	}
	return made, secret
}

func (b *bundle) good(t *testing.T, secret string) bool {
	t.Helper()
	_, err := b.Authenticate(t.Context(), secret)
	if err != nil && !errors.Is(err, access.ErrUnauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func codes(err error) (found []string) {
	refused, _ := billing.AsRefusal(err)
	for _, one := range refused {
		found = append(found, one.Code)
	}
	return found
}

func TestAPIToken(t *testing.T) {
	t.Parallel()
	t.Run("is kept as a hash, and shown once", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		made, secret := b.token(t, owner, access.NewAPIToken{})
		if !strings.HasPrefix(secret, "ponte_") || len(secret) != 58 || !strings.HasSuffix(secret, made.Hint) || made.Origin != enum.TokenFromPanel || *made.CreatedByID != owner.ID {
			t.Errorf("%q %+v", secret, made)
		}
		var whole string
		if err := b.pool.QueryRow("SELECT string_agg(t::text, ' ') || (SELECT string_agg(a::text, ' ') FROM audit_entries a) FROM api_tokens t").Scan(&whole); err != nil || strings.Contains(whole, strings.TrimPrefix(secret, "ponte_")) {
			t.Errorf("%s %v", whole, err)
		}
	})
	t.Run("signs in with its scopes and the role that its person has now", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		person := b.person(t, "bia@exemplo.com.br", enum.RoleFinance)
		_, secret := b.token(t, person, access.NewAPIToken{Scopes: []enum.Scope{enum.SalesWrite, enum.LedgerRead}})
		viewer := must(b.Authenticate(t.Context(), secret))(t)
		if viewer.User.PasswordHash != "" || viewer.Token.SecretHash != nil || !viewer.Has(enum.SalesRead) || !viewer.Has(enum.SalesWrite) || !viewer.Has(enum.LedgerRead) || viewer.Has(enum.LedgerWrite) || viewer.Has(enum.UsersRead) || !viewer.May(enum.RoleFinance) {
			t.Errorf("%+v", viewer)
		}
		reader := enum.RoleReader
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Role: &reader}))(t)
		if lowered := must(b.Authenticate(t.Context(), secret))(t); lowered.May(enum.RoleOperator) {
			t.Error("the role was lowered, and the token did not notice")
		}
		if good := must(b.Good(t.Context(), []*access.Viewer{viewer}))(t); good[0] {
			t.Error("an open stream goes on with the higher role")
		}
		off := false
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Active: &off}))(t)
		if b.good(t, secret) {
			t.Error("the person is deactivated, and the token signs in")
		}
	})
	t.Run("ends when it was revoked, and when it expires", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		end := b.clock.Now().Add(time.Hour)
		expires, secret := b.token(t, owner, access.NewAPIToken{ExpiresAt: &end})
		revoked, other := b.token(t, owner, access.NewAPIToken{})
		viewers := []*access.Viewer{must(b.Authenticate(t.Context(), secret))(t), must(b.Authenticate(t.Context(), other))(t), nil}
		if good := must(b.Good(t.Context(), viewers))(t); !good[0] || !good[1] || good[2] {
			t.Errorf("%v", good)
		}
		must(b.RevokeAPIToken(t.Context(), revoked.ID))(t)
		if good := must(b.Good(t.Context(), viewers))(t); !good[0] || good[1] || b.good(t, other) {
			t.Errorf("%v", good)
		}
		b.clock.pass(time.Hour)
		if good := must(b.Good(t.Context(), viewers))(t); good[0] || b.good(t, secret) {
			t.Errorf("%v", good)
		}
		for _, id := range []string{expires.ID, revoked.ID} {
			if _, _, err := b.RotateAPIToken(t.Context(), access.Rotation{ID: id}); len(codes(err)) != 1 || codes(err)[0] != "TOKEN_ENDED" {
				t.Errorf("%v", err)
			}
		}
	})
	t.Run("is rotated with an overlap", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		made, first := b.token(t, owner, access.NewAPIToken{})
		stream := must(b.Authenticate(t.Context(), first))(t)
		_, second, err := b.RotateAPIToken(t.Context(), access.Rotation{ID: made.ID, Overlap: time.Hour})
		if err != nil || !b.good(t, first) || !b.good(t, second) || !must(b.Good(t.Context(), []*access.Viewer{stream}))(t)[0] {
			t.Fatalf("both are good for an hour: %v", err)
		}
		if kept := b.DB.APIToken.GetX(t.Context(), made.ID); kept.PreviousUsedAt == nil {
			t.Error("nobody sees that the previous secret is still used")
		}
		b.clock.pass(time.Hour)
		if b.good(t, first) || !b.good(t, second) || must(b.Good(t.Context(), []*access.Viewer{stream}))(t)[0] {
			t.Error("the overlap is over")
		}
		_, third, err := b.RotateAPIToken(t.Context(), access.Rotation{ID: made.ID})
		if err != nil || b.good(t, second) || !b.good(t, third) {
			t.Errorf("without an overlap the previous one ends at once: %v", err)
		}
	})
	t.Run("notes its use at most once a minute", func(t *testing.T) {
		b := setup(t)
		made, secret := b.token(t, b.owner(t).User, access.NewAPIToken{})
		use := func(address string) *db.APIToken {
			if _, err := b.app(t, secret, address); err != nil {
				t.Fatal(err)
			}
			return b.DB.APIToken.GetX(t.Context(), made.ID)
		}
		first := use("192.0.2.7")
		b.clock.pass(59 * time.Second)
		if again := use("192.0.2.8"); first.LastUsedAddress != "192.0.2.7" || !again.LastUsedAt.Equal(*first.LastUsedAt) || again.LastUsedAddress != "192.0.2.7" {
			t.Errorf("%+v", again)
		}
		b.clock.pass(time.Second)
		if later := use("192.0.2.8"); later.LastUsedAddress != "192.0.2.8" {
			t.Errorf("%+v", later)
		}
	})
	t.Run("gives no more than it has", func(t *testing.T) {
		b := setup(t)
		end := b.clock.Now().Add(time.Hour)
		_, secret := b.token(t, b.owner(t).User, access.NewAPIToken{Scopes: []enum.Scope{enum.UsersWrite, enum.SalesRead}, ExpiresAt: &end})
		wide, _ := b.token(t, b.DB.User.Query().OnlyX(t.Context()), access.NewAPIToken{Scopes: []enum.Scope{enum.LedgerWrite}})
		ctx, err := b.app(t, secret, "")
		if err != nil {
			t.Fatal(err)
		}
		later := end.Add(time.Second)
		for _, one := range []struct {
			input access.NewAPIToken
			want  string
		}{
			{access.NewAPIToken{Name: "x", Scopes: []enum.Scope{enum.SalesWrite}, ExpiresAt: &end}, "SCOPE_EXCEEDED"},
			{access.NewAPIToken{Name: "x", Scopes: []enum.Scope{enum.SalesRead}}, "EXPIRY_INVALID"},
			{access.NewAPIToken{Name: "x", Scopes: []enum.Scope{enum.SalesRead}, ExpiresAt: &later}, "EXPIRY_INVALID"},
			{access.NewAPIToken{Name: "x", Scopes: []enum.Scope{enum.SalesRead, enum.UsersRead}, ExpiresAt: &end}, ""},
		} {
			made, _, err := b.CreateAPIToken(ctx, one.input)
			if got := strings.Join(codes(err), " "); got != one.want || err == nil && made.Origin != enum.TokenFromAPI {
				t.Errorf("%+v: %v", one.input, err)
			}
		}
		if _, _, err := b.RotateAPIToken(ctx, access.Rotation{ID: wide.ID}); strings.Join(codes(err), "") != "SCOPE_EXCEEDED" {
			t.Errorf("another token's secret was handed out: %v", err)
		}
		if _, _, err := b.StartTOTP(ctx); strings.Join(codes(err), "") != "PERSON_ONLY" {
			t.Errorf("%v", err)
		}
	})
	t.Run("belongs to its person, and to owners", func(t *testing.T) {
		b := setup(t)
		owner := b.owner(t).User
		reader := b.person(t, "bia@exemplo.com.br", enum.RoleReader)
		theirs, _ := b.token(t, owner, access.NewAPIToken{})
		own, _ := b.token(t, reader, access.NewAPIToken{})
		as := func(who *db.User) context.Context { return access.WithViewer(t.Context(), &access.Viewer{User: who}) }
		if _, err := b.RevokeAPIToken(as(reader), theirs.ID); strings.Join(codes(err), "") != "NOT_FOUND" {
			t.Errorf("%v", err)
		}
		if _, _, err := b.RotateAPIToken(as(reader), access.Rotation{ID: theirs.ID}); strings.Join(codes(err), "") != "NOT_FOUND" {
			t.Errorf("%v", err)
		}
		must(b.RevokeAPIToken(as(owner), own.ID))(t)
		if live := b.DB.APIToken.Query().Where(apitoken.RevokedAtIsNil()).CountX(t.Context()); live != 1 {
			t.Errorf("%d live", live)
		}
	})
	t.Run("refuses what makes no sense", func(t *testing.T) {
		b := setup(t)
		ctx := access.WithViewer(t.Context(), &access.Viewer{User: b.owner(t).User})
		past := b.clock.Now()
		far := past.AddDate(3, 0, 0)
		for want, input := range map[string]access.NewAPIToken{
			"NAME_INVALID":    {Scopes: []enum.Scope{enum.SalesRead}},
			"SCOPES_REQUIRED": {Name: "x"},
			"SCOPE_UNKNOWN":   {Name: "x", Scopes: []enum.Scope{"EVERYTHING"}},
			"EXPIRY_INVALID":  {Name: "x", Scopes: []enum.Scope{enum.SalesRead}, ExpiresAt: &past},
		} {
			if _, _, err := b.CreateAPIToken(ctx, input); strings.Join(codes(err), " ") != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		if _, _, err := b.CreateAPIToken(ctx, access.NewAPIToken{Name: "x", Scopes: []enum.Scope{enum.SalesRead}, ExpiresAt: &far}); strings.Join(codes(err), " ") != "EXPIRY_INVALID" {
			t.Errorf("%v", err)
		}
		if _, _, err := b.RotateAPIToken(ctx, access.Rotation{Overlap: 31 * 24 * time.Hour}); strings.Join(codes(err), " ") != "OVERLAP_INVALID" {
			t.Errorf("%v", err)
		}
		for _, bad := range []string{"ponte_", "ponte_" + strings.Repeat("a", 52), "Ponte_x"} {
			if b.good(t, bad) {
				t.Errorf("%q signs in", bad)
			}
		}
	})
}
