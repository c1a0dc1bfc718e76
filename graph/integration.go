package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *gerencianetIntegrationResolver) Credentials(ctx context.Context, obj *billing.GerencianetIntegration) ([]*gen.CredentialStatus, error) {
	return credentialStatuses(obj.Integration), nil
}

func (r *gerencianetIntegrationResolver) NotifiedUsers(ctx context.Context, obj *billing.GerencianetIntegration) ([]*db.User, error) {
	return obj.Edges.NotifiedUsers, nil
}

func (r *gerencianetIntegrationResolver) ActivationProblems(ctx context.Context, obj *billing.GerencianetIntegration) ([]*gen.ActivationProblem, error) {
	return r.activationProblems(ctx, obj.Integration)
}

func (r *gerencianetIntegrationResolver) ProductionProblems(ctx context.Context, obj *billing.GerencianetIntegration) ([]*gen.ActivationProblem, error) {
	return problems(ctx, billing.ProductionProblems(obj.Integration)), nil
}

func (r *gerencianetIntegrationResolver) Convenio(ctx context.Context, obj *billing.GerencianetIntegration) (*db.Convenio, error) {
	return obj.Edges.Convenio, nil
}

func (r *gerencianetIntegrationResolver) ReceiptHistorico(ctx context.Context, obj *billing.GerencianetIntegration) (*db.Historico, error) {
	return obj.Edges.ReceiptHistorico, nil
}

func (r *gerencianetIntegrationResolver) EntryHistorico(ctx context.Context, obj *billing.GerencianetIntegration) (*db.Historico, error) {
	return obj.Edges.EntryHistorico, nil
}

func (r *gerencianetIntegrationResolver) FeeHistorico(ctx context.Context, obj *billing.GerencianetIntegration) (*db.Historico, error) {
	return obj.Edges.FeeHistorico, nil
}

func (r *gerencianetIntegrationResolver) PixKey(ctx context.Context, obj *billing.GerencianetIntegration) (*string, error) {
	saved, err := load(ctx).pixSettings.Load(ctx, obj.ID)
	return saved.Key, err
}

func (r *gerencianetIntegrationResolver) PixCertificate(ctx context.Context, obj *billing.GerencianetIntegration) (*billing.PixCertificate, error) {
	saved, err := load(ctx).pixSettings.Load(ctx, obj.ID)
	return saved.Certificate, err
}

func (r *gerencianetIntegrationResolver) PayeeCode(ctx context.Context, obj *billing.GerencianetIntegration) (*string, error) {
	saved, err := load(ctx).pixSettings.Load(ctx, obj.ID)
	return saved.PayeeCode, err
}

func (r *mutationResolver) SaveGerencianetIntegration(ctx context.Context, input billing.GerencianetSettings) (*gen.GerencianetIntegrationPayload, error) {
	saved, err := r.Billing.SaveGerencianet(ctx, input)
	refused, err := userErrors(ctx, err)
	return &gen.GerencianetIntegrationPayload{Integration: asGerencianet(saved), UserErrors: refused}, err
}

func (r *mutationResolver) SaveVhsysIntegration(ctx context.Context, input billing.VhsysSettings) (*gen.VhsysIntegrationPayload, error) {
	return vhsysPayload(ctx)(r.Billing.SaveVhsys(ctx, input))
}

func (r *mutationResolver) RegisterPixWebhook(ctx context.Context) (*gen.RegisterPixWebhookPayload, error) {
	operation, err := r.Billing.RegisterPix(ctx)
	problems, err := userErrors(ctx, err)
	return &gen.RegisterPixWebhookPayload{Operation: operation, UserErrors: problems}, err
}

func (r *mutationResolver) RegisterVhsysWebhooks(ctx context.Context) (*gen.VhsysIntegrationPayload, error) {
	return vhsysPayload(ctx)(r.Billing.RegisterVhsysWebhooks(ctx))
}

func (r *mutationResolver) TestIntegration(ctx context.Context, input gen.TestIntegrationInput) (*gen.TestIntegrationPayload, error) {
	return r.testIntegration(ctx, input.Kind)
}

func (r *mutationResolver) ActivateIntegration(ctx context.Context, input gen.ActivateIntegrationInput) (*gen.ActivateIntegrationPayload, error) {
	saved, err := r.Billing.ActivateIntegration(ctx, input.Kind, input.Active)
	refused, err := userErrors(ctx, err)
	return &gen.ActivateIntegrationPayload{Integration: anyIntegration(saved), UserErrors: refused}, err
}

func (r *mutationResolver) MapPaymentMethod(ctx context.Context, input gen.MapPaymentMethodInput) (*gen.VhsysIntegrationPayload, error) {
	return vhsysPayload(ctx)(r.Billing.MapPaymentMethod(ctx, input.Method, input.RemoteMethod))
}

func (r *mutationResolver) MapSaleStatus(ctx context.Context, input gen.MapSaleStatusInput) (*gen.VhsysIntegrationPayload, error) {
	return vhsysPayload(ctx)(r.Billing.MapSaleStatus(ctx, input.Status, orderStatus(input)))
}

func (r *paymentMethodMappingResolver) RemoteMethod(ctx context.Context, obj *db.PaymentMethodMapping) (*string, error) {
	return nonEmpty(obj.RemoteMethod), nil
}

func (r *pixCertificateResolver) SetBy(ctx context.Context, obj *billing.PixCertificate) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.SetByID)
}

func (r *queryResolver) GerencianetIntegration(ctx context.Context) (*billing.GerencianetIntegration, error) {
	settings, err := r.Billing.Integration(ctx, enum.Gerencianet)
	return asGerencianet(settings), err
}

func (r *queryResolver) VhsysIntegration(ctx context.Context) (*billing.VhsysIntegration, error) {
	settings, err := r.Billing.Integration(ctx, enum.Vhsys)
	return asVhsys(settings), err
}

func (r *queryResolver) Integrations(ctx context.Context) ([]billing.AnyIntegration, error) {
	return r.integrations(ctx)
}

func (r *queryResolver) ProviderPaymentMethods(ctx context.Context) ([]string, error) {
	return r.Billing.PaymentMethods(), nil
}

func (r *queryResolver) ProviderStatuses(ctx context.Context) (*gen.RemoteStatusList, error) {
	return r.remoteStatuses(ctx)
}

func (r *queryResolver) ProviderProducts(ctx context.Context, search string) (*gen.RemoteProductList, error) {
	return r.remoteProducts(ctx, search)
}

func (r *saleStatusMappingResolver) RemoteStatus(ctx context.Context, obj *db.SaleStatusMapping) (*gen.RemoteStatus, error) {
	return remoteStatus(obj), nil
}

func (r *vhsysIntegrationResolver) Credentials(ctx context.Context, obj *billing.VhsysIntegration) ([]*gen.CredentialStatus, error) {
	return credentialStatuses(obj.Integration), nil
}

func (r *vhsysIntegrationResolver) NotifiedUsers(ctx context.Context, obj *billing.VhsysIntegration) ([]*db.User, error) {
	return obj.Edges.NotifiedUsers, nil
}

func (r *vhsysIntegrationResolver) ActivationProblems(ctx context.Context, obj *billing.VhsysIntegration) ([]*gen.ActivationProblem, error) {
	return r.activationProblems(ctx, obj.Integration)
}

func (r *vhsysIntegrationResolver) CallbackURL(ctx context.Context, obj *billing.VhsysIntegration) (*string, error) {
	return r.vhsysCallbackURL(ctx, obj.Integration), nil
}

func (r *vhsysIntegrationResolver) PaymentMethodMappings(ctx context.Context, obj *billing.VhsysIntegration) ([]*db.PaymentMethodMapping, error) {
	return r.methodMappings(ctx)
}

func (r *vhsysIntegrationResolver) SaleStatusMappings(ctx context.Context, obj *billing.VhsysIntegration) ([]*db.SaleStatusMapping, error) {
	return r.statusMappings(ctx)
}

func (r *Resolver) GerencianetIntegration() gen.GerencianetIntegrationResolver {
	return &gerencianetIntegrationResolver{r}
}

func (r *Resolver) PaymentMethodMapping() gen.PaymentMethodMappingResolver {
	return &paymentMethodMappingResolver{r}
}

func (r *Resolver) PixCertificate() gen.PixCertificateResolver { return &pixCertificateResolver{r} }

func (r *Resolver) SaleStatusMapping() gen.SaleStatusMappingResolver {
	return &saleStatusMappingResolver{r}
}

func (r *Resolver) VhsysIntegration() gen.VhsysIntegrationResolver {
	return &vhsysIntegrationResolver{r}
}

type (
	gerencianetIntegrationResolver struct{ *Resolver }
	paymentMethodMappingResolver   struct{ *Resolver }
	pixCertificateResolver         struct{ *Resolver }
	saleStatusMappingResolver      struct{ *Resolver }
	vhsysIntegrationResolver       struct{ *Resolver }
)
