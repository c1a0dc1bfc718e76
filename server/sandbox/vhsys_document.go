package sandbox

// document is a kind of record with lines below it: an order, a quote or an
// invoice. Their routes differ in names only.
type document struct {
	*table
	v    *vhsys
	path string
	// label and of name it in refusals: "o pedido", "do pedido".
	label, of string
	// parent and itemKey are the names of its id and of an item's id in the
	// rows below it.
	parent, itemKey string
	items           []erpField
	// frozen says that a record's lines may not be changed any more.
	frozen func(erpRecord) bool
}

// open finds the record that a request may change.
func (d *document) open(e *exchange) (erpRecord, bool) {
	r, found := d.latest(e.account, e.id())
	return r, found && (d.frozen == nil || !d.frozen(r))
}

// documents are the nouns that have lines.
func (v *vhsys) documents() []*document {
	documents := []*document{v.orderDocument, v.quotes, v.counterSales}
	for _, kind := range v.invoices {
		documents = append(documents, kind.document)
	}
	return documents
}
