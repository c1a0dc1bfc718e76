package provider

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"ponte/billing/brazil"
)

const removed = "[removed]"

// shortestSecret keeps a secret of one or two letters, which only a test has,
// from blotting out half of every recorded body.
const shortestSecret = 4

var (
	secretMember = regexp.MustCompile(`(?i)("(?:access_token|refresh_token|client_secret|access-token|secret-access-token|payment_token|password)"\s*:\s*")(?:[^"\\]|\\.)*`)
	// A callback address holds the unguessable part that proves who calls it.
	callbackMember = regexp.MustCompile(`(?i)("(?:notification_url|webhookUrl|url)"\s*:\s*"https?:(?:\\?/){2}[^/"\\?]*)(?:[^"\\]|\\.)*`)
	authorization  = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`)
	taxIDMember    = regexp.MustCompile(`(?i)("(?:cpf|cnpj|cpf_cnpj|cnpj_cliente|customer_document)"\s*:\s*)"?([0-9a-z./\\ -]{11,22})"?`)
	formattedTaxID = regexp.MustCompile(`\b(?:[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\\?/[0-9A-Z]{4}-[0-9]{2})\b`)
	unformatted    = regexp.MustCompile(`\b(?:[0-9]{11}|[0-9A-Z]{12}[0-9]{2})\b`)
	// Who pays is known to us: a record of an exchange does not have to tell it again.
	personObject    = regexp.MustCompile(`(?i)"(?:customer|devedor|pagador|payer)"\s*:\s*\{(?:[^{}]|\{[^{}]*\})*`)
	stringMember    = regexp.MustCompile(`("[^"\\]+"\s*:\s*")((?:[^"\\]|\\.)*)`)
	personMember    = regexp.MustCompile(`(?i)("(?:(?:razao|fantasia|nome|endereco|numero|bairro|complemento|cidade|cep|fone|celular|email|contato)_cliente|email|phone_number|telefone|logradouro)"\s*:\s*")((?:[^"\\]|\\.)*)`)
	personQuery     = regexp.MustCompile(`(?i)([?&](?:razao|fantasia|nome|email)_cliente=)[^&]*`)
	backslashes     = strings.NewReplacer(`\`, "")
	removedCallback = "${1}/" + removed
)

// Redact removes secrets, and masks tax ids and whoever pays, in a text that people may see. It
// works on any text, because answers are not always JSON.
func Redact(text string, secrets ...string) string {
	for _, secret := range secrets {
		if len(secret) >= shortestSecret {
			text = strings.ReplaceAll(text, secret, removed)
		}
	}
	text = secretMember.ReplaceAllString(text, "${1}"+removed)
	text = callbackMember.ReplaceAllString(text, removedCallback)
	text = authorization.ReplaceAllString(text, "${1} "+removed)
	text = personObject.ReplaceAllStringFunc(text, func(object string) string { return maskStrings(stringMember, object) })
	text = maskStrings(personMember, text)
	text = personQuery.ReplaceAllString(text, "${1}•••")
	text = taxIDMember.ReplaceAllStringFunc(text, maskMember)
	text = formattedTaxID.ReplaceAllStringFunc(text, maskFormatted)
	return unformatted.ReplaceAllStringFunc(text, maskValid)
}

// maskStrings leaves the first letter of each value that the expression finds; tax
// ids have a mask of their own.
func maskStrings(members *regexp.Regexp, text string) string {
	return members.ReplaceAllStringFunc(text, func(member string) string {
		parts := members.FindStringSubmatch(member)
		first, _ := utf8.DecodeRuneInString(parts[2])
		switch {
		case parts[2] == "" || taxIDMember.MatchString(member):
			return member
		case first == '\\':
			return parts[1] + "•••"
		}
		return parts[1] + string(first) + "•••"
	})
}

func maskMember(member string) string {
	parts := taxIDMember.FindStringSubmatch(member)
	return parts[1] + `"` + maskFormatted(parts[2]) + `"`
}

func maskFormatted(taxID string) string {
	return brazil.MaskTaxID(brazil.NormalizeTaxID(backslashes.Replace(taxID)))
}

// maskValid spares runs of digits that are no tax id: phones, parts of a
// typeable line.
func maskValid(digits string) string {
	if brazil.ValidTaxID(digits) {
		return brazil.MaskTaxID(digits)
	}
	return digits
}

// recordedText is a body or a path as an Attempt shows it. Only a part that is
// much longer than what is kept is searched, so that a large answer costs little.
func recordedText(text string, secrets []string) string {
	return cut(Redact(cut(text, 16*maxRecorded), secrets...), maxRecorded)
}

func recordedPath(path string, secrets []string) string {
	if plain, err := url.QueryUnescape(path); err == nil {
		path = plain
	}
	return recordedText(path, secrets)
}

// cut shortens a text to a number of bytes without splitting a character.
func cut(text string, size int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}
