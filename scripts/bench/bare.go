package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// bare is a server that does nothing but broadcast: it reads how many bytes from a
// line of its input and sends one text frame of that size to everybody.
func bare(address string) error {
	var mu sync.Mutex
	conns := map[net.Conn]struct{}{}
	server := &http.Server{Addr: address, ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		mu.Lock()
		conns[conn] = struct{}{}
		mu.Unlock()
		go func() {
			frames := wsutil.NewServerSideReader(conn)
			for {
				if _, err := frames.NextFrame(); err != nil || frames.Discard() != nil {
					_ = conn.Close()
					mu.Lock()
					delete(conns, conn)
					mu.Unlock()
					return
				}
			}
		}()
	})}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		size, err := strconv.Atoi(input.Text())
		if err != nil {
			return err
		}
		frame := ws.MustCompileFrame(ws.NewTextFrame([]byte(strings.Repeat("x", size))))
		mu.Lock()
		for conn := range conns {
			_ = conn.SetWriteDeadline(time.Now().Add(30 * time.Second))
			_, _ = conn.Write(frame)
		}
		mu.Unlock()
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// measureBare measures the bare broadcast of frames of a size.
func (o options) measureBare(ctx context.Context, size int) (measured, error) {
	address, err := freeAddress()
	if err != nil {
		return measured{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return measured{}, err
	}
	server := exec.CommandContext(ctx, self, "bare", address)
	server.Stderr = os.Stderr
	input, err := server.StdinPipe()
	if err != nil {
		return measured{}, err
	}
	if err := server.Start(); err != nil {
		return measured{}, err
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	if err := await(ctx, address); err != nil {
		return measured{}, err
	}
	m, err := o.measure(ctx, server, func(int) (*listener, error) {
		conn, rest, _, err := ws.Dial(ctx, "ws://"+address+"/")
		return &listener{conn, rest}, err
	}, func(int) error {
		_, err := io.WriteString(input, strconv.Itoa(size)+"\n")
		return err
	})
	return m, err
}

func freeAddress() (string, error) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = probe.Close() }()
	return probe.Addr().String(), nil
}

// await waits until somebody listens.
func await(ctx context.Context, address string) error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(end) {
			return fmt.Errorf("nobody listens on %s: %w", address, err)
		}
	}
}
