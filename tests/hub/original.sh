#!/bin/sh
# Sends what the original's two clients send, one request a call: `original.sh <url> <token> <request> <name>`.
# Prints the status, and the answer behind it.
set -eu
url=$1 token=$2 request=$3 name=$4
send() {
    curl -s -w '\n%{http_code}\n' -H 'Content-Type: application/json' -H "Authorization: Bearer $token" "$@"
}
case $request in
cron) send -X POST "$url/api/v1/todos/sync" -d "[{\"content\":\"$name\",\"status\":\"pending\",\"activeForm\":\"Doing $name\"}]" ;;
project) send -X POST "$url/project" -d "{\"id\":\"$name\",\"name\":\"The $name\"}" ;;
session)
    send -X POST "$url/session" -d "{\"id\":\"$name\",\"projectId\":\"p1\",\"aiPlatform\":\"claude\",\"metadata\":{\"pwd\":\"$PWD\",\"user\":\"ana\"}}"
    ;;
topic) send -X POST "$url/topic" -d "{\"id\":\"$name\",\"content\":\"deploy the database backup\",\"file\":\"x.md\"}" ;;
update) send -X POST "$url/api/todos/p1" -d "{\"todos\":[{\"content\":\"$name\",\"status\":\"in_progress\"}]}" ;;
status) send "$url/status" ;;
*) echo "no request is called $request" >&2 && exit 2 ;;
esac
