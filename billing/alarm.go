package billing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/apitoken"
	"ponte/ent/db/charge"
	"ponte/ent/db/credential"
	"ponte/ent/db/failure"
	"ponte/ent/db/integration"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// Alarms break the silence: what does not happen makes no failure by itself. Each is
// one failure while its condition holds, and one resolution when it no longer does.

// WatchOnTime looks at every alarm in intervals, until the context ends. Any number
// of processes may do it.
func (s *Service) WatchOnTime(ctx context.Context) {
	ticker := time.NewTicker(max(s.Timing.AlarmInterval, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		if err := s.Watch(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("look at the alarms", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Watch looks at every alarm once.
func (s *Service) Watch(ctx context.Context) error {
	return errors.Join(s.watchProvider(ctx), s.watchJobs(ctx), s.watchCertificates(ctx), s.watchTokens(ctx))
}

// sound tells an alarm once while its condition holds, and that it is over.
func (s *Service) sound(ctx context.Context, sounding bool, report problemReport) error {
	open, err := s.DB.Failure.Query().Where(failure.CauseKey(report.causeKey), failure.StateNEQ(enum.FailureResolved)).Exist(ctx)
	if err != nil || open == sounding {
		return err
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if sounding {
			return s.recordFailure(ctx, tx, report)
		}
		return s.resolveCause(ctx, tx, report.causeKey)
	})
}

// alarm reports one; detail is filled into its texts.
func alarm(code, cause, detail string, kind *enum.IntegrationKind) problemReport {
	why, remedy := explain("alarm."+code, detail)
	report := problemReport{causeKey: "alarm:" + cause, code: ownCode + ".alarm." + code, integration: kind, cause: why, remedy: remedy, label: provider.Text{PT: "Ponte", EN: "Ponte"}}
	if kind != nil {
		report.label = integrationLabel(*kind)
	}
	return report
}

// watchProvider looks whether the issuer still tells us anything, and whether the
// sweep finds what it does not tell. An integration that is off is no alarm.
func (s *Service) watchProvider(ctx context.Context) error {
	settings, err := s.settings(ctx, enum.Gerencianet)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(s.watchNotices(ctx, settings), s.watchSweep(ctx, settings))
}

// watchNotices counts the silence from the last notification, but not from before
// the oldest open charge or the integration's activation.
func (s *Service) watchNotices(ctx context.Context, settings *db.Integration) error {
	kind := enum.Gerencianet
	report := alarm("no_notice", "no_notice", roughly(s.Timing.AlarmSilence), &kind)
	report.environment = &settings.Environment
	oldest, err := s.DB.Charge.Query().Where(charge.EnvironmentEQ(settings.Environment), charge.Recorded(false), charge.StatusIn(enum.ChargeWaiting, enum.ChargeOverdue)).
		Order(db.Asc(charge.FieldCreatedAt)).First(ctx)
	if db.IsNotFound(err) {
		return s.sound(ctx, false, report)
	}
	if err != nil {
		return err
	}
	since := latest(&oldest.CreatedAt, settings.LastNoticeAt, settings.ActivatedAt)
	return s.sound(ctx, settings.Active && s.Now().Sub(since) > s.Timing.AlarmSilence, report)
}

// watchSweep counts from the last sweep that ended well.
func (s *Service) watchSweep(ctx context.Context, settings *db.Integration) error {
	kind := enum.Gerencianet
	since := latest(&settings.CreatedAt, settings.LastSweepAt, settings.ActivatedAt)
	return s.sound(ctx, settings.Active && s.Now().Sub(since) > s.Timing.AlarmSweep, alarm("sweep_late", "sweep_late", roughly(s.Timing.AlarmSweep), &kind))
}

func latest(first *time.Time, others ...*time.Time) time.Time {
	newest := *first
	for _, one := range others {
		if one != nil && one.After(newest) {
			newest = *one
		}
	}
	return newest
}

// watchJobs looks for operations and messages that have been due for too long: the
// workers do not keep up, or stand still.
func (s *Service) watchJobs(ctx context.Context) error {
	var late int
	err := s.SQL.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM operations o WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND next_try_at < now() - $1 * interval '1 microsecond'
			AND (o.kind IN ('READ_NOTICE', 'READ_PIX') OR EXISTS (SELECT 1 FROM integrations i WHERE i.kind = o.integration AND i.active
				AND (i.activated_at IS NULL OR i.activated_at < $2))))
		+ (SELECT count(*) FROM messages WHERE state IN ('WAITING', 'SENDING') AND tries = 0 AND NOT held AND next_try_at < now() - $1 * interval '1 microsecond'
			AND NOT EXISTS (SELECT 1 FROM messages b WHERE b.lane = messages.lane AND b.tries > 0 AND b.state IN ('WAITING', 'SENDING')))`,
		s.Timing.AlarmJobs.Microseconds(), s.Now().Add(-s.Timing.AlarmJobs)).Scan(&late)
	if err != nil {
		return fmt.Errorf("count what is late: %w", err)
	}
	return s.sound(ctx, late > 0, alarm("jobs_late", "jobs_late", roughly(s.Timing.AlarmJobs), nil))
}

// endingDays are when an end that comes near is told: each is a failure of its own.
var endingDays = []int{30, 7, 1}

const (
	certificateEnds = "certificate_ends"
	tokenEnds       = "token_ends"
)

// watchCertificates looks at the certificate of the environment in use.
func (s *Service) watchCertificates(ctx context.Context) error {
	found, err := s.DB.Credential.Query().Where(credential.ExpiresAtNotNil(), credential.HasIntegrationWith(integration.Active(true))).WithIntegration().All(ctx)
	if err != nil {
		return err
	}
	reports := []problemReport{}
	for _, one := range found {
		settings := one.Edges.Integration
		if one.Environment != settings.Environment {
			continue
		}
		for _, days := range s.daysLeft(*one.ExpiresAt) {
			report := alarm(certificateEnds, endingCause(certificateEnds, one.ID, days), one.ExpiresAt.In(brazil.SaoPaulo).Format("02/01/2006"), &settings.Kind)
			report.environment, report.field = &settings.Environment, one.Name
			reports = append(reports, report)
		}
	}
	return s.soundEnding(ctx, certificateEnds, reports)
}

// watchTokens looks at the tokens of apps; whose token it is hears of it.
func (s *Service) watchTokens(ctx context.Context) error {
	found, err := s.DB.APIToken.Query().Where(apitoken.ExpiresAtNotNil(), apitoken.RevokedAtIsNil(), apitoken.HasUserWith(user.Active(true))).All(ctx)
	if err != nil {
		return err
	}
	reports := []problemReport{}
	for _, one := range found {
		for _, days := range s.daysLeft(*one.ExpiresAt) {
			report := alarm(tokenEnds, endingCause(tokenEnds, one.ID, days), one.Name, nil)
			report.userID = &one.UserID
			reports = append(reports, report)
		}
	}
	return s.soundEnding(ctx, tokenEnds, reports)
}

// daysLeft answers which of endingDays have been reached.
func (s *Service) daysLeft(end time.Time) (reached []int) {
	left := end.Sub(s.Now())
	for _, days := range endingDays {
		if left <= time.Duration(days)*24*time.Hour {
			reached = append(reached, days)
		}
	}
	return reached
}

// soundEnding tells what comes to its end, and that the others no longer do.
func (s *Service) soundEnding(ctx context.Context, code string, reports []problemReport) error {
	var errs []error
	causes := make([]string, len(reports))
	for i, report := range reports {
		causes[i] = report.causeKey
		errs = append(errs, s.sound(ctx, true, report))
	}
	return errors.Join(append(errs, s.endOthers(ctx, code, causes))...)
}

// endOthers ends the alarms of a code whose conditions no longer hold, whatever
// became of what they were about.
func (s *Service) endOthers(ctx context.Context, code string, sounding []string) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.resolveWhere(ctx, tx, failure.And(failure.Code(ownCode+".alarm."+code), failure.CauseKeyNotIn(sounding...)))
	})
}

func endingCause(code, id string, days int) string { return fmt.Sprintf("%s:%s:%d", code, id, days) }

func isEnding(f *db.Failure) bool { return strings.HasSuffix(f.Code, "_ends") }

func isEndingTomorrow(f *db.Failure) bool { return isEnding(f) && strings.HasSuffix(f.CauseKey, ":1") }

// roughly writes a duration as people say it, the same in both languages.
func roughly(d time.Duration) string {
	if hours := d.Hours(); hours >= 1 {
		return fmt.Sprintf("%d h", int(math.Round(hours)))
	}
	if minutes := d.Minutes(); minutes >= 1 {
		return fmt.Sprintf("%d min", int(math.Round(minutes)))
	}
	return d.String()
}
