package vhsys

import "ponte/billing/provider"

// Known lists what the ERP refuses and what the authorities reject, as far as it is
// explained. The ERP has no codes but those of HTTP: what a refusal is about is told
// by its words.
func Known() []provider.Known {
	list := provider.KnownOfTransport(name, title)
	statuses := map[string]meaning{"401": tokensRefused, "403": accessMissing, "404": noSuchRoute, "not_found": nothingThere}
	list = append(list, provider.KnownIn(name, statuses, func(m meaning) provider.Known { return m.known() })...)
	for _, one := range unexplained {
		known := one.meaning.known()
		known.Code = name + ".403"
		list = append(list, known)
	}
	return append(list, provider.KnownIn(rejectionProvider, rejections, func(r rejection) provider.Known {
		return provider.Known{Class: provider.Invalid, Field: r.field, Cause: r.cause, Remedy: r.remedy}
	})...)
}

func (m meaning) known() provider.Known {
	return provider.Known{Class: m.class, Field: m.field, Cause: m.cause, Remedy: m.remedy}
}
