package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

const demoOwner = "ana@livrariahorizonte.example"

// seed writes a small believable company into an empty database: Livraria
// Horizonte, which sells books and courses.
func (a *app) seed(ctx context.Context, certificates *sandbox.Certificates) error {
	if _, err := a.access.Setup(ctx, access.NewUser{Name: "Ana Beatriz Moreira", Email: demoOwner, Role: enum.RoleOwner, Password: demoPassword, Locale: "pt-BR"}, access.Client{}); err != nil {
		return err
	}
	owner, err := a.billing.DB.User.Query().Only(ctx)
	if err != nil {
		return err
	}
	ctx = billing.WithActor(ctx, billing.Actor{UserID: owner.ID})
	seed := seeder{app: a, ownerID: owner.ID, certificates: certificates}
	for _, step := range []func(context.Context) error{seed.people, seed.gerencianet, seed.vhsys, seed.products, seed.customers, seed.sales} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type seeder struct {
	*app
	ownerID      string
	certificates *sandbox.Certificates
	productIDs   []string
	customerIDs  []string
}

func (s *seeder) people(ctx context.Context) error {
	for _, person := range []access.NewUser{
		{Name: "Bruno Tavares", Email: "bruno@livrariahorizonte.example", Role: enum.RoleFinance},
		{Name: "Carla Nogueira", Email: "carla@livrariahorizonte.example", Role: enum.RoleOperator},
		{Name: "Diego Farias", Email: "diego@livrariahorizonte.example", Role: enum.RoleReader},
	} {
		person.Password, person.Locale = demoPassword, "pt-BR"
		if _, err := s.access.CreateUser(ctx, person); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) gerencianet(ctx context.Context) error {
	account, err := s.billing.SaveAccount(ctx, billing.SaveAccount{Name: "Carteira Gerencianet", BankCode: billing.WalletBank})
	if err != nil {
		return err
	}
	convenio, err := s.billing.SaveConvenio(ctx, billing.SaveConvenio{Code: "0001", Name: "Carteira Gerencianet", BankCode: billing.WalletBank, AccountID: account.ID})
	if err != nil {
		return err
	}
	historicos := map[enum.HistoricoKind]string{}
	for _, one := range []billing.SaveHistorico{
		{Code: "101", Text: "Recebimento de cobrança Gerencianet", Kind: enum.HistoricoReceipt},
		{Code: "102", Text: "Crédito de cobrança Gerencianet", Kind: enum.HistoricoEntry},
		{Code: "103", Text: "Tarifa de cobrança Gerencianet", Kind: enum.HistoricoFee},
	} {
		saved, err := s.billing.SaveHistorico(ctx, one)
		if err != nil {
			return err
		}
		historicos[one.Kind] = saved.ID
	}
	certificate, err := s.certificates.ClientP12(sandbox.EnvironmentSandbox)
	if err != nil {
		return err
	}
	encoded, key, payee := base64.StdEncoding.EncodeToString(certificate), "financeiro@livrariahorizonte.example", "0123456789abcdef0123456789abcdef"
	id, secret, fee := sandbox.DemoClientID, sandbox.DemoClientSecret, int64(199)
	receipt, entry, feeHistorico := historicos[enum.HistoricoReceipt], historicos[enum.HistoricoEntry], historicos[enum.HistoricoFee]
	if _, err := s.billing.SaveGerencianet(ctx, billing.GerencianetSettings{
		ClientID: &id, ClientSecret: &secret, ConvenioID: &convenio.ID, FeeCents: &fee, ReceiptHistoricoID: &receipt, EntryHistoricoID: &entry, FeeHistoricoID: &feeHistorico,
		NotifiedUserIds: []string{s.ownerID}, PixCertificate: &encoded, PixKey: &key, PayeeCode: &payee,
	}); err != nil {
		return err
	}
	if err := s.activate(ctx, enum.Gerencianet); err != nil {
		return err
	}
	_, err = s.billing.RegisterPix(ctx)
	return err
}

func (s *seeder) activate(ctx context.Context, kind enum.IntegrationKind) error {
	test, err := s.billing.TestIntegration(ctx, kind)
	if err != nil {
		return err
	}
	if test.Problem != nil {
		return test.Problem
	}
	_, err = s.billing.ActivateIntegration(ctx, kind, true)
	return err
}

func (s *seeder) vhsys(ctx context.Context) error {
	token, secret := sandbox.DemoAccessToken, sandbox.DemoSecretToken
	if _, err := s.billing.SaveVhsys(ctx, billing.VhsysSettings{AccessToken: &token, SecretAccessToken: &secret, NotifiedUserIds: []string{s.ownerID}}); err != nil {
		return err
	}
	for method, remote := range map[enum.PaymentMethod]string{enum.MethodBoleto: "Boleto", enum.MethodCard: "Cartão de Crédito", enum.MethodPayPal: "Pagamento online", enum.MethodPix: "PIX"} {
		if _, err := s.billing.MapPaymentMethod(ctx, method, &remote); err != nil {
			return err
		}
	}
	for status, base := range map[enum.MappedSaleStatus]string{enum.MappedPending: "Em Aberto", enum.MappedApproved: "Atendido", enum.MappedCanceled: "Cancelado", enum.MappedRefunded: "Cancelado"} {
		if _, err := s.billing.MapSaleStatus(ctx, status, provider.OrderStatus{Base: base, Name: base}); err != nil {
			return err
		}
	}
	return s.activate(ctx, enum.Vhsys)
}

// products sells what the simulated ERP knows, and one thing that it does not.
func (s *seeder) products(ctx context.Context) error {
	remote, err := s.billing.RemoteProducts(ctx, "")
	if err != nil {
		return err
	}
	for i, one := range remote {
		id, name := one.ID, one.Name
		saved, err := s.billing.SaveProduct(ctx, billing.SaveProduct{
			Code: fmt.Sprintf("P%02d", i+1), Name: one.Name, PriceCents: max(one.PriceCents, 1000), Active: true,
			Invoicing: &billing.Invoicing{RemoteProductID: &id, RemoteProductName: &name, Document: enum.DocumentOrderOnly, Timing: enum.TimingManual},
		})
		if err != nil {
			return err
		}
		s.productIDs = append(s.productIDs, saved.ID)
	}
	return nil
}

func (s *seeder) customers(ctx context.Context) error {
	text := func(value string) *string { return &value }
	address := func(street, number, district, city, state, postalCode string) *billing.AddressInput {
		return &billing.AddressInput{Street: street, Number: number, District: district, City: city, State: state, PostalCode: postalCode}
	}
	for _, one := range []billing.SaveCustomer{
		{Name: "Maria Clara Souza", TaxID: text("529.982.247-25"), Email: text("maria@cliente.example"), Phone: text("31999990001"), Address: address("Rua dos Inconfidentes", "120", "Savassi", "Belo Horizonte", "MG", "30140-120")},
		{Name: "João Pedro Lima", TaxID: text("111.444.777-35"), Email: text("joao@cliente.example"), Phone: text("11988880002"), Address: address("Rua Augusta", "900", "Consolação", "São Paulo", "SP", "01304-001")},
		{Name: "Escola Caminho do Saber Ltda", TaxID: text("11.222.333/0001-81"), Email: text("financeiro@escola.example"), Phone: text("4133330003"), Address: address("Avenida Batel", "55", "Batel", "Curitiba", "PR", "80420-090")},
		{Name: "Renata Alves Prado", TaxID: text("390.533.447-05"), Email: text("renata@cliente.example"), Phone: text("21977770004"), Address: address("Rua das Laranjeiras", "8", "Laranjeiras", "Rio de Janeiro", "RJ", "22240-003")},
	} {
		saved, err := s.billing.SaveCustomer(ctx, one)
		if err != nil {
			return err
		}
		s.customerIDs = append(s.customerIDs, saved.ID)
	}
	return nil
}

func (s *seeder) sales(ctx context.Context) error {
	today := brazil.DateOf(time.Now())
	fine, interest := 200, 100
	for i, one := range []struct {
		customer, product, quantity, installments, days int
		method                                          enum.PaymentMethod
	}{
		{0, 0, 1, 1, 5, enum.MethodBoleto}, {1, 1, 1, 3, 10, enum.MethodBoleto}, {2, 2, 2, 2, 15, enum.MethodBoleto}, {3, 0, 2, 1, 3, enum.MethodPix},
		{0, 3, 1, 6, 20, enum.MethodCarnet}, {1, 2, 1, 1, 7, enum.MethodLink},
	} {
		key, due := fmt.Sprintf("demo-%d", i), today.AddDays(one.days)
		_, err := s.billing.CreateSale(ctx, billing.NewSale{
			CustomerID: s.customerIDs[one.customer], Items: []*billing.NewItem{{ProductID: &s.productIDs[one.product%len(s.productIDs)], Quantity: one.quantity}},
			PaymentMethod: one.method, Installments: one.installments, FirstDueDate: &due,
			Terms: &billing.Terms{FineHundredths: &fine, MonthlyInterestHundredths: &interest}, IdempotencyKey: &key,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
