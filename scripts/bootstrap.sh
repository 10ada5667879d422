#!/bin/sh
# Makes backend/.venv with every pinned, hashed requirement and the `zenspa` command. Does nothing when it is
# up to date. `uv` is used when it is there, else plain pip. The caller's own environment does not matter.
set -eu
cd "$(dirname "$0")/../backend"
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV

venv=.venv
stamp=$venv/requirements.stamp
wanted=$(cat requirements.txt requirements-dev.txt | cksum)

# Runs, is recent enough, and can make an environment (Debian's comes without): a pyenv shim may do none of it.
usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() {
    for python in python3.14 python3.13 python3.12 python3 \
        $(ls -d "$HOME"/.pyenv/versions/*/bin/python 2>/dev/null | sort -rV); do
        if usable "$python"; then
            echo "$python"
            return
        fi
    done
    echo "ZenSpa needs Python 3.12 or newer with venv: apt install python3 python3-venv, brew install python, or https://www.python.org/downloads/" >&2
    return 1
}

if ! "$venv/bin/python" -c '' >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making backend/$venv with $("$python" --version) ..."
    rm -rf "$venv"
    "$python" -m venv "$venv" # uv would not take every interpreter that is found here
elif [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

echo "Installing the requirements; the first time this takes a minute or two ..."
if uv --version >/dev/null 2>&1; then
    install() { uv pip install --python "$venv/bin/python" "$@"; }
else
    install() { "$venv/bin/python" -m pip --disable-pip-version-check install "$@"; }
fi
install --require-hashes -r requirements-dev.txt
install --no-deps --no-build-isolation --editable .
echo "$wanted" >"$stamp"
