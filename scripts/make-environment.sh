#!/bin/sh
# Make a virtual environment with the newest suitable Python, or say exactly what is missing.
# Usage: make-environment.sh FOLDER FOLDER/bin       (PYTHON=... chooses an interpreter)
set -eu

venv=$1
bin=$2
wanted="import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)"

python=
found=
bare=
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    version=$("$candidate" --version 2>/dev/null) || continue # a name may be there and still not run
    if ! "$candidate" -c "$wanted" 2>/dev/null; then
        found="$found $candidate ($version)"
    elif ! "$candidate" -c "import venv, ensurepip" 2>/dev/null; then
        bare=$("$candidate" -c "import sys; print('python%d.%d' % sys.version_info[:2])")
    else
        python=$candidate
        break
    fi
done

if [ -z "$python" ] && [ -n "$bare" ]; then
    echo "error: $bare is here, but without venv or ensurepip, which make an environment." >&2
    echo "       Debian, Ubuntu:  sudo apt install $bare-venv" >&2
    exit 1
fi

if [ -z "$python" ]; then
    echo "error: Python 3.11 or newer is needed${found:+; found only$found}." >&2
    echo "       Debian, Ubuntu:  sudo apt install python3.11 python3.11-venv   (or a newer one)" >&2
    echo "       Fedora:          sudo dnf install python3.12" >&2
    echo "       macOS:           brew install python@3.12" >&2
    echo "       Windows:         winget install Python.Python.3.12" >&2
    echo "       Installed elsewhere? make PYTHON=/path/to/python demo" >&2
    exit 1
fi

echo "Making the environment $venv with $("$python" --version) ..."
"$python" -m venv "$venv"
"$bin/python" -m pip --version >/dev/null
