package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"

	"ponte/server/sandbox"
)

type sandboxCommand struct {
	GerencianetAddr string `default:"127.0.0.1:18100" help:"Where the simulated Gerencianet listens."`
	PixAddr         string `default:"127.0.0.1:18101" help:"Where the simulated Pix API listens, with mutual TLS."`
	VhsysAddr       string `default:"127.0.0.1:18200" help:"Where the simulated Vhsys listens."`
	ControlAddr     string `default:"127.0.0.1:18080" help:"Where the control API and page listen."`
	Memory          bool   `help:"Keep nothing after the end."`
}

// Run serves the simulators until the context ends.
func (s sandboxCommand) Run(ctx context.Context, c config) error {
	dataDir := filepath.Join(c.Data, "sandbox")
	if s.Memory {
		dataDir = ""
	}
	world, err := startSandbox(dataDir, slog.Default(), s.GerencianetAddr, s.VhsysAddr, s.PixAddr)
	if err != nil {
		return err
	}
	control, err := listenAndServe(s.ControlAddr, world.sandbox.Control())
	if err != nil {
		return errors.Join(err, world.close())
	}
	fmt.Printf("Gerencianet  %s\nPix          %s\nVhsys        %s\nControle     http://%s/\n", world.gerencianetURL, world.pixURL, world.vhsysURL, control.Addr)
	<-ctx.Done()
	return errors.Join(control.Close(), world.close())
}

// simulated is both providers, listening.
type simulated struct {
	sandbox                          *sandbox.Sandbox
	servers                          []*http.Server
	gerencianetURL, vhsysURL, pixURL string
}

func startSandbox(dataDir string, log *slog.Logger, gerencianetAddr, vhsysAddr, pixAddr string) (*simulated, error) {
	made, err := sandbox.New(sandbox.Options{DataDir: dataDir, Log: log})
	if err != nil {
		return nil, fmt.Errorf("start the simulators: %w", err)
	}
	world := &simulated{sandbox: made}
	for _, one := range []struct {
		addr    string
		handler http.Handler
		url     *string
	}{{gerencianetAddr, made.Gerencianet(), &world.gerencianetURL}, {vhsysAddr, made.Vhsys(), &world.vhsysURL}} {
		server, err := listenAndServe(one.addr, one.handler)
		if err != nil {
			return nil, errors.Join(err, world.close())
		}
		world.servers = append(world.servers, server)
		*one.url = "http://" + server.Addr
	}
	pix, err := listenAndServeTLS(pixAddr, made.Pix(), made.Certificates().TLSConfig())
	if err != nil {
		return nil, errors.Join(err, world.close())
	}
	world.servers, world.pixURL = append(world.servers, pix), "https://"+pix.Addr
	return world, nil
}

// listenAndServe serves in the background; the server's Addr is the real one.
func listenAndServe(addr string, handler http.Handler) (*http.Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", addr, err)
	}
	return serveInBackground(listener, handler), nil
}

// listenAndServeTLS is the same behind TLS.
func listenAndServeTLS(addr string, handler http.Handler, config *tls.Config) (*http.Server, error) {
	listener, err := tls.Listen("tcp", addr, config)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", addr, err)
	}
	return serveInBackground(listener, handler), nil
}

func serveInBackground(listener net.Listener, handler http.Handler) *http.Server {
	server := &http.Server{Addr: listener.Addr().String(), Handler: handler, ReadHeaderTimeout: readHeaderTimeout}
	go func() { _ = server.Serve(listener) }()
	return server
}

func (s *simulated) close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(append(errs, s.sandbox.Close())...)
}
