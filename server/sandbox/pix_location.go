package sandbox

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"time"
)

// pixLocation is the address that a QR code leads the payer's bank to. It
// serves one charge at a time.
type pixLocation struct {
	ID        int64     `json:"id"`
	Account   string    `json:"account"`
	Kind      string    `json:"kind"`
	Code      string    `json:"code"`
	TxID      string    `json:"txid,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
}

// address is the host and path inside the BR Code. It is invented.
func (l *pixLocation) address() string { return "pix.example.com/v2/" + l.Code }

// locationRoutes are the routes of locations.
func (p *pix) locationRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/loc", handle: p.createLocation},
		{method: "GET", path: "/v2/loc", handle: p.listLocations},
		{method: "GET", path: "/v2/loc/:id", handle: p.showLocationRoute},
		{method: "DELETE", path: "/v2/loc/:id/txid", handle: p.unlinkLocation},
		{method: "GET", path: "/v2/loc/:id/qrcode", handle: p.showQRCode},
	}
}

var locationSchema = object{fields: []field{{"tipoCob", choice{kindCob, kindCobv}, true}}}

// createLocation is POST /v2/loc.
func (p *pix) createLocation(e *exchange) answer {
	var body struct {
		Kind string `json:"tipoCob"`
	}
	if refused := decodePix(e.body, locationSchema, &body, invalidJSON); refused != nil {
		return *refused
	}
	return jsonAnswer(http.StatusCreated, p.newLocation(e.account, body.Kind).wire())
}

// newLocation makes one that serves nothing yet.
func (p *pix) newLocation(account, kind string) *pixLocation {
	p.lastLocation++
	l := &pixLocation{ID: p.lastLocation, Account: account, Kind: kind, Code: randomHex(16), CreatedAt: p.pixNow()}
	p.locations[l.ID] = l
	p.saveLocation(l)
	return l
}

// wire is a location as the API shows it.
func (l *pixLocation) wire() map[string]any {
	shown := map[string]any{"id": l.ID, "location": l.address(), "tipoCob": l.Kind, "criacao": pixMoment(l.CreatedAt)}
	if l.TxID != "" {
		shown["txid"] = l.TxID
	}
	return shown
}

// locationFor is the location that a request names, or a new one. It must be
// of the charge's kind and serve no other.
func (p *pix) locationFor(c *pixCharge, body pixRequest) (*pixLocation, *answer) {
	if body.Location == nil {
		return p.newLocation(c.Account, c.Kind), nil
	}
	l := p.locations[body.Location.ID]
	switch {
	case l == nil || l.Account != c.Account:
		return nil, refuse(locationNotFound())
	case l.Kind != c.Kind:
		return nil, refuse(refuseTerms(c.Kind, "loc/id", "O tipo da location informada não corresponde ao tipo da cobrança"))
	case l.TxID != "" && l.TxID != c.TxID:
		return nil, refuse(refuseTerms(c.Kind, "loc/id", "A location informada já está sendo utilizada por outra cobrança"))
	}
	return l, nil
}

func locationNotFound() answer {
	return pixRefusal(http.StatusNotFound, "location_nao_encontrada", "Nenhuma location encontrada para o id informado")
}

// link makes a location serve a charge, and its former one nothing.
func (p *pix) link(c *pixCharge, l *pixLocation) {
	if former := p.locations[c.Location]; former != nil && former != l {
		former.TxID = ""
		p.saveLocation(former)
	}
	c.Location, l.TxID = l.ID, c.TxID
	p.saveLocation(l)
}

// findLocation is the location of a request.
func (p *pix) findLocation(e *exchange) (*pixLocation, *answer) {
	if l := p.locations[e.id()]; l != nil && l.Account == e.account {
		return l, nil
	}
	return nil, refuse(locationNotFound())
}

// listLocations is GET /v2/loc.
func (p *pix) listLocations(e *exchange) answer {
	query, refused := parsePixQuery(e, "tipoCob", "txIdPresente")
	if refused != nil {
		return *refused
	}
	found := []any{}
	for _, id := range sortedIDs(p.locations) {
		l := p.locations[id]
		if l.Account == e.account && query.covers(l.CreatedAt) && query.accepts("tipoCob", l.Kind) && query.acceptsPresence("txIdPresente", l.TxID != "") {
			found = append(found, l.wire())
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"parametros": query.parameters(len(found)), "locs": cut(query, found)})
}

// showLocationRoute is GET /v2/loc/:id.
func (p *pix) showLocationRoute(e *exchange) answer {
	l, refused := p.findLocation(e)
	if refused != nil {
		return *refused
	}
	return jsonAnswer(http.StatusOK, l.wire())
}

// unlinkLocation is DELETE /v2/loc/:id/txid: the charge stays, but no QR code
// leads to it any more.
func (p *pix) unlinkLocation(e *exchange) answer {
	l, refused := p.findLocation(e)
	if refused != nil {
		return *refused
	}
	if c := p.charges[pixChargeID(l.Account, l.TxID)]; c != nil {
		c.Location = 0
		p.saveCharge(c)
	}
	l.TxID = ""
	p.saveLocation(l)
	return jsonAnswer(http.StatusOK, l.wire())
}

// showQRCode is GET /v2/loc/:id/qrcode.
func (p *pix) showQRCode(e *exchange) answer {
	l, refused := p.findLocation(e)
	if refused != nil {
		return *refused
	}
	cents := int64(0)
	if c := p.charges[pixChargeID(l.Account, l.TxID)]; c != nil {
		cents = parsePixCents(c.terms().Value.Original)
	}
	code := brCode(l.Code, cents)
	return jsonAnswer(http.StatusOK, map[string]any{
		"qrcode": code, "imagemQrcode": qrPNG(code), "linkVisualizacao": "https://pix.example.com/" + l.Kind + "/pagar/" + l.Code,
	})
}

// qrPNG is the symbol as a data URL of a PNG picture, which is what this API
// gives; the charges API gives an SVG.
func qrPNG(content string) string {
	const scale, quiet = 4, 4
	symbol := encodeQR(content)
	if symbol == nil {
		return ""
	}
	side := (symbol.size + 2*quiet) * scale
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			column, row := x/scale-quiet, y/scale-quiet
			if column >= 0 && row >= 0 && column < symbol.size && row < symbol.size && symbol.dark[row][column] {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		return "" // a buffer takes everything; the picture is never too large
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(encoded.Bytes())
}
