#!/bin/sh
# Two machines, two agents, one remote: sync, a conflict and its resolution, todos that come back, a rollback.
#
# Everything happens in a directory of its own, which is removed at the end. `git chittysync` has to be on PATH.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
git init -q --bare todos.git

# Nothing of the user's takes part, and every run gives the same ids.
unset XDG_DATA_HOME XDG_CONFIG_HOME CHITTYSYNC_STORE CLAUDE_CONFIG_DIR CLAUDE_CODE_SESSION_ID GIT_DIR NO_COLOR
export GIT_CONFIG_SYSTEM=/dev/null GIT_CEILING_DIRECTORIES="$dir" COLUMNS=80 TZ=UTC LC_ALL=C.UTF-8 TERM=xterm
export GIT_AUTHOR_NAME=Sam GIT_AUTHOR_EMAIL=sam@example.com GIT_COMMITTER_NAME=Sam GIT_COMMITTER_EMAIL=sam@example.com

# The sessions of the two agents.
laptop=a11ce5d2-3c1f-4b7e-9a60-0c5f6f1f2b01
desktop=b0b77a3e-8d24-4f0b-b1c9-5e2d7c9a4f02

# on <machine>: what follows happens there.
on() {
    machine=$1
    export HOME="$dir/$1"
    mkdir -p "$HOME/.claude/todos" "$HOME/.claude/projects/shop" "$HOME/shop"
    cd "$HOME"
    [ -e .gitconfig ] || printf '[chittysync]\n\tdevice = %s\n[color]\n\tui = always\n[init]\n\tdefaultBranch = main\n' "$1" >.gitconfig
    [ -e shop/.git ] || git init -q shop
}

# at <time>: it is that time of the day.
at() {
    export CHITTYSYNC_NOW="2026-11-20T$1:00Z" GIT_AUTHOR_DATE="2026-11-20T$1:00Z" GIT_COMMITTER_DATE="2026-11-20T$1:00Z"
    touched="20261120$(echo "$1" | tr -d :)"
}

# agent <session> <JSON>: a session's list, and where it works, as Claude Code writes them.
agent() {
    printf '%s\n' "$2" >"$HOME/.claude/todos/$1-agent-$1.json"
    printf '{"type":"user","sessionId":"%s","cwd":"%s","timestamp":"%s","message":{"role":"user","content":"Go on"}}\n' \
        "$1" "$HOME/shop" "$CHITTYSYNC_NOW" >"$HOME/.claude/projects/shop/$1.jsonl"
    touch -t "$touched" "$HOME/.claude/todos/$1-agent-$1.json" "$HOME/.claude/projects/shop/$1.jsonl"
}

say() {
    printf '\033[2m# %s\033[0m\n' "$1"
}

# run <command>: shows it, and what it prints.
run() {
    printf '\033[1;36m%s$\033[0m \033[1m%s\033[0m\n' "$machine" "$1"
    eval "$1" 2>&1
}

# What a person says is said as `<device>-<digits>`. The digits are drawn once; here they are not to differ.
fixed_name() {
    mkdir -p .local/share/chittysync/store.git/chittysync
    echo 5a3d5a3d >.local/share/chittysync/store.git/chittysync/device
}

on laptop
at 09:00
agent $laptop '[
  {"content": "Fix login tests", "status": "in_progress", "activeForm": "Fixing login tests"},
  {"content": "Write release notes", "status": "pending", "activeForm": "Writing release notes"}]'
say "An agent works on the laptop, another one on the desktop. Any git remote will do."
run 'git chittysync -q init --remote ../todos.git'
run 'git chittysync -q sync'

on desktop
at 10:00
agent $desktop '[
  {"content": "Fix login tests", "status": "pending", "activeForm": "Fixing login tests"},
  {"content": "Add rate limiting", "status": "in_progress", "activeForm": "Adding rate limiting"}]'
run 'git chittysync -q init --remote ../todos.git'
fixed_name
run 'git chittysync sync'

# The desktop's agent goes on as if nothing were done, the laptop's is done.
on laptop
at 11:00
agent $laptop '[
  {"content": "Fix login tests", "status": "completed", "activeForm": "Fixing login tests"},
  {"content": "Write release notes", "status": "in_progress", "activeForm": "Writing release notes"}]'
git chittysync -q sync
on desktop
at 11:30
agent $desktop '[
  {"content": "Fix login tests", "status": "in_progress", "activeForm": "Fixing login tests"},
  {"content": "Add rate limiting", "status": "completed", "activeForm": "Adding rate limiting"}]'
echo
say "Later: the laptop's agent says the tests are fixed, the desktop's still fixes them."
run 'git chittysync -q sync; git chittysync conflicts'
at 11:40
run 'git chittysync resolve login tests --take b0b77a3e && git chittysync list'

echo
say "All of it is git: who said what, and when."
git chittysync -q sync
on laptop
git clone -q -b consolidated ../todos.git todos
cd todos
run 'git log --oneline -5 consolidated'
echo
say "Somebody takes the branch back with git. What was said comes back with the next sync."
at 11:50
run 'git restore -s HEAD~2 . && git commit -qam "Back to before" && git push -q'
cd ..
at 12:00
run 'git chittysync sync'
echo
say "To go back, say so: then it holds on every machine."
at 12:10
run 'git chittysync rollback "2026-11-20 11:35"; git chittysync list'
