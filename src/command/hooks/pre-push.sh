#!/bin/sh
# written by `aelix-lint install-hook`; scans what each commit adds that is pushed and that the remote does not have
if ! command -v aelix-lint > /dev/null 2>&1; then
    echo "aelix-lint is not on the PATH: nothing was scanned, so nothing is pushed" >&2
    exit 1
fi
remote=$1
status=0
scan() {
    aelix-lint check --allow-empty --commits "$1" < /dev/null || status=1
}
while read -r _ new _ old; do
    case $new in *[!0]*) ;; *) continue ;; esac # a branch that is deleted
    case $old in
        *[!0]*)
            if git cat-file -e "$old^{commit}" 2> /dev/null; then
                scan "$old..$new"
                continue
            fi
            ;;
    esac
    # A new branch, or one whose commits on the remote were never fetched: all that no branch of the remote has.
    for commit in $(git rev-list --reverse "$new" --not --remotes="$remote"); do
        if git rev-parse --quiet --verify "$commit^" > /dev/null; then scan "$commit^..$commit"; else scan "$commit"; fi
    done
done
exit $status
