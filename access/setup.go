package access

import (
	"context"
	"fmt"

	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// NeedsSetup tells whether nobody was ever added: the first to come makes
// themselves the owner.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	exists, err := s.DB.User.Query().Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return !exists, nil
}

// Setup adds the first person, as an owner whatever role is asked for, and signs
// them in. Of two who do it at once one is answered ALREADY_SET_UP.
func (s *Service) Setup(ctx context.Context, input NewUser, client Client) (*Tokens, error) {
	needed, err := s.NeedsSetup(ctx)
	if err != nil {
		return nil, err
	}
	if !needed {
		return nil, alreadySetUp()
	}
	input.Role = enum.RoleOwner
	input, hash, err := s.prepare(ctx, input)
	if err != nil {
		return nil, err
	}
	var tokens *Tokens
	ctx = audit.WithActor(ctx, audit.Actor{Address: client.Address, Action: "setup"})
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		tokens, err = s.setup(ctx, tx, input, hash, client)
		return err
	})
	return tokens, err
}

func (s *Service) setup(ctx context.Context, tx *db.Tx, input NewUser, hash string, client Client) (*Tokens, error) {
	if err := lockPeople(ctx, tx); err != nil {
		return nil, err
	}
	exists, err := tx.User.Query().Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for users: %w", err)
	}
	if exists {
		return nil, alreadySetUp()
	}
	owner, err := createUser(ctx, tx, input, hash)
	if err != nil {
		return nil, err
	}
	return s.signIn(ctx, tx, owner.ID, client)
}
