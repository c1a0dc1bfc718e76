package access

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/integration"
	"ponte/ent/db/predicate"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/ent/transact"
)

const (
	minPasswordRunes = 10
	maxPasswordRunes = 200
	maxNameRunes     = 100
	maxEmailBytes    = 254 // RFC 5321, 4.5.3.1.3, without the angle brackets
	defaultLocale    = "pt-BR"
)

var locales = []string{defaultLocale, "en"}

// NewUser is the input of CreateUser and Setup.
type NewUser struct {
	Name     string
	Email    string
	Role     enum.Role
	Password string
	Locale   string // pt-BR when empty
}

// UserChange is the input of UpdateUser; nil keeps what is there.
type UserChange struct {
	ID       string
	Name     *string
	Role     *enum.Role
	Active   *bool
	Password *string
	Locale   *string
}

// CreateUser adds a person.
func (s *Service) CreateUser(ctx context.Context, input NewUser) (*db.User, error) {
	input, hash, err := s.prepare(ctx, input)
	if err != nil {
		return nil, err
	}
	var created *db.User
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := lockPeople(ctx, tx); err != nil {
			return err
		}
		created, err = createUser(ctx, tx, input, hash)
		return err
	})
	return created, err
}

// prepare checks a new person and answers the input as it is saved and the hash
// of the password, which takes too long for a transaction.
func (s *Service) prepare(ctx context.Context, input NewUser) (NewUser, string, error) {
	input, err := checkNewUser(input, true)
	if err != nil {
		return input, "", err
	}
	hash, err := s.hash(ctx, input.Password)
	return input, hash, err
}

// checkNewUser answers the input as it is saved; who is invited chooses a password
// later.
func checkNewUser(input NewUser, withPassword bool) (NewUser, error) {
	input.Name, input.Email = strings.TrimSpace(input.Name), normalizeEmail(input.Email)
	if input.Locale == "" {
		input.Locale = defaultLocale
	}
	found := slices.Concat(checkName(input.Name), checkEmail(input.Email), checkRole(input.Role), checkLocale(input.Locale))
	if withPassword {
		found = append(found, checkPassword(input.Password)...)
	}
	return input, refusal(found)
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	tools, err := s.tools()
	if err != nil {
		return "", err
	}
	return tools.hasher.hash(ctx, password)
}

func createUser(ctx context.Context, tx *db.Tx, input NewUser, hash string) (*db.User, error) {
	created, err := tx.User.Create().SetName(input.Name).SetEmail(input.Email).SetRole(input.Role).
		SetPasswordHash(hash).SetLocale(input.Locale).Save(ctx)
	if transact.IsUnique(err, "users_email_key") {
		return nil, refuse("EMAIL_TAKEN", "email", "Já existe um usuário com este e-mail: use outro ou altere o que existe.", "There is a user with this e-mail already: use another one or change that user.")
	}
	if err != nil {
		return nil, fmt.Errorf("add a user: %w", err)
	}
	return created, nil
}

// UpdateUser changes a person. Deactivating or setting a password ends all their
// sessions; that and a change of role is told to their open subscriptions at once.
func (s *Service) UpdateUser(ctx context.Context, change UserChange) (*db.User, error) {
	if err := refusal(checkChange(change)); err != nil {
		return nil, err
	}
	var hash *string
	if change.Password != nil {
		made, err := s.hash(ctx, *change.Password)
		if err != nil {
			return nil, err
		}
		hash = &made
	}
	var changed *db.User
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		changed, err = s.updateUser(ctx, tx, change, hash)
		return err
	})
	return changed, err
}

func checkChange(change UserChange) []billing.Problem {
	var found []billing.Problem
	if change.Name != nil {
		found = append(found, checkName(strings.TrimSpace(*change.Name))...)
	}
	if change.Role != nil {
		found = append(found, checkRole(*change.Role)...)
	}
	if change.Password != nil {
		found = append(found, checkPassword(*change.Password)...)
	}
	if change.Locale != nil {
		found = append(found, checkLocale(*change.Locale)...)
	}
	return found
}

func (s *Service) updateUser(ctx context.Context, tx *db.Tx, change UserChange, hash *string) (*db.User, error) {
	if err := lockPeople(ctx, tx); err != nil {
		return nil, err
	}
	deactivates := change.Active != nil && !*change.Active
	if deactivates {
		if err := checkNotified(ctx, tx, change.ID); err != nil {
			return nil, err
		}
	}
	before, err := lockUser(ctx, tx, user.ID(change.ID), "id")
	if err != nil {
		return nil, err
	}
	if err := checkLastOwner(ctx, tx, before, change); err != nil {
		return nil, err
	}
	if change.Name != nil {
		trimmed := strings.TrimSpace(*change.Name)
		change.Name = &trimmed
	}
	after, err := tx.User.UpdateOne(before).SetNillableName(change.Name).SetNillableRole(change.Role).
		SetNillableActive(change.Active).SetNillableLocale(change.Locale).SetNillablePasswordHash(hash).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("change a user: %w", err)
	}
	if deactivates || hash != nil {
		return after, s.revoke(ctx, tx, after.ID)
	}
	if after.Role != before.Role {
		return after, Ring(ctx, tx, billing.UserTopic(after.ID))
	}
	return after, nil
}

// lockUser takes a person's row; field names the input that chose it.
func lockUser(ctx context.Context, tx *db.Tx, which predicate.User, field string) (*db.User, error) {
	found, err := tx.User.Query().Where(which).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, refuse("NOT_FOUND", field, "O usuário não foi encontrado: atualize a lista e escolha de novo.", "The user was not found: reload the list and choose again.")
	}
	if err != nil {
		return nil, fmt.Errorf("read a user: %w", err)
	}
	return found, nil
}

// checkLastOwner refuses what would leave nobody to manage people and credentials.
func checkLastOwner(ctx context.Context, tx *db.Tx, before *db.User, change UserChange) error {
	field := ""
	switch {
	case !before.Active || before.Role != enum.RoleOwner:
		return nil
	case change.Active != nil && !*change.Active:
		field = "active"
	case change.Role != nil && *change.Role != enum.RoleOwner:
		field = "role"
	default:
		return nil
	}
	others, err := tx.User.Query().Where(user.IDNEQ(before.ID), user.RoleEQ(enum.RoleOwner), user.Active(true)).Exist(ctx)
	if err != nil || others {
		return err
	}
	return refuse("LAST_OWNER", field, "Este é o último proprietário ativo: torne outro usuário proprietário antes.", "This is the last active owner: make another user an owner first.")
}

var integrationNames = map[enum.IntegrationKind]string{enum.Gerencianet: "Gerencianet (Efí)", enum.Vhsys: "Vhsys"}

// checkNotified refuses to deactivate the only one who hears of the failures of an
// active integration. It takes the integrations' rows first, as whoever saves them
// does, so that the list cannot change meanwhile.
func checkNotified(ctx context.Context, tx *db.Tx, userID string) error {
	if _, err := tx.Integration.Query().Order(db.Asc(integration.FieldID)).ForUpdate().All(ctx); err != nil {
		return fmt.Errorf("lock the integrations: %w", err)
	}
	alone, err := tx.Integration.Query().Where(integration.Active(true),
		integration.HasNotifiedUsersWith(user.ID(userID)),
		integration.Not(integration.HasNotifiedUsersWith(user.IDNEQ(userID), user.Active(true))),
	).Order(db.Asc(integration.FieldKind)).All(ctx)
	if err != nil {
		return fmt.Errorf("look for who is notified: %w", err)
	}
	var found []billing.Problem
	for _, one := range alone {
		name := integrationNames[one.Kind]
		found = append(found, problem("NOTIFIED_REQUIRED", "active",
			"Só este usuário é avisado das falhas da integração com "+name+": escolha outro em Integrações antes de desativá-lo.",
			"Only this user is told of the failures of the integration with "+name+": choose another one under Integrations first."))
	}
	return refusal(found)
}

// ResetPassword sets a person's password and ends all their sessions; the command
// line does it for who has forgotten theirs.
func (s *Service) ResetPassword(ctx context.Context, email, password string) error {
	if err := refusal(checkPassword(password)); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := lockUser(ctx, tx, user.Email(normalizeEmail(email)), "email")
		if err != nil {
			return err
		}
		if err := tx.User.UpdateOne(known).SetPasswordHash(hash).Exec(ctx); err != nil {
			return fmt.Errorf("set a password: %w", err)
		}
		return s.revoke(ctx, tx, known.ID)
	})
}

// emailPattern is the one of the HTML standard for <input type=email>, in lower
// case: what the panel's form accepts is accepted here.
var emailPattern = regexp.MustCompile("^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$")

func isEmail(email string) bool {
	return len(email) <= maxEmailBytes && emailPattern.MatchString(email)
}

func normalizeEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func checkEmail(email string) []billing.Problem {
	if isEmail(email) {
		return nil
	}
	return []billing.Problem{problem("EMAIL_INVALID", "email", "Informe um e-mail válido, como nome@empresa.com.br.", "Enter a valid e-mail address, like name@company.com.")}
}

func checkName(name string) []billing.Problem {
	length := utf8.RuneCountInString(name)
	if length > 0 && length <= maxNameRunes && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl) {
		return nil
	}
	return []billing.Problem{problem("NAME_INVALID", "name", "Informe o nome, com até 100 caracteres.", "Enter the name, of at most 100 characters.")}
}

func checkRole(role enum.Role) []billing.Problem {
	if slices.Contains(role.Values(), string(role)) {
		return nil
	}
	return []billing.Problem{problem("ROLE_UNKNOWN", "role", "Escolha um papel: READER, OPERATOR, FINANCE ou OWNER.", "Choose a role: READER, OPERATOR, FINANCE or OWNER.")}
}

func checkLocale(locale string) []billing.Problem {
	if slices.Contains(locales, locale) {
		return nil
	}
	return []billing.Problem{problem("LOCALE_UNKNOWN", "locale", "Escolha um idioma: pt-BR ou en.", "Choose a language: pt-BR or en.")}
}

func checkPassword(password string) []billing.Problem {
	switch length := utf8.RuneCountInString(password); {
	case length < minPasswordRunes:
		return []billing.Problem{problem("PASSWORD_SHORT", "password", "Use uma senha de pelo menos 10 caracteres.", "Use a password of at least 10 characters.")}
	case length > maxPasswordRunes:
		return []billing.Problem{problem("PASSWORD_LONG", "password", "Use uma senha de no máximo 200 caracteres.", "Use a password of at most 200 characters.")}
	}
	return nil
}
