package billing

import (
	"context"
	"slices"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/paymentmethodmapping"
	"ponte/ent/db/salestatusmapping"
	"ponte/ent/enum"
)

var methodNames = map[enum.PaymentMethod]string{enum.MethodBoleto: "Boleto", enum.MethodCard: "Cartão de Crédito", enum.MethodPayPal: "PayPal", enum.MethodPix: "PIX"}

// mirroredMethod is what a sale counts as at the ERP, which knows no carnê and no
// link: a carnê is boletos; a link is what it was paid with, a boleto until then.
func mirroredMethod(sold *db.Sale) enum.PaymentMethod {
	switch sold.PaymentMethod {
	case enum.MethodCarnet:
		return enum.MethodBoleto
	case enum.MethodLink:
		for _, c := range sold.Edges.Charges {
			if c.PaidWith != nil {
				return *c.PaidWith
			}
			if c.LinkMethods == enum.LinkCard {
				return enum.MethodCard
			}
		}
		return enum.MethodBoleto
	}
	return sold.PaymentMethod
}

var mappedNames = map[enum.MappedSaleStatus]string{enum.MappedPending: "Pendente", enum.MappedApproved: "Aprovada", enum.MappedCanceled: "Cancelada/Expirada", enum.MappedRefunded: "Reembolsada"}

// baseStatuses are the statuses of an order that every Vhsys account has
// (providers/vhsys.md, 2.3).
var baseStatuses = []string{"Em Aberto", "Em Andamento", "Atendido", "Cancelado"}

// PaymentMethods is the ERP's closed list of names.
func (s *Service) PaymentMethods() []string { return s.Providers.Mirror("", "").PaymentMethods() }

// MapPaymentMethod maps one of our methods to the ERP's name; nil unmaps it.
func (s *Service) MapPaymentMethod(ctx context.Context, method enum.PaymentMethod, remote *string) (*db.Integration, error) {
	if _, own := methodNames[method]; !own {
		return nil, refuse("METHOD_NOT_MAPPED", "method", "Carnê e link contam no Vhsys como boleto ou cartão: mapeie esses.", "A carnê and a link count as boleto or card at Vhsys: map those.")
	}
	if remote != nil && !slices.Contains(s.PaymentMethods(), *remote) {
		return nil, refuse("REMOTE_METHOD_UNKNOWN", "remoteMethod", "Escolha uma forma de pagamento da lista do Vhsys.", "Choose a payment method of Vhsys's list.")
	}
	return s.changeMapping(ctx, func(ctx context.Context, tx *db.Tx, active bool) error {
		if remote != nil {
			return tx.PaymentMethodMapping.Create().SetID(newMappingID()).SetMethod(method).SetRemoteMethod(*remote).
				OnConflictColumns(paymentmethodmapping.FieldMethod).Update(func(u *db.PaymentMethodMappingUpsert) { u.UpdateRemoteMethod() }).Exec(ctx)
		}
		if active && method == enum.MethodBoleto {
			return mappingInUse("remoteMethod")
		}
		_, err := tx.PaymentMethodMapping.Delete().Where(paymentmethodmapping.MethodEQ(method)).Exec(ctx)
		return err
	})
}

// MapSaleStatus maps one of our statuses of a sale to one of the ERP; an empty
// base unmaps it.
func (s *Service) MapSaleStatus(ctx context.Context, status enum.MappedSaleStatus, remote provider.OrderStatus) (*db.Integration, error) {
	if remote.Base != "" && !slices.Contains(baseStatuses, remote.Base) {
		return nil, refuse("REMOTE_STATUS_UNKNOWN", "base", "Escolha um status da lista do Vhsys.", "Choose a status of Vhsys's list.")
	}
	return s.changeMapping(ctx, func(ctx context.Context, tx *db.Tx, active bool) error {
		if remote.Base == "" {
			if active {
				return mappingInUse("base")
			}
			_, err := tx.SaleStatusMapping.Delete().Where(salestatusmapping.StatusEQ(status)).Exec(ctx)
			return err
		}
		create := tx.SaleStatusMapping.Create().SetID(newMappingID()).SetStatus(status).SetBase(remote.Base).SetName(remote.Name)
		if remote.Name == "" {
			create.SetName(remote.Base)
		}
		if remote.CustomID != "" {
			create.SetCustomID(remote.CustomID)
		}
		return create.OnConflictColumns(salestatusmapping.FieldStatus).
			Update(func(u *db.SaleStatusMappingUpsert) { u.UpdateBase().UpdateCustomID().UpdateName() }).Exec(ctx)
	})
}

func mappingInUse(field string) error {
	return refuse("MAPPING_IN_USE", field, "Com a integração ativa, este mapeamento pode ser trocado, mas não removido.", "While the integration is active, this mapping can be changed but not removed.")
}

func (s *Service) changeMapping(ctx context.Context, change func(ctx context.Context, tx *db.Tx, active bool) error) (*db.Integration, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockIntegration(ctx, tx, enum.Vhsys)
		if err != nil {
			return err
		}
		return change(ctx, tx, current.Active)
	})
	if err != nil {
		return nil, err
	}
	return s.Integration(ctx, enum.Vhsys)
}

// mappingProblems finds the statuses, and the methods in use, without a mapping.
func (s *Service) mappingProblems(ctx context.Context) (Refusal, error) {
	var found Refusal
	statuses, err := s.DB.SaleStatusMapping.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	mapped := map[enum.MappedSaleStatus]bool{}
	for _, one := range statuses {
		mapped[one.Status] = true
	}
	for _, status := range enum.MappedPending.Values() {
		if name := mappedNames[enum.MappedSaleStatus(status)]; !mapped[enum.MappedSaleStatus(status)] {
			found.add("STATUS_UNMAPPED", "statuses", "Mapeie o status "+name+" na aba Status.", "Map the status "+name+" in the tab Status.")
		}
	}
	boleto, err := s.DB.PaymentMethodMapping.Query().Where(paymentmethodmapping.MethodEQ(enum.MethodBoleto)).Exist(ctx)
	if err == nil && !boleto {
		found.add("METHOD_UNMAPPED", "methods", "Mapeie Boleto na aba Formas de Pagamento.", "Map Boleto in the tab Formas de Pagamento.")
	}
	return found, err
}

// RemoteStatuses asks the ERP for the statuses of an order.
func (s *Service) RemoteStatuses(ctx context.Context) ([]provider.OrderStatus, error) {
	client, err := s.mirror(ctx)
	if err != nil {
		return nil, err
	}
	return client.Statuses(ctx)
}

// RemoteProducts asks the ERP for its products.
func (s *Service) RemoteProducts(ctx context.Context, search string) ([]provider.RemoteProduct, error) {
	client, err := s.mirror(ctx)
	if err != nil {
		return nil, err
	}
	return client.Products(ctx, search)
}
