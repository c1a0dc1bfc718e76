package gerencianet

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// changed lists the Pix received, or made, between two days
// (providers/gerencianet.md, 7.2, 7.3 and 7.5).
func (p *pixClient) changed(ctx context.Context, from, to brazil.Date, byPayment bool, yield func(provider.Charge) bool) error {
	if byPayment {
		_, err := p.list(ctx, "/v2/pix", "pix", from, to, func(row object) bool {
			charge, ours := readReceived(row)
			return !ours || yield(charge)
		})
		return err
	}
	for _, dueDated := range []bool{false, true} {
		more, err := p.list(ctx, pixKind(dueDated), "cobs", from, to, func(row object) bool {
			return yield(readPix(row, dueDated, p.config.Now()))
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// list walks a list in windows. No document limits the length of one; they are
// as long as those of the other API.
func (p *pixClient) list(ctx context.Context, path, member string, from, to brazil.Date, yield func(object) bool) (more bool, err error) {
	return inWindows(from, to, func(begin, end brazil.Date) (bool, error) {
		filter := url.Values{
			"inicio":                   {begin.Start().UTC().Format(time.RFC3339)},
			"fim":                      {end.AddDays(1).Start().Add(-time.Second).UTC().Format(time.RFC3339)},
			"paginacao.itensPorPagina": {strconv.Itoa(pageSize)},
		}
		return p.pages(ctx, path, member, filter, yield)
	})
}

// pages reads one window page by page, from 0. A page that is not full is the
// last one, whatever the answer says of their number; one that begins like the
// page before it was not paged.
func (p *pixClient) pages(ctx context.Context, path, member string, filter url.Values, yield func(object) bool) (more bool, err error) {
	previous := ""
	for page := range maxPages {
		filter.Set("paginacao.paginaAtual", strconv.Itoa(page))
		answer, err := p.do(ctx, provider.HTTPCall{Method: http.MethodGet, Path: path + "?" + filter.Encode()})
		if provider.ClassOf(err) == provider.NotFound {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		rows := answer.objects(member)
		if len(rows) == 0 {
			return true, nil
		}
		first := rows[0].text("endToEndId", "txid")
		if first == previous {
			return false, p.notPaged()
		}
		previous = first
		for _, row := range rows {
			if !yield(row) {
				return false, nil
			}
		}
		if isLastPage(answer, page, len(rows)) {
			return true, nil
		}
	}
	return false, p.notPaged()
}

// isLastPage believes the number of pages when the answer gives one: a provider
// may have fewer rows on a page than were asked for.
func isLastPage(answer object, page, rows int) bool {
	pages := answer.object("parametros").object("paginacao").integer("quantidadeDePaginas")
	if pages != nil {
		return int64(page)+1 >= *pages
	}
	return rows < pageSize
}
