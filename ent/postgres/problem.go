package postgres

// A Problem is an error that the person who starts Ponte can solve. It says in
// both of the project's languages what is wrong and what to do.
type Problem struct {
	Portuguese string
	English    string
	Cause      error
}

// Error returns both texts, Portuguese first, and the cause when there is one.
func (p *Problem) Error() string {
	text := p.Portuguese + "\n" + p.English
	if p.Cause != nil {
		text += "\n" + p.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }
