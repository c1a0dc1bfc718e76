package sandbox

import "fmt"

// carnetNotActive refuses an action on a finished carnê.
func carnetNotActive() answer {
	return refusedState(codeCarnetNotActive, "Apenas carnês ativos podem sofrer esta operação.")
}

// updateCarnetMetadata is PUT /v1/carnet/:id/metadata. It reaches all parcels.
func (g *gerencianet) updateCarnetMetadata(e *exchange, k *carnet) answer {
	var body metadataRequest
	if refused := decode(e.body, metadataUpdateSchema, &body); refused != nil {
		return *refused
	}
	if body.CustomID != nil {
		k.CustomID = body.CustomID
		for _, c := range g.parcels(k) {
			c.CustomID = body.CustomID
			g.saveCharge(c)
		}
	}
	g.saveCarnet(k)
	g.applyMetadata(g.notifications[k.Token], body)
	return success(nil)
}

// parcelDate is one new due date of PUT /v1/carnet/:id/parcels.
type parcelDate struct {
	Parcel   int64  `json:"parcel"`
	ExpireAt string `json:"expire_at"`
}

var parcelsSchema = object{fields: []field{
	{"parcels", list{object{fields: []field{
		{"parcel", positiveInteger, true},
		{"expire_at", date{}, true},
	}}, 1}, true},
}}

// updateParcels is PUT /v1/carnet/:id/parcels. All dates change or none.
func (g *gerencianet) updateParcels(e *exchange, k *carnet) answer {
	var body struct {
		Parcels []parcelDate `json:"parcels"`
	}
	if refused := decode(e.body, parcelsSchema, &body); refused != nil {
		return *refused
	}
	for i, wanted := range body.Parcels {
		c := g.parcelOf(k, wanted.Parcel)
		if c == nil {
			return notFound("parcel")
		}
		if refused := g.checkNewDueDate(c, fmt.Sprintf("/parcels/%d/expire_at", i), wanted.ExpireAt); refused != nil {
			return *refused
		}
	}
	for _, wanted := range body.Parcels {
		g.changeDueDate(g.parcelOf(k, wanted.Parcel), wanted.ExpireAt)
	}
	return success(nil)
}

// updateParcel is PUT /v1/carnet/:id/parcel/:parcel: another due date.
func (g *gerencianet) updateParcel(e *exchange, c *charge) answer {
	day, refused := g.readDueDate(e)
	if refused == nil {
		refused = g.checkNewDueDate(c, "/expire_at", day)
	}
	if refused != nil {
		return *refused
	}
	g.changeDueDate(c, day)
	return success(nil)
}

// cancelCarnet is PUT /v1/carnet/:id/cancel. Paid parcels stay as they are.
func (g *gerencianet) cancelCarnet(_ *exchange, k *carnet) answer {
	return g.closeCarnet(k, statusCanceled)
}

// settleCarnet is PUT /v1/carnet/:id/settle: every open parcel is marked paid.
func (g *gerencianet) settleCarnet(_ *exchange, k *carnet) answer {
	return g.closeCarnet(k, statusSettled)
}

// closeCarnet ends the open parcels. The carnê follows only when all have
// ended, so that it does not pass through statuses in between.
func (g *gerencianet) closeCarnet(k *carnet, status string) answer {
	if k.Status == carnetFinished {
		return carnetNotActive()
	}
	for _, c := range g.parcels(k) {
		if c.openBillet() {
			g.step(c, change{to: status})
			g.saveCharge(c)
		}
	}
	g.follow(k, false)
	g.saveNotification(g.notifications[k.Token])
	return success(nil)
}

// resendCarnet is POST /v1/carnet/:id/resend. The e-mail is only noted.
func (g *gerencianet) resendCarnet(e *exchange, k *carnet) answer {
	email, refused := readEmail(e)
	if refused != nil {
		return *refused
	}
	if k.Status == carnetFinished {
		return carnetNotActive()
	}
	k.Emails = append(k.Emails, email)
	k.History = append(k.History, historyLine{"Carnê reenviado para " + email, g.sandbox.clock.stamp()})
	g.saveCarnet(k)
	return success(nil)
}

// resendParcel is POST /v1/carnet/:id/parcel/:parcel/resend.
func (g *gerencianet) resendParcel(e *exchange, c *charge) answer {
	email, refused := readEmail(e)
	if refused != nil {
		return *refused
	}
	if c.Status != statusWaiting {
		return refusedState(codeParcelNotWaiting, "Apenas parcelas com status [waiting] podem ser reenviadas.")
	}
	g.noteEmail(c, "Parcela reenviada para ", email)
	return success(nil)
}

// addCarnetHistory is POST /v1/carnet/:id/history.
func (g *gerencianet) addCarnetHistory(e *exchange, k *carnet) answer {
	description, refused := readDescription(e)
	if refused != nil {
		return *refused
	}
	k.History = append(k.History, historyLine{description, g.sandbox.clock.stamp()})
	g.saveCarnet(k)
	return success(nil)
}
