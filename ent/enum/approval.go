package enum

import "io"

// ApprovalKind is what a second person is asked for.
type ApprovalKind string

// The values of ApprovalKind.
const (
	ApproveRefund     ApprovalKind = "REFUND"
	ApproveCancelMany ApprovalKind = "CANCEL_MANY"
	ApproveProduction ApprovalKind = "PRODUCTION"
	ApproveActivation ApprovalKind = "ACTIVATION"
	ApproveRules      ApprovalKind = "RULES"
)

// Values answers all values of ApprovalKind.
func (ApprovalKind) Values() []string {
	return []string{"REFUND", "CANCEL_MANY", "PRODUCTION", "ACTIVATION", "RULES"}
}

// MarshalGQL writes the value for GraphQL.
func (v ApprovalKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ApprovalKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// ApprovalState is where something stands that a second person is asked for.
type ApprovalState string

// The values of ApprovalState. Nothing is written when the time to decide has gone by:
// EXPIRED is what is shown of an approval that nobody has decided by then.
const (
	ApprovalAsked    ApprovalState = "ASKED"
	ApprovalApproved ApprovalState = "APPROVED"
	ApprovalDenied   ApprovalState = "DENIED"
	ApprovalExpired  ApprovalState = "EXPIRED"
)

// Values answers all values of ApprovalState.
func (ApprovalState) Values() []string {
	return []string{"ASKED", "APPROVED", "DENIED", "EXPIRED"}
}

// MarshalGQL writes the value for GraphQL.
func (v ApprovalState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ApprovalState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
