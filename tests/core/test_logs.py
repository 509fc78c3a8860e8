"""Log lines say what happened and carry no values (LOG-1)."""

import json
import logging
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from rentan.core import logs

NIK = "9971014107800001"


@pytest.fixture(autouse=True)
def clean_context() -> Iterator[None]:
    logs.unbind()
    yield
    logs.unbind()


def line(message: Any, *args: Any, name: str = "rentan.uji", **extra: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.INFO, "berkas.py", 7, message, args, None)
    vars(record).update(extra)
    text = logs.JsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_counts_and_row_ids_pass_but_texts_do_not() -> None:
    row = uuid.uuid4()
    assert line("%d baris, %s", 16_000, row)["pesan"] == f"16000 baris, {row}"
    assert line("nama %s", "Sari Contoh")["pesan"] == "nama <str>"
    assert line("nik %s", int(NIK))["pesan"] == "nik <int>"
    assert line("nama %(nama)s", {"nama": "Sari Contoh"})["pesan"] == "nama <str>"


def test_a_number_written_into_the_message_is_hidden() -> None:
    assert NIK not in line(f"nik {NIK} salah")["pesan"]


def test_libraries_with_ready_made_messages_are_named_by_call_site() -> None:
    assert line("Exception while serving /pekerja/Sari", name="waitress")["pesan"] == "berkas:7"
    assert line("Task queue depth is %d", 3, name="waitress.queue")["pesan"] == "Task queue depth is 3"


def test_control_characters_cannot_forge_a_line() -> None:
    text = line("satu\r\n{}\u2028\x1b[31m", rute="/a\nb")
    assert text["pesan"] == "satu\r\n{}\u2028\x1b[31m"
    raw = json.dumps(text)
    assert not any(character in raw for character in "\r\n\u2028\x1b")


def test_bound_facts_come_with_each_line_until_unbound() -> None:
    logs.bind(permintaan="a1", rute="/pekerja/<uuid:id>")
    assert line("x", status=200, ms=1.5) | {"waktu": ""} == {
        "waktu": "",
        "tingkat": "INFO",
        "asal": "rentan.uji",
        "pesan": "x",
        "permintaan": "a1",
        "rute": "/pekerja/<uuid:id>",
        "status": 200,
        "ms": 1.5,
    }
    logs.unbind()
    assert "permintaan" not in line("x")


def test_only_listed_facts_are_bound() -> None:
    with pytest.raises(ValueError, match="nik"):
        logs.bind(nik=NIK)
    assert NIK not in json.dumps(line("x", nik=NIK))


def test_times_are_utc() -> None:
    assert line("x")["waktu"].endswith("+00:00")


def test_exceptions_show_classes_and_frames_only() -> None:
    def inner(nik: str) -> None:
        raise ValueError(f"nik {nik}")

    try:
        try:
            inner(NIK)
        except ValueError as error:
            raise RuntimeError(NIK) from error
    except RuntimeError:
        record = logging.LogRecord("rentan", logging.ERROR, "b.py", 1, "gagal", (), sys.exc_info())
    text = logs.JsonFormatter().format(record)
    assert NIK not in text
    chain = json.loads(text)["galat"]
    assert [step["jenis"] for step in chain] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "in inner" in chain[1]["jejak"][-1]


def test_a_closed_stream_does_not_print_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _text: str) -> None:
            raise ValueError("closed")

        flush = write

    logs.configure()
    (handler,) = (one for one in logging.getLogger().handlers if type(one).__module__ == logs.__name__)
    monkeypatch.setattr(sys, "stderr", Closed())
    handler.handle(logging.LogRecord("rentan", logging.INFO, "b.py", 1, "x %s", (NIK,), None))
