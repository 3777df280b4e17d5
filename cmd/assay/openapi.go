package main

import "assay/api"

type openapiCmd struct{}

func (openapiCmd) Run(io console) error {
	document, err := api.OpenAPI()
	if err != nil {
		return err
	}
	_, err = io.out.Write(document)
	return err
}
