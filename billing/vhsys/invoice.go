package vhsys

import (
	"context"
	"time"

	"ponte/billing/provider"
)

// CheckInvoice is not there yet.
func (c *Client) CheckInvoice(provider.InvoiceRequest, []provider.OrderInstallment) error {
	return absent()
}

// FindInvoice is not there yet.
func (c *Client) FindInvoice(context.Context, provider.InvoiceKind, string, string, time.Time) (string, error) {
	return "", absent()
}

// CreateInvoice is not there yet.
func (c *Client) CreateInvoice(context.Context, provider.InvoiceRequest) (string, error) {
	return "", absent()
}

// InvoiceItems is not there yet.
func (c *Client) InvoiceItems(context.Context, provider.InvoiceKind, string) ([]provider.OrderItem, error) {
	return nil, absent()
}

// AddInvoiceItems is not there yet.
func (c *Client) AddInvoiceItems(context.Context, provider.InvoiceKind, string, []provider.InvoiceItem) error {
	return absent()
}

// RemoveInvoiceItem is not there yet.
func (c *Client) RemoveInvoiceItem(context.Context, provider.InvoiceKind, string, string) error {
	return absent()
}

// SetInvoiceInstallments is not there yet.
func (c *Client) SetInvoiceInstallments(context.Context, provider.InvoiceKind, string, []provider.OrderInstallment) error {
	return absent()
}

// IssueInvoice is not there yet.
func (c *Client) IssueInvoice(context.Context, provider.InvoiceKind, string) (provider.Invoice, error) {
	return provider.Invoice{}, absent()
}

// GetInvoice is not there yet.
func (c *Client) GetInvoice(context.Context, provider.InvoiceKind, string) (provider.Invoice, error) {
	return provider.Invoice{}, absent()
}

// TrashInvoice is not there yet.
func (c *Client) TrashInvoice(context.Context, provider.InvoiceKind, string) error { return absent() }
