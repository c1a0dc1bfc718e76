package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// carnetBody is a valid POST /v1/carnet of three parcels.
func carnetBody(customID, hook string) dict {
	metadata := dict{"custom_id": customID}
	if hook != "" {
		metadata["notification_url"] = hook
	}
	return dict{
		"items":     []any{dict{"name": "Plano 100 Mb", "value": 8990, "amount": 1}},
		"customer":  dict{"name": "Ana Maria Souza", "cpf": "52998224725", "phone_number": "31999999999"},
		"expire_at": "2026-08-20", "repeats": 3, "metadata": metadata,
	}
}

// booklet is a carnê in a test: its id and its parcels' charge ids.
type booklet struct {
	*bundle
	id      int64
	charges []int64
}

// issueCarnet makes a carnê of three parcels.
func (b *bundle) issueCarnet(customID string) booklet {
	b.t.Helper()
	return b.bookletOf(b.gn("POST", "/v1/carnet", carnetBody(customID, b.hook.server.URL)))
}

// bookletOf reads the answer of a creation.
func (b *bundle) bookletOf(created reply) booklet {
	b.t.Helper()
	if created.status != http.StatusOK {
		b.t.Fatalf("create a carnê: %d %s", created.status, created.text)
	}
	made := booklet{bundle: b, id: created.id("carnet_id")}
	for _, row := range created.data()["charges"].([]any) {
		made.charges = append(made.charges, int64(row.(dict)["charge_id"].(float64)))
	}
	return made
}

// call is a request below the carnê.
func (k booklet) call(method, path string, body any) reply {
	k.t.Helper()
	return k.gn(method, fmt.Sprintf("/v1/carnet/%d%s", k.id, path), body)
}

// act does a control action on a parcel, counted from 1.
func (k booklet) act(parcel int, action string) {
	k.t.Helper()
	k.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/%s", k.charges[parcel-1], action), nil)
}

// statuses are those of the carnê and of its parcels.
func (k booklet) statuses() string {
	k.t.Helper()
	got := k.call("GET", "", "null\n").data()
	statuses := []string{got["status"].(string)}
	for _, row := range got["charges"].([]any) {
		statuses = append(statuses, row.(dict)["status"].(string))
	}
	return strings.Join(statuses, " ")
}

// log is the carnê's notification, in short: type, parcel's charge, change.
func (k booklet) log() []string {
	k.t.Helper()
	token := k.charge(k.charges[0])["token"].(string)
	var lines []string
	for i, row := range k.gn("GET", "/v1/notification/"+token, nil).rows() {
		equal(k.t, "id", row["id"], i+1)
		ids := row["identifiers"].(dict)
		equal(k.t, "carnet_id", ids["carnet_id"], k.id)
		line := row["type"].(string)
		for number, id := range k.charges {
			if ids["charge_id"] == float64(id) {
				line += fmt.Sprintf(" %d", number+1)
			}
		}
		lines = append(lines, line+" "+row["status"].(dict)["current"].(string))
	}
	return lines
}

func TestCarnetCreation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.gn("POST", "/v1/carnet", carnetBody("crn-1", b.hook.server.URL))
	data := created.data()
	equal(t, "status", data["status"], "up_to_date")
	k := b.bookletOf(created)
	second := data["charges"].([]any)[1].(dict)
	equal(t, "a text here", second["parcel"], "2")
	equal(t, "value", second["value"], 8990)
	equal(t, "one month later", second["expire_at"], "2026-09-20")
	equal(t, "status", second["status"], "waiting")
	for _, name := range []string{"url", "parcel_link", "barcode", "pix", "pdf"} {
		if second[name] == nil {
			t.Errorf("no %s in %v", name, second)
		}
	}
	equal(t, "the log of the creation", k.log(), []string{
		"carnet up_to_date", "carnet_charge 1 new", "carnet_charge 1 waiting",
		"carnet_charge 2 new", "carnet_charge 2 waiting", "carnet_charge 3 new", "carnet_charge 3 waiting",
	})
	eventually(t, "a callback", func() bool { return b.hook.count() > 0 })

	got := k.call("GET", "", nil).data()
	equal(t, "custom_id", got["custom_id"], "crn-1")
	equal(t, "repeats", got["repeats"], 3)
	equal(t, "value", got["value"], 3*8990)
	equal(t, "split_items", got["split_items"], false)
	parcel := got["charges"].([]any)[2].(dict)
	equal(t, "a number here", parcel["parcel"], 3)
	equal(t, "no value here", parcel["value"], nil)
	equal(t, "history", len(got["history"].([]any)), 1)

	b.ctl("PUT", "/gerencianet/settings", dict{"activeCarnets": true})
	equal(t, "as in 2022", k.call("GET", "", nil).data()["status"], "active")
}

func TestCarnetPapers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	data := b.gn("POST", "/v1/carnet", carnetBody("crn-1", "")).data()
	parcel := data["charges"].([]any)[1].(dict)
	files := data["pdf"].(dict)
	for _, address := range []any{files["carnet"], files["cover"], parcel["pdf"].(dict)["charge"]} {
		if file := fetch(t, address.(string)); !strings.HasPrefix(file, "%PDF-1.4") {
			t.Errorf("%v: %.40q", address, file)
		}
	}
	whole := fetch(t, data["carnet_link"].(string))
	if !strings.Contains(whole, parcel["barcode"].(string)) || strings.Count(whole, "<h2>") != 3 {
		t.Error(whole)
	}
	cover := fetch(t, data["cover"].(string))
	if !strings.Contains(cover, "Ana Maria Souza") || strings.Contains(cover, "<h2>") {
		t.Error(cover)
	}
	if page := fetch(t, parcel["parcel_link"].(string)); !strings.Contains(page, "<dt>Parcela</dt><dd>2</dd>") {
		t.Error(page)
	}
	fetch(t, b.gerencianet.URL+"/carne/style.css")
}

func TestCarnetValues(t *testing.T) {
	t.Parallel()
	values := func(t *testing.T, change func(dict)) []any {
		body := carnetBody("crn-1", "")
		change(body)
		got := setup(t).gn("POST", "/v1/carnet", body)
		var found []any
		for _, row := range got.data()["charges"].([]any) {
			found = append(found, row.(dict)["value"], row.(dict)["expire_at"])
		}
		return found
	}
	t.Run("divided, what is left over goes to the last", func(t *testing.T) {
		t.Parallel()
		equal(t, "values", values(t, func(body dict) {
			with(body, "split_items", true)
			with(body, "items/value", 10000)
			with(body, "expire_at", "2026-08-31")
		}), []any{3333, "2026-08-31", 3333, "2026-09-30", 3334, "2026-10-31"})
	})
	t.Run("less the discount", func(t *testing.T) {
		t.Parallel()
		equal(t, "values", values(t, func(body dict) {
			with(body, "repeats", 1)
			with(body, "discount", dict{"type": "percentage", "value": 1000})
		}), []any{8091, "2026-08-20"})
	})
	t.Run("the month's end", func(t *testing.T) {
		t.Parallel()
		for months, want := range []string{"2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"} {
			equal(t, "day", addMonths("2027-01-31", months), want)
		}
		equal(t, "a leap year", addMonths("2027-12-31", 2), "2028-02-29")
	})
	t.Run("a conditional discount moves along", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		body := with(carnetBody("crn-1", ""), "conditional_discount", dict{"type": "currency", "value": 990, "until_date": "2026-08-18"})
		k := b.bookletOf(b.gn("POST", "/v1/carnet", with(body, "configurations", dict{"fine": 200})))
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", k.charges[1]), dict{"date": "2026-09-18"})
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", k.charges[2]), dict{"date": "2026-10-21"})
		equal(t, "in time", b.charge(k.charges[1])["paidValue"], 8000)
		equal(t, "late", b.charge(k.charges[2])["paidValue"], 8990+180)
	})
}

func TestCarnetRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path     string
		value    any
		property string
		code     int
	}{
		{"items", nil, "/items", 3500034},
		{"customer", nil, "/customer", 3500034},
		{"customer/cpf", "52998224724", "/customer/cpf", 4600026},
		{"expire_at", "2026-08-13", "/expire_at", 4600007},
		{"repeats", nil, "/repeats", 3500034},
		{"repeats", "3", "/repeats", 3500034},
		{"repeats", 0, "/repeats", 3500034},
		{"repeats", 13, "/repeats", 4600059},
		{"items/value", 499, "/items", 4600111},
		{"discount", dict{"type": "currency", "value": 8500}, "/discount", 4600523},
		{"conditional_discount", dict{"type": "currency", "value": 1, "until_date": "2026-08-21"}, "/conditional_discount/until_date", 4600521},
		{"configurations", dict{"fine": 1001}, "/configurations/fine", 3500034},
		{"split_items", 1, "/split_items", 3500034},
		{"message", "a\nb\nc\nd\ne", "/message", 3500034},
		{"shippings", []any{}, "/shippings", 3500034},
	}
	for _, each := range cases {
		t.Run(fmt.Sprintf("%s %.20v", each.path, each.value), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			got := b.gn("POST", "/v1/carnet", with(carnetBody("crn-1", ""), each.path, each.value))
			equal(t, "code", got.code(), each.code)
			equal(t, "property", got.property(), each.property)
			equal(t, "nothing created", b.committed("crn-1"), 0)
		})
	}
	t.Run("parcels below the minimum", func(t *testing.T) {
		t.Parallel()
		body := with(with(carnetBody("crn-1", ""), "split_items", true), "items/value", 1499)
		equal(t, "code", setup(t).gn("POST", "/v1/carnet", body).code(), 4600111)
	})
	t.Run("the fourth identical carnê", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for range 3 {
			b.issueCarnet("crn-1")
		}
		equal(t, "code", b.gn("POST", "/v1/carnet", carnetBody("crn-4", "")).code(), 4600210)
	})
	t.Run("another account's", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		k := b.issueCarnet("crn-1")
		got := b.send("POST", b.gerencianet.URL+"/v1/authorize", basic(ProductionClientID, ProductionClientSecret), `{"grant_type":"client_credentials"}`)
		b.bearer = got.body["access_token"].(string)
		equal(t, "code", k.call("GET", "", nil).code(), 3500010)
	})
}

func TestParcelsAreCharges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	k := b.issueCarnet("crn-1")
	path := fmt.Sprintf("/v1/charge/%d", k.charges[1])
	got := b.gn("GET", path, nil).data()
	equal(t, "custom_id", got["custom_id"], "crn-1")
	equal(t, "total", got["total"], 8990)
	payment := got["payment"].(dict)
	equal(t, "method", payment["method"], "carnet")
	equal(t, "parcel", payment["carnet"].(dict)["parcel"], 2)
	equal(t, "not a boleto", payment["banking_billet"], nil)
	equal(t, "due date", b.gn("PUT", path+"/billet", dict{"expire_at": "2026-10-01"}).code(), 3500036)
	equal(t, "resend", b.gn("POST", path+"/billet/resend", dict{"email": "a@b.co"}).code(), 3500036)
	equal(t, "pay", b.gn("POST", path+"/pay", billetBody("2026-09-20")).code(), 3500030)
	equal(t, "cancel", b.gn("PUT", path+"/cancel", nil).status, http.StatusOK)
	equal(t, "settle", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/settle", k.charges[2]), nil).status, http.StatusOK)
	equal(t, "statuses", k.statuses(), "up_to_date waiting canceled settled")

	const window = "/v1/charges?begin_date=2026-08-01&end_date=2026-08-31&custom_id=crn-1&charge_type="
	rows := b.gn("GET", window+"carnet", nil).rows()
	equal(t, "listed", len(rows), 3)
	equal(t, "method", rows[1]["payment"].(dict)["payment_method"], "carnet")
	equal(t, "parcel", rows[1]["payment"].(dict)["carnet"].(dict)["parcel"], 2)
	equal(t, "not among the boletos", b.gn("GET", window+"billet", nil).status, http.StatusNotFound)
}

func TestCarnetStatus(t *testing.T) {
	t.Parallel()
	t.Run("unpaid and back, then finished", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		before := len(k.log())
		k.ctl("POST", "/clock", dict{"advanceDays": 40}) // past the second
		equal(t, "overdue", k.statuses(), "unpaid unpaid unpaid waiting")
		k.act(1, "pay")
		equal(t, "one is still open", k.statuses(), "unpaid paid unpaid waiting")
		equal(t, "new date", k.call("PUT", "/parcel/2", dict{"expire_at": "2026-10-10"}).body, dict{"code": 200})
		equal(t, "regularised", k.statuses(), "up_to_date paid waiting waiting")
		k.act(2, "pay")
		k.act(3, "cancel")
		equal(t, "finished", k.statuses(), "finished paid paid canceled")
		k.act(3, "pay")
		equal(t, "for good", k.statuses(), "finished paid paid paid")
		equal(t, "log", k.log()[before:], []string{
			"carnet_charge 1 unpaid", "carnet unpaid", "carnet_charge 2 unpaid", "carnet_charge 1 paid",
			"carnet_charge 2 waiting", "carnet up_to_date", "carnet_charge 2 paid", "carnet_charge 3 canceled",
			"carnet finished", "carnet_charge 3 paid",
		})
	})
	t.Run("canceled as a whole", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		k.act(1, "pay")
		k.act(2, "overdue")
		before := len(k.log())
		equal(t, "ok", k.call("PUT", "/cancel", nil).body, dict{"code": 200})
		equal(t, "paid ones stay", k.statuses(), "finished paid canceled canceled")
		equal(t, "log", k.log()[before:], []string{"carnet_charge 2 canceled", "carnet_charge 3 canceled", "carnet finished"})
		equal(t, "again", k.call("PUT", "/cancel", nil).code(), 3500068)
	})
	t.Run("settled as a whole", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		equal(t, "ok", k.call("PUT", "/settle", nil).body, dict{"code": 200})
		equal(t, "all", k.statuses(), "finished settled settled settled")
		equal(t, "again", k.call("PUT", "/settle", nil).code(), 3500068)
	})
}

func TestCarnetActions(t *testing.T) {
	t.Parallel()
	email := dict{"email": "ana@example.com"}
	day := dict{"expire_at": "2026-08-30"}
	dates := func(parcel int, day string) dict {
		return dict{"parcels": []any{dict{"parcel": parcel, "expire_at": day}}}
	}
	cases := []struct {
		name, method, path string
		body               any
		from               string
		code               int
	}{
		{"due date", "PUT", "/parcel/1", day, "", 200},
		{"due date of an overdue one", "PUT", "/parcel/1", day, "overdue", 200},
		{"due date of a paid one", "PUT", "/parcel/1", day, "pay", 3500038},
		{"due date in the past", "PUT", "/parcel/1", dict{"expire_at": "2026-08-13"}, "", 4600007},
		{"no such parcel", "PUT", "/parcel/4", day, "", 3500010},
		{"a parcel by its charge", "PUT", "/parcel/1000001", day, "", 3500010},
		{"due dates", "PUT", "/parcels", dates(2, "2026-09-25"), "", 200},
		{"due dates of a paid one", "PUT", "/parcels", dates(1, "2026-09-25"), "pay", 3500038},
		{"due dates of no such parcel", "PUT", "/parcels", dates(4, "2026-09-25"), "", 3500010},
		{"due dates in the past", "PUT", "/parcels", dates(1, "2026-08-01"), "", 4600007},
		{"due dates, the older form", "PUT", "/parcels", day, "", 3500034},
		{"due dates of none", "PUT", "/parcels", dict{"parcels": []any{}}, "", 3500034},
		{"cancel a parcel", "PUT", "/parcel/1/cancel", nil, "", 200},
		{"cancel a paid parcel", "PUT", "/parcel/1/cancel", nil, "pay", 3500043},
		{"settle a parcel", "PUT", "/parcel/1/settle", nil, "overdue", 200},
		{"settle a canceled parcel", "PUT", "/parcel/1/settle", nil, "cancel", 3500044},
		{"resend", "POST", "/resend", email, "", 200},
		{"resend to nobody", "POST", "/resend", dict{}, "", 3500034},
		{"resend a parcel", "POST", "/parcel/1/resend", email, "", 200},
		{"resend an overdue parcel", "POST", "/parcel/1/resend", email, "overdue", 3500066},
		{"history", "POST", "/history", dict{"description": "Ligamos"}, "pay", 200},
		{"metadata of nothing", "PUT", "/metadata", dict{}, "", 3500034},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			k := setup(t).issueCarnet("crn-1")
			if each.from != "" {
				k.act(1, each.from)
			}
			equal(t, "code", k.call(each.method, each.path, each.body).code(), each.code)
		})
	}
	t.Run("finished carnês are not sent", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		k.call("PUT", "/cancel", nil)
		equal(t, "code", k.call("POST", "/resend", email).code(), 3500068)
	})
	t.Run("all dates or none", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		got := k.call("PUT", "/parcels", dict{"parcels": []any{
			dict{"parcel": 1, "expire_at": "2026-08-25"}, dict{"parcel": 2, "expire_at": "2026-08-01"},
		}})
		equal(t, "property", got.property(), "/parcels/1/expire_at")
		equal(t, "the first stays", k.charge(k.charges[0])["expireAt"], "2026-08-20")
	})
	t.Run("metadata reaches every parcel", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		other := newReceiver()
		defer other.server.Close()
		equal(t, "ok", k.call("PUT", "/metadata", dict{"custom_id": "crn-2", "notification_url": other.server.URL}).body, dict{"code": 200})
		k.act(3, "pay")
		eventually(t, "the new url hears of it", func() bool { return other.count() > 0 })
		got := k.gn("GET", fmt.Sprintf("/v1/charge/%d", k.charges[2]), nil).data()
		equal(t, "custom_id", got["custom_id"], "crn-2")
		equal(t, "url", got["notification_url"], other.server.URL)
		equal(t, "carnê", k.call("GET", "", nil).data()["custom_id"], "crn-2")
	})
}

func TestControlOfCarnets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctl("PUT", "/gerencianet/settings", dict{"listLagMs": 300})
	k := b.issueCarnet("crn-1")
	b.issueCarnet("crn-2")
	list := b.send("GET", b.control.URL+"/sandbox/gerencianet/carnets?customId=crn-1", nil, nil).text
	if !strings.Contains(list, `"chargeIds":[1000001,1000002,1000003]`) || strings.Contains(list, "crn-2") {
		t.Error(list)
	}
	parcel := b.charge(k.charges[1])
	equal(t, "carnê", parcel["carnetId"], k.id)
	equal(t, "parcel", parcel["parcel"], 2)
	equal(t, "its own entries only", len(parcel["entries"].([]any)), 2)
	fetch(t, parcel["pageUrl"].(string))
	charges := b.send("GET", fmt.Sprintf("%s/sandbox/gerencianet/charges?carnetId=%d", b.control.URL, k.id), nil, nil).text
	equal(t, "parcels", strings.Count(charges, `"carnetId":200001,"parcel"`), 3)
	latest := b.send("GET", b.control.URL+"/sandbox/gerencianet/charges?limit=2", nil, nil).text
	if strings.Count(latest, `"account"`) != 2 || strings.Index(latest, `"id":1000005`) > strings.Index(latest, `"id":1000006`) {
		t.Error(latest)
	}
	path := "/v1/charges?charge_type=carnet&begin_date=2026-08-01&end_date=2026-08-31"
	equal(t, "the lag", b.gn("GET", path, nil).status, http.StatusNotFound)
	eventually(t, "it is listed", func() bool { return b.gn("GET", path, nil).status == http.StatusOK })
}

func TestCarnetsSurviveARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := func(o *Options) { o.DataDir = folder }
	first := setup(t, keep)
	k := first.issueCarnet("crn-1")
	k.act(1, "overdue")
	before := k.log()
	if err := first.sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	second := setup(t, keep)
	k.bundle = second
	equal(t, "statuses", k.statuses(), "unpaid unpaid waiting waiting")
	equal(t, "log", k.log(), before)
	k.act(1, "pay")
	equal(t, "it still follows", k.statuses(), "up_to_date paid waiting waiting")
	fetch(t, k.call("GET", "", nil).data()["link"].(string)+"?again") // by its key
	another := second.issueCarnet("crn-2")
	equal(t, "next id", another.id, k.id+1)
	equal(t, "next charge", another.charges[0], k.charges[2]+1)
	second.issueCarnet("crn-3")
	equal(t, "identical ones are still counted", second.gn("POST", "/v1/carnet", carnetBody("crn-4", "")).code(), 4600210)
}

// Hundreds of carnês, each with its callbacks, while somebody polls.
func TestManyCarnets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctl("PUT", "/gerencianet/settings", dict{"identicalGuard": false})
	started := time.Now()
	for i := range 120 {
		body := with(carnetBody(fmt.Sprintf("crn-%d", i), b.hook.server.URL), "repeats", 12)
		if got := b.gn("POST", "/v1/carnet", body); got.status != http.StatusOK {
			t.Fatal(got.text)
		}
		if i%10 == 0 {
			b.gn("GET", fmt.Sprintf("/v1/charges?charge_type=carnet&begin_date=2026-08-01&end_date=2026-08-31&custom_id=crn-%d", i), nil)
		}
	}
	t.Log("created and polled in", time.Since(started))
	if time.Since(started) > 90*time.Second {
		t.Error("too slow")
	}
}
