#!/usr/bin/python3
"""A real S3 store on loopback for tests: OpenStack Swift with its S3 API, from Debian's packages swift-proxy, swift-account, swift-container and
swift-object. It checks signatures, hashes and expiry. It serves until its standard input ends.

  s3-server.py FOLDER PORT OBJECT_PORT CONTAINER_PORT ACCOUNT_PORT

Access key test:tester, secret testing, region us-east-1. As root (Swift reads /etc/swift/swift.conf and writes extended attributes).
"""

import eventlet

# As Swift does itself, and before anything else is imported: later it goes through all objects for each lock, which takes a second in each server.
eventlet.monkey_patch(all=False, socket=True, select=True, thread=True)

import contextlib
import os
import pwd
import signal
import socket
import sys
import time

# Imported once and then shared by the four servers, which are forks.
import swift.account.server
import swift.common.middleware.s3api.s3api
import swift.container.server
import swift.obj.server
import swift.proxy.server
from swift.common.ring import RingBuilder
from swift.common.wsgi import run_wsgi

SWIFT_CONF = "/etc/swift/swift.conf"
SECONDS = 60

STORAGE_CONF = """[DEFAULT]
devices = {folder}/srv
mount_check = false
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY_CONF = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
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
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def prepare(folder, ports):
    """Writes what the servers read: the hash of the machine, a configuration for each, and rings of the one disk."""
    os.makedirs(f"{folder}/etc", exist_ok=True)
    os.makedirs(f"{folder}/srv/d1", exist_ok=True)
    if not os.path.exists(SWIFT_CONF) or "swift_hash_path_suffix" not in open(SWIFT_CONF).read():
        os.makedirs(os.path.dirname(SWIFT_CONF), exist_ok=True)
        write(SWIFT_CONF, "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n")
    user = pwd.getpwuid(os.getuid()).pw_name
    for kind, port in ports.items():
        template = PROXY_CONF if kind == "proxy" else STORAGE_CONF
        write(f"{folder}/etc/{kind}.conf", template.format(folder=folder, kind=kind, port=port, user=user))
        if kind == "proxy":
            continue
        builder = RingBuilder(4, 1, 1)
        address = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "device": "d1", **address})
        builder.rebalance()
        builder.get_ring().save(f"{folder}/etc/{kind}.ring.gz")


def serve(folder, kind):
    """In a process of its own. @returns its id"""
    child = os.fork()
    if child != 0:
        return child
    log = os.open(f"{folder}/{kind}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    options = {"global_conf_callback": swift.obj.server.global_conf_callback} if kind == "object" else {}
    os._exit(run_wsgi(f"{folder}/etc/{kind}.conf", f"{kind}-server", **options))


def wait(folder, servers, ports):
    """Until all four answer: the proxy is up before those behind it, and then answers 503."""
    deadline = time.monotonic() + SECONDS
    silent = list(ports.values())
    while silent:
        for kind, server in servers.items():
            if os.waitpid(server, os.WNOHANG)[0] != 0:
                raise SystemExit(f"the {kind} server ended: {open(f'{folder}/{kind}.log').read()[-2000:]}")
        if time.monotonic() > deadline:
            raise SystemExit("it did not answer within a minute")
        time.sleep(0.05)
        try:
            with socket.create_connection(("127.0.0.1", silent[0]), timeout=5) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                if connection.recv(1):
                    silent.pop(0)
        except OSError:
            pass


def main():
    place, port, *others = sys.argv[1:]
    folder = os.path.realpath(place)
    ports = {kind: int(port) for kind, port in zip(("object", "container", "account", "proxy"), (*others, port))}
    prepare(folder, ports)
    servers = {}
    try:
        for kind in ports:
            servers[kind] = serve(folder, kind)
        wait(folder, servers, ports)
        print("ready", flush=True)
        while os.read(0, 65536):
            pass
    finally:
        for server in servers.values():
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(server, signal.SIGKILL)
                os.waitpid(server, 0)


main()
