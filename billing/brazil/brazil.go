// Package brazil holds what every Brazilian invoice knows: tax ids, civil days
// in São Paulo, amounts in reais, phones and postal codes. It imports nothing
// of ours.
package brazil
