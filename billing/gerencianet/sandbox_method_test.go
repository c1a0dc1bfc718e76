package gerencianet_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/gerencianet"
	"ponte/billing/provider"
	"ponte/server/sandbox"
)

func pointer[T any](value T) *T { return &value }

// issueAs reserves and issues a charge of any method that has a draft.
func (w *world) issueAs(request provider.ChargeRequest) (provider.Handle, provider.Charge) {
	w.Helper()
	id, err := w.Reserve(context.Background(), request)
	w.must(err)
	handle := provider.Handle{Method: request.Method, ID: id, DueDated: request.Pix.ExpiresIn == 0}
	issued, err := w.Issue(context.Background(), handle, request)
	w.must(err)
	return handle, issued
}

func (w *world) read(handle provider.Handle, want provider.Status) provider.Charge {
	w.Helper()
	charge, err := w.Get(context.Background(), handle)
	w.must(err)
	if charge.Status != want {
		w.Fatalf("charge %+v is not %s", charge, want)
	}
	return charge
}

func (w *world) changed(byPayment bool) map[string]provider.Charge {
	w.Helper()
	found := map[string]provider.Charge{}
	w.must(w.Changed(context.Background(), "2026-08-01", "2026-08-15", byPayment, func(charge provider.Charge) bool {
		found[charge.ProviderID] = charge
		return true
	}))
	return found
}

func carnetOf(reference string) provider.ChargeRequest {
	request := charge(reference)
	request.Method, request.Parcels, request.Discount = provider.Carnet, 3, nil
	request.AmountCents = 9090
	return request
}

func TestSandboxCarnet(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	info, err := w.IssueCarnet(ctx, carnetOf("crn-1"))
	w.must(err)
	if info.Reference != "crn-1" || info.ProviderStatus != "up_to_date" || info.Link == "" || info.PDF == "" || info.Cover == "" || info.CoverPDF == "" || len(info.Parcels) != 3 {
		t.Fatalf("carnê %+v", info)
	}
	for i, parcel := range info.Parcels {
		due := brazil.Date("2026-08-20").AddMonths(i)
		if parcel.Parcel != i+1 || parcel.CarnetID != info.ProviderID || parcel.Reference != "crn-1" || parcel.AmountCents != 9090 ||
			parcel.Status != provider.Waiting || *parcel.DueDate != due || len(parcel.BarCode) != 44 || parcel.Link == "" || parcel.PDF == "" {
			t.Errorf("parcel %+v", parcel)
		}
	}
	again, err := w.GetCarnet(ctx, info.ProviderID)
	w.must(err)
	if len(again.Parcels) != 3 || again.Parcels[2].ProviderID != info.Parcels[2].ProviderID || again.Parcels[2].Parcel != 3 || again.Reference != "crn-1" {
		t.Errorf("read %+v", again)
	}
	found, err := w.Find(ctx, provider.Carnet, "crn-1", "2026-08-01", "2026-08-15")
	w.must(err)
	if len(found) != 3 || found[0].Method != provider.Carnet || found[0].Parcel == 0 {
		t.Errorf("found %+v", found)
	}
	token, _ := w.order("GET", "/gerencianet/charges/"+info.Parcels[0].ProviderID, nil)["token"].(string)
	events, err := w.Events(ctx, token)
	w.must(err)
	if len(events) != 7 || events[0].ProviderID != "" || events[0].CarnetID != info.ProviderID || events[0].Status != provider.Unrecognized ||
		events[6].CarnetID != info.ProviderID || events[6].ProviderID == "" {
		t.Errorf("events %+v", events)
	}
}

func TestSandboxCarnetParcels(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	info, err := w.IssueCarnet(ctx, carnetOf("crn-1"))
	w.must(err)
	parcel := func(number int) provider.Handle {
		return provider.Handle{Method: provider.Carnet, ID: info.Parcels[number-1].ProviderID, CarnetID: info.ProviderID, Parcel: number}
	}
	moved, err := w.ChangeDueDate(ctx, parcel(2), "2026-10-01")
	w.must(err)
	if *moved.DueDate != "2026-10-01" || moved.CarnetID != info.ProviderID || moved.Parcel != 2 {
		t.Errorf("moved %+v", moved)
	}
	w.must(w.Resend(ctx, parcel(1), "a@example.com"))
	w.must(w.AddNote(ctx, parcel(1), "ligou"))
	w.must(w.Cancel(ctx, parcel(2)))
	w.must(w.Cancel(ctx, parcel(2)))
	w.refused(w.Settle(ctx, parcel(2)), provider.State)
	stranger := parcel(3)
	stranger.CarnetID = ""
	_, err = w.ChangeDueDate(ctx, stranger, "2026-12-01")
	w.refused(err, provider.Unavailable)
	w.refused(w.Resend(ctx, stranger, "a@example.com"), provider.Unavailable)
	w.must(w.AddNote(ctx, stranger, "sem carnê"))
	w.must(w.Settle(ctx, stranger))
	w.must(w.Settle(ctx, parcel(3)))
	if read := w.read(provider.Handle{Method: provider.Carnet, CarnetID: info.ProviderID, Parcel: 3}, provider.Settled); read.ProviderID != stranger.ID {
		t.Errorf("read %+v", read)
	}
}

func TestSandboxWholeCarnet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end        func(*world, provider.Handle) error
		other      func(*world, provider.Handle) error
		want       provider.Status
		otherClass provider.Class
	}{
		"cancel": {
			func(w *world, h provider.Handle) error { return w.Cancel(context.Background(), h) },
			func(w *world, h provider.Handle) error { return w.Settle(context.Background(), h) }, provider.Canceled, provider.State,
		},
		"settle": {
			func(w *world, h provider.Handle) error { return w.Settle(context.Background(), h) },
			func(w *world, h provider.Handle) error { return w.Cancel(context.Background(), h) }, provider.Settled, provider.State,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := setupWorld(t), context.Background()
			info, err := w.IssueCarnet(ctx, carnetOf("crn-1"))
			w.must(err)
			whole := provider.Handle{Method: provider.Carnet, CarnetID: info.ProviderID}
			w.must(w.Resend(ctx, whole, "a@example.com"))
			w.must(w.AddNote(ctx, whole, "tudo"))
			w.order("POST", "/gerencianet/charges/"+info.Parcels[0].ProviderID+"/pay", map[string]any{})
			w.must(test.end(w, whole))
			w.must(test.end(w, whole))
			w.refused(test.other(w, whole), test.otherClass)
			read, err := w.GetCarnet(ctx, info.ProviderID)
			w.must(err)
			if read.Parcels[0].Status != provider.Paid || read.Parcels[1].Status != test.want || read.Parcels[2].Status != test.want {
				t.Errorf("read %+v", read.Parcels)
			}
			_, err = w.ChangeDueDate(ctx, whole, "2026-12-01")
			w.refused(err, provider.Invalid)
		})
	}
}

func cardCharge(reference, end string) provider.ChargeRequest {
	request := charge(reference)
	request.Method, request.Payer.Email = provider.Card, "ana@example.com"
	request.Card = &provider.CardPayment{Token: strings.Repeat("ab", 19) + "c" + end, Installments: 2}
	return request
}

func TestSandboxCard(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]struct {
		issued, read provider.Status
		canRetry     bool
	}{
		"f": {provider.Approved, provider.Paid, false},
		"0": {provider.Refused, provider.Refused, true},
		"1": {provider.Refused, provider.Refused, false},
		"2": {provider.Waiting, provider.Waiting, false},
	} {
		t.Run("a token ending in "+end, func(t *testing.T) {
			t.Parallel()
			w := setupWorld(t)
			handle, issued := w.issueAs(cardCharge("crd-1", end))
			if issued.Status != want.issued || issued.Method != provider.Card || issued.AmountCents != 8990 || issued.CanRetry != want.canRetry ||
				(issued.Status == provider.Refused) != (issued.Reason != "") {
				t.Errorf("issued %+v", issued)
			}
			read := w.read(handle, want.read)
			if read.CardMask == "" || read.Method != provider.Card || read.Reason != issued.Reason {
				t.Errorf("read %+v", read)
			}
			again, err := w.Issue(context.Background(), handle, cardCharge("crd-1", "f"))
			w.must(err)
			if again.Status != want.read {
				t.Errorf("again %+v", again)
			}
			if listed := w.changed(false)[handle.ID]; listed.Method != provider.Card || listed.Status != want.read {
				t.Errorf("listed %+v", listed)
			}
		})
	}
}

func TestSandboxCardRetryAndRefund(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	options, err := w.CardOptions(ctx, "visa", 8990)
	w.must(err)
	if len(options) == 0 || options[0].Installments != 1 || options[0].TotalCents != 8990 || options[0].HasInterest {
		t.Errorf("options %+v", options)
	}
	handle, _ := w.issueAs(cardCharge("crd-1", "0"))
	retried, err := w.RetryCard(ctx, handle, cardCharge("crd-1", "e"))
	w.must(err)
	if retried.Status != provider.Approved || retried.Reference != "crd-1" {
		t.Errorf("retried %+v", retried)
	}
	w.read(handle, provider.Paid)
	_, err = w.RetryCard(ctx, handle, cardCharge("crd-1", "d"))
	w.refused(err, provider.State)
	w.refused(w.Resend(ctx, handle, "a@example.com"), provider.Invalid)
	_, err = w.ChangeDueDate(ctx, handle, "2026-09-01")
	w.refused(err, provider.Invalid)
	w.must(w.AddNote(ctx, handle, "cartão"))
	refund, err := w.Refund(ctx, handle, provider.RefundRequest{Reference: "r1", AmountCents: 8990, Whole: true})
	w.must(err)
	if refund.Status != provider.RefundDone || refund.AmountCents != 8990 {
		t.Errorf("refund %+v", refund)
	}
	w.read(handle, provider.Refunded)
}

func linkCharge(reference string, methods ...provider.Method) provider.ChargeRequest {
	request := charge(reference)
	request.Method, request.LinkMethods = provider.Link, methods
	request.ConditionalDiscount = &provider.Discount{Percent: true, Value: 500, Until: pointer(brazil.Date("2026-08-18"))}
	return request
}

func TestSandboxLink(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	handle, issued := w.issueAs(linkCharge("lnk-1"))
	if issued.Method != provider.Link || issued.Status != provider.Waiting || issued.Link == "" || *issued.DueDate != "2026-08-20" {
		t.Errorf("issued %+v", issued)
	}
	again, err := w.Issue(ctx, handle, linkCharge("lnk-1"))
	w.must(err)
	if again.Link != issued.Link || again.Method != provider.Link || again.PaidWith != "" {
		t.Errorf("again %+v", again)
	}
	moved, err := w.ChangeDueDate(ctx, handle, "2026-09-10")
	w.must(err)
	if *moved.DueDate != "2026-09-10" || moved.Status != provider.Waiting {
		t.Errorf("moved %+v", moved)
	}
	found, err := w.Find(ctx, provider.Link, "lnk-1", "2026-08-01", "2026-08-15")
	w.must(err)
	if len(found) != 1 || found[0].Method != provider.Link {
		t.Errorf("found %+v", found)
	}
	w.must(w.Resend(ctx, handle, "a@example.com"))
	w.must(w.AddNote(ctx, handle, "link"))
	w.must(w.Cancel(ctx, handle))
	w.must(w.Cancel(ctx, handle))
	_, err = w.ChangeDueDate(ctx, handle, "2026-09-20")
	w.refused(err, provider.State)
	_, boletoOnly := w.issueAs(linkCharge("lnk-2", provider.Boleto))
	_, cardOnly := w.issueAs(linkCharge("lnk-3", provider.Card))
	if boletoOnly.Link == "" || cardOnly.Link == "" {
		t.Errorf("boleto %+v, card %+v", boletoOnly, cardOnly)
	}
}

func pixCharge(reference string) provider.ChargeRequest {
	request := charge(reference)
	request.Method, request.Pix.ExpiresIn = provider.Pix, time.Hour
	return request
}

func dueCharge(reference string) provider.ChargeRequest {
	request := pixCharge(reference)
	request.Pix = provider.PixTerms{DaysAfterDue: 10}
	request.ConditionalDiscount = &provider.Discount{Value: 200, Until: pointer(brazil.Date("2026-08-18"))}
	return request
}

const ulid = "chg-01J5A6B7C8D9E0F1G2H3J4K5M6"

func TestSandboxPix(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]provider.ChargeRequest{"immediate": pixCharge(ulid), "with a due date": dueCharge(ulid)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := setupWorld(t), context.Background()
			w.must(w.Ping(ctx))
			handle, issued := w.issueAs(request)
			if handle.ID != strings.ReplaceAll(ulid, "-", "") || issued.Status != provider.Waiting || issued.PixCode == "" || issued.AmountCents != 8990 ||
				issued.Reference != ulid || (issued.ExpiresAt != nil) == handle.DueDated || (issued.DueDate != nil) != handle.DueDated {
				t.Fatalf("issued %+v", issued)
			}
			again, err := w.Issue(ctx, handle, request)
			w.must(err)
			if again.PixCode != issued.PixCode || again.AmountCents != 8990 {
				t.Errorf("again %+v", again)
			}
			other := request
			other.AmountCents, other.Lines = 9990, []provider.Line{{Name: "outro", UnitCents: 10090, Quantity: 1}}
			_, err = w.Issue(ctx, handle, other)
			w.refused(err, provider.Duplicate)
			found, err := w.Find(ctx, provider.Pix, ulid, "2026-08-01", "2026-08-15")
			w.must(err)
			if len(found) != 1 || found[0].ProviderID != handle.ID || found[0].Reference != ulid {
				t.Errorf("found %+v", found)
			}
			if listed := w.changed(false)[handle.ID]; listed.Status != provider.Waiting || listed.Method != provider.Pix {
				t.Errorf("listed %+v", listed)
			}
			w.order("POST", "/pix/charges/"+handle.ID+"/pay", map[string]any{})
			paid := w.read(handle, provider.Paid)
			if paid.PaidCents == nil || *paid.PaidCents > 8990 || paid.PaidOn == nil || *paid.PaidOn != "2026-08-14" || paid.EndToEndID == "" ||
				paid.FeeCents == nil || *paid.FeeCents != 119 || paid.ConfirmedAt == nil || paid.PaidWith != provider.Pix {
				t.Errorf("paid %+v", paid)
			}
			listed := w.changed(true)[handle.ID]
			if listed.Status != provider.Paid || listed.EndToEndID != paid.EndToEndID || listed.FeeCents == nil || *listed.PaidCents != *paid.PaidCents {
				t.Errorf("listed %+v", listed)
			}
			w.refused(w.Cancel(ctx, handle), provider.State)
		})
	}
}

func TestSandboxPixRefund(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	w.order("PUT", "/pix/settings", map[string]any{"refundMs": 60_000}) // it ends when the test says so
	handle, _ := w.issueAs(pixCharge(ulid))
	w.order("POST", "/pix/charges/"+handle.ID+"/pay", map[string]any{})
	paid := w.read(handle, provider.Paid)
	part := provider.RefundRequest{Reference: "ref1", AmountCents: 990}
	for range 2 {
		refund, err := w.Refund(ctx, handle, part)
		w.must(err)
		if refund.Reference != "ref1" || refund.AmountCents != 990 || refund.Status == provider.RefundFailed {
			t.Errorf("refund %+v", refund)
		}
	}
	part.AmountCents = 991
	_, err := w.Refund(ctx, handle, part)
	w.refused(err, provider.Duplicate)
	w.order("POST", "/pix/refunds/"+paid.EndToEndID+"/ref1/settle", nil)
	if read := w.read(handle, provider.Paid); len(read.Refunds) != 1 || read.Refunds[0].Status != provider.RefundDone {
		t.Errorf("read %+v", read)
	}
	rest := provider.RefundRequest{Reference: "ref2", Whole: true, EndToEndID: paid.EndToEndID}
	for range 2 {
		refund, err := w.Refund(ctx, handle, rest)
		w.must(err)
		if refund.AmountCents != 8000 {
			t.Errorf("refund %+v", refund)
		}
	}
	w.order("POST", "/pix/refunds/"+paid.EndToEndID+"/ref2/settle", nil)
	w.read(handle, provider.Refunded)
	done, err := w.GetRefund(ctx, rest)
	w.must(err)
	if done.Status != provider.RefundDone {
		t.Errorf("done %+v", done)
	}
	rest.Reference = "ref3"
	_, err = w.GetRefund(ctx, rest)
	w.refused(err, provider.NotFound)
	_, err = w.Refund(ctx, handle, rest)
	w.refused(err, provider.Invalid)
}

func TestSandboxPixEnds(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	handle, _ := w.issueAs(dueCharge(ulid))
	moved, err := w.ChangeDueDate(ctx, handle, "2026-09-10")
	w.must(err)
	if *moved.DueDate != "2026-09-10" {
		t.Errorf("moved %+v", moved)
	}
	w.must(w.Cancel(ctx, handle))
	w.must(w.Cancel(ctx, handle))
	w.must(w.Settle(ctx, handle))
	w.read(handle, provider.Canceled)
	_, err = w.ChangeDueDate(ctx, handle, "2026-09-20")
	w.refused(err, provider.State)
	never := provider.Handle{Method: provider.Pix, ID: strings.Repeat("z", 30)}
	w.must(w.Cancel(ctx, never))
	_, err = w.Get(ctx, never)
	w.refused(err, provider.NotFound)
	w.refused(w.Resend(ctx, handle, "a@example.com"), provider.Invalid)
	w.refused(w.AddNote(ctx, handle, "x"), provider.Invalid)
}

func TestSandboxPixFaults(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]provider.Class{
		"drop_before": provider.Ambiguous, "drop_after": provider.Ambiguous, "html": provider.Ambiguous, "garbage": provider.Ambiguous,
		"truncate": provider.Ambiguous, "redirect": provider.Ambiguous, "unauthorized": "",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, ctx, request := setupWorld(t), context.Background(), dueCharge(ulid)
			id, err := w.Reserve(ctx, request)
			w.must(err)
			w.must(w.Ping(ctx))
			w.order("POST", "/pix/faults", map[string]any{"route": "PUT /v2/cobv/:txid", "kind": kind, "count": 1})
			handle := provider.Handle{Method: provider.Pix, ID: id, DueDated: true}
			_, err = w.Issue(ctx, handle, request)
			if want == "" {
				w.must(err)
			} else {
				w.refused(err, want)
			}
			issued, err := w.Issue(ctx, handle, request)
			w.must(err)
			if issued.Status != provider.Waiting || issued.PixCode == "" {
				t.Errorf("issued %+v", issued)
			}
			all := w.changed(false)
			if len(all) != 1 {
				t.Errorf("%d Pix", len(all))
			}
		})
	}
}

func TestSandboxPixCertificates(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	other, err := w.simulated.Certificates().ClientPEM(sandbox.EnvironmentProduction)
	w.must(err)
	for name, change := range map[string]func(*gerencianet.Config){
		"of the other environment": func(c *gerencianet.Config) { c.PixCertificate = string(other) },
		"none":                     func(c *gerencianet.Config) { c.PixCertificate = "" },
		"no key":                   func(c *gerencianet.Config) { c.PixKey = "" },
		"nonsense":                 func(c *gerencianet.Config) { c.PixCertificate = "x" },
	} {
		config := w.config
		change(&config)
		client := gerencianet.New(config)
		if err := client.Ping(ctx); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := client.Get(ctx, provider.Handle{Method: provider.Pix, ID: strings.Repeat("z", 30)}); err == nil || provider.ClassOf(err) == provider.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSandboxWebhook(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	calls := make(chan string, 10)
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { calls <- r.URL.String() })
	for range 2 {
		w.must(w.RegisterWebhook(ctx, address+"/hook?hmac=x&ignorar=", false))
	}
	w.refused(w.RegisterWebhook(ctx, "ftp://x", false), provider.Invalid)
	if len(calls) == 0 {
		t.Error("the address was not tried")
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
