"""Functions that the sandbox tests run inside the child."""

import ctypes
import os
import resource
import socket
import subprocess
import sys
import time

from rentan.core.errors import RuleError


def echo(request, blobs):
    return {"request": request}, [b[::-1] for b in blobs]


def surroundings(request, blobs):
    return {
        "env": dict(os.environ),
        "folder": os.listdir("."),
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "fds": sorted(os.listdir("/proc/self/fd")),
        "isolated": sys.flags.isolated,
    }, []


def chatter(request, blobs):
    print("noise on stdout")
    os.write(1, b"more noise")
    return {"ok": True}, []


def refuse(request, blobs):
    raise RuleError("Berkas ditolak.", "ktp", kode="uji")


def crash_python(request, blobs):
    raise ZeroDivisionError("rahasia 3374010101019001")


def crash_native(request, blobs):
    ctypes.string_at(0)
    return {}, []


def exit_early(request, blobs):
    os._exit(0)


def hog(request, blobs):
    held = [bytearray(64 * 1024 * 1024) for _ in range(64)]
    return {"held": len(held)}, []


def abort(request, blobs):
    os.abort()


def burn(request, blobs):
    while True:
        pass


def sleep(request, blobs):
    time.sleep(request["seconds"])
    return {"began": request["seconds"]}, []


def flood(request, blobs):
    return {}, [b"x" * (request["mib"] * 1024 * 1024)]


def write_file(request, blobs):
    with open("besar.bin", "wb") as f:
        f.write(b"x" * (request["mib"] * 1024 * 1024))
    return {}, []


def open_socket(request, blobs):
    socket.socket()
    return {}, []


def native_socket(request, blobs):
    """Past Python's guard: is the kernel's network really empty?"""
    with open("/proc/self/net/dev", encoding="ascii") as f:
        return {"devices": [line.split(":")[0].strip() for line in f if ":" in line]}, []


def start_process(request, blobs):
    subprocess.run(["/bin/true"], check=True)
    return {}, []
