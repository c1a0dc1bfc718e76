package billing

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/convenio"
	"ponte/ent/db/credential"
	"ponte/ent/db/historico"
	"ponte/ent/db/integration"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// The names of the credentials.
const (
	clientID          = "clientId"
	clientSecret      = "clientSecret"
	accessToken       = "accessToken"
	secretAccessToken = "secretAccessToken"
)

// CredentialNames lists the credentials of each integration.
var CredentialNames = map[enum.IntegrationKind][]string{
	enum.Gerencianet: {clientID, clientSecret},
	enum.Vhsys:       {accessToken, secretAccessToken},
}

const (
	hintLength          = 4
	maxCredentialLength = 500
	// WalletBank is the bank of the provider's own wallet, 0 - Carteira.
	WalletBank = "0"
)

// GerencianetSettings is the input of SaveGerencianet; nil keeps what is saved.
type GerencianetSettings struct {
	Environment            *enum.Environment
	ClientID, ClientSecret *string
	CredentialsEnvironment *enum.Environment
	PixKey, PayeeCode      *string
	PixCertificate         *string // the file in Base64
	PixCertificatePassword *string
	ConvenioID             *string
	FeeCents               *int64
	ReceiptHistoricoID     *string
	EntryHistoricoID       *string
	FeeHistoricoID         *string
	NotifiedUserIds        []string
}

// VhsysSettings is the input of SaveVhsys; nil keeps what is saved.
type VhsysSettings struct {
	AccessToken, SecretAccessToken *string
	WithInterest                   *bool
	SendInstallments               *bool
	RefundRule                     *enum.RefundRule
	ForeignRule                    *enum.ForeignRule
	MirrorFrom                     *brazil.Date
	ClearMirrorFrom                bool // every sale is sent again, whenever it was made
	CompanyState                   *string
	NfeTest, NfseTest, NfceTest    *bool
	NfeSeries, NfseSeries          *string
	NfceSeries                     *string
	NotifiedUserIds                []string
}

// settings reads an integration.
func (s *Service) settings(ctx context.Context, kind enum.IntegrationKind) (*db.Integration, error) {
	return s.DB.Integration.Query().Where(integration.KindEQ(kind)).Only(ctx)
}

// settingsIn reads an integration inside a transaction: one that took a second
// connection could wait for it forever.
func settingsIn(ctx context.Context, tx *db.Tx, kind enum.IntegrationKind) (*db.Integration, error) {
	return tx.Integration.Query().Where(integration.KindEQ(kind)).Only(ctx)
}

// Integration reads an integration with all that belongs to it; nil when it was
// never saved.
func (s *Service) Integration(ctx context.Context, kind enum.IntegrationKind) (*db.Integration, error) {
	settings, err := whole(s.DB.Integration.Query(), kind).Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	return settings, err
}

func whole(q *db.IntegrationQuery, kind enum.IntegrationKind) *db.IntegrationQuery {
	return q.Where(integration.KindEQ(kind)).
		WithConvenio(func(q *db.ConvenioQuery) { q.WithAccount() }).WithReceiptHistorico().WithEntryHistorico().WithFeeHistorico().
		WithNotifiedUsers(func(q *db.UserQuery) { q.Order(db.Asc(user.FieldName)) }).
		WithCredentials(func(q *db.CredentialQuery) { q.WithSetBy() })
}

// lockIntegration takes the row of an integration, making it when it is missing.
func lockIntegration(ctx context.Context, tx *db.Tx, kind enum.IntegrationKind) (*db.Integration, error) {
	create := tx.Integration.Create().SetKind(kind).SetCallbackSecret(rand.Text()).OnConflictColumns(integration.FieldKind)
	if err := create.Ignore().Exec(ctx); err != nil {
		return nil, fmt.Errorf("make an integration: %w", err)
	}
	return tx.Integration.Query().Where(integration.KindEQ(kind)).ForUpdate().Only(ctx)
}

// SaveGerencianet saves the settings of the Gerencianet integration. Production may
// need a second person: all the rest is then saved.
func (s *Service) SaveGerencianet(ctx context.Context, input GerencianetSettings) (*db.Integration, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockIntegration(ctx, tx, enum.Gerencianet)
		if err != nil {
			return err
		}
		if err := s.checkGerencianet(ctx, tx, current, input); err != nil {
			return err
		}
		change := tx.Integration.UpdateOne(current).SetNillableConvenioID(input.ConvenioID).SetNillableFeeCents(input.FeeCents).
			SetNillableReceiptHistoricoID(input.ReceiptHistoricoID).SetNillableEntryHistoricoID(input.EntryHistoricoID).
			SetNillableFeeHistoricoID(input.FeeHistoricoID)
		if err := change.Exec(ctx); err != nil {
			return err
		}
		if input.Environment != nil && *input.Environment != current.Environment {
			if err := s.moveTo(ctx, tx, current, *input.Environment); err != nil {
				return err
			}
		}
		of := current.Environment
		if input.Environment != nil {
			of = *input.Environment
		}
		if input.CredentialsEnvironment != nil {
			of = *input.CredentialsEnvironment
		}
		secrets := map[string]*string{clientID: input.ClientID, clientSecret: input.ClientSecret}
		if err := s.saveCredentials(ctx, tx, current, of, secrets); err != nil {
			return err
		}
		if err := s.savePix(ctx, tx, current, of, input); err != nil {
			return err
		}
		return s.saveNotified(ctx, tx, current, input.NotifiedUserIds)
	})
	if err != nil {
		return nil, err
	}
	return s.Integration(ctx, enum.Gerencianet)
}

func (s *Service) checkGerencianet(ctx context.Context, tx *db.Tx, current *db.Integration, input GerencianetSettings) error {
	var found Refusal
	if input.FeeCents != nil && (*input.FeeCents < 0 || *input.FeeCents > 100_00) {
		found.add("OUT_OF_RANGE", "feeCents", "A tarifa vai de R$ 0,00 a R$ 100,00.", "The fee goes from R$ 0.00 to R$ 100.00.")
	}
	if input.ConvenioID != nil {
		ok, err := tx.Convenio.Query().Where(convenio.ID(*input.ConvenioID), convenio.BankCode(WalletBank)).Exist(ctx)
		if err != nil {
			return err
		}
		if !ok {
			found.add("CONVENIO_BANK", "convenioId", "Só convênios do banco 0 - Carteira podem ser usados: cadastre ou escolha um deles.", "Only convênios of bank 0 - Carteira can be used: add or choose one.")
		}
	}
	for _, one := range []struct {
		id    *string
		kind  enum.HistoricoKind
		field string
	}{
		{input.ReceiptHistoricoID, enum.HistoricoReceipt, "receiptHistoricoId"}, {input.EntryHistoricoID, enum.HistoricoEntry, "entryHistoricoId"},
		{input.FeeHistoricoID, enum.HistoricoFee, "feeHistoricoId"},
	} {
		if one.id == nil {
			continue
		}
		ok, err := tx.Historico.Query().Where(historico.ID(*one.id), historico.KindEQ(one.kind)).Exist(ctx)
		if err != nil {
			return err
		}
		if !ok {
			found.add("HISTORICO_KIND", one.field, "Escolha um histórico do tipo deste campo.", "Choose a histórico of this field's kind.")
		}
	}
	if input.Environment != nil && *input.Environment != current.Environment {
		problems, err := s.environmentProblems(ctx, tx, current, *input.Environment)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	return found.orNil()
}

// environmentProblems finds what forbids a change of environment: open charges
// stay where they were issued, and production needs a proven sandbox.
func (s *Service) environmentProblems(ctx context.Context, tx *db.Tx, current *db.Integration, to enum.Environment) (Refusal, error) {
	var found Refusal
	if to == enum.EnvironmentProduction {
		found = append(found, ProductionProblems(current)...)
	}
	open, err := tx.Charge.Query().Where(charge.EnvironmentEQ(current.Environment), charge.StatusIn(enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown, enum.ChargeWaiting, enum.ChargeOverdue)).
		Order(db.Asc(charge.FieldID)).Limit(10).All(ctx)
	if err != nil || len(open) == 0 {
		return found, err
	}
	numbers := make([]string, len(open))
	for i, c := range open {
		numbers[i] = fmt.Sprint(c.Number)
	}
	list := strings.Join(numbers, ", ")
	found.add("CHARGES_OPEN", "environment",
		"Há cobranças abertas no ambiente atual (nº "+list+"): encerre-as ou cancele-as antes de trocar.",
		"There are open charges in the present environment (no. "+list+"): end or cancel them before the switch.")
	return found, nil
}

// ProductionProblems finds what keeps an integration from production.
func ProductionProblems(settings *db.Integration) Refusal {
	var found Refusal
	if settings.Environment == enum.EnvironmentProduction {
		return found
	}
	if settings.TestedAt == nil {
		found.add("NOT_TESTED", "environment", "Teste a conexão no ambiente de testes.", "Test the connection in the sandbox.")
	}
	if settings.SandboxProvenAt == nil {
		found.add("SANDBOX_NOT_PROVEN", "environment", "Emita uma cobrança de teste e espere a notificação dela chegar.", "Issue a sandbox charge and wait until its notification arrives.")
	}
	return found
}

// SaveVhsys saves the settings of the Vhsys integration.
func (s *Service) SaveVhsys(ctx context.Context, input VhsysSettings) (*db.Integration, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockIntegration(ctx, tx, enum.Vhsys)
		if err != nil {
			return err
		}
		if err := checkVhsys(input).orNil(); err != nil {
			return err
		}
		change := tx.Integration.UpdateOne(current).SetNillableWithInterest(input.WithInterest).SetNillableSendInstallments(input.SendInstallments).
			SetNillableRefundRule(input.RefundRule).SetNillableForeignRule(input.ForeignRule).SetNillableMirrorFrom(input.MirrorFrom).
			SetNillableCompanyState(input.CompanyState).SetNillableNfeTest(input.NfeTest).SetNillableNfseTest(input.NfseTest).SetNillableNfceTest(input.NfceTest).
			SetNillableNfeSeries(input.NfeSeries).SetNillableNfseSeries(input.NfseSeries).SetNillableNfceSeries(input.NfceSeries)
		if input.ClearMirrorFrom {
			change.ClearMirrorFrom()
		}
		if err := change.Exec(ctx); err != nil {
			return err
		}
		secrets := map[string]*string{accessToken: input.AccessToken, secretAccessToken: input.SecretAccessToken}
		if err := s.saveCredentials(ctx, tx, current, enum.EnvironmentSandbox, secrets); err != nil {
			return err
		}
		return s.saveNotified(ctx, tx, current, input.NotifiedUserIds)
	})
	if err != nil {
		return nil, err
	}
	return s.Integration(ctx, enum.Vhsys)
}

var seriesPattern = regexp.MustCompile(`^[0-9]{1,3}$`)

func checkVhsys(input VhsysSettings) Refusal {
	var found Refusal
	if input.ClearMirrorFrom && input.MirrorFrom != nil {
		found.add("CONTRADICTION", "mirrorFrom", "Informe a data de corte ou retire-a, não os dois.", "Give the cut-off day or take it back, not both.")
	}
	if state := value(input.CompanyState); state != "" && !brazil.ValidState(state) {
		found.add("STATE_INVALID", "companyState", "Escolha a UF da empresa.", "Choose the company's state.")
	}
	for field, series := range map[string]*string{"nfeSeries": input.NfeSeries, "nfseSeries": input.NfseSeries, "nfceSeries": input.NfceSeries} {
		if series != nil && !seriesPattern.MatchString(*series) {
			found.add("SERIES_INVALID", field, "A série tem de 1 a 3 algarismos.", "A series has 1 to 3 digits.")
		}
	}
	return found
}

// saveCredentials seals what was given; blank keeps what is there. New
// credentials have to be tested again.
func (s *Service) saveCredentials(ctx context.Context, tx *db.Tx, current *db.Integration, environment enum.Environment, secrets map[string]*string) error {
	for name, given := range secrets {
		secret := strings.TrimSpace(value(given))
		if secret == "" {
			continue
		}
		if len(secret) > maxCredentialLength || strings.ContainsAny(secret, "\r\n\t ") {
			return refuse("CREDENTIAL_INVALID", name, "Cole a credencial inteira, sem espaços nem quebras de linha.", "Paste the whole credential, without spaces or line breaks.")
		}
		hint := ""
		if (name == clientID || name == accessToken) && len(secret) >= 3*hintLength {
			hint = secret[len(secret)-hintLength:]
		}
		if err := s.saveSecret(ctx, tx, current, environment, secretToSave{name: name, text: secret, hint: hint}); err != nil {
			return err
		}
	}
	return nil
}

// secretToSave is one secret of an integration before it is sealed.
type secretToSave struct {
	name, text, hint string
	expiresAt        *time.Time
}

// saveSecret seals what was given; blank keeps what is there. The connection has to
// be tested again, if it is one with this secret.
func (s *Service) saveSecret(ctx context.Context, tx *db.Tx, current *db.Integration, environment enum.Environment, given secretToSave) error {
	if given.text == "" {
		return nil
	}
	sealed := s.Seal.Seal(given.text, credentialPlace(current.ID, environment, given.name))
	err := tx.Credential.Create().SetIntegrationID(current.ID).SetEnvironment(environment).SetName(given.name).SetSealed(sealed).SetHint(given.hint).
		SetNillableExpiresAt(given.expiresAt).SetSetAt(s.Now()).SetNillableSetByID(actorID(ctx)).
		OnConflictColumns(credential.FieldIntegrationID, credential.FieldEnvironment, credential.FieldName).
		Update(func(u *db.CredentialUpsert) {
			u.UpdateSealed().UpdateHint().UpdateExpiresAt().UpdateSetAt().UpdateSetByID()
		}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save a credential: %w", err)
	}
	if current.Environment != environment {
		return nil
	}
	return tx.Integration.UpdateOne(current).ClearTestedAt().Exec(ctx)
}

func credentialPlace(integrationID string, environment enum.Environment, name string) string {
	return "integration/" + integrationID + "/" + string(environment) + "/" + name
}

// saveNotified replaces who hears of an integration's failures; nil keeps them.
func (s *Service) saveNotified(ctx context.Context, tx *db.Tx, current *db.Integration, ids []string) error {
	if ids == nil {
		return nil
	}
	if len(ids) == 0 && current.Active {
		return refuse("NOTIFIED_REQUIRED", "notifiedUserIds", "Com a integração ativa, pelo menos um usuário precisa ser avisado.", "While the integration is active, at least one user must be notified.")
	}
	before, err := current.QueryNotifiedUsers().IDs(ctx)
	if err != nil {
		return err
	}
	count, err := tx.User.Query().Where(user.IDIn(ids...), user.Active(true)).Count(ctx)
	if err != nil {
		return err
	}
	if count != len(ids) {
		return refuse("NOT_FOUND", "notifiedUserIds", "Escolha só usuários ativos, cada um uma vez.", "Choose active users only, each once.")
	}
	if err := tx.Integration.UpdateOne(current).ClearNotifiedUsers().AddNotifiedUserIDs(ids...).Exec(ctx); err != nil {
		return err
	}
	for _, id := range append(before, ids...) {
		if err := ring(ctx, tx, UserTopic(id)); err != nil {
			return err
		}
	}
	return nil
}

// credentials opens the credentials of an environment.
func (s *Service) credentials(ctx context.Context, kind enum.IntegrationKind, environment enum.Environment) (map[string]string, error) {
	settings, err := s.settings(ctx, kind)
	if err != nil && !db.IsNotFound(err) {
		return nil, err
	}
	opened := map[string]string{}
	if settings != nil {
		sealed, err := settings.QueryCredentials().Where(credential.EnvironmentEQ(environment)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, one := range sealed {
			secret, err := s.Seal.Open(one.Sealed, credentialPlace(settings.ID, environment, one.Name))
			if err != nil {
				return nil, fmt.Errorf("open %s: %w", one.Name, err)
			}
			opened[one.Name] = secret
		}
	}
	for _, name := range CredentialNames[kind] {
		if opened[name] == "" {
			return nil, ownProblem(provider.Auth, "credentials.missing", name, "")
		}
	}
	return opened, nil
}

// issuer answers the client of an environment.
func (s *Service) issuer(ctx context.Context, environment enum.Environment) (provider.Issuer, error) {
	secrets, err := s.credentials(ctx, enum.Gerencianet, environment)
	if err != nil {
		return nil, err
	}
	return s.Providers.Issuer(provider.Environment(environment), provider.Credentials{
		ClientID: secrets[clientID], ClientSecret: secrets[clientSecret], PixCertificate: secrets[pixCertificate], PixKey: secrets[pixKey],
	}), nil
}

// mirror answers the client of the ERP.
func (s *Service) mirror(ctx context.Context) (provider.Mirror, error) {
	secrets, err := s.credentials(ctx, enum.Vhsys, enum.EnvironmentSandbox)
	if err != nil {
		return nil, err
	}
	return s.Providers.Mirror(secrets[accessToken], secrets[secretAccessToken]), nil
}

// ConnectionTest is what a test found.
type ConnectionTest struct {
	Integration *db.Integration
	Took        time.Duration
	Problem     *provider.Error // nil when the provider accepted the credentials
}

// TestIntegration asks a provider whether the saved credentials work.
func (s *Service) TestIntegration(ctx context.Context, kind enum.IntegrationKind) (*ConnectionTest, error) {
	settings, err := s.settings(ctx, kind)
	if db.IsNotFound(err) {
		return nil, refuse("NOT_CONFIGURED", "kind", "Salve a integração antes de testar.", "Save the integration before you test it.")
	}
	if err != nil {
		return nil, err
	}
	started := time.Now()
	pingErr := s.ping(ctx, settings)
	test := &ConnectionTest{Took: time.Since(started)}
	if pingErr != nil && !errors.As(pingErr, &test.Problem) {
		return nil, pingErr
	}
	if test.Problem == nil {
		if err := s.noteTested(ctx, settings); err != nil {
			return nil, err
		}
	}
	test.Integration, err = s.Integration(ctx, kind)
	return test, err
}

// noteTested keeps when the credentials worked, and has what waits for them tried.
func (s *Service) noteTested(ctx context.Context, settings *db.Integration) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Integration.UpdateOneID(settings.ID).SetTestedAt(s.Now()).Exec(ctx); err != nil {
			return err
		}
		return hurry(ctx, tx, settings.Kind)
	})
}

func (s *Service) ping(ctx context.Context, settings *db.Integration) error {
	if settings.Kind == enum.Vhsys {
		client, err := s.mirror(ctx)
		if err != nil {
			return err
		}
		return client.Ping(ctx)
	}
	client, err := s.issuer(ctx, settings.Environment)
	if err != nil {
		return err
	}
	return client.Ping(ctx)
}

// ActivateIntegration switches an integration on or off. Production may need a second
// person: it is then not active yet.
func (s *Service) ActivateIntegration(ctx context.Context, kind enum.IntegrationKind, active bool) (*db.Integration, error) {
	settings, err := s.Integration(ctx, kind)
	if err != nil {
		return nil, err
	}
	if settings == nil {
		return nil, refuse("NOT_CONFIGURED", "kind", "Salve a integração antes de ativar.", "Save the integration before you activate it.")
	}
	if active {
		problems, err := s.ActivationProblems(ctx, settings)
		if err != nil {
			return nil, err
		}
		if err := problems.orNil(); err != nil {
			return nil, err
		}
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockIntegration(ctx, tx, kind) // somebody else may have moved it to production
		if err != nil {
			return err
		}
		do := func() error { return s.activate(ctx, tx, current, active) }
		if !active || current.Active || kind != enum.Gerencianet || current.Environment != enum.EnvironmentProduction {
			return do()
		}
		_, err = s.guarded(ctx, tx, atStake{kind: enum.ApproveActivation, subjectID: current.ID}, do)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.Integration(ctx, kind)
}

func (s *Service) activate(ctx context.Context, tx *db.Tx, settings *db.Integration, active bool) error {
	change := tx.Integration.UpdateOneID(settings.ID).SetActive(active)
	if active && !settings.Active {
		change.SetActivatedAt(s.Now())
	}
	if err := change.Exec(ctx); err != nil {
		return err
	}
	return ring(ctx, tx, topicOperations)
}

// moveTo changes the environment that Gerencianet works in.
func (s *Service) moveTo(ctx context.Context, tx *db.Tx, current *db.Integration, to enum.Environment) error {
	do := func() error { return tx.Integration.UpdateOne(current).SetEnvironment(to).ClearTestedAt().Exec(ctx) }
	if to != enum.EnvironmentProduction {
		return do()
	}
	_, err := s.guarded(ctx, tx, atStake{kind: enum.ApproveProduction, subjectID: current.ID}, do)
	return err
}

// produce does what was approved, if nothing keeps it from that by now.
func (s *Service) produce(ctx context.Context, tx *db.Tx, what enum.ApprovalKind) error {
	if _, err := lockIntegration(ctx, tx, enum.Gerencianet); err != nil {
		return err
	}
	settings, err := whole(tx.Integration.Query(), enum.Gerencianet).Only(ctx)
	if err != nil {
		return err
	}
	if what == enum.ApproveActivation {
		problems, err := s.ActivationProblems(ctx, settings)
		if err := errors.Join(err, problems.orNil()); err != nil {
			return err
		}
		return s.activate(ctx, tx, settings, true)
	}
	if settings.Environment == enum.EnvironmentProduction {
		return nil
	}
	problems, err := s.environmentProblems(ctx, tx, settings, enum.EnvironmentProduction)
	if err := errors.Join(err, problems.orNil()); err != nil {
		return err
	}
	return s.moveTo(ctx, tx, settings, enum.EnvironmentProduction)
}

// ActivationProblems finds what keeps an integration, read by Integration, from
// being switched on.
func (s *Service) ActivationProblems(ctx context.Context, settings *db.Integration) (Refusal, error) {
	var found Refusal
	environment := enum.EnvironmentSandbox
	if settings.Kind == enum.Gerencianet {
		environment = settings.Environment
	}
	set := map[string]bool{}
	for _, one := range settings.Edges.Credentials {
		set[one.Name] = set[one.Name] || one.Environment == environment
	}
	for _, name := range CredentialNames[settings.Kind] {
		if !set[name] {
			found.add("CREDENTIAL_MISSING", name, "Preencha "+credentialLabels[name]+".", "Fill in "+credentialLabels[name]+".")
		}
	}
	if settings.TestedAt == nil {
		found.add("NOT_TESTED", "", "Teste a conexão com as credenciais salvas.", "Test the connection with the saved credentials.")
	}
	if len(settings.Edges.NotifiedUsers) == 0 {
		found.add("NOTIFIED_REQUIRED", "notifiedUserIds", "Escolha pelo menos um usuário para ser avisado das falhas.", "Choose at least one user who is told of failures.")
	}
	if settings.Kind == enum.Gerencianet {
		return append(found, bookingProblems(settings)...), nil
	}
	unmapped, err := s.mappingProblems(ctx)
	return append(found, unmapped...), err
}

var credentialLabels = map[string]string{clientID: "Client Id", clientSecret: "Client Secret", accessToken: "Access-Token", secretAccessToken: "Secret-Access-Token"}

func bookingProblems(settings *db.Integration) Refusal {
	var found Refusal
	e := settings.Edges
	if e.Convenio == nil {
		found.add("REQUIRED", "convenioId", "Escolha o convênio do banco 0 - Carteira.", "Choose the convênio of bank 0 - Carteira.")
	}
	if e.ReceiptHistorico == nil {
		found.add("REQUIRED", "receiptHistoricoId", "Escolha o Histórico de Recebimento.", "Choose the Histórico de Recebimento.")
	}
	if e.EntryHistorico == nil {
		found.add("REQUIRED", "entryHistoricoId", "Escolha o Histórico de Entradas.", "Choose the Histórico de Entradas.")
	}
	if e.FeeHistorico == nil {
		found.add("REQUIRED", "feeHistoricoId", "Escolha o Histórico de Tarifas.", "Choose the Histórico de Tarifas.")
	}
	return found
}

// mustBeActive refuses new operations of an integration that is off.
func (s *Service) mustBeActive(ctx context.Context, tx *db.Tx, kind enum.IntegrationKind) error {
	active, err := tx.Integration.Query().Where(integration.KindEQ(kind), integration.Active(true)).Exist(ctx)
	if err != nil || active {
		return err
	}
	name := integrationLabel(kind).PT
	return refuse("INTEGRATION_INACTIVE", "",
		"A integração com "+name+" está inativa: peça a um proprietário para configurá-la e ativá-la em Integrações.",
		"The integration with "+name+" is not active: ask an owner to set it up and activate it under Integrations.")
}

// AnyIntegration is one of the integrations as the API shows them.
type AnyIntegration interface{ IsIntegration() }

// GerencianetIntegration is the integration with Gerencianet as the API shows it.
type GerencianetIntegration struct{ *db.Integration }

// IsIntegration marks it as an Integration of the API.
func (GerencianetIntegration) IsIntegration() {}

// VhsysIntegration is the integration with Vhsys as the API shows it.
type VhsysIntegration struct{ *db.Integration }

// IsIntegration marks it as an Integration of the API.
func (VhsysIntegration) IsIntegration() {}
