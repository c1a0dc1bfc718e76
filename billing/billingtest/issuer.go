package billingtest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// Break is a way in which the next request that changes something is spoilt.
type Break string

// The ways: nothing was done, it was done and the answer lost, or it is done later.
const (
	BreakBefore Break = "before"
	BreakAfter  Break = "after"
	BreakLate   Break = "late"
)

// IssuerFixture is a provider's client with the simulator that it speaks to. Each
// call of the suite's newFixture makes another one, without charges.
type IssuerFixture interface {
	// Client answers a client with working credentials of the sandbox.
	Client() provider.Issuer
	// Wrong answers a client with credentials that the provider refuses.
	Wrong() provider.Issuer
	// WrongEnvironment answers a client whose address is not of its environment.
	WrongEnvironment() provider.Issuer
	// Methods answers what it issues.
	Methods() []provider.Method
	// Request answers what the provider takes for a charge of the method, of
	// AmountCents, due in ten days of its clock; of a carnê, with three parcels. A
	// card's token is approved, or refused with another try allowed.
	Request(method provider.Method, reference string, refused bool) provider.ChargeRequest
	// Today is the day of the simulator's clock; Advance moves it.
	Today() brazil.Date
	Advance(days int)
	// Pay pays a charge as its payer would.
	Pay(charge provider.Handle)
	// Token answers the notification token of a charge or carnê; "" for a method
	// whose payments are told in another way.
	Token(charge provider.Handle) string
	// Break spoils the next request that changes something of the method.
	Break(method provider.Method, how Break)
	// Made counts what the provider holds under a reference; a carnê is one.
	Made(method provider.Method, reference string) int
}

// Issuer proves that a client keeps the contract of provider.Issuer. Every
// provider that issues charges passes it (docs/adding-a-provider.md).
func Issuer(t *testing.T, newFixture func(t *testing.T) IssuerFixture) {
	t.Helper()
	for name, test := range map[string]func(*issuerSuite){
		"ping": (*issuerSuite).ping, "not found": (*issuerSuite).notFound, "wrong credentials": (*issuerSuite).wrongCredentials,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newSuite(t, newFixture, ""))
		})
	}
	for _, method := range newFixture(t).Methods() {
		for name, test := range suiteOf(method) {
			t.Run(string(method)+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(newSuite(t, newFixture, method))
			})
		}
	}
}

// suiteOf answers the cases of a method.
func suiteOf(method provider.Method) map[string]func(*issuerSuite) {
	if method == provider.Carnet {
		return map[string]func(*issuerSuite){
			"whole": (*issuerSuite).carnetWhole, "parcels": (*issuerSuite).carnetParcels, "in doubt": (*issuerSuite).carnetInDoubt, "listed": (*issuerSuite).listed,
		}
	}
	cases := map[string]func(*issuerSuite){
		"issued once": (*issuerSuite).issuedOnce, "in doubt": (*issuerSuite).inDoubt, "paid": (*issuerSuite).paid, "listed": (*issuerSuite).listed,
	}
	if method != provider.Card {
		cases["cancelled"], cases["moved"], cases["time goes by"] = (*issuerSuite).cancelled, (*issuerSuite).moved, (*issuerSuite).timeGoesBy
	}
	if method == provider.Boleto {
		cases["settled"] = (*issuerSuite).settled
	}
	if method == provider.Card {
		cases["another card"], cases["given back"] = (*issuerSuite).anotherCard, (*issuerSuite).cardGivenBack
	}
	if method == provider.Pix {
		cases["given back"] = (*issuerSuite).pixGivenBack
	}
	return cases
}

// suiteReference is as long as those of our own charges.
const suiteReference = "chg-01J5A6B7C8D9E0F1G2H3J4K5M6"

type issuerSuite struct {
	*testing.T
	IssuerFixture
	provider.Issuer
	ctx    context.Context
	method provider.Method
}

func newSuite(t *testing.T, newFixture func(t *testing.T) IssuerFixture, method provider.Method) *issuerSuite {
	t.Helper()
	fixture := newFixture(t)
	return &issuerSuite{T: t, IssuerFixture: fixture, Issuer: fixture.Client(), ctx: t.Context(), method: method}
}

func (s *issuerSuite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// class fails the test unless the error is of one of the classes.
func (s *issuerSuite) class(err error, wanted ...provider.Class) {
	s.Helper()
	if err == nil || !slices.Contains(wanted, provider.ClassOf(err)) {
		s.Fatalf("%v is not %v", err, wanted)
	}
}

func (s *issuerSuite) handle(id string) provider.Handle {
	return provider.Handle{Method: s.method, ID: id, DueDated: true}
}

// issue reserves and issues a charge.
func (s *issuerSuite) issue(refused bool) (provider.Handle, provider.ChargeRequest, provider.Charge) {
	s.Helper()
	request := s.Request(s.method, suiteReference, refused)
	id, err := s.Reserve(s.ctx, request)
	s.must(err)
	issued, err := s.Issue(s.ctx, s.handle(id), request)
	s.must(err)
	if issued.ProviderID != id || issued.Method != s.method {
		s.Fatalf("issued %+v under %s", issued, id)
	}
	return s.handle(id), request, issued
}

func (s *issuerSuite) status(charge provider.Handle, wanted ...provider.Status) provider.Charge {
	s.Helper()
	read, err := s.Get(s.ctx, charge)
	s.must(err)
	if !slices.Contains(wanted, read.Status) {
		s.Fatalf("%+v is not %v", read, wanted)
	}
	return read
}

func (s *issuerSuite) find() []provider.Charge {
	s.Helper()
	found, err := s.Find(s.ctx, s.method, suiteReference, s.Today().AddDays(-1), s.Today().AddDays(1))
	s.must(err)
	for _, one := range found {
		if one.Reference != suiteReference {
			s.Fatalf("found %+v", one)
		}
	}
	return found
}

func (s *issuerSuite) ping() { s.must(s.Ping(s.ctx)) }

func (s *issuerSuite) notFound() {
	for _, method := range s.Methods() {
		s.method = method
		for _, id := range []string{"999999999", strings.Repeat("z", 30), "../1", ""} {
			if _, err := s.Get(s.ctx, provider.Handle{Method: method, ID: id, CarnetID: "999999999", Parcel: 1, DueDated: true}); provider.ClassOf(err) != provider.NotFound {
				s.Errorf("%s %q: %v", method, id, err)
			}
		}
		if found := s.find(); found == nil || len(found) != 0 {
			s.Errorf("%s: found %v", method, found)
		}
	}
}

func (s *issuerSuite) wrongCredentials() {
	for name, client := range map[string]provider.Issuer{"wrong": s.Wrong(), "of another environment": s.WrongEnvironment()} {
		if err := client.Ping(s.ctx); provider.ClassOf(err) != provider.Auth && provider.ClassOf(err) != provider.Invalid {
			s.Errorf("%s: %v", name, err)
		}
		if _, err := client.Reserve(s.ctx, s.Request(provider.Boleto, suiteReference, false)); err == nil || provider.ClassOf(err) == provider.Ambiguous {
			s.Errorf("%s: %v", name, err)
		}
	}
	if made := s.Made(provider.Boleto, suiteReference); made != 0 {
		s.Errorf("%d were made", made)
	}
}

// issuedOnce repeats the issue, which reads.
func (s *issuerSuite) issuedOnce() {
	charge, request, issued := s.issue(false)
	again, err := s.Issue(s.ctx, charge, request)
	s.must(err)
	if again.ProviderID != issued.ProviderID || again.TypeableLine != issued.TypeableLine || again.PixCode != issued.PixCode {
		s.Errorf("issued %+v, again %+v", issued, again)
	}
	if found := s.find(); len(found) != 1 || found[0].ProviderID != charge.ID {
		s.Errorf("found %+v", found)
	}
	if made := s.Made(s.method, suiteReference); made != 1 {
		s.Errorf("%d were made", made)
	}
	if token := s.Token(charge); token != "" {
		s.assertEvents(token)
	}
}

// assertEvents reads a token twice: the ids grow, and what was told stays.
func (s *issuerSuite) assertEvents(token string) {
	s.Helper()
	first, err := s.Events(s.ctx, token)
	s.must(err)
	again, err := s.Events(s.ctx, token)
	s.must(err)
	if len(first) == 0 || len(again) < len(first) {
		s.Fatalf("events %+v, then %+v", first, again)
	}
	for i, one := range first {
		if again[i].ID != one.ID || i > 0 && one.ID <= first[i-1].ID || one.Reference != suiteReference || one.At.IsZero() {
			s.Errorf("event %+v, then %+v", one, again[i])
		}
	}
	_, err = s.Events(s.ctx, "09027955-5e06-4ff0-a9c7-46b47b8f1b27")
	s.class(err, provider.NotFound)
}

// inDoubt loses the answer of the issue: AMBIGUOUS, and a repetition ends it.
func (s *issuerSuite) inDoubt() {
	request := s.Request(s.method, suiteReference, false)
	id, err := s.Reserve(s.ctx, request)
	s.must(err)
	for _, how := range []Break{BreakBefore, BreakAfter, BreakLate} {
		s.Break(s.method, how)
		if _, err = s.Issue(s.ctx, s.handle(id), request); err != nil { // an issue that was done before may only be read
			s.class(err, provider.Ambiguous)
		}
	}
	time.Sleep(lateness)
	s.must(second(s.Issue(s.ctx, s.handle(id), request)))
	if made := s.Made(s.method, suiteReference); made != 1 {
		s.Errorf("%d were made", made)
	}
}

// lateness is longer than a late request takes.
const lateness = 300 * time.Millisecond

func second[T any](_ T, err error) error { return err }

func (s *issuerSuite) cancelled() {
	charge, _, _ := s.issue(false)
	s.Break(s.method, BreakAfter)
	s.class(s.Cancel(s.ctx, charge), provider.Ambiguous)
	for range 2 {
		s.must(s.Cancel(s.ctx, charge))
	}
	s.status(charge, provider.Canceled)
	_, err := s.ChangeDueDate(s.ctx, charge, s.Today().AddDays(20))
	s.class(err, provider.State)
}

func (s *issuerSuite) settled() {
	charge, _, _ := s.issue(false)
	s.Break(s.method, BreakAfter)
	s.class(s.Settle(s.ctx, charge), provider.Ambiguous)
	for range 2 {
		s.must(s.Settle(s.ctx, charge))
	}
	s.status(charge, provider.Settled)
	s.class(s.Cancel(s.ctx, charge), provider.State)
}

func (s *issuerSuite) moved() {
	charge, _, _ := s.issue(false)
	due := s.Today().AddDays(25)
	for range 2 {
		moved, err := s.ChangeDueDate(s.ctx, charge, due)
		s.must(err)
		if moved.DueDate == nil || *moved.DueDate != due {
			s.Errorf("moved %+v", moved)
		}
		due = due.AddDays(1)
	}
	_, err := s.ChangeDueDate(s.ctx, charge, s.Today().AddDays(-1))
	s.class(err, provider.Invalid)
}

func (s *issuerSuite) paid() {
	charge, request, issued := s.issue(false)
	if issued.Status != provider.Approved {
		s.Pay(charge)
	}
	read := s.status(charge, provider.Paid)
	if read.PaidCents != nil && *read.PaidCents != request.AmountCents || s.method == provider.Pix && (read.PaidOn == nil || *read.PaidOn != s.Today() || read.EndToEndID == "") {
		s.Errorf("paid %+v", read)
	}
	s.class(s.Cancel(s.ctx, charge), provider.State)
	found := 0
	s.must(s.Changed(s.ctx, s.Today(), s.Today(), true, func(one provider.Charge) bool {
		if one.ProviderID == charge.ID && one.Status == provider.Paid {
			found++
		}
		return true
	}))
	if found != 1 {
		s.Errorf("listed as paid %d times", found)
	}
}

// timeGoesBy lets the charge fall due, and end where the method has an end.
func (s *issuerSuite) timeGoesBy() {
	charge, _, _ := s.issue(false)
	s.Advance(12)
	s.status(charge, provider.Overdue, provider.Expired)
}

// listed finds a charge in a range longer than one list may span.
func (s *issuerSuite) listed() {
	if s.method == provider.Carnet {
		s.must(second(s.IssueCarnet(s.ctx, s.Request(s.method, suiteReference, false))))
	} else {
		s.issue(false)
	}
	s.Advance(40)
	seen, stopped := map[string]int{}, 0
	s.must(s.Changed(s.ctx, s.Today().AddDays(-75), s.Today(), false, func(one provider.Charge) bool {
		seen[one.ProviderID]++
		return true
	}))
	for id, times := range seen {
		if times > 1 && s.method != provider.Link { // an unpaid link may be in two lists
			s.Errorf("%s is listed %d times", id, times)
		}
	}
	if len(seen) == 0 {
		s.Error("nothing is listed")
	}
	s.must(s.Changed(s.ctx, s.Today().AddDays(-75), s.Today(), false, func(provider.Charge) bool { stopped++; return false }))
	if stopped != 1 {
		s.Errorf("went on %d times after it was told to stop", stopped)
	}
}

func (s *issuerSuite) anotherCard() {
	charge, _, issued := s.issue(true)
	if issued.Status != provider.Refused || !issued.CanRetry || issued.Reason == "" {
		s.Fatalf("issued %+v", issued)
	}
	retried, err := s.RetryCard(s.ctx, charge, s.Request(s.method, suiteReference, false))
	s.must(err)
	if retried.Status != provider.Approved && retried.Status != provider.Paid {
		s.Errorf("retried %+v", retried)
	}
	s.status(charge, provider.Paid)
	s.class(second(s.RetryCard(s.ctx, charge, s.Request(s.method, suiteReference, false))), provider.State, provider.Invalid)
}

func (s *issuerSuite) cardGivenBack() {
	charge, request, _ := s.issue(false)
	s.status(charge, provider.Paid)
	part, err := s.Refund(s.ctx, charge, provider.RefundRequest{Reference: "r1", AmountCents: 1_000})
	s.must(err)
	if part.AmountCents != 1_000 || part.Status != provider.RefundDone {
		s.Errorf("refund %+v", part)
	}
	s.class(second(s.Refund(s.ctx, charge, provider.RefundRequest{Reference: "r2", AmountCents: request.AmountCents})), provider.Invalid)
	s.must(second(s.Refund(s.ctx, charge, provider.RefundRequest{Reference: "r3", AmountCents: request.AmountCents - 1_000, Whole: true})))
	s.status(charge, provider.Refunded)
}

func (s *issuerSuite) pixGivenBack() {
	charge, request, _ := s.issue(false)
	s.class(second(s.Refund(s.ctx, charge, provider.RefundRequest{Reference: "r0", AmountCents: 1_000})), provider.Invalid)
	s.Pay(charge)
	paid := s.status(charge, provider.Paid)
	for _, wanted := range []provider.RefundRequest{
		{Reference: "r1", AmountCents: 1_000, EndToEndID: paid.EndToEndID},
		{Reference: "r2", AmountCents: request.AmountCents - 1_000, Whole: true, EndToEndID: paid.EndToEndID},
	} {
		s.Break(s.method, BreakAfter)
		s.class(second(s.Refund(s.ctx, charge, wanted)), provider.Ambiguous)
		for range 2 {
			refund, err := s.Refund(s.ctx, charge, wanted)
			s.must(err)
			if refund.Reference != wanted.Reference || refund.AmountCents != wanted.AmountCents || refund.Status == provider.RefundFailed {
				s.Errorf("refund %+v", refund)
			}
		}
		s.must(second(s.GetRefund(s.ctx, wanted)))
	}
	s.class(second(s.GetRefund(s.ctx, provider.RefundRequest{Reference: "r9", EndToEndID: paid.EndToEndID})), provider.NotFound)
}

func (s *issuerSuite) carnet() provider.CarnetInfo {
	s.Helper()
	info, err := s.IssueCarnet(s.ctx, s.Request(s.method, suiteReference, false))
	s.must(err)
	if info.ProviderID == "" || len(info.Parcels) != 3 {
		s.Fatalf("carnê %+v", info)
	}
	return info
}

func (s *issuerSuite) carnetWhole() {
	info := s.carnet()
	whole := provider.Handle{Method: provider.Carnet, CarnetID: info.ProviderID}
	s.assertEvents(s.Token(provider.Handle{Method: provider.Carnet, ID: info.Parcels[0].ProviderID}))
	s.must(s.AddNote(s.ctx, whole, "nota"))
	s.Pay(provider.Handle{Method: provider.Carnet, ID: info.Parcels[0].ProviderID})
	s.Break(s.method, BreakAfter)
	s.class(s.Cancel(s.ctx, whole), provider.Ambiguous)
	for range 2 {
		s.must(s.Cancel(s.ctx, whole))
	}
	read, err := s.GetCarnet(s.ctx, info.ProviderID)
	s.must(err)
	for i, want := range []provider.Status{provider.Paid, provider.Canceled, provider.Canceled} {
		if read.Parcels[i].Status != want || read.Parcels[i].ProviderID != info.Parcels[i].ProviderID {
			s.Errorf("parcel %+v is not %s", read.Parcels[i], want)
		}
	}
	s.class(second(s.GetCarnet(s.ctx, "999999999")), provider.NotFound)
}

func (s *issuerSuite) carnetParcels() {
	info := s.carnet()
	at := func(parcel int) provider.Handle {
		return provider.Handle{Method: provider.Carnet, ID: info.Parcels[parcel-1].ProviderID, CarnetID: info.ProviderID, Parcel: parcel}
	}
	for range 2 {
		s.must(s.Cancel(s.ctx, at(1)))
		s.must(s.Settle(s.ctx, at(2)))
	}
	due := s.Today().AddDays(90)
	moved, err := s.ChangeDueDate(s.ctx, at(3), due)
	s.must(err)
	if moved.DueDate == nil || *moved.DueDate != due || moved.Parcel != 3 {
		s.Errorf("moved %+v", moved)
	}
	s.status(at(1), provider.Canceled)
	s.status(at(2), provider.Settled)
	s.status(at(3), provider.Waiting)
}

// carnetInDoubt loses the answer: Find tells whether it was made.
func (s *issuerSuite) carnetInDoubt() {
	request := s.Request(s.method, suiteReference, false)
	s.Break(s.method, BreakBefore)
	s.class(second(s.IssueCarnet(s.ctx, request)), provider.Ambiguous)
	if found := s.find(); len(found) != 0 {
		s.Errorf("found %+v", found)
	}
	s.Break(s.method, BreakAfter)
	s.class(second(s.IssueCarnet(s.ctx, request)), provider.Ambiguous)
	found := s.find()
	if len(found) != 3 || s.Made(s.method, suiteReference) != 1 {
		s.Fatalf("found %+v", found)
	}
	parcels := map[int]bool{}
	for _, one := range found {
		parcels[one.Parcel] = one.Status == provider.Waiting && one.AmountCents == request.AmountCents
	}
	if !parcels[1] || !parcels[2] || !parcels[3] {
		s.Errorf("found %+v", found)
	}
}
