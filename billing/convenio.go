package billing

import (
	"context"
	"slices"
	"strings"

	"ponte/ent/db"
	"ponte/ent/db/account"
	"ponte/ent/db/convenio"
	"ponte/ent/db/historico"
	"ponte/ent/db/integration"
	"ponte/ent/enum"
	"ponte/ent/transact"
)

// Bank is a bank of the Brazilian list.
type Bank struct{ Code, Name string }

// Banks are the banks that can be chosen.
var Banks = []Bank{
	{WalletBank, "0 - Carteira"}, {"001", "Banco do Brasil"}, {"033", "Santander"}, {"041", "Banrisul"}, {"077", "Inter"}, {"085", "Ailos"},
	{"104", "Caixa Econômica Federal"}, {"208", "BTG Pactual"}, {"212", "Banco Original"}, {"237", "Bradesco"}, {"260", "Nubank"}, {"290", "PagBank"},
	{"323", "Mercado Pago"}, {"336", "C6 Bank"}, {"341", "Itaú"}, {"364", "Efí"}, {"422", "Safra"}, {"461", "Asaas"}, {"748", "Sicredi"}, {"756", "Sicoob"},
}

// BankByCode answers a bank of the list; its name is the code when it is not there.
func BankByCode(code string) Bank {
	for _, bank := range Banks {
		if bank.Code == code {
			return bank
		}
	}
	return Bank{Code: code, Name: code}
}

// SaveAccount is the input of Service.SaveAccount.
type SaveAccount struct {
	ID            *string
	Name          string
	BankCode      string
	Branch        *string
	AccountNumber *string
}

// SaveConvenio is the input of Service.SaveConvenio.
type SaveConvenio struct {
	ID        *string
	Code      string
	Name      string
	BankCode  string
	AccountID string
}

// SaveHistorico is the input of Service.SaveHistorico.
type SaveHistorico struct {
	ID   *string
	Code string
	Text string
	Kind enum.HistoricoKind
}

// maxSettingsRows keeps the lists that are read whole short.
const maxSettingsRows = 100

func checkText(found *Refusal, field, text string, maxLength int) {
	if text = strings.TrimSpace(text); text == "" || len([]rune(text)) > maxLength {
		found.add("REQUIRED", field, "Preencha este campo, sem passar do tamanho máximo.", "Fill this field in, within its length.")
	}
}

func checkBank(found *Refusal, code string) {
	if !slices.ContainsFunc(Banks, func(bank Bank) bool { return bank.Code == code }) {
		found.add("BANK_UNKNOWN", "bankCode", "Escolha um banco da lista.", "Choose a bank of the list.")
	}
}

func tooMany() error {
	return refuse("TOO_MANY", "", "O limite de 100 cadastros foi atingido: altere um dos existentes.", "The limit of 100 is reached: change one of those that exist.")
}

// SaveAccount adds or changes a current account.
func (s *Service) SaveAccount(ctx context.Context, input SaveAccount) (*db.Account, error) {
	var found Refusal
	checkText(&found, "name", input.Name, 100)
	checkBank(&found, input.BankCode)
	if err := found.orNil(); err != nil {
		return nil, err
	}
	if input.ID == nil {
		if count, err := s.DB.Account.Query().Count(ctx); err != nil || count >= maxSettingsRows {
			return nil, orTooMany(err)
		}
		return s.DB.Account.Create().SetName(strings.TrimSpace(input.Name)).SetBankCode(input.BankCode).SetBranch(value(input.Branch)).SetAccountNumber(value(input.AccountNumber)).Save(ctx)
	}
	if exists, err := s.DB.Account.Query().Where(account.ID(*input.ID)).Exist(ctx); err != nil || !exists {
		return nil, orNotFound(err, "id", "A conta", "The account")
	}
	return s.DB.Account.UpdateOneID(*input.ID).SetName(strings.TrimSpace(input.Name)).SetBankCode(input.BankCode).SetBranch(value(input.Branch)).SetAccountNumber(value(input.AccountNumber)).Save(ctx)
}

func orTooMany(err error) error {
	if err != nil {
		return err
	}
	return tooMany()
}

// SaveConvenio adds or changes a convênio.
func (s *Service) SaveConvenio(ctx context.Context, input SaveConvenio) (*db.Convenio, error) {
	var found Refusal
	checkText(&found, "code", input.Code, 40)
	checkText(&found, "name", input.Name, 100)
	checkBank(&found, input.BankCode)
	if exists, err := s.DB.Account.Query().Where(account.ID(input.AccountID)).Exist(ctx); err != nil {
		return nil, err
	} else if !exists {
		found.add("NOT_FOUND", "accountId", "Escolha a conta corrente que recebe o crédito.", "Choose the account that is credited.")
	}
	if err := found.orNil(); err != nil {
		return nil, err
	}
	saved, err := s.saveConvenio(ctx, input)
	if transact.IsUnique(err, "convenio_bank_code_code") {
		return nil, refuse("CODE_TAKEN", "code", "Este banco já tem um convênio com este código.", "This bank has a convênio with this code already.")
	}
	return saved, err
}

func (s *Service) saveConvenio(ctx context.Context, input SaveConvenio) (*db.Convenio, error) {
	if input.ID == nil {
		if count, err := s.DB.Convenio.Query().Count(ctx); err != nil || count >= maxSettingsRows {
			return nil, orTooMany(err)
		}
		return s.DB.Convenio.Create().SetCode(strings.TrimSpace(input.Code)).SetName(strings.TrimSpace(input.Name)).SetBankCode(input.BankCode).SetAccountID(input.AccountID).Save(ctx)
	}
	if exists, err := s.DB.Convenio.Query().Where(convenio.ID(*input.ID)).Exist(ctx); err != nil || !exists {
		return nil, orNotFound(err, "id", "O convênio", "The convênio")
	}
	used, err := s.DB.Integration.Query().Where(integration.ConvenioID(*input.ID)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	if used && input.BankCode != WalletBank {
		return nil, refuse("CONVENIO_IN_USE", "bankCode", "A integração usa este convênio: ele precisa ficar no banco 0 - Carteira.", "The integration uses this convênio: it must stay with bank 0 - Carteira.")
	}
	return s.DB.Convenio.UpdateOneID(*input.ID).SetCode(strings.TrimSpace(input.Code)).SetName(strings.TrimSpace(input.Name)).SetBankCode(input.BankCode).SetAccountID(input.AccountID).Save(ctx)
}

// SaveHistorico adds or changes a histórico. Entries keep the text that they were
// written with.
func (s *Service) SaveHistorico(ctx context.Context, input SaveHistorico) (*db.Historico, error) {
	var found Refusal
	checkText(&found, "code", input.Code, 20)
	checkText(&found, "text", input.Text, 200)
	if err := found.orNil(); err != nil {
		return nil, err
	}
	saved, err := s.saveHistorico(ctx, input)
	if transact.IsUnique(err, "historicos_code_key") {
		return nil, refuse("CODE_TAKEN", "code", "Já existe um histórico com este código.", "There is a histórico with this code already.")
	}
	return saved, err
}

func (s *Service) saveHistorico(ctx context.Context, input SaveHistorico) (*db.Historico, error) {
	if input.ID == nil {
		if count, err := s.DB.Historico.Query().Count(ctx); err != nil || count >= maxSettingsRows {
			return nil, orTooMany(err)
		}
		return s.DB.Historico.Create().SetCode(strings.TrimSpace(input.Code)).SetText(strings.TrimSpace(input.Text)).SetKind(input.Kind).Save(ctx)
	}
	known, err := s.DB.Historico.Query().Where(historico.ID(*input.ID)).Only(ctx)
	if err != nil {
		if !db.IsNotFound(err) {
			return nil, err
		}
		return nil, notFound("id", "O histórico", "The histórico")
	}
	if known.Kind != input.Kind {
		return nil, refuse("KIND_FIXED", "kind", "O tipo não muda depois de criado: cadastre outro histórico.", "The kind does not change: add another histórico.")
	}
	return s.DB.Historico.UpdateOne(known).SetCode(strings.TrimSpace(input.Code)).SetText(strings.TrimSpace(input.Text)).Save(ctx)
}
