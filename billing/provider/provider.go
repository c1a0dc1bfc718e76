// Package provider is the contract between the billing domain and the services
// that it drives: an Issuer collects charges (Gerencianet), a Mirror keeps the
// sales in an ERP (Vhsys). The types are neutral: no wire name of a provider
// appears here, and a provider imports nothing of ours but this package and
// billing/brazil.
//
// Every method makes at most a few HTTP calls, honours the context's deadline
// and reports what went wrong as an *Error, whose Class says what the caller
// may do next. Implementations are safe for concurrent use.
package provider

import (
	"context"
	"time"

	"ponte/billing/brazil"
)

// Environment tells apart a provider's test world from its real one.
type Environment string

// The two environments. Credentials of one are never sent to the other.
const (
	Sandbox    Environment = "SANDBOX"
	Production Environment = "PRODUCTION"
)

// Method is how a charge is collected.
type Method string

// The methods of payment. Link leaves the choice between boleto and card to the
// payer; PayPal is recorded, not issued.
const (
	Boleto Method = "BOLETO"
	Carnet Method = "CARNET"
	Pix    Method = "PIX"
	Card   Method = "CARD"
	Link   Method = "LINK"
	PayPal Method = "PAYPAL"
)

// Status is the state of a charge as a provider tells it, in our words.
type Status string

// What a provider can say of a charge. Draft is a charge that exists at the
// provider but collects nothing yet; Refused is one whose card was not accepted.
const (
	Draft      Status = "DRAFT"
	Waiting    Status = "WAITING"
	Identified Status = "IDENTIFIED"
	Approved   Status = "APPROVED" // a card was authorized, its confirmation is pending
	Refused    Status = "REFUSED"
	Paid       Status = "PAID"
	Overdue    Status = "OVERDUE"
	Settled    Status = "SETTLED"
	Canceled   Status = "CANCELED"
	Expired    Status = "EXPIRED"
	Refunded   Status = "REFUNDED"
	Contested  Status = "CONTESTED"
	// Unrecognized is a word that the provider has added since: it is stored
	// and reported, and changes nothing.
	Unrecognized Status = "UNRECOGNIZED"
)

// Payer is the person or company that pays.
type Payer struct {
	Name    string // full name of a person, or the corporate name of a company
	TaxID   string // CPF or CNPJ, without mask; "" for a buyer abroad
	Email   string // "" when unknown
	Phone   string // DDD and number, digits only, "" when unknown
	Address *Address
}

// Address is a postal address in Brazil.
type Address struct {
	Street, Number, Complement, District, City string
	State                                      string // two letters
	PostalCode                                 string // eight digits
}

// Line is one item of a charge.
type Line struct {
	Name      string
	UnitCents int64
	Quantity  int64
}

// Discount is taken off the amount: cents when Percent is false, hundredths of
// a percent when it is true. Until is set for a discount that is conditional on
// payment until that day.
type Discount struct {
	Percent bool
	Value   int64
	Until   *brazil.Date
}

// CardPayment is a card as we may know it: a token made by the provider's script
// in the payer's browser, good for one use. The card itself never reaches us.
type CardPayment struct {
	Token        string
	Installments int // 1 to 12
}

// PixTerms make a Pix immediate when ExpiresIn is above 0; otherwise it has the
// request's due date and can be paid DaysAfterDue days longer.
type PixTerms struct {
	ExpiresIn    time.Duration
	DaysAfterDue int
}

// ChargeRequest is what an Issuer needs to collect one charge or one carnê.
type ChargeRequest struct {
	Reference   string // ours, unique, [A-Za-z0-9_-]
	Method      Method
	Lines       []Line
	AmountCents int64       // what is collected: the sum of the lines less Discount; of a carnê, of each parcel
	DueDate     brazil.Date // of a link, the last day on which it can be paid; of a carnê, of its first parcel
	Payer       Payer
	// SendEmail asks the provider to mail the payer: only then is the payer's
	// address sent (providers/gerencianet.md, 2.3). A card always has it; a link
	// and a Pix are not mailed.
	SendEmail bool

	FineHundredths      int64 // hundredths of a percent, 200 = 2 %
	InterestThousandths int64 // thousandths of a percent a day, or hundredths of a percent a month when InterestMonthly
	InterestMonthly     bool
	Discount            *Discount // unconditional; in cents only
	ConditionalDiscount *Discount
	DaysToWriteOff      *int64
	Message             string
	NotificationURL     string

	Parcels     int          // of a carnê: how many, a month apart
	SplitLines  bool         // of a carnê: the lines are divided over the parcels; otherwise each parcel has them all
	Card        *CardPayment // of a card
	Pix         PixTerms     // of a Pix
	LinkMethods []Method     // of a link: Boleto, Card or both; both when empty
}

// Handle names a charge, a parcel of a carnê, or a whole carnê at the provider.
type Handle struct {
	Method   Method
	ID       string // the charge's; the txid of a Pix; "" for a whole carnê
	CarnetID string // of a parcel or a carnê; "" while we do not know it
	Parcel   int    // from 1; 0 for a whole carnê
	DueDated bool   // a Pix with a due date, which lives under another address than an immediate one
}

// Charge is what an Issuer knows of a charge.
type Charge struct {
	ProviderID     string
	Method         Method // "" when the answer does not tell
	CarnetID       string // "" when it is no parcel or the answer does not tell
	Parcel         int    // 0 when it is no parcel
	Reference      string // of a parcel, the carnê's
	Status         Status
	ProviderStatus string // the provider's own word
	AmountCents    int64  // 0 when the answer does not tell
	DueDate        *brazil.Date
	ExpiresAt      *time.Time   // of an immediate Pix
	PaidCents      *int64       // with fine, interest and discount; nil when the provider does not say
	PaidOn         *brazil.Date // the day on which the payer paid
	ConfirmedAt    *time.Time   // when the provider confirmed it
	PaidWith       Method       // how a link was paid; "" when unknown
	FeeCents       *int64       // the true fee; nil when the provider does not say
	EndToEndID     string       // of a Pix payment
	Refunds        []Refund     // of a Pix payment
	BarCode        string       // 44 digits, "" when unknown
	TypeableLine   string       // linha digitável, digits only
	PixCode        string       // copy-and-paste code
	Link           string       // page of the charge for the payer
	PDF            string
	CardMask       string
	Reason         string // why it was refused or cancelled, as the provider says
	CanRetry       bool   // whether a refused card may be tried again; true also when only a try would tell
}

// CarnetInfo is what an Issuer knows of a carnê.
type CarnetInfo struct {
	ProviderID     string
	Reference      string
	ProviderStatus string
	Cover          string // address of the cover
	Link           string // page of the whole carnê
	PDF            string // all parcels
	CoverPDF       string
	Parcels        []Charge // ordered by parcel; amounts only in the answer to its creation
}

// RefundRequest gives money back to the payer.
type RefundRequest struct {
	Reference   string // ours, unique, [a-zA-Z0-9]{1,35}
	AmountCents int64
	Whole       bool   // everything that was paid and not given back yet
	EndToEndID  string // of the Pix payment
}

// RefundStatus is where a refund stands.
type RefundStatus string

// What a provider can say of a refund.
const (
	RefundProcessing RefundStatus = "PROCESSING"
	RefundDone       RefundStatus = "DONE"
	RefundFailed     RefundStatus = "FAILED"
)

// Refund is what an Issuer knows of a refund.
type Refund struct {
	Reference   string
	AmountCents int64
	Status      RefundStatus
	Reason      string // why it was not done, as the provider says
}

// CardOption is one way to divide an amount on a card.
type CardOption struct {
	Installments     int
	InstallmentCents int64
	TotalCents       int64
	HasInterest      bool
	// InterestHundredths is the monthly interest in hundredths of a percent.
	InterestHundredths int64
}

// Event is one entry of what a provider tells of a charge's life.
type Event struct {
	ID             int64 // grows within one token
	Reference      string
	ProviderID     string // "" for an entry of a whole carnê
	CarnetID       string
	Status         Status // Overdue also for a card that was refused: an entry does not tell the method
	ProviderStatus string
	PaidCents      *int64
	PaidOn         *brazil.Date
	At             time.Time
}

// Issuer issues and collects charges of the methods Boleto, Carnet, Pix, Card
// and Link. A method that cannot do what is asked of it answers a Violation.
type Issuer interface {
	// Ping proves that the credentials work, those of Pix too when there are any.
	Ping(ctx context.Context) error

	// Reserve creates a draft for the charge: it collects nothing and nobody
	// hears of it. It is not repeat-safe: after an ambiguous end ask Find. For a
	// Pix it only answers the txid, which follows from the reference.
	Reserve(ctx context.Context, request ChargeRequest) (providerID string, err error)
	// Issue turns the draft into a charge that the payer can pay. It is
	// repeat-safe: a draft that was issued already is read and returned.
	Issue(ctx context.Context, charge Handle, request ChargeRequest) (Charge, error)
	// RetryCard charges another card for a refused charge. It is not repeat-safe:
	// after an ambiguous end ask Get.
	RetryCard(ctx context.Context, charge Handle, request ChargeRequest) (Charge, error)
	// CardOptions answers how an amount can be divided on a card of the brand.
	CardOptions(ctx context.Context, brand string, amountCents int64) ([]CardOption, error)

	// IssueCarnet issues a carnê in one step. It is not repeat-safe: after an
	// ambiguous end ask Find, which answers its parcels.
	IssueCarnet(ctx context.Context, request ChargeRequest) (CarnetInfo, error)
	// GetCarnet reads a carnê.
	GetCarnet(ctx context.Context, carnetID string) (CarnetInfo, error)

	// Get reads one charge.
	Get(ctx context.Context, charge Handle) (Charge, error)
	// Find reads the charges of a method that carry our reference, made between
	// the two days. None is an empty slice. A draft may be missing from it.
	Find(ctx context.Context, method Method, reference string, from, to brazil.Date) ([]Charge, error)
	// Changed calls yield with every charge of any method that was created (or,
	// with byPayment, paid) between the two days, both included, until yield
	// answers false. The range may be any length.
	Changed(ctx context.Context, from, to brazil.Date, byPayment bool, yield func(Charge) bool) error

	// Cancel ends a draft, an open charge, or the open parcels of a whole carnê.
	// It is repeat-safe: what is cancelled already is a success, and so is a Pix
	// that the provider does not know, because its id is ours.
	Cancel(ctx context.Context, charge Handle) error
	// ChangeDueDate moves the due date, or the last day of a link, and answers the
	// charge read afterwards.
	ChangeDueDate(ctx context.Context, charge Handle, dueDate brazil.Date) (Charge, error)
	// Resend asks the provider to mail the second copy.
	Resend(ctx context.Context, charge Handle, email string) error
	// Settle marks the charge, or the open parcels of a whole carnê, as paid
	// outside; a Pix is withdrawn. It is repeat-safe like Cancel.
	Settle(ctx context.Context, charge Handle) error
	// AddNote adds a line to the provider's own history of the charge or carnê.
	AddNote(ctx context.Context, charge Handle, text string) error

	// Refund gives a card or Pix payment back. That of a Pix is repeat-safe by its
	// reference, that of a card is not: after an ambiguous end a person decides.
	Refund(ctx context.Context, charge Handle, request RefundRequest) (Refund, error)
	// GetRefund reads a refund of a Pix by its reference.
	GetRefund(ctx context.Context, request RefundRequest) (Refund, error)

	// Events reads all that a notification token stands for, ordered by ID.
	Events(ctx context.Context, token string) ([]Event, error)
	// RegisterWebhook has the payments of a Pix key told to an address. It is
	// repeat-safe. The provider calls the address before it answers; with
	// checksCertificate it proves that callers without its certificate are refused.
	RegisterWebhook(ctx context.Context, address string, checksCertificate bool) error
}

// Credentials open one account in one environment.
type Credentials struct {
	ClientID, ClientSecret string
	PixCertificate         string // certificate and key as PEM; "" when Pix is not set up
	PixKey                 string // the receiver's key
}

// OrderRequest is a sale as the ERP gets it.
type OrderRequest struct {
	Reference    string // ours: found again by it after an ambiguous end
	CustomerID   string // the ERP's
	CustomerName string
	SoldOn       brazil.Date
	Note         string // a human line, shown on the order
	// DiscountCents and the items make up the order's total.
	DiscountCents int64
	Status        OrderStatus
}

// OrderItem is one line of an order.
type OrderItem struct {
	ID          string // the ERP's id of the line, "" before it is sent
	ProductID   string // the ERP's
	Description string
	Quantity    int64
	UnitCents   int64
}

// OrderInstallment is one instalment of an order.
type OrderInstallment struct {
	DueDate       brazil.Date
	AmountCents   int64
	PaymentMethod string // one of Mirror.PaymentMethods
	Note          string
}

// OrderStatus is a status of an order: one of the ERP's base statuses, with a
// custom one of the account below it or none.
type OrderStatus struct {
	Base     string
	CustomID string // "" for a base status
	Name     string // for people
}

// RemoteProduct is a product of the ERP.
type RemoteProduct struct {
	ID, Code, Name, Unit, NCM string
	PriceCents                int64
}

// InvoiceKind is which fiscal document an invoice is.
type InvoiceKind string

// The kinds of notas fiscais: of goods, of services, to a consumer.
const (
	NFe  InvoiceKind = "NFE"
	NFSe InvoiceKind = "NFSE"
	NFCe InvoiceKind = "NFCE"
)

// InvoiceRequest is a nota fiscal as the ERP gets it.
type InvoiceRequest struct {
	Kind         InvoiceKind
	Reference    string // ours: found again by it after an ambiguous end
	Test         bool   // in homologação
	Series       string
	Nature       string // natureza da operação
	CustomerID   string // the ERP's
	CustomerName string
	SoldOn       brazil.Date
	Note         string // a human line, shown on the invoice
	// DiscountCents and the items make up the total.
	DiscountCents int64
	Items         []InvoiceItem // of an NFSE: one, whose description and total are the service
	// Customer and CompanyState, the two letters of the seller's state, are not
	// sent: the ERP has them. What is known of them is checked.
	Customer     *Payer
	CompanyState string
}

// InvoiceItem is one line of an invoice.
type InvoiceItem struct {
	OrderItem
	NCM, CFOP, Unit, ServiceCode string
}

// InvoiceStatus is where an invoice stands at the ERP.
type InvoiceStatus string

// What an ERP can say of an invoice.
const (
	InvoiceOpen       InvoiceStatus = "OPEN"       // not sent to the authority
	InvoiceProcessing InvoiceStatus = "PROCESSING" // sent, no answer yet
	InvoiceIssued     InvoiceStatus = "ISSUED"
	InvoiceRejected   InvoiceStatus = "REJECTED"
	InvoiceCanceled   InvoiceStatus = "CANCELED"
)

// Invoice is what an ERP knows of an invoice.
type Invoice struct {
	ID            string
	Reference     string
	Status        InvoiceStatus
	Number        string
	AccessKey     string // 44 digits
	Protocol      string
	PDF, XML      string
	RejectionCode string // the authority's, for example 778
	RejectionText string
	TotalCents    int64
	IssuedAt      *time.Time
	CanceledAt    *time.Time
	Trashed       bool
}

// Order is what an ERP knows of an order.
type Order struct {
	ID            string
	Reference     string // ours; "" for an order that we did not make
	TotalCents    int64
	DiscountCents int64
	Status        OrderStatus
	Trashed       bool
	ChangedAt     time.Time
}

// Receivable is what an ERP knows of an amount to be received.
type Receivable struct {
	ID          string
	OrderID     string // "" when it does not come from an order
	AmountCents int64
	PaidCents   int64
	DueDate     *brazil.Date
	Settled     bool
	Trashed     bool
}

// Mirror keeps sales in an ERP. None of its writes is repeat-safe unless it
// says so: the caller asks by the matching read first.
type Mirror interface {
	// Ping proves that the tokens work; an account without any record is fine.
	Ping(ctx context.Context) error
	// SettlesByItself tells whether the ERP's own app of our issuer is switched on
	// in the account: it would settle the same receivables as we do.
	SettlesByItself(ctx context.Context) (bool, error)

	// FindCustomer answers "" when no customer has the tax id, or, for a customer
	// without one, our reference. A customer in the trash is found too.
	FindCustomer(ctx context.Context, customer Payer, reference string) (customerID string, err error)
	CreateCustomer(ctx context.Context, customer Payer, reference string) (customerID string, err error)

	// FindOrder answers "" when no order made since the moment carries the
	// reference.
	FindOrder(ctx context.Context, reference, customerName string, since time.Time) (orderID string, err error)
	CreateOrder(ctx context.Context, order OrderRequest) (orderID string, err error)
	// GetOrder reads an order; one in the trash is answered as Trashed.
	GetOrder(ctx context.Context, orderID string) (Order, error)
	// SetDiscount changes the order's discount. It is repeat-safe.
	SetDiscount(ctx context.Context, orderID, customerName string, discountCents int64) error
	// Items answers the lines of the order.
	Items(ctx context.Context, orderID string) ([]OrderItem, error)
	AddItems(ctx context.Context, orderID string, items []OrderItem) error
	// RemoveItem takes one line off the order. It is repeat-safe.
	RemoveItem(ctx context.Context, orderID, itemID string) error
	// Installments answers the instalments of the order.
	Installments(ctx context.Context, orderID string) ([]OrderInstallment, error)
	// SetInstallments replaces all instalments. It is repeat-safe.
	SetInstallments(ctx context.Context, orderID string, installments []OrderInstallment) error
	// Status answers the newest status of the order.
	Status(ctx context.Context, orderID string) (OrderStatus, error)
	SetStatus(ctx context.Context, orderID string, status OrderStatus, on brazil.Date) error
	// ChangedOrders calls yield with every order that carries a reference of ours
	// and was made or changed since the moment, those in the trash too, until yield
	// answers false.
	ChangedOrders(ctx context.Context, since time.Time, yield func(Order) bool) error
	// Receivables calls yield with what the orders of the account have to receive
	// and that was made or changed since the moment, until yield answers false.
	Receivables(ctx context.Context, since time.Time, yield func(Receivable) bool) error

	// CheckOrder answers an *Error of what the ERP would refuse of a customer who is
	// not known there yet and of an order, as far as that can be known without
	// asking; the writes check the same. No instalments stand for none being sent.
	CheckOrder(customer Payer, order OrderRequest, items []OrderItem, installments []OrderInstallment) error
	// CheckInvoice answers an *Error of what the ERP or the authority would refuse,
	// as far as that can be known without asking. CreateInvoice checks the same;
	// this also checks that the instalments, when there are any, add up to the total.
	CheckInvoice(invoice InvoiceRequest, installments []OrderInstallment) error
	// FindInvoice answers "" when no invoice of the kind made since the moment
	// carries the reference.
	FindInvoice(ctx context.Context, kind InvoiceKind, reference, customerName string, since time.Time) (invoiceID string, err error)
	// CreateInvoice makes an invoice without items, which is not sent anywhere yet;
	// that of a service is complete.
	CreateInvoice(ctx context.Context, invoice InvoiceRequest) (invoiceID string, err error)
	// InvoiceItems answers the lines of the invoice. An NFSE has none: adding any
	// to it sends nothing.
	InvoiceItems(ctx context.Context, kind InvoiceKind, invoiceID string) ([]OrderItem, error)
	AddInvoiceItems(ctx context.Context, kind InvoiceKind, invoiceID string, items []InvoiceItem) error
	// RemoveInvoiceItem takes one line off the invoice. It is repeat-safe.
	RemoveInvoiceItem(ctx context.Context, kind InvoiceKind, invoiceID, itemID string) error
	// SetInvoiceInstallments replaces all instalments. It is repeat-safe. Only an
	// NFE has any; for the other kinds nothing is sent.
	SetInvoiceInstallments(ctx context.Context, kind InvoiceKind, invoiceID string, installments []OrderInstallment) error
	// IssueInvoice sends the invoice to the authority. After an ambiguous end ask
	// GetInvoice. A rejection is no error: it is in the answer.
	IssueInvoice(ctx context.Context, kind InvoiceKind, invoiceID string) (Invoice, error)
	GetInvoice(ctx context.Context, kind InvoiceKind, invoiceID string) (Invoice, error)
	// TrashInvoice throws away an invoice that was not issued. It is repeat-safe.
	TrashInvoice(ctx context.Context, kind InvoiceKind, invoiceID string) error

	// Products answers up to 50 products whose code or name matches.
	Products(ctx context.Context, search string) ([]RemoteProduct, error)
	// Statuses answers the base statuses and the account's custom ones.
	Statuses(ctx context.Context) ([]OrderStatus, error)
	// PaymentMethods is the closed list of the ERP's names.
	PaymentMethods() []string
	// RegisterWebhook has changes of customers and receivables told to an address.
	// It is repeat-safe.
	RegisterWebhook(ctx context.Context, address, user, password string) error
}
