"""The child process in which files from outside are parsed: limits, isolation, honest errors (UPL-2)."""

import os
import threading
import time
from pathlib import Path

import pytest

from rentan.core import sandbox
from rentan.core.errors import RuleError
from rentan.core.sandbox import MIB, Limits, SandboxError, run_limited

HERE = "tests.core.sandbox_targets"


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    """Let the test's own functions in, and give the test places of its own."""

    class Ours(frozenset):
        def __contains__(self, target):
            return target.startswith(HERE) or super().__contains__(target)

    monkeypatch.setattr(sandbox, "TARGETS", Ours(sandbox.TARGETS))


def run(name, request=None, blobs=(), **limits):
    return run_limited(f"{HERE}:{name}", request or {}, list(blobs), limits=Limits(**limits))


def kode(name, request=None, **limits):
    with pytest.raises(SandboxError) as refused:
        run(name, request, **limits)
    return refused.value.kode


def test_json_and_bytes_go_there_and_back():
    answer, blobs = run("echo", {"nama": "Siti Nurjanah ☂"}, [b"abc", b"", b"\x00\xff"])
    assert answer == {"request": {"nama": "Siti Nurjanah ☂"}}
    assert blobs == [b"cba", b"", b"\xff\x00"]


def test_only_targets_on_the_list(monkeypatch):
    monkeypatch.undo()
    for target in ("os:system", "rentan.core.sheets_child:json.loads", f"{HERE}:echo", ""):
        with pytest.raises(ValueError, match="not an allowed"):
            run_limited(target, {}, [])


def test_child_has_no_keys_no_files_no_inherited_handles(monkeypatch):
    monkeypatch.setenv("RENTAN_KEK", "kunci")
    seen, _ = run("surroundings")
    assert not {k for k in seen["env"] if k != "LC_CTYPE"}
    assert seen["folder"] == []
    assert seen["memory"] == 1024 * MIB
    assert seen["core"] == 0
    assert seen["isolated"] == 1
    assert len(seen["fds"]) <= 6


def test_limits_are_those_of_upl2():
    assert Limits(queue=0) == Limits(memory=1024 * MIB, cpu=10, file=64 * MIB, wall=20, queue=0)
    assert sandbox.SLOTS == 2


def test_noise_on_stdout_does_not_spoil_the_answer():
    assert run("chatter")[0] == {"ok": True}


def test_rule_error_arrives_whole():
    with pytest.raises(RuleError) as refused:
        run("refuse")
    assert (refused.value.pesan, refused.value.field, refused.value.kode) == ("Berkas ditolak.", "ktp", "uji")


def test_parser_exception_shows_its_class_and_never_its_words():
    with pytest.raises(SandboxError) as refused:
        run("crash_python")
    assert (refused.value.kode, refused.value.jenis) == ("rusak", "ZeroDivisionError")
    assert "3374" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "expected"), [("crash_native", "rusak"), ("exit_early", "rusak"), ("abort", "memori")]
)
def test_a_dead_child_is_an_error_not_an_answer(name, expected):
    assert kode(name) == expected


def test_memory_is_limited():
    assert kode("hog") == "memori"


def test_cpu_and_wall_time_are_limited():
    start = time.monotonic()
    assert kode("burn", cpu=1) == "waktu"
    assert kode("sleep", {"seconds": 30}, wall=1) == "waktu"
    assert time.monotonic() - start < 10


def test_answer_and_files_are_limited_in_size():
    assert run("flood", {"mib": 3}, file=4 * MIB)[1][0] == b"x" * 3 * MIB
    assert kode("flood", {"mib": 5}, file=4 * MIB) == "besar"
    assert kode("write_file", {"mib": 5}, file=4 * MIB) == "besar"


@pytest.mark.parametrize("name", ["open_socket", "start_process"])
def test_python_cannot_reach_network_or_start_processes(name):
    with pytest.raises(SandboxError) as refused:
        run(name)
    assert refused.value.jenis == "PermissionError"


def test_network_namespace_is_empty_where_the_kernel_allows_it():
    devices = run("native_socket")[0]["devices"]
    with open("/proc/self/net/dev", encoding="ascii") as f:
        ours = [line.split(":")[0].strip() for line in f if ":" in line]
    if devices == ours and ours != ["lo"]:
        pytest.skip("this kernel refuses network namespaces; the audit hook alone guards")
    assert devices == ["lo"]


def test_at_most_two_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_lock_folder", lambda: tmp_path)
    threads = [threading.Thread(target=run, args=("sleep", {"seconds": 1})) for _ in range(4)]
    start = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert time.monotonic() - start >= 2


def test_a_full_host_answers_busy_and_frees_the_place_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_lock_folder", lambda: tmp_path)
    with sandbox._slot(1), sandbox._slot(1):
        assert kode("echo", queue=0.1) == "sibuk"
    assert run("echo")[0] == {"request": {}}


def test_lock_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox.tempfile, "gettempdir", lambda: str(tmp_path))
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    Path(tmp_path / f"rentan-sandbox-{os.getuid()}").symlink_to(elsewhere)
    with pytest.raises(SandboxError):
        sandbox._lock_folder()
