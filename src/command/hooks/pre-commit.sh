#!/bin/sh
# written by `aelix-lint install-hook`; scans the lines that this commit adds
if ! command -v aelix-lint > /dev/null 2>&1; then
    echo "aelix-lint is not on the PATH: nothing was scanned, so nothing is committed" >&2
    exit 1
fi
exec aelix-lint check --staged
