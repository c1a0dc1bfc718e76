package billing

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/credential"
	"ponte/ent/db/integration"
	"ponte/ent/enum"
)

// A Pix is told by another kind of callback, which holds the payments themselves
// (providers/gerencianet.md, 7.6). Only the txids are taken from it, and the
// provider is asked how each of them stands.

// ErrMalformedPix is answered for a body that the Pix API does not send.
var ErrMalformedPix = errors.New("a Pix callback is a JSON object with an array pix")

// MaxPixBytes is the largest body of a Pix callback that is taken, MaxPixPayments
// the most payments in it.
const (
	MaxPixBytes    = 64 << 10
	MaxPixPayments = 200
)

var txidPattern = regexp.MustCompile(`^[a-zA-Z0-9]{26,35}$`)

// ReceivePix stores a callback of the Pix API as it came and has each of our
// charges in it read. A call without payments, like the test at the registration,
// is accepted.
func (s *Service) ReceivePix(ctx context.Context, secret, body, address string) error {
	environment, err := s.callbackEnvironment(ctx, secret)
	if err != nil {
		return err
	}
	var told struct {
		Pix []struct {
			TxID string `json:"txid"`
		} `json:"pix"`
	}
	if strings.TrimSpace(body) != "" && json.Unmarshal([]byte(body), &told) != nil || len(told.Pix) > MaxPixPayments {
		return ErrMalformedPix
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		seen := map[string]bool{}
		for _, one := range told.Pix {
			if !txidPattern.MatchString(one.TxID) || seen[one.TxID] {
				continue // a transfer to the key without a charge, or not ours
			}
			seen[one.TxID] = true
			if err := s.noticePix(ctx, tx, environment, one.TxID, body, address); err != nil {
				return err
			}
		}
		return s.noteNotice(ctx, tx)
	})
}

func (s *Service) noticePix(ctx context.Context, tx *db.Tx, environment enum.Environment, txid, body, address string) error {
	c, err := tx.Charge.Query().Where(charge.EnvironmentEQ(environment), charge.ProviderID(txid), charge.MethodEQ(enum.MethodPix)).Only(ctx)
	if db.IsNotFound(err) {
		return nil // another system's charge on the same key
	}
	if err != nil {
		return err
	}
	err = tx.Notice.Create().SetIntegration(enum.Gerencianet).SetToken(txid).SetBody(body).SetAddress(address).SetCreatedAt(s.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store a notice: %w", err)
	}
	delay, err := s.untilReadable(ctx, tx, txid)
	if err != nil {
		return err
	}
	_, _, err = s.enqueue(ctx, tx, request{kind: enum.KindReadPix, integration: enum.Gerencianet, subjectID: c.ID, delay: delay})
	return err
}

// readPix asks the provider how a Pix stands: once in each interval, however many
// callbacks tell of it.
func (s *Service) readPix(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	read, err := issuer.Get(ctx, handle(c))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		last, err := lockToken(ctx, tx, *c.ProviderID)
		if err != nil {
			return err
		}
		if err := tx.NoticeToken.UpdateOne(last).SetUpdatedAt(time.Now()).Exec(ctx); err != nil {
			return err
		}
		if err := s.applyRead(ctx, tx, locked, read, enum.SourceNotice); err != nil {
			return err
		}
		return s.proveSandbox(ctx, tx, locked)
	}, nil
}

// RegisterPix has the provider tell us of every payment of the Pix key.
func (s *Service) RegisterPix(ctx context.Context) (*db.Operation, error) {
	var op *db.Operation
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		settings, err := settingsIn(ctx, tx, enum.Gerencianet)
		if db.IsNotFound(err) {
			return refuse("NOT_CONFIGURED", "", "Salve a integração antes.", "Save the integration first.")
		}
		if err != nil {
			return err
		}
		if err := s.mustHavePix(ctx, tx, settings, enum.MethodPix); err != nil {
			return err
		}
		if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
			return err
		}
		op, _, err = s.enqueue(ctx, tx, request{
			kind: enum.KindRegisterPix, integration: enum.Gerencianet, subjectID: "", key: string(enum.KindRegisterPix),
			input: map[string]string{"environment": string(settings.Environment)},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return op.Unwrap(), nil
}

func (s *Service) runRegisterPix(ctx context.Context, op *db.Operation) (finish, error) {
	environment := enum.Environment(op.Input["environment"])
	settings, err := s.settings(ctx, enum.Gerencianet)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, environment)
	if err != nil {
		return nil, err
	}
	if err := issuer.RegisterWebhook(ctx, s.callbackURL(settings, environment), s.ChecksCertificate); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return tx.Integration.UpdateOneID(settings.ID).SetPixRegisteredAt(s.Now()).Exec(ctx)
	}, nil
}

// The credentials that Pix and cards need beside the pair of every integration.
const (
	pixCertificate = "pixCertificate"
	pixKey         = "pixKey"
	payeeCode      = "payeeCode"
)

// mustHavePix refuses a Pix while its certificate or key is missing.
func (s *Service) mustHavePix(ctx context.Context, tx *db.Tx, settings *db.Integration, method enum.PaymentMethod) error {
	if method != enum.MethodPix {
		return nil
	}
	set, err := tx.Credential.Query().Where(credential.IntegrationID(settings.ID), credential.EnvironmentEQ(settings.Environment),
		credential.NameIn(pixCertificate, pixKey)).Count(ctx)
	if err != nil || set == 2 {
		return err
	}
	return refuse("PIX_NOT_READY", "paymentMethod",
		"O Pix ainda não está pronto: na integração com a Gerencianet, envie o certificado e informe a chave Pix.",
		"Pix is not ready yet: upload the certificate and give the Pix key in the Gerencianet integration.")
}

// PixCertificate is what may be known of a certificate.
type PixCertificate struct {
	Environment enum.Environment
	Subject     string
	ExpiresAt   time.Time
	SetAt       time.Time
	SetByID     *string
}

// PixSettings is what may be known of the settings for Pix and cards in the
// integration's environment.
type PixSettings struct {
	Key, PayeeCode *string
	Certificate    *PixCertificate
}

// PixSettings reads the settings for Pix and cards. The certificate itself can't
// be read.
func (s *Service) PixSettings(ctx context.Context, settings *db.Integration) (PixSettings, error) {
	var found PixSettings
	saved, err := s.DB.Credential.Query().Where(credential.IntegrationID(settings.ID), credential.EnvironmentEQ(settings.Environment),
		credential.NameIn(pixCertificate, pixKey, payeeCode)).All(ctx)
	if err != nil {
		return found, err
	}
	for _, one := range saved {
		if one.Name == pixCertificate {
			found.Certificate = &PixCertificate{Environment: one.Environment, Subject: one.Hint, ExpiresAt: value(one.ExpiresAt), SetAt: one.SetAt, SetByID: one.SetByID}
			continue
		}
		opened, err := s.Seal.Open(one.Sealed, credentialPlace(settings.ID, one.Environment, one.Name))
		if err != nil {
			return found, fmt.Errorf("open %s: %w", one.Name, err)
		}
		if one.Name == pixKey {
			found.Key = &opened
		} else {
			found.PayeeCode = &opened
		}
	}
	return found, nil
}

var payeeCodePattern = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

const maxPixKey = 77

// savePix checks and seals what Pix and cards need.
func (s *Service) savePix(ctx context.Context, tx *db.Tx, current *db.Integration, environment enum.Environment, input GerencianetSettings) error {
	key, payee := strings.TrimSpace(value(input.PixKey)), strings.TrimSpace(value(input.PayeeCode))
	var found Refusal
	if len(key) > maxPixKey || strings.ContainsAny(key, " \t\r\n") {
		found.add("PIX_KEY_INVALID", pixKey, "A chave Pix tem até 77 caracteres, sem espaços: CPF, CNPJ, telefone com +55, e-mail ou chave aleatória.", "A Pix key has up to 77 characters without spaces: CPF, CNPJ, phone with +55, e-mail or random key.")
	}
	if payee != "" && !payeeCodePattern.MatchString(payee) {
		found.add("PAYEE_CODE_INVALID", payeeCode, "O identificador de conta tem 32 letras de a até f e algarismos: copie-o do painel da Gerencianet, em API.", "The payee code has 32 hexadecimal digits: copy it from Gerencianet's panel, under API.")
	}
	if err := found.orNil(); err != nil {
		return err
	}
	if err := s.saveSecret(ctx, tx, current, environment, secretToSave{name: pixKey, text: key}); err != nil {
		return err
	}
	if err := s.saveSecret(ctx, tx, current, environment, secretToSave{name: payeeCode, text: payee}); err != nil {
		return err
	}
	return s.saveCertificate(ctx, tx, current, environment, input)
}

// saveCertificate takes a certificate that holds its key, has not expired and is
// not of the other environment.
func (s *Service) saveCertificate(ctx context.Context, tx *db.Tx, current *db.Integration, environment enum.Environment, input GerencianetSettings) error {
	if value(input.PixCertificate) == "" {
		return nil
	}
	file, err := base64.StdEncoding.DecodeString(strings.TrimSpace(*input.PixCertificate))
	if err != nil {
		return refuse("CERTIFICATE_INVALID", pixCertificate, "Envie o arquivo do certificado em Base64.", "Send the certificate file as Base64.")
	}
	parsed, err := s.Providers.ParseCertificate(file, value(input.PixCertificatePassword))
	var wrong *provider.Error
	if errors.As(err, &wrong) {
		return Refusal{{Code: "CERTIFICATE_INVALID", Field: []string{pixCertificate}, Text: wrong.Remedy}}
	}
	if err != nil {
		return err
	}
	var found Refusal
	if parsed.Environment != "" && parsed.Environment != provider.Environment(environment) {
		found.add("CERTIFICATE_ENVIRONMENT", pixCertificate, "Este certificado é do outro ambiente: baixe o deste ambiente no painel da Gerencianet.", "This certificate is of the other environment: download this environment's one in Gerencianet's panel.")
	}
	if err := found.orNil(); err != nil {
		return err
	}
	return s.saveSecret(ctx, tx, current, environment, secretToSave{name: pixCertificate, text: parsed.PEM, hint: parsed.Subject, expiresAt: &parsed.ExpiresAt})
}

// CardTokenizer is what a browser needs to make a card's token.
type CardTokenizer struct {
	PayeeCode    string
	Environment  enum.Environment
	SimulatorURL *string
}

// CardTokenizer answers what a browser needs to make a card's token; nil while the
// payee code is missing.
func (s *Service) CardTokenizer(ctx context.Context) (*CardTokenizer, error) {
	settings, err := s.DB.Integration.Query().Where(integration.KindEQ(enum.Gerencianet)).Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	saved, err := s.PixSettings(ctx, settings)
	if err != nil || saved.PayeeCode == nil {
		return nil, err
	}
	tokenizer := &CardTokenizer{PayeeCode: *saved.PayeeCode, Environment: settings.Environment}
	if s.TokenizerURL != "" {
		tokenizer.SimulatorURL = &s.TokenizerURL
	}
	return tokenizer, nil
}
