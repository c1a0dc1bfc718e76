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

// The methods of payment that a sale can have. Only boleto is issued today.
const (
	Boleto Method = "BOLETO"
	Carnet Method = "CARNET"
	Pix    Method = "PIX"
	Card   Method = "CARD"
	PayPal Method = "PAYPAL"
)

// Status is the state of a charge as a provider tells it, in our words.
type Status string

// What a provider can say of a charge. Draft is a charge that exists at the
// provider but collects nothing yet.
const (
	Draft      Status = "DRAFT"
	Waiting    Status = "WAITING"
	Identified Status = "IDENTIFIED"
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
	TaxID   string // CPF or CNPJ, without mask
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

// ChargeRequest is what an Issuer needs to collect one charge.
type ChargeRequest struct {
	Reference   string // ours, unique, [A-Za-z0-9_-]
	Method      Method
	Lines       []Line
	AmountCents int64 // the sum of the lines
	DueDate     brazil.Date
	Payer       Payer
	// SendEmail asks the provider to mail the payer: only then is the payer's
	// address sent (providers/gerencianet.md, 2.3).
	SendEmail bool

	FineHundredths      int64 // hundredths of a percent, 200 = 2 %
	InterestThousandths int64 // thousandths of a percent a day, or hundredths of a percent a month when InterestMonthly
	InterestMonthly     bool
	Discount            *Discount
	ConditionalDiscount *Discount
	DaysToWriteOff      *int64
	Message             string
	NotificationURL     string
}

// Charge is what an Issuer knows of a charge.
type Charge struct {
	ProviderID     string
	Reference      string
	Status         Status
	ProviderStatus string // the provider's own word
	AmountCents    int64
	DueDate        *brazil.Date
	PaidCents      *int64       // with fine, interest and discount; nil when the provider does not say
	PaidOn         *brazil.Date // the day on which the payer paid
	ConfirmedAt    *time.Time   // when the provider confirmed it
	BarCode        string       // 44 digits, "" when unknown
	TypeableLine   string       // linha digitável, digits only
	PixCode        string       // copy-and-paste code
	Link           string       // page of the charge for the payer
	PDF            string
	Reason         string // why it was refused or cancelled, as the provider says
}

// Event is one entry of what a provider tells of a charge's life.
type Event struct {
	ID             int64 // grows within one token
	Reference      string
	ProviderID     string
	Status         Status
	ProviderStatus string
	PaidCents      *int64
	PaidOn         *brazil.Date
	At             time.Time
}

// Issuer issues and collects charges.
type Issuer interface {
	// Ping proves that the credentials work.
	Ping(ctx context.Context) error

	// Reserve creates a draft for the charge: it collects nothing and nobody
	// hears of it. It is not repeat-safe: after an ambiguous end ask Find.
	Reserve(ctx context.Context, request ChargeRequest) (providerID string, err error)
	// Issue turns the draft into a charge that the payer can pay. It is
	// repeat-safe: a draft that was issued already is read and returned.
	Issue(ctx context.Context, providerID string, request ChargeRequest) (Charge, error)
	// Get reads one charge.
	Get(ctx context.Context, providerID string) (Charge, error)
	// Find reads the charges that carry our reference, made between the two
	// days. None is an empty slice. A draft may be missing from it.
	Find(ctx context.Context, reference string, from, to brazil.Date) ([]Charge, error)
	// Changed calls yield with every charge that was created (or, with
	// byPayment, paid) between the two days, both included, until yield
	// answers false. The range may be any length.
	Changed(ctx context.Context, from, to brazil.Date, byPayment bool, yield func(Charge) bool) error

	// Cancel ends a draft or an open charge. It is repeat-safe: a charge that
	// is cancelled already is a success.
	Cancel(ctx context.Context, providerID string) error
	// ChangeDueDate moves the due date and answers the charge read afterwards.
	ChangeDueDate(ctx context.Context, providerID string, dueDate brazil.Date) (Charge, error)
	// Resend asks the provider to mail the second copy.
	Resend(ctx context.Context, providerID, email string) error
	// Settle marks the charge as paid outside. It is repeat-safe like Cancel.
	Settle(ctx context.Context, providerID string) error

	// Events reads all that a notification token stands for, ordered by ID.
	Events(ctx context.Context, token string) ([]Event, error)
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

// Mirror keeps sales in an ERP. None of its writes is repeat-safe unless it
// says so: the caller asks by the matching read first.
type Mirror interface {
	Ping(ctx context.Context) error

	// FindCustomer answers "" when no customer has the tax id.
	FindCustomer(ctx context.Context, taxID string) (customerID string, err error)
	CreateCustomer(ctx context.Context, customer Payer) (customerID string, err error)

	// FindOrder answers "" when no order made since the moment carries the
	// reference.
	FindOrder(ctx context.Context, reference, customerName string, since time.Time) (orderID string, err error)
	CreateOrder(ctx context.Context, order OrderRequest) (orderID string, err error)
	// Items answers the lines of the order.
	Items(ctx context.Context, orderID string) ([]OrderItem, error)
	AddItems(ctx context.Context, orderID string, items []OrderItem) error
	// RemoveItem takes one line off the order. It is repeat-safe.
	RemoveItem(ctx context.Context, orderID, itemID string) error
	// SetInstallments replaces all instalments. It is repeat-safe.
	SetInstallments(ctx context.Context, orderID string, installments []OrderInstallment) error
	// Status answers the newest status of the order.
	Status(ctx context.Context, orderID string) (OrderStatus, error)
	SetStatus(ctx context.Context, orderID string, status OrderStatus, on brazil.Date) error

	// Products answers up to 50 products whose code or name matches.
	Products(ctx context.Context, search string) ([]RemoteProduct, error)
	// Statuses answers the base statuses and the account's custom ones.
	Statuses(ctx context.Context) ([]OrderStatus, error)
	// PaymentMethods is the closed list of the ERP's names.
	PaymentMethods() []string
}
