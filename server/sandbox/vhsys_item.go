package sandbox

import "slices"

// itemFields are the fields of an item of an order.
var itemFields = []erpField{
	{name: "id_produto", kind: wholeField, required: true, fixed: true},
	{name: "desc_produto", max: 255, required: true},
	{name: "qtde_produto", kind: moneyField, required: true},
	{name: "valor_unit_produto", kind: moneyField, required: true},
	{name: "desconto_produto", kind: moneyField, initial: 0},
	{name: "ipi_produto", kind: moneyField, initial: 0},
	{name: "icms_produto", kind: moneyField, initial: 0},
	{name: "valor_custo_produto", kind: moneyField, initial: 0},
	{name: "peso_produto", kind: moneyField, initial: 0},
	{name: "peso_liq_produto", kind: moneyField, initial: 0},
}

const (
	itemNotCreated = "Erro ao cadastrar o produto para o pedido!"
	itemNotFound   = "Nenhum produto encontrado!"
)

// itemRoutes are the routes of an order's items.
func (v *vhsys) itemRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/pedidos/:id/produtos", handle: v.listItems},
		{method: "POST", path: "/v2/pedidos/:id/produtos", handle: v.addItems},
		{method: "PUT", path: "/v2/pedidos/:id/produtos/:item", handle: v.changeItem},
		{method: "DELETE", path: "/v2/pedidos/:id/produtos/:item", handle: v.removeItem},
	}
}

// itemTotal is quantity times price less the item's discount, to the cent.
func itemTotal(item map[string]any) float64 {
	return twoDecimals(decimal(item["qtde_produto"])*decimal(item["valor_unit_produto"]) - decimal(item["desconto_produto"]))
}

// itemRow is an item as GET answers it.
func itemRow(r erpRecord, item map[string]any) map[string]any {
	row := map[string]any{
		"id_pedido": r.ID, "id_almoxarifado": 0, "id_lote": 0, "valor_desconto": "0.00", "info_adicional": "",
		"xPed_produto": "", "nItem_produto": "", "json_localizacoes": nil,
	}
	for _, f := range itemFields {
		row[f.name] = f.initial
	}
	row = merged(row, item)
	row["valor_total_produto"] = itemTotal(item)
	return row
}

// listItems is GET …/produtos.
func (v *vhsys) listItems(e *exchange) answer {
	r, _ := v.orders.seen(e.account, e.id(), v.sandbox.clock.real())
	rows := make([]map[string]any, 0, len(r.Items))
	for _, item := range r.Items {
		rows = append(rows, itemRow(r, item))
	}
	return page(rows, e.request.URL.Query(), itemNotFound)
}

// addItems is POST …/produtos. It appends, so that a repeated call doubles
// the items. One bad item refuses them all.
func (v *vhsys) addItems(e *exchange) answer {
	r, found := v.orders.latest(e.account, e.id())
	bodies, isList := decodeArray(e.body)
	if !found || !isList {
		return erpRefused(itemNotCreated)
	}
	rows := []map[string]any{}
	for _, body := range bodies {
		item, good := accept(itemFields, body, true)
		if !good || !v.sellable(e.account, item) {
			return erpRefused(itemNotCreated)
		}
		rows = append(rows, item)
	}
	for i, item := range rows {
		item["id_ped_produto"] = v.next("item", 9001)
		r.Items = append(r.Items, item)
		rows[i] = itemRow(r, item)
	}
	v.save(v.orders, r)
	return erpSuccess(rows)
}

// sellable wants a product of the account and a quantity.
func (v *vhsys) sellable(account string, item map[string]any) bool {
	_, found := v.products.latest(account, whole(item["id_produto"]))
	return found && decimal(item["qtde_produto"]) > 0 && decimal(item["valor_unit_produto"]) >= 0
}

// findItem locates an item of the latest order.
func (v *vhsys) findItem(e *exchange) (erpRecord, int) {
	r, _ := v.orders.latest(e.account, e.id())
	at := slices.IndexFunc(r.Items, func(item map[string]any) bool {
		return whole(item["id_ped_produto"]) == e.number("item")
	})
	return r, at
}

// changeItem is PUT …/produtos/:item.
func (v *vhsys) changeItem(e *exchange) answer {
	r, at := v.findItem(e)
	body, _ := decodeObject(e.body)
	fields, good := accept(itemFields, body, false)
	if at < 0 || !good || len(fields) == 0 {
		return erpRefused("Erro ao alterar o produto do pedido!")
	}
	r.Items[at] = merged(r.Items[at], fields)
	v.save(v.orders, r)
	return erpSuccess(itemRow(r, r.Items[at]))
}

// removeItem is DELETE …/produtos/:item. Items have no trash.
func (v *vhsys) removeItem(e *exchange) answer {
	r, at := v.findItem(e)
	if at < 0 {
		return erpRefused(itemNotFound)
	}
	r.Items = slices.Delete(r.Items, at, at+1)
	v.save(v.orders, r)
	return erpSuccess(map[string]any{"id_ped_produto": e.number("item")})
}
