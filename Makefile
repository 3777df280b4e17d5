# Assay. `make` lists the targets.

GO       ?= go
BIN      := bin
LINT     := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
WEB      := web
VERSION  ?= $(shell git describe --always --dirty 2>/dev/null || echo unreleased)

# The console needs a build for serving only; Go compiles without it.
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public $(WEB)/index.html $(WEB)/vite.config.ts $(WEB)/package-lock.json -type f 2>/dev/null)
GO_SOURCES  := $(shell find . -path ./$(WEB)/node_modules -prune -o -name '*.go' -print -o -name '*.sql' -print -o -path './strategy/library/*' -print -o -path './market/*.csv' -print) go.mod go.sum

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build everything and serve the console on http://localhost:5000
	$(BIN)/assay serve

.PHONY: build
build: $(BIN)/assay ## build the console and the binary bin/assay

.PHONY: test
test: tools build ## install what the tests need, then run every test
	$(GO) vet ./...
	$(GO) test -timeout 30m ./...
	cd $(WEB) && npm run test
	cd $(WEB) && ASSAY_BIN=$(CURDIR)/$(BIN)/assay npm run e2e

.PHONY: check
check: $(LINT) $(WEB)/node_modules gen-check ## lint Go and TypeScript, and see that generated files are current
	$(LINT) run ./...
	cd $(WEB) && npm run check

.PHONY: bench
bench: ## run the benchmarks; compare two outputs with benchstat
	$(GO) test -run '^$$' -bench . -benchmem ./market/... ./strategy/... ./engine/... ./history/... ./store/... ./plan/... ./worker/... ./control/... ./api/...

SEEDS ?= 4
BOTS  ?= 2000
DAYS  ?= 30

.PHONY: sim
sim: ## simulate large fleets for a month; SEEDS=4 BOTS=2000 DAYS=30, SEED=7 repeats one
	ASSAY_SIM_SEED=$(SEED) ASSAY_SIM_SEEDS=$(SEEDS) ASSAY_SIM_BOTS=$(BOTS) ASSAY_SIM_DAYS=$(DAYS) \
		$(GO) test -count 1 -timeout 0 -v -run '^TestSimulation$$' ./control/simulation

.PHONY: gen
gen: $(BIN)/assay $(WEB)/node_modules ## write the files that are made from code: openapi.json and its TypeScript types
	$(BIN)/assay openapi > $(WEB)/openapi.json
	cd $(WEB) && npm run gen

.PHONY: gen-check
gen-check: gen
	@git diff --exit-code -- $(WEB)/openapi.json $(WEB)/src/api/schema.d.ts || \
		{ echo "generated files are out of date: commit what 'make gen' wrote" >&2; exit 1; }

.PHONY: tools
tools:
	@./scripts/install-test-tools

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) $(WEB)/dist/* $(WEB)/node_modules

$(BIN)/assay: $(GO_SOURCES) $(WEB)/dist/index.html
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/assay

$(WEB)/dist/index.html: $(WEB_SOURCES) $(WEB)/node_modules
	cd $(WEB) && npm run build

$(WEB)/node_modules: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-audit --no-fund
	@touch $@

$(LINT):
	GOBIN=$(CURDIR)/$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
