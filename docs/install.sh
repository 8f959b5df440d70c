#!/bin/sh
# Puts the programs and manual pages of a release into ~/.local:
#
#   sh install.sh [--from <address>] [--to <directory>] [--target <target>]
#
# --from    where the release is: an https:// address or a directory. The copy that a release has knows its own
# --to      the directory that gets bin/ and share/man/ [default: ~/.local]
# --target  the build, such as x86_64-unknown-linux-musl [default: the one for this machine]
#
# Everything is in functions, and the last line calls one: of a script that was cut off on the way nothing is run.
set -eu

from=${CHITTYSYNC_RELEASE:-}
to=${HOME:?}/.local
target=
scratch=

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

clean() {
    [ -z "$scratch" ] || rm -rf "$scratch"
}

# fetch <name>: a file of the release, in the scratch directory. What is fetched over a network is fetched over TLS.
fetch() {
    case $from in
    https://*)
        curl -fsSL --proto '=https' --tlsv1.2 -o "$scratch/$1" "$from/$1" || fail "cannot fetch $from/$1"
        ;;
    http://127.0.0.1:* | http://localhost:*)
        curl -fsS -o "$scratch/$1" "$from/$1" || fail "cannot fetch $from/$1"
        ;;
    http://*) fail "$from would come over the network for everybody to change; use https://" ;;
    *) cp "${from#file://}/$1" "$scratch/$1" || fail "there is no $1 in ${from#file://}" ;;
    esac
}

# Says which build runs here. Those for GNU's C library need version 2.35 of it; the ones with musl need none.
this_machine() {
    case $(uname -m) in
    x86_64 | amd64) processor=x86_64 ;;
    aarch64 | arm64) processor=aarch64 ;;
    *) fail "there is no build for a $(uname -m); cargo install builds one" ;;
    esac
    case $(uname -s) in
    Darwin) echo "$processor-apple-darwin" ;;
    Linux)
        libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //') || libc=
        newest=$(printf '2.35\n%s\n' "${libc:-0}" | sort -t . -k 1,1n -k 2,2n | tail -1)
        if [ "$newest" = "$libc" ]; then echo "$processor-unknown-linux-gnu"; else echo "$processor-unknown-linux-musl"; fi
        ;;
    *) fail "there is no build for $(uname -s)" ;;
    esac
}

sum() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1" | cut -d ' ' -f 1
    else
        fail "neither sha256sum nor shasum is there, so what was fetched cannot be checked"
    fi
}

# Fetches the archive and unpacks it, if it is the one that the checksums name.
get() {
    fetch SHA256SUMS
    archive=$(sed -n "s/^[0-9a-f]* [ *]\(git-chittysync-[0-9][^/ ]*-$target\.tar\.gz\)\$/\1/p" "$scratch/SHA256SUMS")
    case $archive in
    '') fail "the release has no build for $target; --target names another" ;;
    *[!a-zA-Z0-9._+-]*) fail "the release names more than one build for $target" ;;
    esac
    fetch "$archive"
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$archive\$/\1/p" "$scratch/SHA256SUMS")
    if [ -z "$wanted" ] || [ "$(sum "$scratch/$archive")" != "$wanted" ]; then
        fail "$archive is not what SHA256SUMS says it is; nothing was installed"
    fi
    tar -C "$scratch" -xzf "$scratch/$archive" || fail "$archive cannot be unpacked; nothing was installed"
    new=$scratch/${archive%.tar.gz}
    "$new/git-chittysync" --version >/dev/null 2>&1 || fail "the build for $target does not run here; --target names another"
}

# Puts each file in its place by a rename. The program comes last: while it is missing, nothing is installed.
place() {
    mkdir -p "$to/bin" "$to/share/man/man1"
    for page in "$new"/man/*.1; do
        # With this line `git chittysync uninstall` knows them as its own.
        { printf '.\\" %s\n' 'Installed by git chittysync; `git chittysync uninstall` removes it.' && cat "$page"; } >"$page.marked"
        mv -f "$page.marked" "$to/share/man/man1/${page##*/}"
    done
    for program in git-chittysync-hub git-chittysync; do
        [ ! -e "$new/$program" ] || mv -f "$new/$program" "$to/bin/$program"
    done
}

main() {
    while [ $# -gt 0 ]; do
        case $1 in
        --from | --to | --target) [ $# -gt 1 ] || fail "$1 is given without a value" ;;
        *) fail "there is no option $1; there are --from, --to and --target" ;;
        esac
        case $1 in
        --from) from=${2%/} ;;
        --to) to=$2 ;;
        --target) target=$2 ;;
        esac
        shift 2
    done
    [ -n "$from" ] || fail "say where the release is: --from <https:// address or directory>"
    [ -n "$target" ] || target=$(this_machine)
    mkdir -p "$to"
    # Beside the place where everything goes, so that a rename is enough.
    scratch=$(mktemp -d "$to/.git-chittysync.XXXXXX")
    trap clean EXIT
    trap 'exit 1' HUP INT TERM
    get
    place
    echo "Installed $("$to/bin/git-chittysync" --version) in $to/bin"
    case :$PATH: in
    *":$to/bin:"*) ;;
    *) echo "$to/bin is not on your PATH: git finds the program when it is." ;;
    esac
    echo 'Next: `git chittysync install` sets your agents up, `git chittysync demo` shows an example.'
}

{ main "$@"; }
