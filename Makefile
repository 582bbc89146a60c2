# Everything a person or a machine does with this repository. `make` alone lists it.
#
# The fast numeric kernels need Go's simd experiment; without it the plain ones are built.
export GOEXPERIMENT ?= simd
export CGO_ENABLED ?= 0

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNERABILITIES := https://vuln.go.dev
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
FUZZTIME ?= 30000x
BENCHTIME ?= 1s
PACKAGES := web/node_modules/.package-lock.json
FACEAPI := web/node_modules/@vladmandic/face-api
PAGE := web/index.html web/package.json web/vite.config.ts web/svelte.config.js web/tsconfig.json $(shell find web/src web/public -type f 2>/dev/null)

.DEFAULT_GOAL := help

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build bin/animo and start it on http://127.0.0.1:8080 with everything embedded
	bin/animo serve

demo: build ## Build bin/animo and show what it does: people, moods, a webhook, opinions; then leave it running
	bin/animo demo

build: weights web notices ## Build the one static binary, bin/animo
	go build -trimpath -ldflags '-s -w' -o bin/animo ./cmd/animo

test: build ## Pass every test, with the fast kernels and with the plain ones, then those of the page
	go test -timeout 30m ./...
	ANIMO_REQUIRE_SIMD= go test -tags purego ./nn/... ./text/... ./vision/internal/...
	npm test --prefix web

# With -short, because each of the commits of a flow failing in turn takes ten minutes there.
test-postgres: ## Pass the tests of the flows on the PostgreSQL that ANIMO_POSTGRES names (make postgres starts one)
	ANIMO_TEST_TABLES=postgres ANIMO_REQUIRE_POSTGRES=1 go test -short $(TABLES_TESTS)

TABLES_TESTS ?= ./internal/opinions ./internal/moods ./internal/tenants ./internal/collections ./internal/erasures ./internal/cluster ./internal/notify ./internal/photos

POSTGRES ?= /tmp/animo-postgres
postgres: ## Start a PostgreSQL for tests in the folder POSTGRES, and say what to set (.ci/postgres stop FOLDER ends it)
	@echo "export ANIMO_POSTGRES=$$(.ci/postgres start $(POSTGRES))"

VERSITYGW := github.com/versity/versitygw/cmd/versitygw@v1.8.0
bin/versitygw: Makefile # the S3 server of tests; no part of the program
	GOBIN=$(CURDIR)/bin go install $(VERSITYGW)
	touch $@

S3 ?= /tmp/animo-s3
s3: bin/versitygw ## Start an S3 server for tests in the folder S3, and say what to set (.ci/s3 stop FOLDER ends it)
	@.ci/s3 start $(S3)

test-s3: ## Pass the tests of the flows on the S3 bucket that ANIMO_S3 names (make s3 starts a server)
	ANIMO_TEST_OBJECTS=s3 ANIMO_REQUIRE_S3=1 go test -short -run TestFlow $(OBJECTS_TESTS)

OBJECTS_TESTS ?= ./internal/opinions ./internal/photos

test-nats: ## Pass the tests of the flows on the NATS cluster that ANIMO_NATS names (make nats starts one)
	ANIMO_TEST_BUS=nats ANIMO_REQUIRE_NATS=1 go test -short $(NATS_FLOWS)

NATS_FLOWS ?= ./internal/opinions ./internal/notify

test-engines: ## Pass the tests of the whole program on SQLite, PostgreSQL, and PostgreSQL with S3 and NATS (make postgres, s3 and nats start them)
	ANIMO_REQUIRE_POSTGRES=1 ANIMO_REQUIRE_S3=1 ANIMO_REQUIRE_NATS=1 go test -count=1 -run '^TestEngines$$' ./internal/app

NATS ?= /tmp/animo-nats
nats: ## Start three nats-servers for tests in the folder NATS, and say what to set (.ci/nats stop FOLDER ends them)
	@echo "export ANIMO_NATS=$$(.ci/nats start $(NATS))"

test-aws: ## Pass the suites and flows on the emulator of AWS that ANIMO_AWS names (make aws starts one)
	ANIMO_REQUIRE_AWS=1 go test -count=1 -timeout 30m -skip '$(AWS_SKIP)' ./internal/table/dynamotable ./internal/bus/carrier/awscarrier
	ANIMO_REQUIRE_AWS=1 go test -count=1 -run '^TestDriver_on_AWS$$' ./internal/bus/brokerbus
	ANIMO_REQUIRE_AWS=1 go test -count=1 -run '$(AWS_FLOWS)' ./internal/app

AWS_SKIP ?= none
AWS_FLOWS ?= TestAWS_both_flows|TestEngines/^DynamoDB

AWS ?= /tmp/animo-aws
aws: ## Start an emulator of AWS for tests in the folder AWS, and say what to set (.ci/aws stop FOLDER ends it)
	@echo "export ANIMO_AWS=$$(.ci/aws start $(AWS))"

test-web: build ## Pass the tests of the page in a real browser (needs Chromium: apt-get install chromium, or CHROMIUM=path)
	npm test --prefix web

bench-web: build ## Measure the page in a real browser: first paint, and long tasks under a stream of 200 faces a second
	npm run bench --prefix web

screenshots: build ## Take the pictures of the page in docs/screenshots anew (needs Chromium)
	npm run screenshots --prefix web

notices: internal/notices/notices.txt.gz ## Gather the licences of all that the binary is made of, for `animo licenses`

internal/notices/notices.txt.gz: go.sum $(PACKAGES) internal/notices/gather/main.go
	go run ./internal/notices/gather

IMAGE ?= amd64 arm64
image: weights web notices ## Build the container images, bin/animo-ARCH.tar.gz (needs buildah: apt-get install buildah); IMAGE=amd64 builds that one
	deploy/image $(IMAGE)
	go test -count=1 -run '^TestDeploy_image' ./cmd/animo

deploy-check: ## Validate the files for Kubernetes and Compose in deploy (fetches kustomize, kubeconform and the schemas)
	deploy/check
	go test -count=1 -run '^TestDeploy' ./cmd/animo

sbom: notices ## Write what the binary is made of, as CycloneDX: bin/animo.cdx.json
	mkdir -p bin
	go run $(CYCLONEDX) app -json -main cmd/animo -output bin/animo.cdx.json .

vuln: weights web ## Look for known vulnerabilities in what the binary uses (needs Go's database of them)
	@if curl -sSf -m 20 -o /dev/null $(VULNERABILITIES)/index/db.json; then go run $(GOVULNCHECK) -db $(VULNERABILITIES) ./...; \
	else echo "SKIPPED: $(VULNERABILITIES) cannot be reached, so nobody looked for known vulnerabilities" >&2; fi

web: web/dist/index.html ## Build the page, web/dist, which the binary carries

web/dist/index.html: $(PACKAGES) $(PAGE)
	npm run check --prefix web
	npm run build --prefix web
	touch $@

api: build ## Write the page's types of the API anew, web/src/api.gen.ts, from what the binary says of itself
	npm run api --prefix web

$(PACKAGES): web/package-lock.json
	@command -v npm >/dev/null || { echo "the page and the face networks come from npm: install Node.js 20.19 or newer, then run make again" >&2; exit 1; }
	npm ci --prefix web --no-audit --no-fund
	touch $@

weights: samples/photos/LICENSE ## Fetch the face networks' weights and the sample photos (needs Node's npm) to where embed takes them

samples/photos/LICENSE: $(PACKAGES)
	cp $(FACEAPI)/model/*_model.bin $(FACEAPI)/model/*_model-weights_manifest.json vision/model/
	cp $(FACEAPI)/LICENSE vision/model/
	cp $(FACEAPI)/demo/sample[1-6].jpg samples/photos/
	cp $(FACEAPI)/LICENSE $@ # last: its time says that all are there
	touch $@

# cmd/animo's tests run the program that `make build` built, which is not watched. The kernels start no goroutine, and watching their inner loops makes a photo take minutes: only training, the last command, runs with
# them watched. That goroutines do not write into each other's parts of a picture is seen by every number of workers giving equal bits.
# Of the whole server, those tests in which many things happen at once; RACE_APP=. watches all of them, which takes five minutes more.
RACE_APP ?= ^Test(App|Faults|Tasks|Stream|Subscriptions|Inbox)
UNWATCHED = -gcflags='animo/nn/kernel=-race=false -d=checkptr=0'
race: weights ## Pass the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -short $(UNWATCHED) $$(go list ./... | grep -Ev '^animo/(text|vision|cmd/animo|internal/app)$$')
	CGO_ENABLED=1 go test -race -short $(UNWATCHED) -run '$(RACE_APP)' ./internal/app
	CGO_ENABLED=1 go test -race -short $(UNWATCHED) -run 'workers|at_once|context' ./vision
	CGO_ENABLED=1 go test -race -short -run 'workers|at_once|context|progress_in_order|MLP_same_seed' ./text

lint: ## Check formatting, go vet, staticcheck, and that go.mod is tidy
	@test -z "$$(gofmt -l .)" || { gofmt -d . ; exit 1; }
	go vet ./...
	GOARCH=arm64 go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff

bench: build weights ## Run every benchmark; figures and how they were made are in docs/benchmarks.md
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

bench-peer: build ## Run scikit-learn, fastText and face-api beside Animo, where they are to be had
	-bench/peer.sh
	npm ci --prefix vision/peer --no-audit --no-fund --ignore-scripts
	ANIMO_PEER=1 go test -v -count=1 -run '^TestPeer$$' -timeout 20m ./vision

SCALE ?= 1,2,4,8,16,32
scale: ## Measure how nodes add up: SCALE processes (1,2,4,8,16,32) over the PostgreSQL that ANIMO_POSTGRES names, which has to be on this machine
	ANIMO_SCALE=$(SCALE) ANIMO_REQUIRE_POSTGRES=1 go test -count=1 -run '^TestScale$$' -timeout 60m -v ./internal/app

bench-queue: ## Measure queues in PostgreSQL beside River's, in turns (a module of its own; needs ANIMO_POSTGRES)
	cd bench/queue && go run . $(QUEUE)

# FUZZTIME counts inputs: with a time, Go now and then reports the end of the time itself as a failure.
fuzz: weights ## Run every fuzz test on FUZZTIME inputs
	@go list -f '{{.ImportPath}}' ./... | while read -r pkg; do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

crash: ## The long crash test: 50 rounds of SIGKILL at random moments
	ANIMO_CRASH_ROUNDS=50 go test -count=1 -run TestCrash -timeout 60m -v ./cmd/animo

ROUNDS ?= 50
nodes: ## The test of three nodes: ROUNDS faults (50) of theirs, of PostgreSQL, of NATS and of clocks (needs ANIMO_POSTGRES, and ANIMO_NATS for NATS)
	ANIMO_NODE_ROUNDS=$(ROUNDS) ANIMO_REQUIRE_POSTGRES=1 go test -count=1 -run TestNodes_faults -timeout 60m -v ./cmd/animo

BEFORE ?= HEAD~1
upgrade: build ## Have nodes of the commit BEFORE work beside those of this one while photos come in (needs ANIMO_POSTGRES)
	.ci/before $(BEFORE) bin/animo-before
	ANIMO_BEFORE=$(CURDIR)/bin/animo-before ANIMO_REQUIRE_POSTGRES=1 go test -count=1 -run TestNodes_of_two_releases -timeout 20m -v ./cmd/animo

MINUTES ?= 30
soak: ## Have the program work for MINUTES, and fail where memory, goroutines, descriptors or the write-ahead log grow
	ANIMO_SOAK_MINUTES=$(MINUTES) go test -count=1 -run TestSoak -timeout $$(($(MINUTES) + 10))m -v ./cmd/animo

clean: ## Remove what was built
	rm -rf bin web/dist

.PHONY: help run demo build weights notices image deploy-check sbom vuln web api test test-postgres postgres test-s3 s3 test-nats nats test-aws aws test-engines test-web bench-web screenshots race lint bench bench-peer bench-queue scale fuzz crash nodes upgrade soak clean
