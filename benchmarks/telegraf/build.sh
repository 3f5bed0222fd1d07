#!/bin/sh
# Builds a Telegraf with the two plugins of the race into build/telegraf, from Go's module proxy.
# It needs Go (see the version's go.mod) and takes some minutes.
set -eu
version=${TELEGRAF_VERSION:-v1.37.2}
root=$(cd "$(dirname "$0")/../.." && pwd)
sources=$(GOFLAGS=-mod=mod go mod download -json "github.com/influxdata/telegraf@$version" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The module cache is read-only, and a build may write go.sum.
cp -r "$sources/." "$work"
chmod -R u+w "$work"
mkdir -p "$root/build/telegraf"
cd "$work"
go build -tags "custom inputs.amqp_consumer outputs.elasticsearch parsers.json" \
    -ldflags "-s -w -X github.com/influxdata/telegraf/internal.Version=${version#v}" \
    -o "$root/build/telegraf/telegraf" ./cmd/telegraf
