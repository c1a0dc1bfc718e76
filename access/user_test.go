package access_test

import (
	"strings"
	"testing"

	"ponte/access"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

func TestCreateUser(t *testing.T) {
	t.Run("tidies the input and hides the password", func(t *testing.T) {
		b := setup(t)
		created := must(b.CreateUser(t.Context(), access.NewUser{Name: " Ana ", Email: " Ana@Exemplo.com.br", Role: enum.RoleFinance, Password: ownerPassword, Locale: "en"}))(t)
		if created.Name != "Ana" || created.Email != "ana@exemplo.com.br" || created.Role != enum.RoleFinance || created.Locale != "en" || !created.Active {
			t.Errorf("created = %+v", created)
		}
		if strings.Contains(created.PasswordHash, ownerPassword) || !strings.HasPrefix(created.PasswordHash, "$argon2id$") {
			t.Errorf("hash = %s", created.PasswordHash)
		}
	})
	t.Run("refuses an address that is taken, in any case", func(t *testing.T) {
		b := setup(t)
		b.person(t, "p@exemplo.com.br", enum.RoleReader)
		_, err := b.CreateUser(t.Context(), access.NewUser{Name: "P", Email: "P@exemplo.com.br", Role: enum.RoleReader, Password: ownerPassword})
		wantRefused(t, err, "EMAIL_TAKEN", "email")
	})
	good := access.NewUser{Name: "Ana", Email: "ana@exemplo.com.br", Role: enum.RoleReader, Password: ownerPassword, Locale: "en"}
	cases := []struct {
		name, code, field string
		change            func(*access.NewUser)
	}{
		{"no name", "NAME_INVALID", "name", func(u *access.NewUser) { u.Name = "  " }},
		{"a name with a control character", "NAME_INVALID", "name", func(u *access.NewUser) { u.Name = "A\x00na" }},
		{"a name that is too long", "NAME_INVALID", "name", func(u *access.NewUser) { u.Name = strings.Repeat("ã", 101) }},
		{"no address", "EMAIL_INVALID", "email", func(u *access.NewUser) { u.Email = "" }},
		{"an address without an at sign", "EMAIL_INVALID", "email", func(u *access.NewUser) { u.Email = "ana.exemplo.com.br" }},
		{"an address with a name", "EMAIL_INVALID", "email", func(u *access.NewUser) { u.Email = "Ana <ana@exemplo.com.br>" }},
		{"an address that is too long", "EMAIL_INVALID", "email", func(u *access.NewUser) { u.Email = strings.Repeat("a", 250) + "@a.br" }},
		{"a role that is none", "ROLE_UNKNOWN", "role", func(u *access.NewUser) { u.Role = "ADMIN" }},
		{"a short password", "PASSWORD_SHORT", "password", func(u *access.NewUser) { u.Password = "ããããããããã" }},
		{"a long password", "PASSWORD_LONG", "password", func(u *access.NewUser) { u.Password = strings.Repeat("x", 201) }},
		{"a language that we do not speak", "LOCALE_UNKNOWN", "locale", func(u *access.NewUser) { u.Locale = "fr" }},
	}
	for _, c := range cases {
		t.Run("refuses "+c.name, func(t *testing.T) {
			b := setup(t)
			input := good
			c.change(&input)
			_, err := b.CreateUser(t.Context(), input)
			wantRefused(t, err, c.code, c.field)
		})
	}
}

func TestUpdateUser(t *testing.T) {
	t.Run("keeps what is absent, and the sessions", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		changed := must(b.UpdateUser(t.Context(), access.UserChange{ID: tokens.User.ID, Name: new(" Nova ")}))(t)
		if changed.Name != "Nova" || changed.Email != ownerEmail || changed.Role != enum.RoleOwner || !changed.Active {
			t.Errorf("changed = %+v", changed)
		}
		wantGood(t, b, tokens)
	})
	t.Run("refuses an unknown person", func(t *testing.T) {
		b := setup(t)
		_, err := b.UpdateUser(t.Context(), access.UserChange{ID: "usr_unknown", Name: new("Ana")})
		wantRefused(t, err, "NOT_FOUND", "id")
	})
	t.Run("refuses bad values", func(t *testing.T) {
		b := setup(t)
		id := b.owner(t).User.ID
		_, err := b.UpdateUser(t.Context(), access.UserChange{ID: id, Name: new("")})
		wantRefused(t, err, "NAME_INVALID", "name")
		_, err = b.UpdateUser(t.Context(), access.UserChange{ID: id, Role: new(enum.Role("ADMIN"))})
		wantRefused(t, err, "ROLE_UNKNOWN", "role")
		_, err = b.UpdateUser(t.Context(), access.UserChange{ID: id, Password: new("curta")})
		wantRefused(t, err, "PASSWORD_SHORT", "password")
		_, err = b.UpdateUser(t.Context(), access.UserChange{ID: id, Locale: new("fr")})
		wantRefused(t, err, "LOCALE_UNKNOWN", "locale")
	})
	t.Run("deactivating ends the sessions at once and rings", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		person := b.person(t, "p@exemplo.com.br", enum.RoleOwner)
		tokens := b.login(t, person.Email)
		rung := b.hears(t, person.ID)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Active: new(false)}))(t)
		wantEnded(t, b, tokens)
		wantRing(t, rung)
		_, err := b.Refresh(t.Context(), tokens.RefreshToken, office)
		wantDenied(t, err, access.CodeSessionEnded)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Active: new(true)}))(t)
		wantEnded(t, b, tokens)
		b.login(t, person.Email)
	})
	t.Run("a new password ends the sessions and is the one that counts", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		rung := b.hears(t, tokens.User.ID)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: tokens.User.ID, Password: new("uma senha novinha")}))(t)
		wantEnded(t, b, tokens)
		wantRing(t, rung)
		_, err := b.Login(t.Context(), ownerEmail, ownerPassword, office)
		wantDenied(t, err, access.CodeInvalidLogin)
		must(b.Login(t.Context(), ownerEmail, "uma senha novinha", office))(t)
	})
	t.Run("a change of role rings and keeps the sessions", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		person := b.person(t, "p@exemplo.com.br", enum.RoleOwner)
		tokens := b.login(t, person.Email)
		rung := b.hears(t, person.ID)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Role: new(enum.RoleReader)}))(t)
		wantRing(t, rung)
		wantGood(t, b, tokens)
	})
}

func TestLastOwner(t *testing.T) {
	t.Run("is neither deactivated nor demoted", func(t *testing.T) {
		b := setup(t)
		id := b.owner(t).User.ID
		b.person(t, "p@exemplo.com.br", enum.RoleFinance)
		sleeping := b.person(t, "s@exemplo.com.br", enum.RoleOwner)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: sleeping.ID, Active: new(false)}))(t)
		_, err := b.UpdateUser(t.Context(), access.UserChange{ID: id, Active: new(false)})
		wantRefused(t, err, "LAST_OWNER", "active")
		_, err = b.UpdateUser(t.Context(), access.UserChange{ID: id, Role: new(enum.RoleFinance)})
		wantRefused(t, err, "LAST_OWNER", "role")
		must(b.UpdateUser(t.Context(), access.UserChange{ID: sleeping.ID, Role: new(enum.RoleReader)}))(t)
	})
	t.Run("stays when all owners step down at once", func(t *testing.T) {
		b := setup(t)
		ids := []string{b.owner(t).User.ID}
		for _, email := range []string{"b@exemplo.com.br", "c@exemplo.com.br", "d@exemplo.com.br"} {
			ids = append(ids, b.person(t, email, enum.RoleOwner).ID)
		}
		for range 10 {
			allStepDown(t, b, ids)
		}
	})
}

// allStepDown lets everybody be an owner and then step down at the same time.
func allStepDown(t *testing.T, b *bundle, ids []string) {
	t.Helper()
	b.DB.User.Update().SetRole(enum.RoleOwner).SetActive(true).ExecX(t.Context())
	var steps []func() error
	for i, id := range ids {
		change := access.UserChange{ID: id, Active: new(false)}
		if i%2 == 0 {
			change = access.UserChange{ID: id, Role: new(enum.RoleReader)}
		}
		steps = append(steps, func() error { _, err := b.UpdateUser(t.Context(), change); return err })
	}
	failed, last := countErrors(atOnce(steps...))
	if failed != 1 {
		t.Fatalf("%d of %d were refused, want 1: %v", failed, len(ids), last)
	}
	if owners := b.DB.User.Query().Where(user.RoleEQ(enum.RoleOwner), user.Active(true)).CountX(t.Context()); owners != 1 {
		t.Fatalf("%d owners are left", owners)
	}
}

func TestOnlyNotifiedUser(t *testing.T) {
	t.Run("of an active integration stays", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		only, sleeping := b.person(t, "p@exemplo.com.br", enum.RoleReader), b.person(t, "s@exemplo.com.br", enum.RoleReader)
		b.DB.User.UpdateOne(sleeping).SetActive(false).ExecX(t.Context())
		settings := b.DB.Integration.Create().SetKind(enum.Vhsys).SetActive(true).SetCallbackSecret("x").AddNotifiedUsers(only, sleeping).SaveX(t.Context())
		_, err := b.UpdateUser(t.Context(), access.UserChange{ID: only.ID, Active: new(false)})
		wantRefused(t, err, "NOTIFIED_REQUIRED", "active")
		if !strings.Contains(err.Error(), "Vhsys") {
			t.Errorf("%v does not name the integration", err)
		}
		b.DB.Integration.UpdateOne(settings).AddNotifiedUsers(b.person(t, "q@exemplo.com.br", enum.RoleReader)).ExecX(t.Context())
		must(b.UpdateUser(t.Context(), access.UserChange{ID: only.ID, Active: new(false)}))(t)
	})
	t.Run("of an inactive integration may go", func(t *testing.T) {
		b := setup(t)
		only := b.person(t, "p@exemplo.com.br", enum.RoleReader)
		b.DB.Integration.Create().SetKind(enum.Gerencianet).SetCallbackSecret("x").AddNotifiedUsers(only).SaveX(t.Context())
		must(b.UpdateUser(t.Context(), access.UserChange{ID: only.ID, Active: new(false)}))(t)
	})
}

func TestResetPassword(t *testing.T) {
	t.Run("ends the sessions", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		if err := b.ResetPassword(t.Context(), "DONA@exemplo.com.br", "uma senha novinha"); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, b, tokens)
		must(b.Login(t.Context(), ownerEmail, "uma senha novinha", office))(t)
	})
	t.Run("refuses an unknown address and a short password", func(t *testing.T) {
		b := setup(t)
		wantRefused(t, b.ResetPassword(t.Context(), "x@exemplo.com.br", ownerPassword), "NOT_FOUND", "email")
		wantRefused(t, b.ResetPassword(t.Context(), "x@exemplo.com.br", "curta"), "PASSWORD_SHORT", "password")
	})
}
