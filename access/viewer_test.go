package access_test

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/golang-jwt/jwt/v5"

	"ponte/access"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// goodClaims are those of a token that Authenticate accepts.
func goodClaims(b *bundle, tokens *access.Tokens) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "ponte", "aud": "ponte", "sub": tokens.User.ID, "sid": tokens.SessionID,
		"exp": b.clock.Now().Add(time.Minute).Unix(),
	}
}

func accessKey(t *testing.T) []byte {
	t.Helper()
	return must(hkdf.Key(sha256.New, testKey("ours"), nil, "ponte access token", 32))(t)
}

func TestAuthenticateRefuses(t *testing.T) {
	cases := map[string]func(t *testing.T, b *bundle, claims jwt.MapClaims) (jwt.SigningMethod, any){
		"algorithm none": func(*testing.T, *bundle, jwt.MapClaims) (jwt.SigningMethod, any) {
			return jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		},
		"another algorithm": func(t *testing.T, _ *bundle, _ jwt.MapClaims) (jwt.SigningMethod, any) {
			return jwt.SigningMethodHS512, accessKey(t)
		},
		"another key": func(*testing.T, *bundle, jwt.MapClaims) (jwt.SigningMethod, any) {
			return jwt.SigningMethodHS256, testKey("theirs")
		},
		"the master key itself": func(*testing.T, *bundle, jwt.MapClaims) (jwt.SigningMethod, any) {
			return jwt.SigningMethodHS256, testKey("ours")
		},
		"an expired token": claim("exp", func(b *bundle) any { return b.clock.Now().Add(-time.Second).Unix() }),
		"no expiry":        claim("exp", nil),
		"another audience": claim("aud", func(*bundle) any { return "other" }),
		"another issuer":   claim("iss", func(*bundle) any { return "other" }),
		"no person":        claim("sub", nil),
		"no session":       claim("sid", nil),
		"an unknown session": claim("sid", func(*bundle) any {
			return "ses_unknown"
		}),
		"somebody else's session": claim("sub", func(b *bundle) any {
			return b.DB.User.Create().SetName("P").SetEmail("p@exemplo.com.br").SetRole(enum.RoleOwner).SetPasswordHash("x").SaveX(context.Background()).ID
		}),
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			claims := goodClaims(b, b.owner(t))
			method, key := change(t, b, claims)
			token := must(jwt.NewWithClaims(method, claims).SignedString(key))(t)
			if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, access.ErrUnauthenticated) {
				t.Errorf("Authenticate = %v", err)
			}
		})
	}
	t.Run("but not the token that they differ from", func(t *testing.T) {
		b := setup(t)
		claims := goodClaims(b, b.owner(t))
		token := must(jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(accessKey(t)))(t)
		must(b.Authenticate(t.Context(), token))(t)
	})
	t.Run("what is no token", func(t *testing.T) {
		b := setup(t)
		for _, token := range []string{"", "a.b.c", string(make([]byte, 1<<20))} {
			if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, access.ErrUnauthenticated) {
				t.Errorf("Authenticate = %v", err)
			}
		}
	})
}

// claim is a token that is good but for one claim; nil leaves the claim out.
func claim(name string, value func(*bundle) any) func(*testing.T, *bundle, jwt.MapClaims) (jwt.SigningMethod, any) {
	return func(t *testing.T, b *bundle, claims jwt.MapClaims) (jwt.SigningMethod, any) {
		delete(claims, name)
		if value != nil {
			claims[name] = value(b)
		}
		return jwt.SigningMethodHS256, accessKey(t)
	}
}

func TestAuthenticate(t *testing.T) {
	t.Run("believes the row, not the token", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		person := b.person(t, "p@exemplo.com.br", enum.RoleOwner)
		tokens := b.login(t, person.Email)
		must(b.UpdateUser(t.Context(), access.UserChange{ID: person.ID, Role: new(enum.RoleReader), Locale: new("en")}))(t)
		viewer := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
		if viewer.User.Role != enum.RoleReader || viewer.User.Locale != "en" || viewer.SessionID != tokens.SessionID {
			t.Errorf("viewer = %+v", viewer)
		}
		if viewer.User.PasswordHash != "" {
			t.Error("the viewer carries the password hash")
		}
	})
	t.Run("reads the database once", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		var statements atomic.Int64
		driver := dialect.Debug(entsql.OpenDB(dialect.Postgres, b.pool), func(...any) { statements.Add(1) })
		counted := &access.Service{DB: db.NewClient(db.Driver(driver)), Key: b.Key, Now: b.Now, Log: b.Log}
		must(counted.Authenticate(t.Context(), tokens.AccessToken))(t)
		if n := statements.Load(); n != 1 {
			t.Errorf("%d statements", n)
		}
	})
	t.Run("tells a failing database from a bad token", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		_ = b.pool.Close()
		if _, err := b.Authenticate(t.Context(), tokens.AccessToken); err == nil || errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("Authenticate = %v", err)
		}
	})
}

func TestRecheck(t *testing.T) {
	cases := map[string]struct {
		change func(t *testing.T, b *bundle, id string, tokens *access.Tokens)
		ends   bool
	}{
		"goes on while nothing changes": {func(*testing.T, *bundle, string, *access.Tokens) {}, false},
		"goes on after a promotion": {func(t *testing.T, b *bundle, id string, _ *access.Tokens) {
			must(b.UpdateUser(t.Context(), access.UserChange{ID: id, Role: new(enum.RoleOwner)}))(t)
		}, false},
		"ends after a demotion": {func(t *testing.T, b *bundle, id string, _ *access.Tokens) {
			must(b.UpdateUser(t.Context(), access.UserChange{ID: id, Role: new(enum.RoleReader)}))(t)
		}, true},
		"ends with the token": {func(_ *testing.T, b *bundle, _ string, _ *access.Tokens) { b.clock.pass(10 * time.Minute) }, true},
		"ends with the session": {func(t *testing.T, b *bundle, _ string, tokens *access.Tokens) {
			if err := b.Logout(t.Context(), tokens.RefreshToken, false); err != nil {
				t.Fatal(err)
			}
		}, true},
		"ends with the person": {func(t *testing.T, b *bundle, id string, _ *access.Tokens) {
			must(b.UpdateUser(t.Context(), access.UserChange{ID: id, Active: new(false)}))(t)
		}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.owner(t)
			person := b.person(t, "p@exemplo.com.br", enum.RoleOperator)
			tokens := b.login(t, person.Email)
			viewer := must(b.Authenticate(t.Context(), tokens.AccessToken))(t)
			c.change(t, b, person.ID, tokens)
			if err := b.Recheck(t.Context(), viewer); errors.Is(err, access.ErrUnauthenticated) != c.ends || !c.ends && err != nil {
				t.Errorf("Recheck = %v", err)
			}
		})
	}
	t.Run("ends for nobody", func(t *testing.T) {
		b := setup(t)
		if err := b.Recheck(t.Context(), nil); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("Recheck = %v", err)
		}
	})
}

func TestMay(t *testing.T) {
	t.Parallel()
	roles := []enum.Role{enum.RoleReader, enum.RoleOperator, enum.RoleFinance, enum.RoleOwner}
	for has, role := range roles {
		viewer := &access.Viewer{User: &db.User{Role: role}}
		for needs, needed := range roles {
			if viewer.May(needed) != (has >= needs) {
				t.Errorf("%s may %s: %v", role, needed, viewer.May(needed))
			}
		}
		if viewer.May("UNKNOWN") || viewer.May("") {
			t.Errorf("%s may what nobody may", role)
		}
	}
	if (&access.Viewer{User: &db.User{Role: "UNKNOWN"}}).May(enum.RoleReader) || (*access.Viewer)(nil).May(enum.RoleReader) {
		t.Error("an unknown role or nobody may read")
	}
}

func TestViewerFrom(t *testing.T) {
	t.Parallel()
	if access.ViewerFrom(t.Context()) != nil {
		t.Error("there is a viewer in an empty context")
	}
	viewer := &access.Viewer{User: &db.User{ID: "usr_1"}}
	if access.ViewerFrom(access.WithViewer(t.Context(), viewer)) != viewer {
		t.Error("the viewer is lost")
	}
}
