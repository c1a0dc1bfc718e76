package gerencianet

import (
	"maps"

	"ponte/billing/provider"
)

// Known lists the provider's codes that are explained, those of Pix too.
func Known() []provider.Known {
	all := maps.Clone(meanings)
	maps.Copy(all, pixMeanings)
	maps.Copy(all, map[string]meaning{"auth": credentialsRefused, "not_found": nothingThere})
	return append(provider.KnownOfTransport(name, title), provider.KnownIn(name, all, func(m meaning) provider.Known {
		return provider.Known{Class: m.class, Field: m.field, Cause: m.cause, Remedy: m.remedy}
	})...)
}
