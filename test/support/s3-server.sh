#!/usr/bin/env bash
# A real S3 store on loopback for tests: OpenStack Swift with its S3 API, from Debian's packages swift-proxy, swift-account, swift-container and
# swift-object. It checks signatures, hashes and expiry. It serves until its standard input ends.
#
#   s3-server.sh FOLDER PORT OBJECT_PORT CONTAINER_PORT ACCOUNT_PORT
#
# Access key test:tester, secret testing, region us-east-1. As root (Swift reads /etc/swift/swift.conf and writes extended attributes).
set -euo pipefail
mkdir -p "$1/etc" "$1/srv/d1"
folder=$(readlink -f "$1")
port=$2
declare -A ports=([object]=$3 [container]=$4 [account]=$5)

grep -qs swift_hash_path_suffix /etc/swift/swift.conf || {
  mkdir -p /etc/swift
  printf '[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n' >/etc/swift/swift.conf
}

for kind in object container account; do
  cat >"$folder/etc/$kind.conf" <<CONF
[DEFAULT]
devices = $folder/srv
mount_check = false
bind_ip = 127.0.0.1
bind_port = ${ports[$kind]}
workers = 0
user = $(id -un)
swift_dir = $folder/etc
fallocate_reserve = 0
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
done
cat >"$folder/etc/proxy.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
user = $(id -un)
swift_dir = $folder/etc
[pipeline:main]
pipeline = catch_errors cache s3api tempauth bulk slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:bulk]
use = egg:swift#bulk
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:catch_errors]
use = egg:swift#catch_errors
CONF

/usr/bin/python3 - "$folder/etc" "$3" "$4" "$5" <<'RINGS'
import sys
from swift.common.ring import RingBuilder
folder, *ports = sys.argv[1:]
for kind, port in zip(("object", "container", "account"), ports):
    builder = RingBuilder(4, 1, 1)
    address = {"ip": "127.0.0.1", "port": int(port), "replication_ip": "127.0.0.1", "replication_port": int(port)}
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "device": "d1", **address})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
RINGS

servers=()
stop() { [ ${#servers[@]} -eq 0 ] || kill -KILL "${servers[@]}" 2>/dev/null || true; }
trap stop EXIT
for kind in object container account proxy; do
  "swift-$kind-server" "$folder/etc/$kind.conf" >"$folder/$kind.log" 2>&1 </dev/null &
  servers+=($!)
done
for try in $(seq 1 120); do
  for server in "${servers[@]}"; do
    kill -0 "$server" 2>/dev/null || { tail -n 5 "$folder"/*.log >&2; echo "a server ended" >&2; exit 1; }
  done
  # All four: the proxy is up before those behind it, and then answers 503.
  silent=0
  for place in "$port" "$3" "$4" "$5"; do
    [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$place/" || true)" != 000 ] || silent=$((silent + 1))
  done
  [ "$silent" -ne 0 ] || break
  [ "$try" -lt 120 ] || { echo "it did not answer within a minute" >&2; exit 1; }
  sleep 0.5
done
echo "ready"
cat >/dev/null
