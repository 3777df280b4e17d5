package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"assay"
	"assay/api"
	"assay/control"
	"assay/market"
	"assay/market/simbars"
	"assay/plan"
	"assay/provider/redis"
	"assay/store"
	"assay/web"
	"assay/worker"
)

// closing bounds how long the server waits for open requests when it stops.
const closing = 5 * time.Second

// Config is what an operator may choose when serving.
type Config struct {
	Home     Place
	Listen   string        // loopback address, e.g. "127.0.0.1:5000"
	AllowSim bool          // bots without usable real data are tested on labelled simulated bars
	Slots    int           // backtests at once in this process; 0 is one less than the cores, at least 1
	Cap      int           // backtests at once on all machines; 0 is Slots
	Verify   time.Duration // how often each provider is verified; 0 is control.VerifyEvery
	Pace     Pace
	Log      *slog.Logger

	AutoFetchLimit market.Money // most that one automatic purchase of bars for LAB may cost; 0 buys nothing

	Ready func(url, database string) // called once the console answers
}

// Serve runs the laboratory and its console until ctx ends.
func Serve(ctx context.Context, c Config) error {
	if err := c.Pace.check(); err != nil {
		return err
	}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if !c.Home.shared() {
		release, err := store.LockServing(c.Home.Dir)
		if err != nil {
			return err
		}
		defer func() { _ = release() }() // the process ends with it, and the lock with the process
	}
	return WithHome(ctx, c.Home, func(h *Home) error {
		return h.serve(ctx, c, listener)
	})
}

// listen opens the address. There is no sign-in yet, so only this machine may
// reach the server.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, assay.Errorf(assay.Invalid, "write it like 127.0.0.1:5000", "%q is not an address to listen on", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, assay.Errorf(assay.Invalid, "listen on 127.0.0.1, and reach it through an SSH tunnel",
			"%s can be reached by other machines, and this version has no sign-in", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, assay.Errorf(assay.Conflict, "stop what listens there, or choose another port with --listen",
			"the address %s is in use", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// serve is the parts list: built in a straight line, run together, taken down
// together.
func (h *Home) serve(ctx context.Context, c Config, listener net.Listener) error {
	metrics := prometheus.NewRegistry()
	requests := control.NewRequests(c.Log)
	observe := both(attempts(metrics), requests.Observe)
	registry := h.providers(observe, c.Log)
	if err := addStarters(ctx, h.DB); err != nil {
		return err
	}
	if err := control.JudgeOutdated(ctx, h.DB, h.Bars, c.Log); err != nil {
		return err
	}
	policy, config := plan.DefaultPolicy(), h.jobs(c.AllowSim, c.Slots, c.Pace)
	policy.Can = slices.Sorted(maps.Keys(config.Handlers))
	err := h.DB.SetCaps(ctx, store.Caps{
		Backtests: cmp.Or(c.Cap, config.Slots), Improve: max(runtime.NumCPU()/2, 1), Total: policy.MaxTotalJobs,
	})
	if err != nil {
		return err
	}
	planner := &control.Planner{
		DB: h.DB, Policy: policy, AllowSim: c.AllowSim, Log: c.Log,
		Reaper: worker.Reaper{DB: h.DB, Config: config, Log: c.Log},
		Sim:    &control.SimData{DB: h.DB, Disk: h.Bars, Generate: simbars.Generate},
	}
	redis.LogTo(c.Log)
	ready := control.NewHealth(control.HealthConfig{
		DB: h.DB, Providers: registry, AllowSim: c.AllowSim, Every: c.Verify, Shared: h.shared, Log: c.Log,
	})
	watchdog := control.Watchdog{DB: h.DB, Log: c.Log}
	ready.Beat(ctx) // before anybody asks
	watchdog.Beat(ctx)
	buyer, err := h.newAutoFetch(c, environment().Get, observe)
	if err != nil {
		return err
	}
	metrics.MustRegister(control.NewMetrics(ready), collectors.NewGoCollector())
	server, err := api.New(api.Config{
		Store: h.DB, Console: web.Console(), StuckAfter: config.StuckAfter, Limits: config.Limits, Health: ready, Log: c.Log,
		Metrics: metrics,
	})
	if err != nil {
		return err
	}

	url := "http://" + listener.Addr().String()
	if err := c.Home.announce(url); err != nil {
		return err
	}
	defer c.Home.withdraw()

	group, ctx := errgroup.WithContext(ctx)
	var dispatcher worker.Dispatcher = worker.NewLocal(h.DB, config, c.Log)
	if h.shared {
		dispatcher = worker.NewRiver(h.DB, config, c.Log)
		planner.Leader = control.NewLeader(h.DB, c.Log)
		group.Go(func() error { planner.Leader.Run(ctx); return nil })
	}
	if buyer != nil {
		group.Go(func() error { buyer.Run(ctx, planner.Leader); return nil })
	}
	if events := h.newEvents(environment().Get, c.Log); events != nil {
		group.Go(func() error { h.exchange(ctx, events); return nil })
	}
	group.Go(func() error { h.DB.Watch(ctx); return nil })
	group.Go(func() error { return dispatcher.Run(ctx) })
	group.Go(func() error { planner.Run(ctx); return nil })
	group.Go(func() error { ready.Run(ctx); return nil })
	group.Go(func() error { watchdog.Run(ctx); return nil })
	group.Go(func() error { return server.Run(ctx) })
	group.Go(func() error { return serveHTTP(ctx, server.HTTPServer(), listener) })
	c.Ready(url, h.DB.Path())
	return requests.While(ctx, h.DB, group.Wait)
}

func serveHTTP(ctx context.Context, server *http.Server, listener net.Listener) error {
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		stopped <- server.Shutdown(wait)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return <-stopped
}
