package gerencianet

import (
	"context"

	"ponte/billing/provider"
)

func unsupported() error {
	return provider.Violated(name, []provider.Violation{{Field: "method", Message: say("Esta operação ainda não é feita para este meio de cobrança.", "This operation is not done for this method yet.")}})
}

func (c *Client) RetryCard(context.Context, provider.Handle, provider.ChargeRequest) (provider.Charge, error) {
	return provider.Charge{}, unsupported()
}
func (c *Client) CardOptions(context.Context, string, int64) ([]provider.CardOption, error) {
	return nil, unsupported()
}
func (c *Client) IssueCarnet(context.Context, provider.ChargeRequest) (provider.CarnetInfo, error) {
	return provider.CarnetInfo{}, unsupported()
}
func (c *Client) GetCarnet(context.Context, string) (provider.CarnetInfo, error) {
	return provider.CarnetInfo{}, unsupported()
}
func (c *Client) AddNote(context.Context, provider.Handle, string) error { return unsupported() }
func (c *Client) Refund(context.Context, provider.Handle, provider.RefundRequest) (provider.Refund, error) {
	return provider.Refund{}, unsupported()
}
func (c *Client) GetRefund(context.Context, provider.RefundRequest) (provider.Refund, error) {
	return provider.Refund{}, unsupported()
}
func (c *Client) RegisterWebhook(context.Context, string, bool) error { return unsupported() }
