// Command bench measures what idle subscribers cost: memory for each of them, and the
// time and CPU to tell all of them one event. Beside the real server it measures a
// bare broadcast over the same WebSocket library, in the same run, so that the ratios
// hold on any machine. It needs Linux, whose /proc it reads, and the address of an
// empty PostgreSQL:
//
//	npm run bench -- --subscribers 10000 --people 10
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"time"
)

type options struct {
	server      string // the program to measure
	subscribers int
	people      int
	events      int
	idle        time.Duration
	admin       string
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "bare" {
		exit(bare(os.Args[2]))
	}
	var o options
	flag.StringVar(&o.server, "server", ".build/ponte", "the program to measure")
	flag.IntVar(&o.subscribers, "subscribers", 10_000, "how many follow the failure feed, each over a WebSocket")
	flag.IntVar(&o.people, "people", 10, "how many persons they are of")
	flag.IntVar(&o.events, "events", 20, "how many events all of them are told")
	flag.DurationVar(&o.idle, "idle", 10*time.Second, "how long they are idle to see what that costs")
	flag.StringVar(&o.admin, "admin", "off", "where the measured server shows its profiles")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(o.run(ctx))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures Ponte, and then a bare broadcast of as many bytes.
func (o options) run(ctx context.Context) error {
	ours, err := o.measurePonte(ctx)
	if err != nil {
		return fmt.Errorf("ponte: %w", err)
	}
	theirs, err := o.measureBare(ctx, ours.frameBytes)
	if err != nil {
		return fmt.Errorf("bare broadcast: %w", err)
	}
	fmt.Printf("%d subscribers of %d persons, %d events of %d bytes\n\n", o.subscribers, o.people, o.events, ours.frameBytes)
	fmt.Printf("%-28s %12s %12s\n", "", "Ponte", "bare")
	fmt.Printf("%-28s %9.1f KiB %9.1f KiB\n", "memory for each connection", ours.memoryEach()/1024, theirs.memoryEach()/1024)
	fmt.Printf("%-28s %9.1f ms  %9.1f ms\n", "one event to all, median", milliseconds(ours.median()), milliseconds(theirs.median()))
	fmt.Printf("%-28s %9.1f µs  %9.1f µs\n", "CPU for each message", ours.cpuEach(), theirs.cpuEach())
	fmt.Printf("%-28s %9.1f %%   %9.1f %%\n", "CPU of one core when idle", 100*ours.idleShare, 100*theirs.idleShare)
	fmt.Printf("\nPonte against bare: %.2f times the CPU for each message, %.2f times the time, %.2f times the memory\n",
		ours.cpuEach()/theirs.cpuEach(), float64(ours.median())/float64(theirs.median()), ours.memoryEach()/theirs.memoryEach())
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measured is what one server needed.
type measured struct {
	connections   int
	before, after int64 // bytes in memory, without connections and with all of them
	took          []time.Duration
	cpu           time.Duration // for all events
	idleShare     float64       // of one core
	frameBytes    int
}

func (m measured) memoryEach() float64 { return float64(m.after-m.before) / float64(m.connections) }

func (m measured) median() time.Duration {
	sorted := slices.Sorted(slices.Values(m.took))
	return sorted[len(sorted)/2]
}

func (m measured) cpuEach() float64 {
	return float64(m.cpu.Microseconds()) / float64(len(m.took)*m.connections)
}

// measure connects everybody to a running server, lets them be idle, and times each
// event until the last of them has it. tell makes one event.
func (o options) measure(ctx context.Context, server *exec.Cmd, dial func(i int) (*listener, error), tell func(n int) error) (measured, error) {
	pid := server.Process.Pid
	m := measured{connections: o.subscribers}
	var err error
	if m.before, err = memoryOf(pid); err != nil {
		return m, err
	}
	crowd, err := gather(ctx, o.subscribers, dial)
	defer crowd.leave()
	if err != nil {
		return m, err
	}
	time.Sleep(3 * time.Second) // the last subscriptions begin
	began, from := time.Now(), cpuOf(pid)
	time.Sleep(o.idle)
	m.idleShare = float64(cpuOf(pid)-from) / float64(time.Since(began))
	if m.after, err = memoryOf(pid); err != nil {
		return m, err
	}
	if err := crowd.time(o.events+1, pid, tell, &m); err != nil {
		return m, err
	}
	m.frameBytes = crowd.frameBytes()
	return m, nil
}
