#!/usr/bin/env bash
# Makes .venv: a Python of 3.11 or newer, everything in requirements/dev.txt by hash, and this
# package, editable. With uv when it is on the path and works, else with venv and pip.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  local name
  for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    # The word may be there and not work (pyenv's shims), be too old, or lack venv (Debian).
    if "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 &&
      { [ -n "$uv" ] || "$name" -c 'import ensurepip' >/dev/null 2>&1; }; then
      command -v "$name"
      return
    fi
  done
  echo "Stackmark needs Python 3.11 or newer with venv${PYTHON:+, and PYTHON=$PYTHON is not that}." >&2
  echo "Install it (on Debian and Ubuntu: apt-get install python3 python3-venv), then run make again." >&2
  exit 1
}

with_uv() {
  uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt &&
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
}

with_pip() {
  .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
  .venv/bin/python -m pip install --quiet --require-hashes -r requirements/dev.txt
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
}

uv=$(command -v uv || true)
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
  python=$(find_python)
  rm -rf .venv
  echo "Making .venv with $("$python" --version)"
  if [ -n "$uv" ]; then uv venv --quiet --python "$python" .venv; else "$python" -m venv .venv; fi
fi

echo "Installing the locked requirements (half a minute the first time)"
if [ -n "$uv" ]; then
  with_uv || { echo "uv could not; trying pip" >&2; with_pip; }
else
  with_pip
fi

# Compiled once here: where Python may not keep what it compiled (PYTHONDONTWRITEBYTECODE), each
# start of the program would take seconds longer.
.venv/bin/python -m compileall -q -j 0 src >/dev/null || true
