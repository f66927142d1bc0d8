# Two commands set everything up: `make demo` and `make test`. Each target makes the environment it needs.
PYTHON ?= python3
VENV := .venv
DEMO_VENV := .demo/venv
# Dozens of processes are started by the tests: what one of them has compiled the others need not compile again.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin

.PHONY: demo test check catalogue format eval fuzz bench formats properties seeds test-ray test-servers measure pictures clean

demo: $(DEMO_VENV)/.made  ## extract the example reports with the embedded model
	$(DEMO_VENV)/bin/baogao model pull
	$(DEMO_VENV)/bin/baogao extract 'eval/datasets/examples/*.txt' --embedded --extractor hybrid --out out/demo

PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -rs

test: $(VENV)/.made  ## the whole suite, offline; what was skipped, and how to get it, is said at the end
	$(PYTEST)

check: $(VENV)/.made  ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST)

MINUTES ?= 30

fuzz: $(VENV)/.made  ## everything that reads what others wrote, on nearly valid inputs, for MINUTES
	BAOGAO_UNITS_LENGTH=64000 $(BIN)/python tests/fuzz/run.py --minutes $(MINUTES)

test-ray: $(VENV)/.made  ## a local Ray cluster, one of its workers killed
	$(BIN)/python -m pip install --quiet --editable '.[dev,ray]'
	$(BIN)/python -m pytest -m ray tests/engines

test-servers: $(VENV)/.made  ## real model servers, each in an environment of its own; writes docs/servers.md
	$(BIN)/python tests/servers/kinds.py
	BAOGAO_SERVERS_PAGE=1 $(BIN)/python -m pytest -m servers tests/servers -rs

properties: $(VENV)/.made  ## the property tests, with many more examples
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile fuzz

seeds: $(VENV)/.made  ## every answer under eight hash seeds; the suite takes two of them, and fewer answers
	$(BIN)/python -m pytest -m seeds tests/test_seeds.py

bench: $(VENV)/.made  ## the benchmarks that need no model; docs/performance.md
	$(BIN)/python eval/bench/rules_speed.py
	$(BIN)/python eval/bench/start_up.py
	$(BIN)/python eval/bench/client_overhead.py
	$(BIN)/python eval/bench/client_overhead.py --latency 0.5 --requests 1000 --turns 1
	$(BIN)/python eval/bench/cache_hits.py --ask form
	$(BIN)/python eval/bench/cache_hits.py --ask link
	$(BIN)/python eval/bench/score_speed.py
	$(BIN)/python eval/bench/growth.py
	$(BIN)/python eval/candidate_coverage.py

catalogue: $(VENV)/.made  ## messages of the source and their translations; says how many lack one
	$(BIN)/python docs/generate_catalogue.py

formats: $(VENV)/.made  ## the same reports in every file format: are the answers the same?
	$(BIN)/python eval/bench/formats.py eval/datasets/fictional/dev eval/datasets/fresh/tuning --keep out/formats

format: $(VENV)/.made
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(VENV)/.made  ## replay the published runs, offline, and compare them to the byte
	$(BIN)/baogao eval replay eval/runs/fictional-test
	$(BIN)/baogao eval replay eval/runs/fictional-test-thorough
	$(BIN)/baogao eval replay eval/runs/fictional-test-untuned
	$(BIN)/baogao eval replay eval/runs/fictional-test-link
	$(BIN)/baogao eval replay eval/runs/work-reports-link
	$(BIN)/baogao eval replay eval/runs/work-reports-untuned
	$(BIN)/baogao eval replay eval/runs/facts-link

# Modules are compiled when they are first imported: to compile all of torch and transformers takes its time.
$(VENV)/.made: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile --editable '.[dev]'
	touch $@

$(DEMO_VENV)/.made: pyproject.toml
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet --upgrade pip
	$(DEMO_VENV)/bin/python -m pip install --quiet --no-compile --editable '.[local]'
	touch $@

measure: $(VENV)/.made  ## how many files, how long, how many helpers, how many tests
	$(BIN)/python docs/measure_house.py

pictures: $(VENV)/.made  ## the pictures of docs/pictures: Chromium with its driver, LibreOffice and a Chinese font are needed
	$(BIN)/python -m pip install --quiet --editable '.[dev]' pillow
	$(BIN)/python docs/pictures_of_pages.py
	$(BIN)/python docs/picture_of_workbook.py
	$(BIN)/python docs/film_of_terminal.py

clean:
	rm -rf $(VENV) .demo out build dist
