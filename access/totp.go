package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/recoverycode"
	"ponte/ent/db/user"
)

// The second factor: codes of six digits that change every 30 seconds (RFC 6238),
// and recovery codes for who has lost the authenticator. Neither is good twice.

const (
	totpPeriod     = 30 // seconds
	totpSkew       = 1  // steps before and after the present one: clocks differ
	totpDigits     = otp.DigitsSix
	recoveryCodes  = 10
	recoveryLength = 16 // characters of base32, 80 bits
)

var totpOptions = totp.ValidateOpts{Period: totpPeriod, Digits: totpDigits, Algorithm: otp.AlgorithmSHA1} // what every authenticator knows

// StartTOTP makes a secret for the viewer's authenticator. It counts when ConfirmTOTP
// has seen a code of it.
func (s *Service) StartTOTP(ctx context.Context) (secret, uri string, err error) {
	err = s.asPerson(ctx, func(ctx context.Context, tx *db.Tx, who *db.User) error {
		if who.TotpSince != nil {
			return refuse("TOTP_ON", "", "A verificação em duas etapas já está ligada: desligue-a para trocar de aplicativo.", "The second factor is on already: switch it off to change the authenticator.")
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "Ponte", AccountName: who.Email, Period: totpPeriod, Digits: totpDigits})
		if err != nil {
			return fmt.Errorf("make a second factor: %w", err)
		}
		secret, uri = key.Secret(), key.URL()
		return tx.User.UpdateOne(who).SetTotpSecret(s.Seal.Seal(secret, totpPlace(who.ID))).Exec(ctx)
	})
	return secret, uri, err
}

func totpPlace(userID string) string { return "user/" + userID + "/totp" }

// ConfirmTOTP switches the viewer's second factor on, and answers the recovery
// codes.
func (s *Service) ConfirmTOTP(ctx context.Context, code string) (changed *db.User, codes []string, err error) {
	err = s.asPerson(ctx, func(ctx context.Context, tx *db.Tx, who *db.User) error {
		if who.TotpSince != nil || who.TotpSecret == nil {
			return refuse("TOTP_NOT_STARTED", "", "Comece de novo e leia o código QR.", "Begin again and scan the QR code.")
		}
		step, err := s.stepOf(who, code)
		if err != nil {
			return err
		}
		if step == 0 {
			return wrongCode()
		}
		if changed, err = tx.User.UpdateOne(who).SetTotpStep(step).SetTotpSince(s.Now()).Save(ctx); err != nil {
			return fmt.Errorf("switch a second factor on: %w", err)
		}
		codes, err = replaceRecoveryCodes(ctx, tx, who.ID)
		return err
	})
	return changed, codes, err
}

// RenewRecoveryCodes makes new recovery codes for the viewer.
func (s *Service) RenewRecoveryCodes(ctx context.Context, code string) (who *db.User, codes []string, err error) {
	err = s.asPerson(ctx, func(ctx context.Context, tx *db.Tx, me *db.User) error {
		if err := s.prove(ctx, tx, me, code); err != nil {
			return err
		}
		who = me
		codes, err = replaceRecoveryCodes(ctx, tx, me.ID)
		return err
	})
	return who, codes, err
}

// DisableTOTP switches the viewer's second factor off.
func (s *Service) DisableTOTP(ctx context.Context, code string) (changed *db.User, err error) {
	err = s.asPerson(ctx, func(ctx context.Context, tx *db.Tx, who *db.User) error {
		rules, err := tx.AccessRules.Query().Only(ctx)
		if err != nil {
			return err
		}
		if rules.RequireTotp {
			return refuse("TOTP_DEMANDED", "", "O proprietário exige a verificação em duas etapas de todos.", "The owner demands a second factor of everybody.")
		}
		if err := s.prove(ctx, tx, who, code); err != nil {
			return err
		}
		changed, err = removeTOTP(ctx, tx, who)
		return err
	})
	return changed, err
}

// ResetTOTP takes the second factor away from a person who has lost it, and ends
// their sessions.
func (s *Service) ResetTOTP(ctx context.Context, userID string) (changed *db.User, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who, err := lockUser(ctx, tx, user.ID(userID), "userId")
		if err != nil {
			return err
		}
		if changed, err = removeTOTP(ctx, tx, who); err != nil {
			return err
		}
		return s.revoke(ctx, tx, who.ID)
	})
	return changed, err
}

// SaveRules changes what is demanded of everybody; nil keeps what is there. Who
// demands a second factor has one.
func (s *Service) SaveRules(ctx context.Context, requireTOTP *bool) (saved *db.AccessRules, err error) {
	err = s.asPerson(ctx, func(ctx context.Context, tx *db.Tx, who *db.User) error {
		if requireTOTP != nil && *requireTOTP && who.TotpSince == nil {
			return refuse("TOTP_OWN_FIRST", "requireTotp", "Ligue antes a sua própria verificação em duas etapas.", "Switch your own second factor on first.")
		}
		rules, err := tx.AccessRules.Query().ForUpdate().Only(ctx)
		if err != nil {
			return err
		}
		saved, err = tx.AccessRules.UpdateOne(rules).SetNillableRequireTotp(requireTOTP).Save(ctx)
		return err
	})
	return saved, err
}

// asPerson runs work on the viewer's own row; an app can't do what is a person's
// own.
func (s *Service) asPerson(ctx context.Context, work func(ctx context.Context, tx *db.Tx, who *db.User) error) error {
	viewer := ViewerFrom(ctx)
	if viewer == nil || viewer.Token != nil {
		return refuse("PERSON_ONLY", "", "Só uma pessoa pode fazer isto: entre no painel.", "Only a person may do this: sign in to the panel.")
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who, err := lockUser(ctx, tx, user.ID(viewer.User.ID), "")
		if err != nil {
			return err
		}
		return work(ctx, tx, who)
	})
}

func wrongCode() error {
	return refuse("TOTP_INVALID", "code", "O código não confere ou já foi usado: espere o próximo e tente de novo.", "The code does not fit or was used already: wait for the next one and try again.")
}

// prove checks a code of the authenticator or a recovery code, and uses it up.
// Attempts are slowed down.
func (s *Service) prove(ctx context.Context, tx *db.Tx, who *db.User, code string) error {
	if err := s.countCode(who.ID); err != nil {
		return err
	}
	step, err := s.stepOf(who, code)
	if err != nil {
		return err
	}
	if step > 0 {
		return tx.User.UpdateOne(who).SetTotpStep(step).Exec(ctx)
	}
	used, err := tx.RecoveryCode.Update().Where(recoverycode.UserID(who.ID), recoverycode.CodeHash(hashToken(plainCode(code))), recoverycode.UsedAtIsNil()).SetUsedAt(s.Now()).Save(ctx)
	if err != nil {
		return fmt.Errorf("use a recovery code: %w", err)
	}
	if used == 0 {
		return wrongCode()
	}
	return nil
}

// countCode slows down who guesses codes.
func (s *Service) countCode(userID string) error {
	tools, err := s.tools()
	if err != nil {
		return err
	}
	if wait := tools.attempts.codes.take(s.Now(), userID); wait > 0 {
		return tooManyAttempts(wait)
	}
	return nil
}

// stepOf answers the step of which the code is, 0 when it is of none that may be
// used: those up to the last one that was taken are gone.
func (s *Service) stepOf(who *db.User, code string) (int64, error) {
	if who.TotpSecret == nil {
		return 0, nil
	}
	secret, err := s.Seal.Open(who.TotpSecret, totpPlace(who.ID))
	if err != nil {
		return 0, fmt.Errorf("open a second factor: %w", err)
	}
	present := s.Now().Unix() / totpPeriod
	for step := max(present-totpSkew, who.TotpStep+1); step <= present+totpSkew; step++ {
		right, err := totp.GenerateCodeCustom(secret, time.Unix(step*totpPeriod, 0), totpOptions)
		if err != nil {
			return 0, fmt.Errorf("compute a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(plainCode(code))) == 1 {
			return step, nil
		}
	}
	return 0, nil
}

// plainCode answers a code as it is compared, however it was typed.
func plainCode(code string) string {
	return strings.ToLower(strings.Map(func(letter rune) rune {
		if strings.ContainsRune(" -", letter) {
			return -1
		}
		return letter
	}, code))
}

func replaceRecoveryCodes(ctx context.Context, tx *db.Tx, userID string) ([]string, error) {
	if _, err := tx.RecoveryCode.Delete().Where(recoverycode.UserID(userID)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("forget recovery codes: %w", err)
	}
	codes, rows := make([]string, recoveryCodes), make([]*db.RecoveryCodeCreate, recoveryCodes)
	for i := range codes {
		plain := strings.ToLower(rand.Text()[:recoveryLength])
		codes[i] = plain[:4] + "-" + plain[4:8] + "-" + plain[8:12] + "-" + plain[12:]
		rows[i] = tx.RecoveryCode.Create().SetUserID(userID).SetCodeHash(hashToken(plain))
	}
	return codes, tx.RecoveryCode.CreateBulk(rows...).Exec(ctx)
}

func removeTOTP(ctx context.Context, tx *db.Tx, who *db.User) (*db.User, error) {
	if _, err := tx.RecoveryCode.Delete().Where(recoverycode.UserID(who.ID)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("forget recovery codes: %w", err)
	}
	return tx.User.UpdateOne(who).ClearTotpSecret().ClearTotpSince().SetTotpStep(0).Save(ctx)
}

// secondFactor checks the code of who signs in; the person's row is taken.
func (s *Service) secondFactor(ctx context.Context, tx *db.Tx, who *db.User, code string) error {
	if who.TotpSince == nil {
		return nil
	}
	if plainCode(code) == "" {
		return totpRequired()
	}
	err := s.prove(ctx, tx, who, code)
	var refused billing.Refusal
	if errors.As(err, &refused) {
		return totpInvalid()
	}
	return err
}
