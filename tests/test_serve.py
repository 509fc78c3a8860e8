"""The server in a real process: limits, headers, and a stop that finishes what was begun (OPS-1, OPS-3)."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rentan import server
from rentan.web.security import HEADERS

ROOT = Path(__file__).resolve().parent.parent

# A small application instead of the whole one: what is tested here is the server around it.
PROGRAM = """
import sys, time
from rentan import server
from rentan.server import serve

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/lambat":
        print("mulai", flush=True)
        time.sleep(2)
    if path == "/macet":
        server.STOP_SECONDS = 1
        print("mulai", flush=True)
        time.sleep(60)
    body = b"x" * 3_000_000 if path == "/besar" else environ.get("HTTP_X_FORWARDED_FOR", "-").encode()
    if environ["REQUEST_METHOD"] == "POST":
        body = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

serve(app, "127.0.0.1", int(sys.argv[1]), proxy_count=int(sys.argv[2]),
      on_ready=lambda address: print("siap", address, flush=True),
      on_stop=lambda: print("selesai", flush=True))
"""


class Running:
    def __init__(self, proxy_count: int = 0) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(self.port), str(proxy_count)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.line() == f"siap http://127.0.0.1:{self.port}"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@pytest.fixture
def running() -> Iterator[Running]:
    one = Running()
    yield one
    if one.process.poll() is None:
        one.process.kill()
    one.process.communicate()


def test_sigterm_finishes_the_slow_request_and_refuses_new_ones(running: Running) -> None:
    slow, idle = running.connect(), running.connect()
    idle.request("GET", "/")
    assert idle.getresponse().read() == b"-"  # a kept-alive connection must not hold the stop up
    slow.request("GET", "/lambat")
    assert running.line() == "mulai"
    running.terminate()
    time.sleep(0.5)
    with pytest.raises(ConnectionRefusedError):
        running.connect().request("GET", "/")
    assert slow.getresponse().read() == b"-"
    assert running.line() == "selesai"
    assert running.process.wait(timeout=5) == 0


def test_sigterm_waits_for_a_request_that_is_still_arriving(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
        time.sleep(0.3)
        running.terminate()
        time.sleep(0.5)
        half.sendall(b"67890")
        received = b""
        while part := half.recv(4096):  # head and body may come apart
            received += part
        assert received.endswith(b"\r\n\r\n10")
    assert running.process.wait(timeout=5) == 0


def test_sigterm_sends_the_rest_of_a_large_answer(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as slow_reader:
        slow_reader.sendall(b"GET /besar HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        running.terminate()
        time.sleep(0.5)
        received = b""
        while part := slow_reader.recv(65536):
            received += part
    assert received.count(b"x") >= 3_000_000
    assert running.process.wait(timeout=5) == 0


def test_sigterm_without_work_stops_at_once(running: Running) -> None:
    begun = time.monotonic()
    running.terminate()
    assert running.process.wait(timeout=5) == 0
    assert time.monotonic() - begun < 3


def test_a_request_that_hangs_does_not_hold_the_stop_up_for_ever(running: Running) -> None:
    stuck = running.connect()
    stuck.request("GET", "/macet")
    assert running.line() == "mulai"
    running.terminate()
    assert running.process.wait(timeout=8) == 0


def test_answers_do_not_name_the_server(running: Running) -> None:
    connection = running.connect()
    connection.request("GET", "/")
    assert connection.getresponse().getheader("Server") is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(server.BODY_MAX + 1)}, 413),
        ({"X-Isi": "a" * server.HEADER_MAX}, 431),
    ],
)
def test_too_much_is_refused_with_a_sentence_and_our_headers(
    running: Running, headers: dict[str, str], status: int
) -> None:
    connection = running.connect()
    connection.putrequest("POST", "/")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == status
    assert "lagi." in text and "waitress" not in text and "generated" not in text
    assert answer.getheader("Server") is None
    assert {name: answer.getheader(name) for name in HEADERS} == HEADERS
    assert answer.getheader("Cache-Control") == "no-store"


@pytest.mark.parametrize(("proxies", "seen"), [(0, b"-"), (1, b"203.0.113.9")])
def test_forwarded_headers_reach_the_application_only_behind_a_counted_proxy(
    proxies: int, seen: bytes
) -> None:
    one = Running(proxies)
    try:
        connection = one.connect()
        connection.request("GET", "/", headers={"X-Forwarded-For": "203.0.113.9"})
        assert connection.getresponse().read() == seen
    finally:
        one.process.kill()
        one.process.communicate()


def test_a_port_in_use_is_said_in_a_sentence(running: Running) -> None:
    with pytest.raises(server.StartError, match=f"Port {running.port} sedang dipakai"):
        server.serve(lambda _environ, _start: [], "127.0.0.1", running.port)


def test_a_refused_start_is_a_list_of_sentences_and_exit_1(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "RENTAN_ENV": "production", "RENTAN_INSTANCE": str(tmp_path)}
    refused = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith("rentan tidak dijalankan:\nRENTAN_SECRET_KEY_FILE belum diisi.")
    assert "Traceback" not in refused.stderr and refused.stdout == ""


# -- the two commands ------------------------------------------------------------------------------------


def test_ci_runs_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = [line for line in readme.splitlines() if line.endswith("-m pytest -n auto --dist worksteal")]
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()[-1]
    assert last.replace(" </dev/null", "") == command


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_locked_packages_have_versions_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 30
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_links_of_the_readme_lead_somewhere() -> None:
    for readme in (ROOT / "README.md", ROOT / "rentan" / "README.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme.read_text(encoding="utf-8")):
            assert (readme.parent / target).exists(), f"{readme.name}: {target}"
