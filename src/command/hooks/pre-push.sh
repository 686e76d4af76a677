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
    # A new branch, or one whose commits on the remote were never fetched: all that no branch of the remote has. It mostly begins at one commit; where it
    # does not, its commits are scanned one by one.
    new_commits=$(git rev-list --reverse --boundary "$new" --not --remotes="$remote") || exit 1
    case $(printf '%s\n' "$new_commits" | grep -c '^-') in
        0) if [ -n "$new_commits" ]; then scan "$new"; fi ;;
        1) scan "$(printf '%s\n' "$new_commits" | sed -n 's/^-//p')..$new" ;;
        *)
            for commit in $(printf '%s\n' "$new_commits" | grep -v '^-'); do
                if git rev-parse --quiet --verify "$commit^" > /dev/null; then scan "$commit^..$commit"; else scan "$commit"; fi
            done
            ;;
    esac
done
exit $status
