.DEFAULT_GOAL := help
.PHONY: help setup run dev test check e2e snapshots torture bindings queries bench quality bundle clean

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## install what a fresh Debian or Ubuntu machine lacks
	@scripts/setup.sh test

run: ## build the app and open it on the sample project (without a display: make its glossary)
	@scripts/run.sh

dev: ## the app, with an interface that reloads as it is edited
	@scripts/dev.sh

test: ## everything that must hold before a merge
	@scripts/verify.sh test

check: ## formatting, lints, types and generated files only
	@scripts/verify.sh check

e2e: ## the tests in the app's real webview only
	@scripts/e2e.sh

snapshots: ## draw the pictures of every screen again, after looking at what changed
	@scripts/setup.sh test
	@cd ui && npm run --silent snapshots -- --update

torture: ## kill the program at 200 random points and check that nothing is lost
	@scripts/torture.sh

bindings: ## write ui/src/ipc/bindings.ts from the commands and events
	@UPDATE_BINDINGS=1 cargo test --quiet --test bindings

queries: ## write .sqlx/ from the migrations and the queries
	@scripts/sqlx.sh prepare

bench: ## measure speed
	@scripts/setup.sh cli
	@cargo bench -p genglossary-engine --bench speed
	@cargo bench -p genglossary-models --bench calls
	@scripts/bench-ui.sh

quality: ## measure the linguistic quality (DATA=folder with the evaluation data)
	@scripts/setup.sh cli
	@cargo run --release -p glossary --example quality -- $(DATA)

bundle: ## the installers of this platform
	@scripts/bundle.sh

clean: ## remove what was built
	@rm -rf target ui/dist gen
