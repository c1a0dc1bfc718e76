// Sells once however often it runs, and follows the charge until its boleto is issued.
// It uses the standard library only.
//
// Needs PONTE_URL, PONTE_TOKEN with the scopes CUSTOMERS_WRITE, SALES_WRITE and
// CHARGES_READ, ORDER, the number of the order, and CENTS, its amount.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// ponte calls the API.
type ponte struct {
	url, token string
}

type refusal struct {
	Code    string
	Message string
	Field   []string
}

// send sends a document; accept is what the answer may be.
func (p ponte) send(ctx context.Context, accept, document string, variables any) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	return http.DefaultClient.Do(request)
}

// ask sends a document and reads its data.
func (p ponte) ask(ctx context.Context, document string, variables, data any) error {
	response, err := p.send(ctx, "application/json", document, variables)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("%s: %s", answer.Errors[0].Extensions.Code, answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, data)
}

const createSale = `mutation($input: CreateSaleInput!) {
  createSale(input: $input) {
    sale { id charges { id } }
    replayed
    userErrors { code field message }
  }
}`

// sell makes the sale of an order. When the answer is lost, the same input is sent
// again: the same key answers the same sale.
func (p ponte) sell(ctx context.Context, customerID, order string, cents int) (chargeID string, err error) {
	input := map[string]any{
		"customerId": customerID, "paymentMethod": "BOLETO",
		"items":          []any{map[string]any{"description": "Assinatura anual", "unitCents": cents}},
		"firstDueDate":   time.Now().AddDate(0, 0, 10).Format(time.DateOnly),
		"idempotencyKey": "pedido-" + order,
	}
	var data struct {
		CreateSale struct {
			Sale       *struct{ Charges []struct{ ID string } }
			UserErrors []refusal
		}
	}
	for try := 1; ; try++ {
		err = p.ask(ctx, createSale, map[string]any{"input": input}, &data)
		if err == nil || try == 5 {
			break
		}
		time.Sleep(time.Duration(try) * time.Second)
	}
	if err != nil {
		return "", err
	}
	if refused := data.CreateSale.UserErrors; len(refused) > 0 {
		return "", fmt.Errorf("%s (%s): %s", refused[0].Code, strings.Join(refused[0].Field, "."), refused[0].Message)
	}
	return data.CreateSale.Sale.Charges[0].ID, nil
}

const importCustomer = `mutation($rows: [SaveCustomerInput!]!) {
  importCustomers(input: {rows: $rows}) {
    rows { id userErrors { code field message } }
  }
}`

// customer answers the id of a customer, who is added when there is none with the tax id.
func (p ponte) customer(ctx context.Context, name, taxID, email string) (string, error) {
	var data struct {
		ImportCustomers struct {
			Rows []struct {
				ID         string
				UserErrors []refusal
			}
		}
	}
	row := map[string]any{"name": name, "taxId": taxID, "email": email}
	if err := p.ask(ctx, importCustomer, map[string]any{"rows": []any{row}}, &data); err != nil {
		return "", err
	}
	if refused := data.ImportCustomers.Rows[0].UserErrors; len(refused) > 0 {
		return "", fmt.Errorf("%s: %s", refused[0].Code, refused[0].Message)
	}
	return data.ImportCustomers.Rows[0].ID, nil
}

// charge is what is told of a charge.
type charge struct {
	Status       string
	TypeableLine string
}

// follow hands over the charge as it is now, and at each change, until the function
// answers false. A stream that is cut is begun again: it begins with the present.
func (p ponte) follow(ctx context.Context, id string, next func(charge) bool) error {
	for {
		wanted, err := p.stream(ctx, id, next)
		if err != nil || !wanted {
			return err
		}
		time.Sleep(time.Second)
	}
}

const chargeChanged = `subscription($id: ID) { chargeChanged(id: $id) { status typeableLine } }`

// stream reads one stream to its end; false when no more is wanted.
func (p ponte) stream(ctx context.Context, id string, next func(charge) bool) (wanted bool, err error) {
	response, err := p.send(ctx, "text/event-stream", chargeChanged, map[string]any{"id": id})
	if err != nil {
		return false, err
	}
	defer func() { _ = response.Body.Close() }()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		data, isData := strings.CutPrefix(lines.Text(), "data: {")
		if !isData {
			continue
		}
		var event struct {
			Data   struct{ ChargeChanged charge }
			Errors []struct{ Message string }
		}
		if err := json.Unmarshal([]byte("{"+data), &event); err != nil {
			return false, err
		}
		if len(event.Errors) > 0 {
			return false, errors.New(event.Errors[0].Message)
		}
		if !next(event.Data.ChargeChanged) {
			return false, nil
		}
	}
	return true, nil
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p := ponte{url: os.Getenv("PONTE_URL"), token: os.Getenv("PONTE_TOKEN")}
	customerID, err := p.customer(ctx, "João Lima", "111.444.777-35", "joao@example.com")
	if err != nil {
		log.Fatal(err)
	}
	cents, err := strconv.Atoi(os.Getenv("CENTS"))
	if err != nil {
		log.Fatal("CENTS: ", err)
	}
	chargeID, err := p.sell(ctx, customerID, os.Getenv("ORDER"), cents)
	if err != nil {
		log.Fatal(err)
	}
	err = p.follow(ctx, chargeID, func(now charge) bool {
		fmt.Println(chargeID, now.Status, now.TypeableLine)
		return now.TypeableLine == "" && now.Status != "FAILED"
	})
	if err != nil {
		log.Fatal(err)
	}
}
