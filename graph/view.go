package graph

import (
	"context"
	"slices"
	"strings"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/convenio"
	"ponte/ent/db/historico"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// How rows look to a client.

func chargeTerms(c *db.Charge) *gen.ChargeTerms {
	terms := &gen.ChargeTerms{
		FineHundredths: int(c.FineHundredths), MonthlyInterestHundredths: int(c.MonthlyInterestHundredths), DailyInterestThousandths: int(c.DailyInterestThousandths),
		DiscountCents: c.EarlyDiscountCents, DiscountHundredths: int(c.EarlyDiscountHundredths), DaysToWriteOff: c.DaysToWriteOff, Message: c.Message,
	}
	if c.EarlyDiscountCents > 0 || c.EarlyDiscountHundredths > 0 {
		until := c.DueDate.AddDays(-c.EarlyDiscountDays)
		terms.DiscountUntil = &until
	}
	return terms
}

// actionRoles and carnetRoles say who may do what, as the mutations' @role does:
// an operator, when nothing is said here.
var (
	actionRoles = map[enum.ChargeAction]enum.Role{enum.ActionSettle: enum.RoleFinance, enum.ActionChangeAmount: enum.RoleFinance, enum.ActionRefund: enum.RoleFinance}
	carnetRoles = map[enum.CarnetAction]enum.Role{enum.CarnetSettle: enum.RoleFinance}
)

// allowed leaves out what the viewer may not do.
func allowed[A comparable](ctx context.Context, actions []A, roles map[A]enum.Role) []A {
	return slices.DeleteFunc(actions, func(action A) bool {
		least, special := roles[action]
		if !special {
			least = enum.RoleOperator
		}
		return !may(ctx, least)
	})
}

func chargeActions(ctx context.Context, c *db.Charge) []enum.ChargeAction {
	return allowed(ctx, billing.Actions(c), actionRoles)
}

func carnetActions(ctx context.Context, c *db.Carnet) ([]enum.CarnetAction, error) {
	parcels, err := load(ctx).carnetCharges.Load(ctx, c.ID)
	return allowed(ctx, billing.CarnetActions(c, parcels), carnetRoles), err
}

// chargePayload answers what a mutation on a charge did.
func chargePayload(ctx context.Context) func(*billing.Started, error) (*gen.ChargePayload, error) {
	return func(started *billing.Started, err error) (*gen.ChargePayload, error) {
		refused, err := userErrors(ctx, err)
		if started == nil {
			return &gen.ChargePayload{UserErrors: refused}, err
		}
		return &gen.ChargePayload{Charge: started.Charge, Operation: started.Operation, Replayed: started.Replayed, UserErrors: refused}, err
	}
}

// carnetPayload answers what a mutation on a whole carnê did.
func carnetPayload(ctx context.Context) func(*billing.CarnetStarted, error) (*gen.CarnetPayload, error) {
	return func(started *billing.CarnetStarted, err error) (*gen.CarnetPayload, error) {
		refused, err := userErrors(ctx, err)
		if started == nil {
			return &gen.CarnetPayload{UserErrors: refused}, err
		}
		return &gen.CarnetPayload{Carnet: started.Carnet, Operation: started.Operation, Replayed: started.Replayed, UserErrors: refused}, err
	}
}

// batchPayload answers how a batch was switched.
func batchPayload(ctx context.Context) func(*db.Batch, error) (*gen.BatchPayload, error) {
	return func(switched *db.Batch, err error) (*gen.BatchPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.BatchPayload{Batch: switched, UserErrors: refused}, err
	}
}

// approvalPayload answers what was decided.
func approvalPayload(ctx context.Context) func(*db.Approval, error) (*gen.ApprovalPayload, error) {
	return func(decided *db.Approval, err error) (*gen.ApprovalPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.ApprovalPayload{Approval: decided, UserErrors: refused}, err
	}
}

// fewCharges is how many charges of an approval are answered unless it is said.
const fewCharges = 10

func orFew(first *int) *int {
	if first == nil {
		return new(fewCharges)
	}
	return first
}

// chargesAtStake answers the first charges of those that somebody decides about.
func chargesAtStake(ctx context.Context, obj *db.Approval, first *int) ([]*db.Charge, error) {
	size, _, err := pageSize(pageArgs{first: orFew(first)})
	if err != nil {
		return nil, err
	}
	asked, err := billing.ReadApproval(obj)
	if err != nil {
		return nil, err
	}
	ids := asked.ChargeIDs[:min(size, len(asked.ChargeIDs))]
	load(ctx).charge.announce(ids...)
	charges := make([]*db.Charge, 0, len(ids))
	for _, id := range ids {
		one, err := load(ctx).charge.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		if one != nil {
			charges = append(charges, one)
		}
	}
	return charges, nil
}

// differencePayload answers how a difference was dealt with.
func differencePayload(ctx context.Context) func(*db.Difference, error) (*gen.DifferencePayload, error) {
	return func(treated *db.Difference, err error) (*gen.DifferencePayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.DifferencePayload{Difference: treated, UserErrors: refused}, err
	}
}

func itemProblem(ctx context.Context, item *db.BatchItem) *gen.UserError {
	if item.ProblemCode == "" {
		return nil
	}
	return &gen.UserError{Code: item.ProblemCode, Field: []string{}, Message: textOf(item.ProblemPt, item.ProblemEn).In(locale(ctx))}
}

func (r *Resolver) cardOptions(ctx context.Context, amountCents int64, brand string) (*gen.CardOptionList, error) {
	found, err := r.Billing.CardOptions(ctx, brand, amountCents)
	refused, err := userErrors(ctx, err)
	list := &gen.CardOptionList{Items: []*provider.CardOption{}, UserErrors: refused}
	for i := range found {
		list.Items = append(list.Items, &found[i])
	}
	return list, err
}

func banks() []*billing.Bank {
	list := make([]*billing.Bank, len(billing.Banks))
	for i := range billing.Banks {
		list[i] = &billing.Banks[i]
	}
	return list
}

func (r *Resolver) convenios(ctx context.Context, bankCode *string) ([]*db.Convenio, error) {
	q := r.DB.Convenio.Query().Order(convenio.ByName(), convenio.ByID()).Limit(maxPage)
	if bankCode != nil {
		q.Where(convenio.BankCode(*bankCode))
	}
	list, err := q.All(ctx)
	load(ctx).sawConvenios(list)
	return list, err
}

func (r *Resolver) historicos(ctx context.Context, kind *enum.HistoricoKind) ([]*db.Historico, error) {
	q := r.DB.Historico.Query().Order(historico.ByCode(), historico.ByID()).Limit(maxPage)
	if kind != nil {
		q.Where(historico.KindEQ(*kind))
	}
	return q.All(ctx)
}

func customerAddress(c *db.Customer) *gen.Address {
	if c.PostalCode == "" {
		return nil
	}
	return &gen.Address{Street: c.Street, Number: c.StreetNumber, Complement: c.Complement, District: c.District, City: c.City, State: c.State, PostalCode: c.PostalCode}
}

func productInvoicing(p *db.Product) *gen.ProductInvoicing {
	return &gen.ProductInvoicing{
		RemoteProductID: p.RemoteProductID, RemoteProductName: p.RemoteProductName, Document: p.Document, Timing: p.Timing,
		DaysAfterApproval: p.DaysAfterApproval, Ncm: p.Ncm, Cfop: p.Cfop, UnitOrServiceCode: p.UnitOrServiceCode, DescriptionTemplate: p.DescriptionTemplate,
	}
}

func remoteCustomerID(ctx context.Context, o *db.Order) (*string, error) {
	sold, err := load(ctx).sale.Load(ctx, o.SaleID)
	if err != nil {
		return nil, err
	}
	customer, err := load(ctx).customer.Load(ctx, sold.CustomerID)
	if err != nil {
		return nil, err
	}
	return customer.RemoteID, nil
}

func (r *Resolver) previewMirror(ctx context.Context, saleID string) (*gen.MirrorPreview, error) {
	plan, err := r.Billing.PreviewMirror(ctx, saleID)
	if err != nil || plan == nil {
		return nil, err
	}
	preview := &gen.MirrorPreview{
		CustomerName: plan.Customer.Name, RemoteCustomerID: plan.Customer.RemoteID, SoldOn: plan.Order.SoldOn, Note: plan.Order.Note,
		DiscountCents: plan.Order.DiscountCents, TotalCents: plan.TotalCents,
		Items: []*gen.MirrorPreviewItem{}, Installments: previewInstallments(plan.Installments), Invoices: []*gen.MirrorPreviewInvoice{},
		Problems: providerErrors(ctx, plan.Problems),
	}
	if plan.Skip != "" {
		preview.Skip = &plan.Skip
	}
	for _, item := range plan.Items {
		preview.Items = append(preview.Items, &gen.MirrorPreviewItem{Description: item.Description, RemoteProductID: nonEmpty(item.ProductID), Quantity: int(item.Quantity), UnitCents: item.UnitCents})
	}
	if plan.Status != nil {
		preview.Status = &gen.RemoteStatus{Base: plan.Status.Base, CustomID: nonEmpty(plan.Status.CustomID), Name: plan.Status.Name}
	}
	for _, one := range plan.Invoices {
		preview.Invoices = append(preview.Invoices, previewInvoice(ctx, one))
	}
	return preview, nil
}

func previewInvoice(ctx context.Context, plan *billing.InvoicePlan) *gen.MirrorPreviewInvoice {
	preview := &gen.MirrorPreviewInvoice{
		Kind: plan.Kind, Timing: plan.Timing, Test: plan.Request.Test, Series: plan.Request.Series, Nature: plan.Request.Nature,
		SoldOn: plan.Request.SoldOn, Note: plan.Request.Note, DiscountCents: plan.Request.DiscountCents, TotalCents: plan.TotalCents,
		Items: []*gen.MirrorPreviewInvoiceItem{}, Installments: previewInstallments(plan.Installments), Problems: providerErrors(ctx, plan.Problems),
	}
	if plan.Timing == enum.TimingDaysAfterApproval {
		preview.DaysAfterApproval = &plan.Days
	}
	if plan.Row != nil {
		preview.State, preview.DueAt = &plan.Row.State, plan.Row.DueAt
	}
	for _, item := range plan.Request.Items {
		preview.Items = append(preview.Items, &gen.MirrorPreviewInvoiceItem{
			Description: item.Description, RemoteProductID: nonEmpty(item.ProductID), Quantity: int(item.Quantity), UnitCents: item.UnitCents,
			Ncm: nonEmpty(item.NCM), Cfop: nonEmpty(item.CFOP), Unit: nonEmpty(item.Unit), ServiceCode: nonEmpty(item.ServiceCode),
		})
	}
	return preview
}

func previewInstallments(installments []provider.OrderInstallment) []*gen.MirrorPreviewInstallment {
	shown := make([]*gen.MirrorPreviewInstallment, len(installments))
	for i, one := range installments {
		shown[i] = &gen.MirrorPreviewInstallment{DueDate: one.DueDate, AmountCents: one.AmountCents, RemoteMethod: nonEmpty(one.PaymentMethod)}
	}
	return shown
}

func providerErrors(ctx context.Context, problems []*provider.Error) []*gen.UserError {
	shown := make([]*gen.UserError, len(problems))
	for i, problem := range problems {
		shown[i] = providerError(ctx, problem)
	}
	return shown
}

func nonEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// The integrations.

func asGerencianet(settings *db.Integration) *billing.GerencianetIntegration {
	if settings == nil {
		return nil
	}
	return &billing.GerencianetIntegration{Integration: settings}
}

func asVhsys(settings *db.Integration) *billing.VhsysIntegration {
	if settings == nil {
		return nil
	}
	return &billing.VhsysIntegration{Integration: settings}
}

func anyIntegration(settings *db.Integration) billing.AnyIntegration {
	switch {
	case settings == nil:
		return nil
	case settings.Kind == enum.Vhsys:
		return asVhsys(settings)
	}
	return asGerencianet(settings)
}

func (r *Resolver) integrations(ctx context.Context) ([]billing.AnyIntegration, error) {
	list := []billing.AnyIntegration{}
	for _, kind := range []enum.IntegrationKind{enum.Gerencianet, enum.Vhsys} {
		settings, err := r.Billing.Integration(ctx, kind)
		if err != nil {
			return nil, err
		}
		if settings != nil {
			list = append(list, anyIntegration(settings))
		}
	}
	return list, nil
}

func vhsysPayload(ctx context.Context) func(*db.Integration, error) (*gen.VhsysIntegrationPayload, error) {
	return func(saved *db.Integration, err error) (*gen.VhsysIntegrationPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.VhsysIntegrationPayload{Integration: asVhsys(saved), UserErrors: refused}, err
	}
}

// vhsysCallbackURL is shown to those who may change the integration: whoever knows it
// can have Vhsys asked.
func (r *Resolver) vhsysCallbackURL(ctx context.Context, settings *db.Integration) *string {
	if !may(ctx, enum.RoleOwner) {
		return nil
	}
	address := r.Billing.VhsysCallbackURL(settings)
	return &address
}

// pixCertificate is the credential that Gerencianet asks for beside the pair of
// every integration. It has no hint: pixCertificate of the integration tells whom
// it names.
const pixCertificate = "pixCertificate"

// credentialStatuses answers every credential that an integration can have, set
// or not.
func credentialStatuses(settings *db.Integration) []*gen.CredentialStatus {
	environments, names := []*enum.Environment{nil}, billing.CredentialNames[settings.Kind]
	if settings.Kind == enum.Gerencianet {
		names = append(slices.Clone(names), pixCertificate)
		sandbox, production := enum.EnvironmentSandbox, enum.EnvironmentProduction
		environments = []*enum.Environment{&sandbox, &production}
	}
	list := []*gen.CredentialStatus{}
	for _, environment := range environments {
		for _, name := range names {
			list = append(list, credentialStatus(settings, environment, name))
		}
	}
	return list
}

func credentialStatus(settings *db.Integration, environment *enum.Environment, name string) *gen.CredentialStatus {
	status := &gen.CredentialStatus{Name: name, Environment: environment}
	for _, one := range settings.Edges.Credentials {
		if one.Name == name && (environment == nil || *environment == one.Environment) {
			status.Set, status.SetAt, status.SetBy = true, &one.SetAt, one.Edges.SetBy
			if name != pixCertificate {
				status.Hint = nonEmpty(one.Hint)
			}
		}
	}
	return status
}

func problems(ctx context.Context, found billing.Refusal) []*gen.ActivationProblem {
	list := make([]*gen.ActivationProblem, len(found))
	for i, problem := range found {
		list[i] = &gen.ActivationProblem{Code: problem.Code, Field: problem.Field, Message: problem.Text.In(locale(ctx))}
	}
	return list
}

func (r *Resolver) activationProblems(ctx context.Context, settings *db.Integration) ([]*gen.ActivationProblem, error) {
	found, err := r.Billing.ActivationProblems(ctx, settings)
	return problems(ctx, found), err
}

func (r *Resolver) testIntegration(ctx context.Context, kind enum.IntegrationKind) (*gen.TestIntegrationPayload, error) {
	test, err := r.Billing.TestIntegration(ctx, kind)
	refused, err := userErrors(ctx, err)
	if test == nil {
		return &gen.TestIntegrationPayload{UserErrors: refused}, err
	}
	if test.Problem != nil {
		refused = append(refused, providerError(ctx, test.Problem))
	}
	return &gen.TestIntegrationPayload{Ok: test.Problem == nil, DurationMilliseconds: int(test.Took.Milliseconds()), Integration: anyIntegration(test.Integration), UserErrors: refused}, err
}

// methodMappings answers one row for each of our methods, mapped or not.
func (r *Resolver) methodMappings(ctx context.Context) ([]*db.PaymentMethodMapping, error) {
	saved, err := r.DB.PaymentMethodMapping.Query().All(ctx)
	list := []*db.PaymentMethodMapping{}
	for _, method := range []enum.PaymentMethod{enum.MethodBoleto, enum.MethodCard, enum.MethodPayPal, enum.MethodPix} {
		row := &db.PaymentMethodMapping{Method: method}
		for _, one := range saved {
			if one.Method == method {
				row = one
			}
		}
		list = append(list, row)
	}
	return list, err
}

// statusMappings answers one row for each of our statuses, mapped or not.
func (r *Resolver) statusMappings(ctx context.Context) ([]*db.SaleStatusMapping, error) {
	saved, err := r.DB.SaleStatusMapping.Query().All(ctx)
	list := []*db.SaleStatusMapping{}
	for _, status := range []enum.MappedSaleStatus{enum.MappedApproved, enum.MappedCanceled, enum.MappedPending, enum.MappedRefunded} {
		row := &db.SaleStatusMapping{Status: status}
		for _, one := range saved {
			if one.Status == status {
				row = one
			}
		}
		list = append(list, row)
	}
	return list, err
}

func remoteStatus(row *db.SaleStatusMapping) *gen.RemoteStatus {
	if row.Base == "" {
		return nil
	}
	return &gen.RemoteStatus{Base: row.Base, CustomID: row.CustomID, Name: row.Name}
}

func orderStatus(input gen.MapSaleStatusInput) provider.OrderStatus {
	status := provider.OrderStatus{}
	for target, given := range map[*string]*string{&status.Base: input.Base, &status.CustomID: input.CustomID, &status.Name: input.Name} {
		if given != nil {
			*target = *given
		}
	}
	return status
}

func (r *Resolver) remoteStatuses(ctx context.Context) (*gen.RemoteStatusList, error) {
	found, err := r.Billing.RemoteStatuses(ctx)
	refused, err := userErrors(ctx, err)
	list := &gen.RemoteStatusList{Items: []*gen.RemoteStatus{}, UserErrors: refused}
	for _, one := range found {
		list.Items = append(list.Items, &gen.RemoteStatus{Base: one.Base, CustomID: nonEmpty(one.CustomID), Name: one.Name})
	}
	return list, err
}

func (r *Resolver) remoteProducts(ctx context.Context, search string) (*gen.RemoteProductList, error) {
	found, err := r.Billing.RemoteProducts(ctx, search)
	refused, err := userErrors(ctx, err)
	list := &gen.RemoteProductList{Items: []*gen.RemoteProduct{}, UserErrors: refused}
	for _, one := range found {
		list.Items = append(list.Items, &gen.RemoteProduct{ID: one.ID, Code: one.Code, Name: one.Name, Unit: one.Unit, Ncm: one.NCM, PriceCents: one.PriceCents})
	}
	return list, err
}

// The feed.

func (r *Resolver) retryFailure(ctx context.Context, id string) (*gen.RetryFailurePayload, error) {
	retried, err := r.Billing.RetryFailure(ctx, id)
	refused, err := userErrors(ctx, err)
	payload := &gen.RetryFailurePayload{Failure: retried, UserErrors: refused}
	if err == nil && retried != nil {
		payload.Operation, err = optional(ctx, load(ctx).operation, retried.OperationID)
	}
	return payload, err
}

func (r *Resolver) markRead(ctx context.Context, input gen.MarkFailuresReadInput) (*gen.MarkFailuresReadPayload, error) {
	refused, err := userErrors(ctx, r.readFeed(ctx, input))
	if err != nil {
		return nil, err
	}
	unread, err := r.Billing.UnreadFailures(ctx, viewerID(ctx))
	return &gen.MarkFailuresReadPayload{UnreadFailures: unread, UserErrors: refused}, err
}

func (r *Resolver) readFeed(ctx context.Context, input gen.MarkFailuresReadInput) error {
	switch {
	case input.UpTo != nil && input.Ids == nil:
		return r.Billing.MarkRead(ctx, viewerID(ctx), *input.UpTo)
	case input.UpTo == nil && input.Ids != nil:
		return r.Billing.MarkFailuresRead(ctx, viewerID(ctx), input.Ids)
	}
	return invalidArgument("upTo", "Diga até que posição foi lido (upTo) ou quais falhas (ids), um dos dois.", "Say up to which position was read (upTo) or which failures (ids), one of the two.")
}

// importPayload answers what became of the rows of an import.
func importPayload(ctx context.Context) func([]*billing.Imported, error) (*gen.ImportPayload, error) {
	return func(done []*billing.Imported, err error) (*gen.ImportPayload, error) {
		refused, err := userErrors(ctx, err)
		payload := &gen.ImportPayload{Rows: make([]*gen.ImportedRow, len(done)), UserErrors: refused}
		for i, one := range done {
			payload.Rows[i] = &gen.ImportedRow{Row: one.Row, Outcome: one.Outcome, ID: nonEmpty(one.ID), UserErrors: []*gen.UserError{}}
			if len(one.Problems) > 0 {
				payload.Rows[i].UserErrors, _ = userErrors(ctx, one.Problems)
			}
		}
		return payload, err
	}
}

// The people.

func userChange(input gen.UpdateUserInput) access.UserChange {
	return access.UserChange{ID: input.ID, Name: input.Name, Role: input.Role, Active: input.Active, Password: input.Password, Locale: input.Locale}
}

// The nodes.

// maxNodes is how many objects can be asked for by id at once.
const maxNodes = 100

func (r *Resolver) nodes(ctx context.Context, ids []string) ([]gen.Node, error) {
	if len(ids) > maxNodes {
		return nil, invalidArgument("ids", "Peça no máximo 100 objetos de uma vez.", "Ask for at most 100 objects at once.")
	}
	load(ctx).sawIDs(ids)
	list := make([]gen.Node, len(ids))
	for i, id := range ids {
		var err error
		if list[i], err = r.node(ctx, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// subject answers what an operation or a failure is about.
func (r *Resolver) subject(ctx context.Context, id string) (gen.Node, error) {
	switch prefix(id) {
	case "chg", "crn", "sal", "inv", "bat":
		return r.node(ctx, id)
	}
	return nil, nil
}

func prefix(id string) string {
	kind, _, _ := strings.Cut(id, "_")
	return kind
}

// node answers the object with an id; nil when there is none or the viewer may
// not see it, by the same rules as the fields that lead to it. A token without the
// scope of its kind is refused.
func (r *Resolver) node(ctx context.Context, id string) (gen.Node, error) {
	if !mayRead(ctx, id) {
		return nil, errForbidden
	}
	switch prefix(id) {
	case "chg":
		return present(load(ctx).charge.Load(ctx, id))
	case "crn":
		return present(load(ctx).carnet.Load(ctx, id))
	case "rfd":
		return present(load(ctx).refund.Load(ctx, id))
	case "bat":
		return present(load(ctx).batch.Load(ctx, id))
	case "sal":
		return present(load(ctx).sale.Load(ctx, id))
	case "inv":
		return present(load(ctx).invoice.Load(ctx, id))
	case "dif":
		return present(load(ctx).difference.Load(ctx, id))
	case "apr":
		return present(load(ctx).approval.Load(ctx, id))
	case "cus":
		return present(load(ctx).customer.Load(ctx, id))
	case "prd":
		return present(load(ctx).product.Load(ctx, id))
	case "acc":
		return present(load(ctx).account.Load(ctx, id))
	case "opr":
		return present(load(ctx).operation.Load(ctx, id))
	case "cnv":
		return present(load(ctx).convenio.Load(ctx, id))
	case "his":
		return present(load(ctx).historico.Load(ctx, id))
	case "ord":
		return present(load(ctx).order.Load(ctx, id))
	case "ent":
		return present(load(ctx).entry.Load(ctx, id))
	case "flr":
		return present(load(ctx).heardFailure.Load(ctx, id))
	case "tok":
		return present(load(ctx).token.Load(ctx, id))
	case "whe":
		if may(ctx, enum.RoleOperator) {
			return present(load(ctx).webhookEndpoint.Load(ctx, id))
		}
	case "whd":
		if may(ctx, enum.RoleOperator) {
			return present(load(ctx).webhookDelivery.Load(ctx, id))
		}
	case "usr":
		if id == viewerID(ctx) || may(ctx, enum.RoleOwner) {
			return present(load(ctx).user.Load(ctx, id))
		}
	case "int":
		return integrationNode(load(ctx).integration.Load(ctx, id))
	}
	return nil, nil
}

func integrationNode(settings *db.Integration, err error) (gen.Node, error) {
	if err != nil || settings == nil {
		return nil, err
	}
	if settings.Kind == enum.Vhsys {
		return asVhsys(settings), nil
	}
	return asGerencianet(settings), nil
}

// present turns a loaded object that may be missing into a node.
func present[N any, P interface {
	*N
	gen.Node
}](node P, err error) (gen.Node, error) {
	if err != nil || node == nil {
		return nil, err
	}
	return node, nil
}
