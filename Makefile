PYTHON ?= python

.PHONY: check lint types contracts test heavy eval fit trials bench fidelity scores followups reader torture picture

check: lint types contracts test heavy ## everything that CI runs

lint:                                 ## style
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:                                ## types of the three packages
	$(PYTHON) -m mypy

contracts:                            ## who may import whom
	lint-imports

test:                                 ## the tests: offline, a few minutes
	$(PYTHON) -m pytest

heavy:                                ## the tests that take longer than all others
	$(PYTHON) -m pytest -m heavy

eval:                                 ## score the held-out questions on a throw-away index of ./seeds
	$(PYTHON) -m qa eval --index "$$(mktemp -d)"

fit:                                  ## the scale of confidence without the reader, from the development questions
	$(PYTHON) -m eval.fit

trials:                               ## what each choice in retrieval is worth: TRIALS="articles questions ..."
	$(PYTHON) -m eval.trials $(TRIALS)

bench:                                ## how long qa takes beside a plain script: DATA=a folder of .txt files
	@test -n "$(DATA)" || { echo 'Name a folder of .txt files: make bench DATA=~/articles' >&2; exit 2; }
	$(PYTHON) -m eval.bench "$(DATA)" $(BENCH)

fidelity:                             ## our vectors and words beside their originals: DATA="set set", SQuAD or BEIR
	@test -n "$(DATA)" || { echo 'Name SQuAD files or BEIR folders: make fidelity DATA="set set"' >&2; exit 2; }
	$(PYTHON) -m eval.fidelity $(DATA) $(FIDELITY)

scores:                               ## public sets beside published scores, into docs/scores.md: DATA=a folder of sets
	@test -n "$(DATA)" || { echo 'Name a folder of public question sets: make scores DATA=~/sets' >&2; exit 2; }
	$(PYTHON) -m eval.scores "$(DATA)" $(SCORES)

followups:                            ## what completing follow-ups is worth: DATA=a folder of sets
	@test -n "$(DATA)" || { echo 'Name a folder of public question sets: make followups DATA=~/sets' >&2; exit 2; }
	$(PYTHON) -m eval.followups "$(DATA)" $(FOLLOWUPS)

reader:                               ## train the reader, hours on a CPU, resumable: DATA=sets WORK=a folder
	@test -n "$(DATA)" -a -n "$(WORK)" || { echo 'Name both: make reader DATA=~/sets WORK=~/reader' >&2; exit 2; }
	$(PYTHON) -m eval.training.mine "$(DATA)" "$(WORK)"
	$(PYTHON) -m eval.training.train "$(DATA)" "$(WORK)"
	$(PYTHON) -m eval.training.pack "$(WORK)" qa/reader/reader.safetensors

torture:                              ## prove that an index cannot be lost: a table of figures, ten minutes or more
	$(PYTHON) tests/torture.py

picture:                              ## the README's picture: docs/conversation.txt, played at a terminal and drawn
	$(PYTHON) -m eval.picture docs/conversation.txt docs/conversation.svg
