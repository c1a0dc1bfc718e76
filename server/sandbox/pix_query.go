package sandbox

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// pixPageSize is the page of a list when none is asked for, and pixPageLimit
// the longest.
const (
	pixPageSize  = 100
	pixPageLimit = 1000
)

// pixQuery is what every list of the API is asked with.
type pixQuery struct {
	from, to   time.Time
	page, size int
	filters    map[string]string
}

// parsePixQuery reads the period, which is mandatory, the page and the given
// filters of a request.
func parsePixQuery(e *exchange, filters ...string) (pixQuery, *answer) {
	values := e.request.URL.Query()
	query := pixQuery{size: pixPageSize, filters: map[string]string{}}
	var err error
	if query.from, err = time.Parse(time.RFC3339, values.Get("inicio")); err != nil {
		return query, refuse(invalidValue("Campo inicio deve ser uma data no formato RFC 3339"))
	}
	if query.to, err = time.Parse(time.RFC3339, values.Get("fim")); err != nil {
		return query, refuse(invalidValue("Campo fim deve ser uma data no formato RFC 3339"))
	}
	if query.to.Before(query.from) {
		return query, refuse(invalidValue("Campo de data fim deve ser maior ou igual ao campo de data inicio"))
	}
	for _, name := range filters {
		if value := values.Get(name); value != "" {
			query.filters[name] = value
		}
	}
	return query, query.parsePage(values)
}

// parsePage reads the page, which is counted from 0.
func (q *pixQuery) parsePage(values url.Values) *answer {
	for name, target := range map[string]*int{"paginacao.paginaAtual": &q.page, "paginacao.itensPorPagina": &q.size} {
		raw := values.Get(name)
		if raw == "" {
			continue
		}
		number, err := strconv.Atoi(raw)
		if err != nil || number < 0 || target == &q.size && (number < 1 || number > pixPageLimit) {
			return refuse(invalidValue("Campo " + name + " é inválido"))
		}
		*target = number
	}
	return nil
}

// covers says whether a moment is inside the period, both ends included.
func (q pixQuery) covers(at time.Time) bool { return !at.Before(q.from) && !at.After(q.to) }

// accepts applies one filter of a text.
func (q pixQuery) accepts(name, value string) bool {
	asked, given := q.filters[name]
	return !given || asked == value
}

// acceptsPresence applies a filter that is true or false.
func (q pixQuery) acceptsPresence(name string, present bool) bool {
	asked, given := q.filters[name]
	return !given || asked == strconv.FormatBool(present)
}

// parameters are echoed by every list, with the count of everything found.
func (q pixQuery) parameters(total int) map[string]any {
	echoed := map[string]any{
		"inicio": pixMoment(q.from), "fim": pixMoment(q.to),
		"paginacao": map[string]any{
			"paginaAtual": q.page, "itensPorPagina": q.size,
			"quantidadeDePaginas": (total + q.size - 1) / q.size, "quantidadeTotalDeItens": total,
		},
	}
	for name, value := range q.filters {
		if presence := []string{"true", "false"}; slices.Contains(presence, value) {
			echoed[name] = value == "true"
			continue
		}
		echoed[name] = value
	}
	return echoed
}

// cut is the asked page of the rows.
func cut[T any](q pixQuery, rows []T) []T { return pageOf(rows, q.size, q.page+1) }
