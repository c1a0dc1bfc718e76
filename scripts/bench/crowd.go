package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
)

// dialers is how many connect at once.
const dialers = 32

// listener is a client that has subscribed.
type listener struct {
	conn net.Conn
	rest *bufio.Reader // what came already
}

// crowd is everybody who listens. Each message that comes is counted.
type crowd struct {
	listeners []*listener
	heard     atomic.Int64
	bytes     atomic.Int64
	lost      atomic.Int64
	why       atomic.Pointer[string] // the last was lost
	all       atomic.Pointer[chan struct{}]
	goal      atomic.Int64
}

// gather connects so many listeners.
func gather(ctx context.Context, count int, dial func(i int) (*listener, error)) (*crowd, error) {
	c := &crowd{listeners: make([]*listener, count)}
	var next atomic.Int64
	var busy sync.WaitGroup
	failed := make(chan error, dialers)
	for range dialers {
		busy.Go(func() {
			for i := int(next.Add(1)) - 1; i < count && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				one, err := dial(i)
				if err != nil {
					failed <- fmt.Errorf("connect listener %d: %w", i, err)
					return
				}
				c.listeners[i] = one
				go c.listen(one)
			}
		})
	}
	busy.Wait()
	select {
	case err := <-failed:
		return c, err
	default:
		return c, ctx.Err()
	}
}

func (c *crowd) leave() {
	for _, one := range c.listeners {
		if one != nil {
			_ = one.conn.Close()
		}
	}
}

// listen counts the messages of one listener; it answers pings.
func (c *crowd) listen(one *listener) {
	source := io.Reader(one.conn)
	if one.rest != nil && one.rest.Buffered() > 0 {
		source = io.MultiReader(io.LimitReader(one.rest, int64(one.rest.Buffered())), one.conn)
	}
	one.rest = nil
	buffer := make([]byte, 2048)
	for {
		header, err := ws.ReadHeader(source)
		if err != nil {
			c.lose(err.Error())
			return
		}
		if header.OpCode == ws.OpClose {
			content := make([]byte, header.Length)
			_, _ = io.ReadFull(source, content)
			code, reason := ws.ParseCloseFrameData(content)
			c.lose(fmt.Sprint(code, " ", reason))
			return
		}
		for left := header.Length; left > 0; {
			n, err := source.Read(buffer[:min(left, int64(len(buffer)))])
			if err != nil {
				c.lose(err.Error())
				return
			}
			left -= int64(n)
		}
		switch header.OpCode {
		case ws.OpPing:
			_ = ws.WriteFrame(one.conn, ws.MaskFrameInPlace(ws.NewPongFrame(nil)))
		case ws.OpText:
			c.bytes.Store(header.Length)
			if c.heard.Add(1) == c.goal.Load() {
				close(*c.all.Load())
			}
		}
	}
}

func (c *crowd) lose(why string) {
	c.lost.Add(1)
	c.why.Store(&why)
}

const eventPatience = time.Minute

// time tells so many events, one after the other, and notes how long each took to
// reach everybody. The first one warms up and does not count.
func (c *crowd) time(events, pid int, tell func(n int) error, m *measured) error {
	for n := range events {
		all := make(chan struct{})
		c.all.Store(&all)
		c.goal.Store(c.heard.Load() + int64(len(c.listeners)))
		began, from := time.Now(), cpuOf(pid)
		if err := tell(n); err != nil {
			return err
		}
		select {
		case <-all:
		case <-time.After(eventPatience):
			why := ""
			if told := c.why.Load(); told != nil {
				why = *told
			}
			return fmt.Errorf("event %d reached %d of %d, %d connections were lost: %s", n, int64(len(c.listeners))-(c.goal.Load()-c.heard.Load()), len(c.listeners), c.lost.Load(), why)
		}
		took := time.Since(began)
		time.Sleep(300 * time.Millisecond) // what follows the writing belongs to it
		if n > 0 {
			m.took, m.cpu = append(m.took, took), m.cpu+cpuOf(pid)-from
		}
	}
	if lost := c.lost.Load(); lost > 0 {
		return fmt.Errorf("%d connections were lost", lost)
	}
	return nil
}

func (c *crowd) frameBytes() int { return int(c.bytes.Load()) }

// memoryOf answers the bytes that a process has in memory.
func memoryOf(pid int) (int64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("this needs Linux: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// cpuOf answers the CPU time of a process, in steps of 10 ms.
func cpuOf(pid int) time.Duration {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	fields := strings.Fields(rest)
	var ticks int64
	for _, at := range []int{11, 12} { // utime and stime
		n, _ := strconv.ParseInt(fields[at], 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
