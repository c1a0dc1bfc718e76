package gerencianet

import (
	"context"
	"net/http"
	"sort"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// IssueCarnet issues a carnê in one step, the only one that there is.
func (c *Client) IssueCarnet(ctx context.Context, request provider.ChargeRequest) (provider.CarnetInfo, error) {
	if request.Method != provider.Carnet {
		return provider.CarnetInfo{}, unsupported("Só um carnê é emitido desta forma.", "Only a carnê is issued in this way.")
	}
	if err := c.check(request); err != nil {
		return provider.CarnetInfo{}, err
	}
	envelope, err := c.do(ctx, http.MethodPost, "/v1/carnet", carnet(request))
	if err != nil {
		return provider.CarnetInfo{}, err
	}
	info := readCarnet(envelope.object("data"), request.Reference)
	if info.ProviderID == "" || len(info.Parcels) == 0 {
		return provider.CarnetInfo{}, c.incomplete()
	}
	return info, nil
}

// GetCarnet reads a carnê.
func (c *Client) GetCarnet(ctx context.Context, carnetID string) (provider.CarnetInfo, error) {
	path, err := carnetPath(carnetID, "")
	if err != nil {
		return provider.CarnetInfo{}, err
	}
	envelope, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return provider.CarnetInfo{}, err
	}
	info := readCarnet(envelope.object("data"), "")
	if info.ProviderID != carnetID {
		return provider.CarnetInfo{}, c.otherCharge()
	}
	return info, nil
}

// parcelOfCarnet reads a parcel of which only the number is known.
func (c *Client) parcelOfCarnet(ctx context.Context, handle provider.Handle) (provider.Charge, error) {
	if handle.Parcel < 1 {
		return provider.Charge{}, absent()
	}
	info, err := c.GetCarnet(ctx, handle.CarnetID)
	if err != nil {
		return provider.Charge{}, err
	}
	for _, parcel := range info.Parcels {
		if parcel.Parcel == handle.Parcel {
			return parcel, nil
		}
	}
	return provider.Charge{}, absent()
}

// carnetEnded finds out whether a refusal to end the open parcels means that
// they were ended before.
func (c *Client) carnetEnded(ctx context.Context, carnetID string, last provider.Status, refused error) error {
	info, err := c.GetCarnet(ctx, carnetID)
	if err != nil {
		return err
	}
	ended := false
	for _, parcel := range info.Parcels {
		switch parcel.Status {
		case last:
			ended = true
		case provider.Draft, provider.Waiting, provider.Overdue:
			return refused
		}
	}
	if !ended {
		return refused
	}
	return nil
}

type carnetBody struct {
	Items               []itemBody           `json:"items"`
	Customer            customerBody         `json:"customer"`
	ExpireAt            brazil.Date          `json:"expire_at"`
	Repeats             int                  `json:"repeats"`
	SplitItems          bool                 `json:"split_items"`
	Configurations      carnetConfigurations `json:"configurations"`
	Discount            *discountBody        `json:"discount,omitempty"`
	ConditionalDiscount *discountBody        `json:"conditional_discount,omitempty"`
	Message             string               `json:"message,omitempty"`
	Metadata            metadataBody         `json:"metadata"`
}

// carnetConfigurations has no days_to_write_off: the schema of a carnê refuses
// it, so the account's own setting counts (providers/gerencianet.md, 3).
type carnetConfigurations struct {
	Fine     int64 `json:"fine"`
	Interest any   `json:"interest"`
}

func carnet(request provider.ChargeRequest) carnetBody {
	draft := reservation(request)
	return carnetBody{
		Items: draft.Items, Customer: customer(request, request.SendEmail), ExpireAt: request.DueDate,
		Repeats: request.Parcels, SplitItems: request.SplitLines,
		Configurations:      carnetConfigurations{Fine: request.FineHundredths, Interest: interest(request)},
		Discount:            discount(request.Discount, nil),
		ConditionalDiscount: conditionalDiscount(request.ConditionalDiscount),
		Message:             message(request.Message), Metadata: draft.Metadata,
	}
}

// readCarnet reads a carnê from the answer to its creation, which has no
// reference, or to its reading, which has no amounts (providers/gerencianet.md, 3).
func readCarnet(data object, reference string) provider.CarnetInfo {
	pdf := data.object("pdf")
	info := provider.CarnetInfo{
		ProviderID: data.text("carnet_id", "id"), Reference: firstText(data.text("custom_id"), reference),
		ProviderStatus: carnetStatus(data.text("status")),
		Cover:          data.text("cover"), Link: data.text("link", "carnet_link"),
		PDF: pdf.text("carnet"), CoverPDF: pdf.text("cover"),
	}
	for _, row := range data.objects("charges") {
		if parcel := readParcel(row, info); parcel.ProviderID != "" {
			info.Parcels = append(info.Parcels, parcel)
		}
	}
	sort.SliceStable(info.Parcels, func(i, j int) bool { return info.Parcels[i].Parcel < info.Parcels[j].Parcel })
	return info
}

// readParcel reads one row of a carnê; its number is a text in one answer and a
// number in the other.
func readParcel(row object, carnet provider.CarnetInfo) provider.Charge {
	charge := readCharge(row)
	charge.Method, charge.CarnetID, charge.Reference = provider.Carnet, carnet.ProviderID, carnet.Reference
	charge.Parcel = row.count("parcel")
	if value := row.integer("value"); value != nil {
		charge.AmountCents = *value
	}
	return charge
}

// carnetStatus answers the one word for a carnê in order: an older document
// calls it active (providers/gerencianet.md, 3).
func carnetStatus(word string) string {
	if word == "active" {
		return "up_to_date"
	}
	return word
}
