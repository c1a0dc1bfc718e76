package postgres

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

const (
	superuser  = "ponte"
	socketPort = 5432

	socketFolderPrefix = "ponte-socket-"

	// A socket's whole path must fit into 104 bytes on macOS and 108 on Linux.
	maxSocketPath = 103
)

// endpoint is where the embedded server listens: a socket in a folder that only
// its owner may enter or, where sockets cannot be had, a loopback port behind a
// random password.
type endpoint struct {
	socketFolder string
	port         int
	password     string
}

// newEndpoint makes a fresh socket folder, or finds a free loopback port when
// this system has no sockets or loopback is asked for.
func newEndpoint(password string, loopback bool) (endpoint, error) {
	if runtime.GOOS != "windows" && !loopback {
		for _, parent := range []string{os.TempDir(), "/tmp"} {
			if folder, err := newSocketFolder(parent); err == nil {
				return endpoint{socketFolder: folder, port: socketPort, password: password}, nil
			}
		}
	}
	port, err := freePort()
	if err != nil {
		return endpoint{}, fmt.Errorf("find a loopback port: %w", err)
	}
	return endpoint{port: port, password: password}, nil
}

// newSocketFolder makes a folder of mode 0700 with a random name, so that no
// one else can have put theirs in its place.
func newSocketFolder(parent string) (string, error) {
	folder, err := os.MkdirTemp(parent, socketFolderPrefix)
	if err != nil {
		return "", err
	}
	if len(socketPath(folder)) > maxSocketPath {
		_ = os.Remove(folder)
		return "", fmt.Errorf("%s is too long for a socket", folder)
	}
	return folder, nil
}

func socketPath(folder string) string {
	return filepath.Join(folder, ".s.PGSQL."+strconv.Itoa(socketPort))
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// settings returns the server's own words for the endpoint.
func (e endpoint) settings() []string {
	if e.socketFolder == "" {
		return []string{"listen_addresses=127.0.0.1", "unix_socket_directories=", "port=" + strconv.Itoa(e.port)}
	}
	return []string{
		"listen_addresses=",
		`unix_socket_directories="` + e.socketFolder + `"`,
		"unix_socket_permissions=0700",
		"port=" + strconv.Itoa(e.port),
	}
}

func (e endpoint) url(database string) string {
	query := url.Values{"sslmode": {"disable"}, "port": {strconv.Itoa(e.port)}}
	query.Set("host", "127.0.0.1")
	if e.socketFolder != "" {
		query.Set("host", e.socketFolder)
	}
	result := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, e.password), Path: "/" + database, RawQuery: query.Encode()}
	return result.String()
}
