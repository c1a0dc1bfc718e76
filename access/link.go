package access

import (
	"context"
	"fmt"
	"time"

	"ponte/billing"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/passwordlink"
	"ponte/ent/db/predicate"
	"ponte/ent/db/session"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// linkLife is how long a person has to choose a password.
const linkLife = 3 * 24 * time.Hour

// Message is a mail.
type Message struct{ To, Subject, Text string }

// Link is an address at which one person chooses a password, once.
type Link struct {
	User   *db.User
	URL    string
	Mailed bool // to the person
}

// Invite adds a person without a password, and makes the link to choose one.
func (s *Service) Invite(ctx context.Context, input NewUser) (*Link, error) {
	input, err := checkNewUser(input, false)
	if err != nil {
		return nil, err
	}
	return s.link(ctx, func(ctx context.Context, tx *db.Tx) (*db.User, error) {
		if err := lockPeople(ctx, tx); err != nil {
			return nil, err
		}
		return createUser(ctx, tx, input, "")
	})
}

// ResetByLink makes a link at which a person chooses another password; the present
// one goes on until then.
func (s *Service) ResetByLink(ctx context.Context, which predicate.User) (*Link, error) {
	return s.link(ctx, func(ctx context.Context, tx *db.Tx) (*db.User, error) {
		return lockUser(ctx, tx, which, "email")
	})
}

// link makes a link for the person that who answers, and mails it when there is
// mail. The link before it is no longer good.
func (s *Service) link(ctx context.Context, who func(ctx context.Context, tx *db.Tx) (*db.User, error)) (*Link, error) {
	secret, made := newSecret(), &Link{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if made.User, err = who(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.PasswordLink.Delete().Where(passwordlink.UserID(made.User.ID)).Exec(ctx); err != nil {
			return fmt.Errorf("forget a link: %w", err)
		}
		return tx.PasswordLink.Create().SetUserID(made.User.ID).SetSecretHash(hashToken(secret)).SetCreatedAt(s.Now()).SetExpiresAt(s.Now().Add(linkLife)).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	made.URL = s.PublicURL + "/password#" + secret // after #, it comes to no server's log
	made.Mailed = s.mail(ctx, made)
	return made, nil
}

// mail sends a link, and tells whether it did: who asked has the link all the same.
func (s *Service) mail(ctx context.Context, made *Link) bool {
	if s.Mail == nil {
		return false
	}
	message := Message{To: made.User.Email, Subject: "Ponte: escolha sua senha",
		Text: "Olá, " + made.User.Name + "!\n\nEscolha sua senha neste endereço, em até três dias:\n\n" + made.URL + "\n\nSe você não esperava esta mensagem, ignore-a."}
	if made.User.Locale == "en" {
		message = Message{To: made.User.Email, Subject: "Ponte: choose your password",
			Text: "Hello, " + made.User.Name + "!\n\nChoose your password at this address within three days:\n\n" + made.URL + "\n\nIf you did not expect this message, ignore it."}
	}
	if err := s.Mail(ctx, message); err != nil {
		s.Log.WarnContext(ctx, "mail a link", "user", made.User.ID, "error", err)
		return false
	}
	return true
}

// ChoosePassword sets the password of the person who has a link's secret, and ends
// their sessions. The link is then used up.
func (s *Service) ChoosePassword(ctx context.Context, secret, password string, client Client) error {
	tools, err := s.tools()
	if err != nil {
		return err
	}
	if wait := tools.attempts.addresses.take(s.Now(), network(client.Address)); wait > 0 {
		return tooManyAttempts(wait)
	}
	if err := refusal(checkPassword(password)); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	ctx = audit.WithActor(ctx, audit.Actor{Address: client.Address, Action: "choosePassword"})
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := tx.PasswordLink.Query().Where(passwordlink.SecretHash(hashToken(secret)), passwordlink.ExpiresAtGT(s.Now()), passwordlink.HasUserWith(user.Active(true))).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return refuse("LINK_INVALID", "", "Este endereço já foi usado ou venceu: peça outro a um proprietário.", "This address was used already or has expired: ask an owner for another one.")
		}
		if err != nil {
			return fmt.Errorf("read a link: %w", err)
		}
		if err := tx.PasswordLink.DeleteOne(found).Exec(ctx); err != nil {
			return fmt.Errorf("use up a link: %w", err)
		}
		if err := tx.User.UpdateOneID(found.UserID).SetPasswordHash(hash).Exec(ctx); err != nil {
			return fmt.Errorf("set a password: %w", err)
		}
		return s.revoke(ctx, tx, found.UserID)
	})
}

// EndSession ends a session of the viewer, or for an owner of anybody.
func (s *Service) EndSession(ctx context.Context, id string) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := tx.Session.Query().Where(s.mayEnd(ctx, id)...).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return refuse("NOT_FOUND", "id", "A sessão já terminou: atualize a lista.", "The session has ended already: reload the list.")
		}
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		if err := tx.Session.UpdateOne(found).SetRevokedAt(s.Now()).Exec(ctx); err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
		return Ring(ctx, tx, billing.UserTopic(found.UserID))
	})
}

func (s *Service) mayEnd(ctx context.Context, id string) []predicate.Session {
	where := []predicate.Session{session.ID(id), session.RevokedAtIsNil()}
	if viewer := ViewerFrom(ctx); !viewer.May(enum.RoleOwner) {
		where = append(where, session.UserID(viewer.User.ID))
	}
	return where
}
