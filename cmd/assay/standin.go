package main

import (
	"context"
	"fmt"

	"assay/app"
)

type standinCmd struct {
	Port  int      `help:"First of the ports to listen on; free ones when absent." placeholder:"N"`
	Data  string   `help:"Folder of DBN files to serve; made-up bars when absent." type:"existingdir" placeholder:"DIR"`
	Roots []string `help:"Roots of the made-up bars." default:"ES,NQ,CL,GC" placeholder:"ES,NQ"`
	Days  int      `help:"How many days of made-up bars there are." default:"400" placeholder:"400"`
	Fault []string `help:"What goes wrong: PROVIDER=FAULT[:TIMES][@CALL], such as databento=429:3 or ironbeam=wrong-key; may be given again. A fault that is none gets the list." sep:"none" placeholder:"databento=429:3"`
}

// Run serves until it is told to stop.
func (c standinCmd) Run(ctx context.Context, io console) error {
	services, err := app.StandIns(ctx, app.StandInOptions{Port: c.Port, Folder: c.Data, Roots: c.Roots, Days: c.Days, Faults: c.Fault})
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, "# Local servers that stand in for providers. Set these and start Assay; Ctrl-C ends them.")
	for _, s := range services {
		for _, v := range s.Settings {
			fmt.Fprintf(io.out, "export %s=%s\n", v.Name, v.Value)
		}
	}
	<-ctx.Done()
	return app.CloseStandIns(services)
}
