# Vigie is built with make: npm packages are embedded into the binary, so
# `go build` alone needs `make assets` first.

ASSETS   := reports/assets
MODULES  := $(ASSETS)/node_modules/.package-lock.json
DEV      := $(ASSETS)/node_modules/axe-core/package.json
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -X main.version=$(VERSION)
GOFILES  := $(shell find . -name '*.go' -not -path './$(ASSETS)/node_modules/*')
DEMO     := demo
# Packages for the race detector: those that link neither DuckDB nor the
# JavaScript engine, which it slows down by an order of magnitude.
RACE      = $(shell go list ./... | grep -v -e /internal/warehouse -e /cmd/ -e /dashboards -e /internal/jobs -e '/metrics$$' -e /reports)

.PHONY: demo build test bench calibrate assets dev-assets tools chromium sshd check fuzz clean

demo: build ## the whole thing: build, then a demo agency with its report
	bin/vigie demo --dir $(DEMO)

build: tools assets ## bin/vigie
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/vigie ./cmd/vigie

# What has to be there before anything can be built; each is named once.
tools:
	@missing=; for t in go node npm gcc g++ git; do command -v $$t >/dev/null || missing="$$missing $$t"; done; \
	if [ -n "$$missing" ]; then echo "missing:$$missing (Debian: apt-get install golang nodejs npm gcc g++ git)" >&2; exit 1; fi; \
	v=$$(go env GOVERSION | sed 's/^go//'); if [ "$$(printf '1.26\n%s\n' "$$v" | sort -V | head -1)" != 1.26 ]; then \
	echo "go $$v is too old: 1.26 or later is needed" >&2; exit 1; fi; \
	n=$$(node --version | sed 's/^v//'); if [ "$${n%%.*}" -lt 20 ]; then echo "node $$n is too old: 20 or later is needed" >&2; exit 1; fi

assets: $(MODULES)
$(MODULES): $(ASSETS)/package.json $(ASSETS)/package-lock.json
	cd $(ASSETS) && npm ci --omit=dev --no-audit --no-fund
	touch $(MODULES)

dev-assets: $(MODULES) $(DEV)
$(DEV): $(ASSETS)/package.json $(ASSETS)/package-lock.json
	cd $(ASSETS) && npm ci --no-audit --no-fund
	touch $(MODULES) $(DEV)

# Pages are tested in a real browser. As root on Debian it is installed here;
# otherwise those tests skip and say what to run.
chromium:
	@if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "no Chromium: tests of pages are skipped; to run them: sudo apt-get install chromium" >&2; fi; fi

# Files are fetched from a real SFTP server, on the loopback address while a test
# runs. It is not installed where that would start a server for everybody.
sshd:
	@if ! [ -x /usr/sbin/sshd ]; then \
	  if [ "$$(id -u)" = 0 ] && ! [ -d /run/systemd/system ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openssh-server >/dev/null; \
	  else echo "no OpenSSH server: tests of SFTP are skipped; to run them: sudo apt-get install openssh-server" >&2; fi; fi

check: ## gofmt, vet, staticcheck
	@bad=$$(gofmt -l $(GOFILES)); if [ -n "$$bad" ]; then echo "gofmt -w these:" >&2; echo "$$bad" >&2; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

test: tools dev-assets chromium sshd ## everything that must pass
	$(MAKE) check
	VIGIE_CHROMIUM_NO_SANDBOX=$$([ "$$(id -u)" = 0 ] && echo 1) go test ./...
	go test -race -short $(RACE)
	$(MAKE) fuzz FUZZTIME=5s

# Go calls it a failure without an input when the time ends while an input is
# being made smaller; that is none.
FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME
	@set -e; log=$$(mktemp); trap 'rm -f $$log' EXIT; \
	for d in $$(grep -rl --include='*_test.go' '^func Fuzz' . --exclude-dir=node_modules | xargs -n1 dirname | sort -u); do \
	  for f in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\).*/\1/p' $$d/*_test.go); do \
	    echo "$$d $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$d >$$log 2>&1 || \
	    { grep -q 'context deadline exceeded' $$log && ! grep -q 'Failing input' $$log; } || { cat $$log; exit 1; }; done; done

bench: tools assets ## speed and memory, as ratios within one run
	go test -run '^$$' -bench . -benchtime 1x ./ingest ./internal/warehouse ./metrics ./metrics/stats ./reports/chart

calibrate: ## how often methods and rules are right, into the help pages; and a million random frames
	VIGIE_CALIBRATE=$$(date +%F) go test ./metrics/stats ./metrics/insight ./metrics -run 'Calibrat|TestQuiet|TestPlanted|TestSettles|TestCalm|TestSeen|TestRandom|TestTotals' -count 1 -timeout 60m

clean:
	rm -rf bin $(DEMO)
