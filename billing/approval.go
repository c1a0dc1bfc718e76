package billing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/approval"
	"ponte/ent/db/predicate"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// Some things are decided by two people when an owner has switched that on: money
// that is given back, many charges cancelled at once, the beginning of production,
// and the end of this rule. Who asks writes an approval and nothing else. When
// another person approves it, what was asked for is begun in that transaction, by
// the function that begins it without the rule, and in the name of who asked: it is
// done once or not at all, and what has changed meanwhile is refused as ever.

// ApprovalLife is how long somebody may decide.
const ApprovalLife = 72 * time.Hour

var newApprovalID = schema.NewID("apr")

// atStake is what a second person is asked for.
type atStake struct {
	kind      enum.ApprovalKind
	subjectID string
	count     int     // of charges
	key       *string // the idempotency key of who asks
	input     any
	rehearsed func() (amountCents int64, replayed bool, err error) // nil for what isn't money
}

// deciders are the least roles of who decides.
var deciders = map[enum.ApprovalKind]enum.Role{
	enum.ApproveRefund: enum.RoleFinance, enum.ApproveCancelMany: enum.RoleFinance, enum.ApproveProduction: enum.RoleOwner, enum.ApproveActivation: enum.RoleOwner, enum.ApproveRules: enum.RoleOwner,
}

// askers are the least roles of who asks; they are looked at again when it is decided.
var askers = map[enum.ApprovalKind]enum.Role{
	enum.ApproveRefund: enum.RoleFinance, enum.ApproveCancelMany: enum.RoleOperator, enum.ApproveProduction: enum.RoleOwner, enum.ApproveActivation: enum.RoleOwner, enum.ApproveRules: enum.RoleOwner,
}

type approvedKey struct{}

// guarded does what is at stake, or asks for a second person: it then answers the
// approval. What could not be done now is refused now.
func (s *Service) guarded(ctx context.Context, tx *db.Tx, what atStake, do func() error) (*db.Approval, error) {
	asker := actorID(ctx)
	if asker == nil || ctx.Value(approvedKey{}) != nil {
		return nil, do()
	}
	switch needed, err := secondNeeded(ctx, tx); {
	case err != nil:
		return nil, err
	case !needed:
		return nil, do()
	}
	encoded, err := json.Marshal(what.input)
	if err != nil {
		return nil, err
	}
	known := fmt.Appendf(nil, "%s %s %s", *asker, what.kind, encoded)
	if what.key != nil {
		known = fmt.Appendf(nil, "%s %s key %s", *asker, what.kind, *what.key)
	}
	digest := sha256.Sum256(known)
	earlier, err := tx.Approval.Query().Where(approval.Digest(digest[:])).Order(db.Desc(approval.FieldID)).First(ctx)
	switch {
	case db.IsNotFound(err):
	case err != nil:
		return nil, err
	case what.key != nil && !sameJSON(earlier.Input, encoded):
		return nil, keyReused()
	case what.key != nil && earlier.State != enum.ApprovalApproved, s.ApprovalState(earlier) == enum.ApprovalAsked:
		return earlier, nil
	}
	request := tx.Approval.Create().SetID(newApprovalID()).SetKind(what.kind).SetSubjectID(what.subjectID).SetCount(what.count).
		SetInput(encoded).SetDigest(digest[:]).SetAskedByID(*asker).SetCreatedAt(s.Now()).SetExpiresAt(s.Now().Add(ApprovalLife))
	replayed := false
	err = rehearse(ctx, tx, func() error {
		if err := do(); err != nil || what.rehearsed == nil {
			return err
		}
		amount, again, err := what.rehearsed()
		request.SetAmountCents(amount)
		replayed = again
		return err
	})
	if err != nil || replayed {
		return nil, err
	}
	return request.Save(ctx)
}

// sameJSON tells whether two texts mean the same: the database orders keys anew.
func sameJSON(one, other json.RawMessage) bool {
	var a, b any
	return json.Unmarshal(one, &a) == nil && json.Unmarshal(other, &b) == nil && reflect.DeepEqual(a, b)
}

// secondNeeded tells whether the rule is on. Then whoever else asks for something
// waits until this transaction ends, and so does who ends the rule.
func secondNeeded(ctx context.Context, tx *db.Tx) (bool, error) {
	rules, err := tx.AccessRules.Query().Only(ctx)
	if err != nil || !rules.RequireApproval {
		return false, err
	}
	rules, err = tx.AccessRules.Query().ForUpdate().Only(ctx)
	return err == nil && rules.RequireApproval, err
}

// rehearse does something and takes it back.
func rehearse(ctx context.Context, tx *db.Tx, do func() error) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT rehearsal"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT rehearsal")
	return err
}

// ApprovalState answers how an approval stands now: EXPIRED is not written anywhere.
func (s *Service) ApprovalState(one *db.Approval) enum.ApprovalState {
	if one.State == enum.ApprovalAsked && !s.Now().Before(one.ExpiresAt) {
		return enum.ApprovalExpired
	}
	return one.State
}

// ApprovalsIn finds the approvals that stand now in one of the states.
func (s *Service) ApprovalsIn(states []enum.ApprovalState) predicate.Approval {
	late := approval.And(approval.StateEQ(enum.ApprovalAsked), approval.ExpiresAtLTE(s.Now()))
	found := approval.And(approval.StateIn(states...), approval.Not(late))
	if slices.Contains(states, enum.ApprovalExpired) {
		return approval.Or(found, late)
	}
	return found
}

// MayApprove tells whether somebody may approve what was asked for.
func (s *Service) MayApprove(one *db.Approval, who *db.User) bool {
	return s.ApprovalState(one) == enum.ApprovalAsked && who.ID != one.AskedByID && who.Role.Reaches(deciders[one.Kind])
}

// MayDeny tells whether somebody may deny what was asked for, or take it back.
func (s *Service) MayDeny(one *db.Approval, who *db.User) bool {
	return s.ApprovalState(one) == enum.ApprovalAsked && (who.ID == one.AskedByID || who.Role.Reaches(deciders[one.Kind]))
}

// ApprovalInput is what is known of what was asked for.
type ApprovalInput struct {
	ChargeIDs []string // each once
	Reason    string   // the words of who asked
}

// ReadApproval reads what was asked for.
func ReadApproval(one *db.Approval) (ApprovalInput, error) {
	switch one.Kind {
	case enum.ApproveRefund:
		var input NewRefund
		err := json.Unmarshal(one.Input, &input)
		return ApprovalInput{ChargeIDs: []string{input.ID}, Reason: value(input.Reason)}, err
	case enum.ApproveCancelMany:
		var input NewBatch
		err := json.Unmarshal(one.Input, &input)
		return ApprovalInput{ChargeIDs: distinct(input.ChargeIds)}, err
	}
	return ApprovalInput{}, nil
}

// Approve has another person approve what somebody has asked for, and begins it.
// When that is refused nothing has happened: it can be denied, or approved later.
func (s *Service) Approve(ctx context.Context, id string) (*db.Approval, error) {
	return s.decide(ctx, id, func(ctx context.Context, tx *db.Tx, one *db.Approval, decider *db.User, change *db.ApprovalUpdateOne) error {
		if decider.ID == one.AskedByID {
			return refuse("APPROVAL_OWN", "id", "Quem pediu não pode aprovar: peça a outra pessoa.", "Who asked can't approve: ask another person.")
		}
		asker, err := tx.User.Query().Where(user.ID(one.AskedByID)).ForShare().Only(ctx)
		if err != nil {
			return err
		}
		if !asker.Active || !asker.Role.Reaches(askers[one.Kind]) {
			return refuse("APPROVAL_ASKER", "id", "Quem pediu não tem mais este direito: recuse o pedido.", "Who asked no longer has the right to: deny the request.")
		}
		actor := audit.ActorFrom(ctx)
		doing := WithActor(context.WithValue(ctx, approvedKey{}, true), Actor{UserID: asker.ID, Address: actor.Address, Action: actor.Action})
		started, err := s.begin(doing, tx, one)
		if err != nil {
			return err
		}
		change.SetState(enum.ApprovalApproved).SetNillableStartedID(started)
		return nil
	})
}

// Deny ends what somebody has asked for. Who asked may take it back like this, too.
func (s *Service) Deny(ctx context.Context, id, reason string) (*db.Approval, error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return nil, err
	}
	return s.decide(ctx, id, func(_ context.Context, _ *db.Tx, one *db.Approval, decider *db.User, change *db.ApprovalUpdateOne) error {
		if reason == "" && decider.ID != one.AskedByID {
			return refuse("REQUIRED", "reason", "Diga por que o pedido é recusado.", "Say why the request is denied.")
		}
		change.SetState(enum.ApprovalDenied).SetReason(reason)
		return nil
	})
}

// decision does what follows from one, and notes in change how it was.
type decision = func(ctx context.Context, tx *db.Tx, one *db.Approval, decider *db.User, change *db.ApprovalUpdateOne) error

// decide has the viewer decide once what nobody has decided yet.
func (s *Service) decide(ctx context.Context, id string, how decision) (decided *db.Approval, err error) {
	decides, err := person(ctx)
	if err != nil {
		return nil, err
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := tx.Approval.Query().Where(approval.ID(id)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("id", "O pedido de aprovação", "The request for an approval")
		}
		if err != nil {
			return err
		}
		switch s.ApprovalState(one) {
		case enum.ApprovalExpired:
			return refuse("APPROVAL_EXPIRED", "id", "O prazo de 72 horas passou: peça de novo.", "The 72 hours have gone by: ask again.")
		case enum.ApprovalApproved, enum.ApprovalDenied:
			return refuse("APPROVAL_DECIDED", "id", "Este pedido já foi decidido: atualize a lista.", "This request was decided already: reload the list.")
		}
		decider, err := tx.User.Query().Where(user.ID(decides), user.Active(true)).ForShare().Only(ctx)
		if err != nil {
			return err
		}
		if decider.ID != one.AskedByID && !decider.Role.Reaches(deciders[one.Kind]) {
			return refuse("APPROVAL_ROLE", "id", "Seu perfil não decide este pedido: peça a alguém do Financeiro ou, se for de produção ou da própria regra, a outro proprietário.", "Your role does not decide this request: ask somebody of FINANCE or, when it is about production or the rule itself, another owner.")
		}
		change := tx.Approval.UpdateOneID(id).SetDecidedByID(decider.ID).SetDecidedAt(s.Now())
		if err := how(ctx, tx, one, decider, change); err != nil {
			return err
		}
		decided, err = change.Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return decided.Unwrap(), nil
}

// RequireApprovals switches the rule on or off. It is on only where somebody else
// can decide, and only another owner ends it: then the rule is answered as it is,
// with what that owner is asked for.
func (s *Service) RequireApprovals(ctx context.Context, on bool) (rules *db.AccessRules, asked *db.Approval, err error) {
	owner, err := person(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		set := func() error { return tx.AccessRules.Update().SetRequireApproval(on).Exec(ctx) }
		if on {
			others, err := tx.User.Query().Where(user.IDNEQ(owner), user.Active(true), user.RoleEQ(enum.RoleOwner)).Exist(ctx)
			if err != nil {
				return err
			}
			if !others {
				return refuse("APPROVAL_ALONE", "required", "Convide antes outro proprietário: sozinho, ninguém aprovaria os seus pedidos.", "Invite another owner first: alone, nobody would approve what you ask for.")
			}
			if err := set(); err != nil {
				return err
			}
		} else if asked, err = s.guarded(ctx, tx, atStake{kind: enum.ApproveRules}, set); err != nil {
			return err
		}
		rules, err = tx.AccessRules.Query().Only(ctx)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if asked != nil {
		asked = asked.Unwrap()
	}
	return rules.Unwrap(), asked, nil
}

// person answers the id of who asks, who must be a person and no app.
func person(ctx context.Context) (id string, err error) {
	if actor := audit.ActorFrom(ctx); actor.UserID != "" && actor.TokenID == "" {
		return actor.UserID, nil
	}
	return "", refuse("PERSON_ONLY", "", "Só uma pessoa pode fazer isto: entre no painel.", "Only a person may do this: sign in to the panel.")
}

// begin does what was approved, and answers the id of what it began.
func (s *Service) begin(ctx context.Context, tx *db.Tx, one *db.Approval) (started *string, err error) {
	switch one.Kind {
	case enum.ApproveRefund:
		return begun(one, func(input NewRefund) (*string, error) {
			done, err := s.refundIn(ctx, tx, input)
			if err != nil {
				return nil, err
			}
			if done.Refund.AmountCents != value(one.AmountCents) {
				return nil, refuse("APPROVAL_CHANGED", "id", "O valor a devolver mudou desde o pedido: recuse-o e peça de novo.", "The amount to give back has changed since: deny the request and ask again.")
			}
			return &done.Refund.ID, nil
		})
	case enum.ApproveCancelMany:
		return begun(one, func(input NewBatch) (*string, error) {
			done, err := s.startBatchIn(ctx, tx, input)
			if err != nil {
				return nil, err
			}
			return &done.Batch.ID, nil
		})
	case enum.ApproveProduction, enum.ApproveActivation:
		return nil, s.produce(ctx, tx, one.Kind)
	case enum.ApproveRules:
		return nil, tx.AccessRules.Update().SetRequireApproval(false).Exec(ctx)
	}
	return nil, fmt.Errorf("nobody knows how to begin %s", one.Kind)
}

func begun[Input any](one *db.Approval, do func(Input) (*string, error)) (*string, error) {
	var input Input
	if err := json.Unmarshal(one.Input, &input); err != nil {
		return nil, fmt.Errorf("read what %s asks for: %w", one.ID, err)
	}
	return do(input)
}
