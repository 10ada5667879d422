#!/bin/sh
# Fails when a requirements file is not what pyproject.toml compiles to; says what differs.
# With --write it updates the files; with --write --upgrade to the newest versions.
set -eu
cd "$(dirname "$0")/../backend"
PATH="$PWD/.venv/bin:$PATH"

write=no
[ "${1-}" != --write ] || { write=yes; shift; }

compiled=$(mktemp)
trap 'rm -f "$compiled"' EXIT

compile() {
    file=$1
    shift
    cp "$file" "$compiled" # its versions stay where they fit
    uv pip compile --quiet --system-certs --universal --python-version 3.12 --generate-hashes --no-header --no-annotate \
        "$@" --output-file "$compiled" pyproject.toml
    if [ "$write" = yes ]; then
        cat "$compiled" >"$file"
    elif ! diff -u "$file" "$compiled"; then
        echo "backend/$file is not in step with pyproject.toml: run scripts/check_requirements.sh --write" >&2
        exit 1
    fi
}

compile requirements.txt "$@"
compile requirements-dev.txt --extra dev --constraint requirements.txt "$@"
