// Package vhsys keeps sales in the ERP Vhsys through its API v2. Its rules and
// their evidence are in providers/vhsys.md.
package vhsys

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const (
	name  = "vhsys"
	title = "Vhsys"

	pageSize = 250 // the most that one page may have
	maxPages = 400
)

// Config is what a Client needs. The two tokens are made in the app "Integração
// via API" of the account.
type Config struct {
	BaseURL                        string // "" is the provider's own
	AccessToken, SecretAccessToken string
	Timeout                        time.Duration   // of each HTTP exchange, 30 s when 0
	HTTP                           *http.Transport // http.DefaultTransport when nil
	UserAgent                      string
	Guard                          *provider.Guard // nil for none
	Now                            func() time.Time
}

// Client speaks with one account. It is safe for concurrent use.
type Client struct {
	http   *provider.HTTPClient
	header http.Header
}

var _ provider.Mirror = (*Client)(nil)

// New never fails: what is wrong with the configuration is told by each call.
func New(config Config) *Client {
	if config.UserAgent == "" {
		config.UserAgent = "Ponte/1.0" // the provider asks for one
	}
	return &Client{
		http: provider.NewHTTPClient(provider.HTTPConfig{
			Provider: name, Title: title, BaseURL: baseURL(config.BaseURL), UserAgent: config.UserAgent,
			Timeout: config.Timeout, Transport: config.HTTP, Guard: config.Guard, Now: config.Now,
			Secrets: []string{config.AccessToken, config.SecretAccessToken},
		}),
		header: http.Header{
			"Access-Token":        {config.AccessToken},
			"Secret-Access-Token": {config.SecretAccessToken},
			"Cache-Control":       {"no-cache"},
		},
	}
}

// baseURL adds the version that every path of the API has.
func baseURL(address string) string {
	if address == "" {
		return "https://api.vhsys.com/v2"
	}
	return strings.TrimSuffix(strings.TrimRight(address, "/"), "/v2") + "/v2"
}

// Ping proves that the tokens work: an account without customers is fine.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.page(ctx, "/clientes", url.Values{"lixeira": {"Nao"}, "limit": {"1"}})
	return err
}

// do sends one request and answers the records of its answer: the API wraps one
// record in an array in some answers and not in others.
func (c *Client) do(ctx context.Context, method, path string, body any) ([]record, error) {
	data, err := c.data(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	return records(data), nil
}

func (c *Client) data(ctx context.Context, method, path string, body any) (json.RawMessage, error) {
	write := method != http.MethodGet
	answer, err := c.http.Do(ctx, provider.HTTPCall{Method: method, Path: path, Header: c.header, JSON: body, Write: write})
	if err != nil {
		return nil, err
	}
	return c.read(answer, write)
}

// page answers one page of a list. The API tells an empty list by a 403.
func (c *Client) page(ctx context.Context, path string, query url.Values) ([]record, error) {
	rows, err := c.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil)
	if provider.ClassOf(err) == provider.NotFound {
		return nil, nil
	}
	return rows, err
}

// each calls yield with every record of a list until yield answers false; what
// is in the trash only comes when the query asks for it.
// A page that begins like the one before it shows that the list has no pages.
func (c *Client) each(ctx context.Context, path string, query url.Values, key string, yield func(record) bool) error {
	query.Set("limit", strconv.Itoa(pageSize))
	wantsTrash := query.Get("lixeira") == simNao(true)
	previous := ""
	for offset := 0; offset < maxPages*pageSize; offset += pageSize {
		query.Set("offset", strconv.Itoa(offset))
		rows, err := c.page(ctx, path, query)
		if err != nil || len(rows) == 0 || rows[0].text(key) == previous && previous != "" {
			return err
		}
		previous = rows[0].text(key)
		for _, row := range rows {
			if row.trashed() == wantsTrash && !yield(row) {
				return nil
			}
		}
		if len(rows) < pageSize {
			return nil
		}
	}
	return nil
}

// create sends a new record and answers its key, which has one of the names.
func (c *Client) create(ctx context.Context, path string, body any, keys ...string) (string, error) {
	created, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return "", err
	}
	if len(created) == 0 || created[0].key(keys...) == "" {
		return "", c.http.Unexpected(&provider.HTTPAnswer{Status: http.StatusOK}, true, "", "an answer without "+keys[0])
	}
	return created[0].key(keys...), nil
}

// remove deletes a record; one that is gone already is a success.
func (c *Client) remove(ctx context.Context, path string) error {
	_, err := c.do(ctx, http.MethodDelete, path, nil)
	if provider.ClassOf(err) == provider.NotFound {
		return nil
	}
	return err
}

// one reads one record.
func (c *Client) one(ctx context.Context, path string) (record, error) {
	rows, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, absent()
	}
	return rows[0], nil
}

var id = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// below answers the path of a record, and keeps anything but numbers out of it.
func below(path string, ids ...string) (string, error) {
	parts := strings.Split(path, "*")
	built := parts[0]
	for i, value := range ids {
		if !id.MatchString(value) {
			return "", absent()
		}
		built += value + parts[i+1]
	}
	return built, nil
}

// wallClockLayout is how the API reads and writes a moment of São Paulo.
const wallClockLayout = "2006-01-02 15:04:05"

func wallClock(moment time.Time) string { return moment.In(brazil.SaoPaulo).Format(wallClockLayout) }
