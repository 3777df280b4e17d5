package main

import "assay/client"

// serverFlag says which running Assay a command speaks to.
type serverFlag struct {
	Server string `help:"Address of a running Assay; the one that serves this home when absent." env:"ASSAY_SERVER" placeholder:"URL"`
}

func (f serverFlag) client(all *cli) (*client.Client, error) {
	server := f.Server
	if server == "" {
		var err error
		if server, err = all.Home.Server(); err != nil {
			return nil, err
		}
	}
	return client.New(server), nil
}
