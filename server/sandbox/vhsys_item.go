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

const itemNotFound = "Nenhum produto encontrado!"

// itemRoutes are the routes of a document's items.
func (d *document) itemRoutes() []route {
	path := d.path + "/:id/produtos"
	return []route{
		{method: "GET", path: path, handle: d.listItems},
		{method: "POST", path: path, handle: d.addItems},
		{method: "PUT", path: path + "/:item", handle: d.changeItem},
		{method: "DELETE", path: path + "/:item", handle: d.removeItem},
	}
}

// itemTotal is quantity times price less the item's discount, to the cent.
func itemTotal(item map[string]any) float64 {
	return twoDecimals(decimal(item["qtde_produto"])*decimal(item["valor_unit_produto"]) - decimal(item["desconto_produto"]))
}

// linesTotal is the sum of a document's items.
func linesTotal(r erpRecord) float64 {
	total := 0.0
	for _, item := range r.Items {
		total += itemTotal(item)
	}
	return total
}

// itemRow is an item as GET answers it.
func (d *document) itemRow(r erpRecord, item map[string]any) map[string]any {
	row := map[string]any{
		d.parent: r.ID, "id_almoxarifado": 0, "id_lote": 0, "valor_desconto": "0.00", "info_adicional": "",
		"xPed_produto": "", "nItem_produto": "", "json_localizacoes": nil, "valor_total_produto": itemTotal(item),
	}
	for _, f := range d.items {
		if f.initial != nil {
			row[f.name] = f.initial
		}
	}
	return merged(row, item)
}

// itemRows are all items of a document.
func (d *document) itemRows(r erpRecord) []map[string]any {
	rows := make([]map[string]any, 0, len(r.Items))
	for _, item := range r.Items {
		rows = append(rows, d.itemRow(r, item))
	}
	return rows
}

// listItems is GET …/produtos.
func (d *document) listItems(e *exchange) answer {
	r, _ := d.seen(e.account, e.id(), d.v.sandbox.clock.real())
	return page(d.itemRows(r), e.request.URL.Query(), itemNotFound)
}

// addItems is POST …/produtos. It appends, so that a repeated call doubles
// the items. One bad item refuses them all.
func (d *document) addItems(e *exchange) answer {
	refused := erpRefused("Erro ao cadastrar o produto para " + d.label + "!")
	r, found := d.open(e)
	bodies, isList := decodeArray(e.body)
	if !found || !isList {
		return refused
	}
	rows := []map[string]any{}
	for _, body := range bodies {
		item, good := accept(d.items, body, true)
		if !good || !d.v.sellable(e.account, item) {
			return refused
		}
		rows = append(rows, item)
	}
	for i, item := range rows {
		item[d.itemKey] = d.v.next("item", 9001)
		r.Items = append(r.Items, item)
		rows[i] = d.itemRow(r, item)
	}
	d.v.save(d.table, r)
	return erpSuccess(rows)
}

// sellable wants a product of the account and a quantity.
func (v *vhsys) sellable(account string, item map[string]any) bool {
	_, found := v.products.latest(account, whole(item["id_produto"]))
	return found && decimal(item["qtde_produto"]) > 0 && decimal(item["valor_unit_produto"]) >= 0
}

// findItem locates an item of the latest document that may be changed.
func (d *document) findItem(e *exchange) (erpRecord, int) {
	r, found := d.open(e)
	if !found {
		return r, -1
	}
	at := slices.IndexFunc(r.Items, func(item map[string]any) bool {
		return whole(item[d.itemKey]) == e.number("item")
	})
	return r, at
}

// changeItem is PUT …/produtos/:item.
func (d *document) changeItem(e *exchange) answer {
	r, at := d.findItem(e)
	body, _ := decodeObject(e.body)
	fields, good := accept(d.items, body, false)
	if at < 0 || !good || len(fields) == 0 {
		return erpRefused("Erro ao alterar o produto " + d.of + "!")
	}
	r.Items[at] = merged(r.Items[at], fields)
	d.v.save(d.table, r)
	return erpSuccess(d.itemRow(r, r.Items[at]))
}

// removeItem is DELETE …/produtos/:item. Items have no trash.
func (d *document) removeItem(e *exchange) answer {
	r, at := d.findItem(e)
	if at < 0 {
		return erpRefused(itemNotFound)
	}
	r.Items = slices.Delete(r.Items, at, at+1)
	d.v.save(d.table, r)
	return erpSuccess(map[string]any{d.itemKey: e.number("item")})
}
