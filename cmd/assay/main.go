// Command assay runs a laboratory for futures-trading bots and serves its
// console; `assay --help` lists the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"assay"
	"assay/app"
	"assay/bot"
)

// version is set by the build.
var version = "unreleased"

type cli struct {
	Home app.Place `embed:""`

	Serve     serveCmd     `cmd:"" help:"Run the laboratory and serve the console."`
	Worker    workerCmd    `cmd:"" help:"Run jobs of a PostgreSQL database on one more machine."`
	Health    healthCmd    `cmd:"" help:"Say how ready the laboratory is, stage by stage."`
	Verify    verifyCmd    `cmd:"" help:"Ask the providers now and say how ready the laboratory is then."`
	Bots      botsCmd      `cmd:"" help:"List the bots and what each is doing now."`
	Autonomy  autonomyCmd  `cmd:"" help:"Look at the planner, ask it why and what next; pause and resume the lab."`
	Admin     adminCmd     `cmd:"" help:"Put bots back to LAB, and count results anew."`
	Audit     auditCmd     `cmd:"" help:"Verify the audit log and everything that must always be true."`
	Backtest  backtestCmd  `cmd:"" help:"Test one strategy on one data set and print its summary."`
	Replay    replayCmd    `cmd:"" help:"Run a stored session again and compare every row of it."`
	Data      dataCmd      `cmd:"" help:"Import, fetch, check, list and accept market data."`
	Contracts contractsCmd `cmd:"" help:"List the contracts: ticks, fees, margins, and how old these are."`
	Strategy  strategyCmd  `cmd:"" help:"Lint, list and print strategies."`
	Standin   standinCmd   `cmd:"" help:"Serve stand-ins for the providers, to try things without accounts."`
	Doctor    doctorCmd    `cmd:"" help:"Look at the machine and the home, and say what was found."`
	Bench     benchCmd     `cmd:"" help:"Measure this machine with the workloads, their answers checked first."`
	Openapi   openapiCmd   `cmd:"" name:"openapi" help:"Print the API's OpenAPI document."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// console is where a command speaks: its result to out, remarks to err.
type console struct {
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, io console) (code int) {
	var c cli
	exited := -1
	home, err := os.UserHomeDir() // not the account's: sudo and containers set HOME on purpose
	if err != nil {
		home = "."
	}
	parser, err := kong.New(&c,
		kong.Name("assay"),
		kong.Description("A laboratory that tests futures-trading bots by itself, and a console that shows the evidence."),
		kong.UsageOnError(),
		kong.Vars{"home": home, "reasonRevert": bot.ReasonRevert},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: false}),
		kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io, &c),
	)
	if err != nil {
		panic("the command line's own definition is wrong: " + err.Error())
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help has been printed
		return exited
	}
	if err != nil {
		return complain(io.err, misused(err))
	}
	err = command.Run()
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		if _, said := errors.AsType[*assay.Error](err); said {
			complain(io.err, err)
		} else {
			fmt.Fprintln(io.err, "assay: interrupted before the end; nothing was kept")
		}
		return interrupted
	default:
		return complain(io.err, err)
	}
}

// interrupted is what a shell reports of a program that Ctrl-C ended.
const interrupted = 130

// complain prints an error, one problem a line, and returns its exit code.
func complain(w io.Writer, err error) int {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "assay: %s\n", strings.TrimSuffix(line, "\n"))
	}
	return exitCodes[assay.KindOf(err)]
}

// misused points from a mistake on the command line to the help of the
// command that was meant.
func misused(err error) error {
	help := "assay"
	if p, ok := errors.AsType[*kong.ParseError](err); ok && p.Context != nil {
		for _, step := range p.Context.Path {
			if step.Command != nil {
				help += " " + step.Command.Name
			}
		}
	}
	return assay.Errorf(assay.Invalid, "see "+help+" --help", "%v", err)
}

// exitCodes is the one table from the kind of an error to the exit code.
var exitCodes = map[assay.Kind]int{
	assay.Invalid:     2,
	assay.NotFound:    3,
	assay.Conflict:    4,
	assay.Unavailable: 5,
	assay.Internal:    1,
}

type versionCmd struct{}

func (versionCmd) Run(io console) error {
	_, err := fmt.Fprintf(io.out, "assay %s\n", version)
	return err
}
