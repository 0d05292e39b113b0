# Two commands: `make run` serves the whole system with demonstration data, `make test` passes every test.
# Neither needs root, Node, a database or an answer; see README.md.
SHELL := /bin/sh
UV := .uv/bin/uv
export UV_PYTHON_DOWNLOADS := never
export PYTHONUNBUFFERED := 1
# Dependencies come from the lock file alone; a parent's virtual environment must not be mistaken for ours.
unexport VIRTUAL_ENV

.PHONY: run cluster test test-quick setup lint portal clean
run: setup
	@$(UV) run --frozen --no-sync python -m config.embedded.demo

# Three nodes on this machine, each with its own database and pages; see docs/cluster.md.
cluster: setup
	@$(UV) run --frozen --no-sync python manage.py cluster_demo

test: setup
	@$(UV) run --frozen --no-sync python -m tests.run

# Without linters, browsers, clusters and what kills servers.
test-quick: setup
	@$(UV) run --frozen --no-sync python -m tests.run --quick

lint: setup
	@$(UV) run --frozen --no-sync python -m tests.run --lint

setup: .venv/.synced

$(UV):
	@echo "Fetching uv into .uv/ …"
	@python3 -m pip install --quiet --disable-pip-version-check --no-warn-conflicts --root-user-action=ignore --target .uv uv

.venv/.synced: $(UV) pyproject.toml uv.lock
	@echo "Installing locked dependencies into .venv/ …"
	@$(UV) sync --frozen --quiet
	@touch .venv/.synced

# The build in portal/dist is committed, so that neither command above needs Node; this makes it anew.
portal: setup
	@SECRET_KEY=unused $(UV) run --frozen --no-sync python manage.py export_openapi_schema --api config.api.tenant_api \
		--indent 1 --sorted --output portal/openapi.json
	cd portal && npm ci && npm run describe && npm run build
	@python3 portal/compress.py
	@python3 portal/fingerprint.py > portal/dist/sources.sha256

# Removes the embedded servers' data; asks nothing, so it is never part of another target.
clean:
	rm -rf var .venv .uv
