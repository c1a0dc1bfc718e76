package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"ponte/billing"
	"ponte/billing/outgoing"
)

// config is everything that operators set, by environment variables. Durations
// are written like 500ms, 30s or 72h.
type config struct {
	DatabaseURL       string `env:"DATABASE_URL"`
	Data              string `env:"PONTE_DATA" envDefault:"./data"`
	Addr              string `env:"PONTE_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL         string `env:"PONTE_PUBLIC_URL"`
	AdminAddr         string `env:"PONTE_ADMIN_ADDR" envDefault:"127.0.0.1:8081"`
	SecretKey         string `env:"PONTE_SECRET_KEY"`
	GerencianetURL    string `env:"PONTE_GERENCIANET_URL"`
	VhsysURL          string `env:"PONTE_VHSYS_URL"`
	GerencianetPixURL string `env:"PONTE_GERENCIANET_PIX_URL"`
	// PixCertificateHeader is the request header in which the proxy before us tells
	// SUCCESS when the caller has shown the provider's certificate.
	PixCertificateHeader string        `env:"PONTE_PIX_CERTIFICATE_HEADER"`
	ProviderCAFile       string        `env:"PONTE_PROVIDER_CA_FILE"`
	ProviderTimeout      time.Duration `env:"PONTE_PROVIDER_TIMEOUT"`
	SettleWindow         time.Duration `env:"PONTE_SETTLE_WINDOW"`
	SweepInterval        time.Duration `env:"PONTE_SWEEP_INTERVAL"`
	ReconcileInterval    time.Duration `env:"PONTE_RECONCILE_INTERVAL"`
	NoticeInterval       time.Duration `env:"PONTE_NOTICE_INTERVAL"`
	RetryBase            time.Duration `env:"PONTE_RETRY_BASE"`
	RetryMax             time.Duration `env:"PONTE_RETRY_MAX"`
	RetryEnd             time.Duration `env:"PONTE_RETRY_END"`
	AlarmInterval        time.Duration `env:"PONTE_ALARM_INTERVAL"`
	AlarmSilence         time.Duration `env:"PONTE_ALARM_SILENCE"`
	AlarmSweep           time.Duration `env:"PONTE_ALARM_SWEEP"`
	AlarmJobs            time.Duration `env:"PONTE_ALARM_JOBS"`
	SMTPURL              string        `env:"PONTE_SMTP_URL"`
	MailFrom             string        `env:"PONTE_MAIL_FROM"`
	TelegramURL          string        `env:"PONTE_TELEGRAM_URL"`
	// PrivateTargets lets channels lead into this machine and its networks, over
	// plain http too: for development.
	PrivateTargets bool `env:"PONTE_PRIVATE_TARGETS"`
	Workers        int  `env:"PONTE_WORKERS"`
	ProviderRate   int  `env:"PONTE_PROVIDER_RATE" envDefault:"30"`
	DailyCalls     int  `env:"PONTE_DAILY_CALLS"`
	RateLimit      int  `env:"PONTE_RATE_LIMIT" envDefault:"50000"`
	// FreeDocuments lets every person, not only owners, send the API documents that
	// are none of the panel's.
	FreeDocuments bool `env:"PONTE_FREE_DOCUMENTS"`
	TrustProxy    bool `env:"PONTE_TRUST_PROXY"`
}

// secretVariables are masked wherever the configuration is shown.
var secretVariables = []string{"PONTE_SECRET_KEY", "PONTE_SMTP_URL", "DATABASE_URL"}

// readConfig reads the environment. An unknown PONTE_ variable is an error that
// suggests the nearest name.
func readConfig() (config, error) {
	c, err := env.ParseAs[config]()
	if err != nil {
		return c, fmt.Errorf("configuração / configuration: %w", err)
	}
	if err := checkNames(os.Environ()); err != nil {
		return c, err
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + reachable(c.Addr)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if err := c.checkValues(); err != nil {
		return c, err
	}
	if parsed, err := url.Parse(c.PublicURL); err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" {
		return c, errors.New("PONTE_PUBLIC_URL precisa ser um endereço como https://ponte.suaempresa.com.br / must be an address like https://ponte.example.com")
	}
	return c, nil
}

// reachable answers a listening address as a browser on this machine asks for it.
func reachable(addr string) string {
	if host, port, err := net.SplitHostPort(addr); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// checkValues refuses values that would be ignored, or would send credentials over
// an open line.
func (c config) checkValues() error {
	value := reflect.ValueOf(c)
	for i, name := range variables() {
		if field := value.Field(i); field.CanInt() && field.Int() < 0 {
			return fmt.Errorf("%s não pode ser negativo / cannot be negative", name)
		}
	}
	for name, address := range map[string]string{"PONTE_GERENCIANET_URL": c.GerencianetURL, "PONTE_GERENCIANET_PIX_URL": c.GerencianetPixURL, "PONTE_VHSYS_URL": c.VhsysURL, "PONTE_TELEGRAM_URL": c.TelegramURL} {
		parsed, err := url.Parse(address)
		if address != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "https" && (parsed.Scheme != "http" || !isLoopback(address))) {
			return fmt.Errorf("%s precisa começar com https:// (http:// só para esta máquina) / must begin with https:// (http:// for this machine only)", name)
		}
	}
	return nil
}

// variables answers the names that config reads, in their order.
func variables() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		names = append(names, field.Tag.Get("env"))
	}
	return names
}

// toolVariables belong to the scripts and tests beside the server.
var toolVariables = []string{"PONTE_BIN", "PONTE_CHROMIUM", "PONTE_TEST_DATABASE_URL"}

func checkNames(environ []string) error {
	known := append(variables(), toolVariables...)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "PONTE_") && !slices.Contains(known, name) {
			return fmt.Errorf("variável desconhecida %s: quis dizer %s? / unknown variable %s: did you mean %s?", name, nearest(name, known), name, nearest(name, known))
		}
	}
	return nil
}

func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) })
}

// distance counts the letters to change, add or remove between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, change)
		}
	}
	return row[len(b)]
}

// missedSweeps is how many sweeps may be missing before it is told.
const missedSweeps = 3

// effective answers the configuration with the domain's own durations where none
// is set.
func (c config) effective() config {
	usual := billing.DefaultTiming()
	for target, value := range map[*time.Duration]time.Duration{
		&c.SettleWindow: usual.SettleWindow, &c.SweepInterval: usual.SweepInterval, &c.ReconcileInterval: usual.Reconcile, &c.NoticeInterval: usual.NoticeInterval,
		&c.AlarmInterval: usual.AlarmInterval, &c.AlarmSilence: usual.AlarmSilence, &c.AlarmJobs: usual.AlarmJobs,
		&c.RetryBase: usual.RetryBase, &c.RetryMax: usual.RetryMax, &c.RetryEnd: usual.RetryEnd, &c.ProviderTimeout: usual.ProviderTimeout,
	} {
		if *target <= 0 {
			*target = value
		}
	}
	if c.AlarmSweep <= 0 {
		c.AlarmSweep = missedSweeps * c.SweepInterval
	}
	if c.Workers <= 0 {
		c.Workers = usual.Workers
	}
	if c.DailyCalls <= 0 {
		c.DailyCalls = usual.DailyCalls
	}
	return c
}

// timing answers the domain's durations.
func (c config) timing() billing.Timing {
	c = c.effective()
	timing := billing.DefaultTiming()
	timing.SettleWindow, timing.SweepInterval, timing.Reconcile, timing.NoticeInterval = c.SettleWindow, c.SweepInterval, c.ReconcileInterval, c.NoticeInterval
	timing.RetryBase, timing.RetryMax, timing.RetryEnd = c.RetryBase, c.RetryMax, c.RetryEnd
	timing.AlarmInterval, timing.AlarmSilence, timing.AlarmSweep, timing.AlarmJobs = c.AlarmInterval, c.AlarmSilence, c.AlarmSweep, c.AlarmJobs
	timing.ProviderTimeout, timing.Workers, timing.DailyCalls = c.ProviderTimeout, c.Workers, c.DailyCalls
	return timing
}

// sender sends what people are told outside the panel.
func (c config) sender() (*outgoing.Sender, error) {
	return outgoing.New(outgoing.Config{
		SMTPURL: c.SMTPURL, MailFrom: c.MailFrom, TelegramURL: c.TelegramURL, Anywhere: c.PrivateTargets,
		UserAgent: userAgent(), Timeout: c.timing().ProviderTimeout,
	})
}

const (
	secretKeyFile = "secret.key"
	private       = 0o600
	privateFolder = 0o700
)

// sealer answers the keys of PONTE_SECRET_KEY or, when it is not set, those kept
// in PONTE_DATA, which are made at the first start.
func (c config) sealer() (*billing.Sealer, error) {
	if c.SecretKey != "" {
		return billing.NewSealer(c.SecretKey)
	}
	path := filepath.Join(c.Data, secretKeyFile)
	kept, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c.makeSecretKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	return billing.NewSealer(strings.TrimSpace(string(kept)))
}

func (c config) makeSecretKey(path string) (*billing.Sealer, error) {
	if err := os.MkdirAll(c.Data, privateFolder); err != nil {
		return nil, fmt.Errorf("make PONTE_DATA: %w", err)
	}
	err := writeOnce(path, billing.NewMasterKey()+"\n")
	if err != nil && !errors.Is(err, fs.ErrExist) { // it exists: another process was faster
		return nil, fmt.Errorf("keep the secret key: %w", err)
	}
	return c.sealer()
}

// writeOnce writes a file that is either whole or not there, however many
// processes do it at once; fs.ErrExist when it is there already.
func writeOnce(path, content string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Link(file.Name(), path)
}

// print shows the effective values, secrets masked.
func (c config) print() {
	value := reflect.ValueOf(c.effective())
	for i, name := range variables() {
		shown := fmt.Sprint(value.Field(i).Interface())
		if shown != "" && slices.Contains(secretVariables, name) {
			shown = "********"
		}
		fmt.Printf("%s=%s\n", name, shown)
	}
}
