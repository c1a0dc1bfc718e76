// Package enum holds the closed lists of words that the database, the domain and
// the API share. What each value means is written in graph/*.graphqls.
package enum

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// marshal writes an enum value for GraphQL.
func marshal[T ~string](w io.Writer, value T) { _, _ = io.WriteString(w, strconv.Quote(string(value))) }

// unmarshal reads an enum value from GraphQL.
func unmarshal[T ~string](target *T, allowed []string, value any) error {
	text, ok := value.(string)
	if !ok || !slices.Contains(allowed, text) {
		return fmt.Errorf("%v is not one of %v", value, allowed)
	}
	*target = T(text)
	return nil
}

// Role is what a person may do; each role may do what those before it may.
type Role string

// The values of Role.
const (
	RoleReader   Role = "READER"
	RoleOperator Role = "OPERATOR"
	RoleFinance  Role = "FINANCE"
	RoleOwner    Role = "OWNER"
)

// Values answers all values of Role.
func (Role) Values() []string {
	return []string{"READER", "OPERATOR", "FINANCE", "OWNER"}
}

// Reaches tells whether the role includes the one that is needed.
func (v Role) Reaches(needed Role) bool {
	ranks := v.Values()
	rank := slices.Index(ranks, string(needed))
	return rank >= 0 && slices.Index(ranks, string(v)) >= rank
}

// MarshalGQL writes the value for GraphQL.
func (v Role) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *Role) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// HistoricoKind is what a histórico is used for.
type HistoricoKind string

// The values of HistoricoKind.
const (
	HistoricoReceipt HistoricoKind = "RECEIPT"
	HistoricoEntry   HistoricoKind = "ENTRY"
	HistoricoFee     HistoricoKind = "FEE"
)

// Values answers all values of HistoricoKind.
func (HistoricoKind) Values() []string {
	return []string{"RECEIPT", "ENTRY", "FEE"}
}

// MarshalGQL writes the value for GraphQL.
func (v HistoricoKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *HistoricoKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// IntegrationKind is a service that Ponte is joined to.
type IntegrationKind string

// The values of IntegrationKind.
const (
	Gerencianet IntegrationKind = "GERENCIANET"
	Vhsys       IntegrationKind = "VHSYS"
)

// Values answers all values of IntegrationKind.
func (IntegrationKind) Values() []string {
	return []string{"GERENCIANET", "VHSYS"}
}

// MarshalGQL writes the value for GraphQL.
func (v IntegrationKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *IntegrationKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// Environment is a provider's world.
type Environment string

// The values of Environment.
const (
	EnvironmentSandbox    Environment = "SANDBOX"
	EnvironmentProduction Environment = "PRODUCTION"
)

// Values answers all values of Environment.
func (Environment) Values() []string {
	return []string{"SANDBOX", "PRODUCTION"}
}

// MarshalGQL writes the value for GraphQL.
func (v Environment) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *Environment) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// InvoiceDocument is which fiscal document a product asks for.
type InvoiceDocument string

// The values of InvoiceDocument.
const (
	DocumentNone      InvoiceDocument = "NONE"
	DocumentOrderOnly InvoiceDocument = "ORDER_ONLY"
	DocumentNFe       InvoiceDocument = "NFE"
	DocumentNFSe      InvoiceDocument = "NFSE"
	DocumentNFCe      InvoiceDocument = "NFCE"
)

// Values answers all values of InvoiceDocument.
func (InvoiceDocument) Values() []string {
	return []string{"NONE", "ORDER_ONLY", "NFE", "NFSE", "NFCE"}
}

// MarshalGQL writes the value for GraphQL.
func (v InvoiceDocument) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *InvoiceDocument) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// InvoiceTiming is when the fiscal document is issued.
type InvoiceTiming string

// The values of InvoiceTiming.
const (
	TimingManual            InvoiceTiming = "MANUAL"
	TimingOnApproval        InvoiceTiming = "ON_APPROVAL"
	TimingDaysAfterApproval InvoiceTiming = "DAYS_AFTER_APPROVAL"
)

// Values answers all values of InvoiceTiming.
func (InvoiceTiming) Values() []string {
	return []string{"MANUAL", "ON_APPROVAL", "DAYS_AFTER_APPROVAL"}
}

// MarshalGQL writes the value for GraphQL.
func (v InvoiceTiming) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *InvoiceTiming) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// PaymentMethod is how a sale is paid.
type PaymentMethod string

// The values of PaymentMethod.
const (
	MethodBoleto PaymentMethod = "BOLETO"
	MethodCard   PaymentMethod = "CARD"
	MethodPix    PaymentMethod = "PIX"
	MethodCarnet PaymentMethod = "CARNET"
	MethodLink   PaymentMethod = "LINK"
	MethodPayPal PaymentMethod = "PAYPAL"
)

// Values answers all values of PaymentMethod.
func (PaymentMethod) Values() []string {
	return []string{"BOLETO", "CARNET", "CARD", "PIX", "LINK", "PAYPAL"}
}

// MarshalGQL writes the value for GraphQL.
func (v PaymentMethod) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *PaymentMethod) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// SaleStatus is where a sale stands.
type SaleStatus string

// The values of SaleStatus.
const (
	SalePending  SaleStatus = "PENDING"
	SaleApproved SaleStatus = "APPROVED"
	SaleRefunded SaleStatus = "REFUNDED"
	SaleCanceled SaleStatus = "CANCELED"
	SaleExpired  SaleStatus = "EXPIRED"
)

// Values answers all values of SaleStatus.
func (SaleStatus) Values() []string {
	return []string{"PENDING", "APPROVED", "REFUNDED", "CANCELED", "EXPIRED"}
}

// MarshalGQL writes the value for GraphQL.
func (v SaleStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *SaleStatus) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// MappedSaleStatus is which of our statuses of a sale can be mapped.
type MappedSaleStatus string

// The values of MappedSaleStatus.
const (
	MappedPending  MappedSaleStatus = "PENDING"
	MappedApproved MappedSaleStatus = "APPROVED"
	MappedCanceled MappedSaleStatus = "CANCELED"
	MappedRefunded MappedSaleStatus = "REFUNDED"
)

// Values answers all values of MappedSaleStatus.
func (MappedSaleStatus) Values() []string {
	return []string{"PENDING", "APPROVED", "CANCELED", "REFUNDED"}
}

// MarshalGQL writes the value for GraphQL.
func (v MappedSaleStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *MappedSaleStatus) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// OrderStep is how far the mirror of a sale has come.
type OrderStep string

// The values of OrderStep.
const (
	StepCustomer     OrderStep = "CUSTOMER"
	StepOrder        OrderStep = "ORDER"
	StepItems        OrderStep = "ITEMS"
	StepInstallments OrderStep = "INSTALLMENTS"
	StepStatus       OrderStep = "STATUS"
	StepDone         OrderStep = "DONE"
)

// Values answers all values of OrderStep.
func (OrderStep) Values() []string {
	return []string{"CUSTOMER", "ORDER", "ITEMS", "INSTALLMENTS", "STATUS", "DONE"}
}

// MarshalGQL writes the value for GraphQL.
func (v OrderStep) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *OrderStep) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// ChargeStatus is where a charge stands.
type ChargeStatus string

// The values of ChargeStatus.
const (
	ChargeQueued    ChargeStatus = "QUEUED"
	ChargeIssuing   ChargeStatus = "ISSUING"
	ChargeUnknown   ChargeStatus = "UNKNOWN"
	ChargeWaiting   ChargeStatus = "WAITING"
	ChargeOverdue   ChargeStatus = "OVERDUE"
	ChargePaid      ChargeStatus = "PAID"
	ChargeSettled   ChargeStatus = "SETTLED"
	ChargeCanceled  ChargeStatus = "CANCELED"
	ChargeExpired   ChargeStatus = "EXPIRED"
	ChargeFailed    ChargeStatus = "FAILED"
	ChargeRefunded  ChargeStatus = "REFUNDED"
	ChargeContested ChargeStatus = "CONTESTED"
)

// Values answers all values of ChargeStatus.
func (ChargeStatus) Values() []string {
	return []string{"QUEUED", "ISSUING", "UNKNOWN", "WAITING", "OVERDUE", "PAID", "SETTLED", "CANCELED", "EXPIRED", "FAILED", "REFUNDED", "CONTESTED"}
}

// MarshalGQL writes the value for GraphQL.
func (v ChargeStatus) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ChargeStatus) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// ChargeAction is what a person may do with a charge.
type ChargeAction string

// The values of ChargeAction.
const (
	ActionCancel        ChargeAction = "CANCEL"
	ActionChangeDueDate ChargeAction = "CHANGE_DUE_DATE"
	ActionResend        ChargeAction = "RESEND"
	ActionSettle        ChargeAction = "SETTLE"
	ActionRetry         ChargeAction = "RETRY"
	ActionReplace       ChargeAction = "REPLACE"
	ActionChangeAmount  ChargeAction = "CHANGE_AMOUNT"
	ActionAddNote       ChargeAction = "ADD_NOTE"
	ActionRetryCard     ChargeAction = "RETRY_CARD"
	ActionRefund        ChargeAction = "REFUND"
)

// Values answers all values of ChargeAction.
func (ChargeAction) Values() []string {
	return []string{"CANCEL", "CHANGE_DUE_DATE", "RESEND", "SETTLE", "RETRY", "REPLACE", "CHANGE_AMOUNT", "ADD_NOTE", "RETRY_CARD", "REFUND"}
}

// MarshalGQL writes the value for GraphQL.
func (v ChargeAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ChargeAction) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// EventSource is where an event of a charge came from.
type EventSource string

// The values of EventSource.
const (
	SourceUser      EventSource = "USER"
	SourceOperation EventSource = "OPERATION"
	SourceNotice    EventSource = "NOTICE"
	SourceSweep     EventSource = "SWEEP"
)

// Values answers all values of EventSource.
func (EventSource) Values() []string {
	return []string{"USER", "OPERATION", "NOTICE", "SWEEP"}
}

// MarshalGQL writes the value for GraphQL.
func (v EventSource) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *EventSource) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// OperationKind is what an operation does at a provider.
type OperationKind string

// The values of OperationKind.
const (
	KindIssueCharge   OperationKind = "ISSUE_CHARGE"
	KindCancelCharge  OperationKind = "CANCEL_CHARGE"
	KindCancelExtra   OperationKind = "CANCEL_EXTRA"
	KindChangeDueDate OperationKind = "CHANGE_DUE_DATE"
	KindResendCharge  OperationKind = "RESEND_CHARGE"
	KindSettleCharge  OperationKind = "SETTLE_CHARGE"
	KindAddNote       OperationKind = "ADD_NOTE"
	KindChangeAmount  OperationKind = "CHANGE_AMOUNT"
	KindRetryCard     OperationKind = "RETRY_CARD"
	KindRefundCharge  OperationKind = "REFUND_CHARGE"
	KindIssueCarnet   OperationKind = "ISSUE_CARNET"
	KindCancelCarnet  OperationKind = "CANCEL_CARNET"
	KindSettleCarnet  OperationKind = "SETTLE_CARNET"
	KindResendCarnet  OperationKind = "RESEND_CARNET"
	KindRegisterPix   OperationKind = "REGISTER_PIX"
	KindRunBatch      OperationKind = "RUN_BATCH"
	KindIssueInvoice  OperationKind = "ISSUE_INVOICE"
	KindReconcile     OperationKind = "RECONCILE"
	KindReadNotice    OperationKind = "READ_NOTICE"
	KindReadPix       OperationKind = "READ_PIX"
	KindSweep         OperationKind = "SWEEP"
	KindMirrorSale    OperationKind = "MIRROR_SALE"
)

// Values answers all values of OperationKind.
func (OperationKind) Values() []string {
	return []string{"ISSUE_CHARGE", "CANCEL_CHARGE", "CANCEL_EXTRA", "CHANGE_DUE_DATE", "RESEND_CHARGE", "SETTLE_CHARGE", "ADD_NOTE", "CHANGE_AMOUNT", "RETRY_CARD", "REFUND_CHARGE",
		"ISSUE_CARNET", "CANCEL_CARNET", "SETTLE_CARNET", "RESEND_CARNET", "REGISTER_PIX", "RUN_BATCH", "READ_NOTICE", "READ_PIX", "SWEEP", "MIRROR_SALE", "ISSUE_INVOICE", "RECONCILE"}
}

// MarshalGQL writes the value for GraphQL.
func (v OperationKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *OperationKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// OperationState is where an operation stands.
type OperationState string

// The values of OperationState.
const (
	OperationQueued    OperationState = "QUEUED"
	OperationRunning   OperationState = "RUNNING"
	OperationSucceeded OperationState = "SUCCEEDED"
	OperationFailed    OperationState = "FAILED"
	OperationUnknown   OperationState = "UNKNOWN"
	OperationCanceled  OperationState = "CANCELED"
)

// Values answers all values of OperationState.
func (OperationState) Values() []string {
	return []string{"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "UNKNOWN", "CANCELED"}
}

// MarshalGQL writes the value for GraphQL.
func (v OperationState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *OperationState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// EntryKind is what an entry of the ledger does.
type EntryKind string

// The values of EntryKind.
const (
	EntryReceipt EntryKind = "RECEIPT"
	EntryEntry   EntryKind = "ENTRY"
	EntryFee     EntryKind = "FEE"
)

// Values answers all values of EntryKind.
func (EntryKind) Values() []string {
	return []string{"RECEIPT", "ENTRY", "FEE"}
}

// MarshalGQL writes the value for GraphQL.
func (v EntryKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *EntryKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// FailureState is where a failure stands.
type FailureState string

// The values of FailureState.
const (
	FailureOpen     FailureState = "OPEN"
	FailureRetrying FailureState = "RETRYING"
	FailureResolved FailureState = "RESOLVED"
	FailureIgnored  FailureState = "IGNORED"
)

// Values answers all values of FailureState.
func (FailureState) Values() []string {
	return []string{"OPEN", "RETRYING", "RESOLVED", "IGNORED"}
}

// MarshalGQL writes the value for GraphQL.
func (v FailureState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *FailureState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// FailureEventKind is what an event of the feed tells.
type FailureEventKind string

// The values of FailureEventKind.
const (
	EventOpened   FailureEventKind = "OPENED"
	EventResolved FailureEventKind = "RESOLVED"
)

// Values answers all values of FailureEventKind.
func (FailureEventKind) Values() []string {
	return []string{"OPENED", "RESOLVED"}
}

// MarshalGQL writes the value for GraphQL.
func (v FailureEventKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *FailureEventKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// CarnetAction is what a person may do with a whole carnê.
type CarnetAction string

// The values of CarnetAction.
const (
	CarnetCancel  CarnetAction = "CANCEL"
	CarnetSettle  CarnetAction = "SETTLE"
	CarnetResend  CarnetAction = "RESEND"
	CarnetAddNote CarnetAction = "ADD_NOTE"
	CarnetRetry   CarnetAction = "RETRY"
)

// Values answers all values of CarnetAction.
func (CarnetAction) Values() []string {
	return []string{"CANCEL", "SETTLE", "RESEND", "ADD_NOTE", "RETRY"}
}

// MarshalGQL writes the value for GraphQL.
func (v CarnetAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *CarnetAction) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// LinkMethods is how the payer of a payment link may pay.
type LinkMethods string

// The values of LinkMethods.
const (
	LinkAll    LinkMethods = "ALL"
	LinkBoleto LinkMethods = "BOLETO"
	LinkCard   LinkMethods = "CARD"
)

// Values answers all values of LinkMethods.
func (LinkMethods) Values() []string {
	return []string{"ALL", "BOLETO", "CARD"}
}

// MarshalGQL writes the value for GraphQL.
func (v LinkMethods) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *LinkMethods) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// RefundState is where a refund stands.
type RefundState string

// The values of RefundState.
const (
	RefundQueued     RefundState = "QUEUED"
	RefundProcessing RefundState = "PROCESSING"
	RefundDone       RefundState = "DONE"
	RefundFailed     RefundState = "FAILED"
	RefundUnknown    RefundState = "UNKNOWN"
)

// Values answers all values of RefundState.
func (RefundState) Values() []string {
	return []string{"QUEUED", "PROCESSING", "DONE", "FAILED", "UNKNOWN"}
}

// MarshalGQL writes the value for GraphQL.
func (v RefundState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *RefundState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// BatchAction is what a batch does with each of its charges.
type BatchAction string

// The values of BatchAction.
const (
	BatchIssue         BatchAction = "ISSUE"
	BatchRetry         BatchAction = "RETRY"
	BatchCancel        BatchAction = "CANCEL"
	BatchResend        BatchAction = "RESEND"
	BatchChangeDueDate BatchAction = "CHANGE_DUE_DATE"
	BatchMirror        BatchAction = "MIRROR"
)

// Values answers all values of BatchAction.
func (BatchAction) Values() []string {
	return []string{"ISSUE", "RETRY", "CANCEL", "RESEND", "CHANGE_DUE_DATE", "MIRROR"}
}

// MarshalGQL writes the value for GraphQL.
func (v BatchAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *BatchAction) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// BatchState is where a batch stands.
type BatchState string

// The values of BatchState.
const (
	BatchRunning BatchState = "RUNNING"
	BatchStopped BatchState = "STOPPED"
	BatchDone    BatchState = "DONE"
)

// Values answers all values of BatchState.
func (BatchState) Values() []string {
	return []string{"RUNNING", "STOPPED", "DONE"}
}

// MarshalGQL writes the value for GraphQL.
func (v BatchState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *BatchState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// BatchItemState is where one item of a batch stands.
type BatchItemState string

// The values of BatchItemState.
const (
	ItemPending BatchItemState = "PENDING"
	ItemRunning BatchItemState = "RUNNING"
	ItemDone    BatchItemState = "DONE"
	ItemFailed  BatchItemState = "FAILED"
)

// Values answers all values of BatchItemState.
func (BatchItemState) Values() []string {
	return []string{"PENDING", "RUNNING", "DONE", "FAILED"}
}

// MarshalGQL writes the value for GraphQL.
func (v BatchItemState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *BatchItemState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// InvoiceKind is which fiscal document an invoice is.
type InvoiceKind string

// The values of InvoiceKind.
const (
	InvoiceNFe  InvoiceKind = "NFE"
	InvoiceNFSe InvoiceKind = "NFSE"
	InvoiceNFCe InvoiceKind = "NFCE"
)

// Values answers all values of InvoiceKind.
func (InvoiceKind) Values() []string {
	return []string{"NFE", "NFSE", "NFCE"}
}

// MarshalGQL writes the value for GraphQL.
func (v InvoiceKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *InvoiceKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// InvoiceState is where an invoice stands.
type InvoiceState string

// The values of InvoiceState.
const (
	InvoiceManual      InvoiceState = "MANUAL"
	InvoiceScheduled   InvoiceState = "SCHEDULED"
	InvoiceIssuing     InvoiceState = "ISSUING"
	InvoiceProcessing  InvoiceState = "PROCESSING"
	InvoiceIssued      InvoiceState = "ISSUED"
	InvoiceRejected    InvoiceState = "REJECTED"
	InvoiceCancelAsked InvoiceState = "CANCEL_ASKED"
	InvoiceCanceled    InvoiceState = "CANCELED"
	InvoiceDropped     InvoiceState = "DROPPED"
)

// Values answers all values of InvoiceState.
func (InvoiceState) Values() []string {
	return []string{"MANUAL", "SCHEDULED", "ISSUING", "PROCESSING", "ISSUED", "REJECTED", "CANCEL_ASKED", "CANCELED", "DROPPED"}
}

// MarshalGQL writes the value for GraphQL.
func (v InvoiceState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *InvoiceState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// InvoiceStep is how far an invoice has come at the ERP.
type InvoiceStep string

// The values of InvoiceStep.
const (
	InvoiceHeader       InvoiceStep = "HEADER"
	InvoiceItems        InvoiceStep = "ITEMS"
	InvoiceInstallments InvoiceStep = "INSTALLMENTS"
	InvoiceSend         InvoiceStep = "SEND"
	InvoiceDone         InvoiceStep = "DONE"
)

// Values answers all values of InvoiceStep.
func (InvoiceStep) Values() []string {
	return []string{"HEADER", "ITEMS", "INSTALLMENTS", "SEND", "DONE"}
}

// MarshalGQL writes the value for GraphQL.
func (v InvoiceStep) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *InvoiceStep) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// RefundRule is what becomes of the invoice of a sale that is refunded.
type RefundRule string

// The values of RefundRule.
const (
	RefundStatusOnly    RefundRule = "STATUS_ONLY"
	RefundCancelInvoice RefundRule = "CANCEL_INVOICE"
	RefundNotify        RefundRule = "NOTIFY"
)

// Values answers all values of RefundRule.
func (RefundRule) Values() []string {
	return []string{"STATUS_ONLY", "CANCEL_INVOICE", "NOTIFY"}
}

// MarshalGQL writes the value for GraphQL.
func (v RefundRule) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *RefundRule) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// ForeignRule is what becomes of a sale to somebody without a tax id.
type ForeignRule string

// The values of ForeignRule.
const (
	ForeignSkip      ForeignRule = "SKIP"
	ForeignOrderOnly ForeignRule = "ORDER_ONLY"
)

// Values answers all values of ForeignRule.
func (ForeignRule) Values() []string {
	return []string{"SKIP", "ORDER_ONLY"}
}

// MarshalGQL writes the value for GraphQL.
func (v ForeignRule) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ForeignRule) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// MirrorSkip is why the ERP does not hear of a sale.
type MirrorSkip string

// The values of MirrorSkip.
const (
	SkipNotAsked     MirrorSkip = "NOT_ASKED"
	SkipNoTaxID      MirrorSkip = "NO_TAX_ID"
	SkipBeforeCutOff MirrorSkip = "BEFORE_CUT_OFF"
)

// Values answers all values of MirrorSkip.
func (MirrorSkip) Values() []string { return []string{"NOT_ASKED", "NO_TAX_ID", "BEFORE_CUT_OFF"} }

// MarshalGQL writes the value for GraphQL.
func (v MirrorSkip) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *MirrorSkip) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// DifferenceKind is what differs between a sale and its mirror.
type DifferenceKind string

// The values of DifferenceKind.
const (
	DifferenceOrderMissing    DifferenceKind = "ORDER_MISSING"
	DifferenceOrderTotal      DifferenceKind = "ORDER_TOTAL"
	DifferenceOrderStatus     DifferenceKind = "ORDER_STATUS"
	DifferenceInstallments    DifferenceKind = "INSTALLMENTS"
	DifferenceInvoiceCanceled DifferenceKind = "INVOICE_CANCELED"
	DifferenceInvoiceMissing  DifferenceKind = "INVOICE_MISSING"
	DifferenceReceivable      DifferenceKind = "RECEIVABLE"
)

// Values answers all values of DifferenceKind.
func (DifferenceKind) Values() []string {
	return []string{"ORDER_MISSING", "ORDER_TOTAL", "ORDER_STATUS", "INSTALLMENTS", "INVOICE_CANCELED", "INVOICE_MISSING", "RECEIVABLE"}
}

// MarshalGQL writes the value for GraphQL.
func (v DifferenceKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *DifferenceKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// DifferenceState is where a difference stands.
type DifferenceState string

// The values of DifferenceState.
const (
	DifferenceOpen      DifferenceState = "OPEN"
	DifferenceRepairing DifferenceState = "REPAIRING"
	DifferenceGone      DifferenceState = "GONE"
	DifferenceIgnored   DifferenceState = "IGNORED"
)

// Values answers all values of DifferenceState.
func (DifferenceState) Values() []string {
	return []string{"OPEN", "REPAIRING", "GONE", "IGNORED"}
}

// MarshalGQL writes the value for GraphQL.
func (v DifferenceState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *DifferenceState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
