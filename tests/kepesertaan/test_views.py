"""The liaison's desk, the batch's page with two people, upload and download, commands."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rentan.core.subject import reveal
from rentan.ext import db
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.pekerja.status import StatusPekerja
from tests.cast import Cast
from tests.kepesertaan.maker import answer, jawaban, make_siap, send
from tests.pendaftaran.jalan import hidden


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def one_batch() -> Paket:
    db.session.expire_all()
    return db.session.scalars(db.select(Paket)).one()


def press(browser: Any, url: str, action: str, **data: str) -> Any:
    """Send the form of this page that leads to ``action``, as a person would."""
    page = browser.get(url)
    target = f"{url}/{action}"
    return browser.post(target, data=hidden(page, target) | data)


def test_from_desk_to_registered(cast: Cast, client_as) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    make_siap(cast.sari.asn, "Belum Lengkap", lokasi_kerja=None)
    bayu, yuni = client_as(cast.bayu), client_as(cast.yuni)
    desk = bayu.get("/kepesertaan")
    assert "Susun paket (1 pekerja)" in desk.text
    made = bayu.post("/kepesertaan/susun", data=hidden(desk, "/kepesertaan/susun"))
    url = made.headers["Location"]
    page = bayu.get(url).text
    assert "Yatno Rekaan" in page and "Belum Lengkap" in page and "tempat bekerja" in page
    assert reveal(worker, "nik") not in page
    assert yuni.get(url).status_code == 404  # not locked yet: nothing to approve
    assert press(bayu, url, "kunci").status_code == 303
    assert "Menunggu persetujuan Anda" in yuni.get("/paket").text
    assert one_batch().nomor in yuni.get("/paket").text
    assert press(yuni, url, "setujui").status_code == 303
    assert press(bayu, url, "kirim", tanda_terima="loket 2").status_code == 303
    assert one_batch().status is StatusPaket.DIKIRIM
    first, second = bayu.get(f"{url}/berkas"), bayu.get(f"{url}/berkas")
    assert first.status_code == 200 and first.data == second.data
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert yuni.get(f"{url}/berkas").status_code == 422  # whole NIK are not the approver's

    data = jawaban(answer(worker))
    form = hidden(bayu.get("/kepesertaan/impor")) | {"berkas": (io.BytesIO(data), "jawaban.xlsx")}
    look = bayu.post("/kepesertaan/impor", data=form).headers["Location"]
    preview = bayu.get(look)
    assert "Terdaftar di BPJS" in preview.text and "Yatno" not in preview.text
    assert bayu.post(f"{look}/terapkan", data=hidden(preview, f"{look}/terapkan")).status_code == 303
    db.session.refresh(worker)
    assert worker.status is StatusPekerja.TERDAFTAR
    assert "Yatno Rekaan" in bayu.get("/kepesertaan/pekerja?daftar=terdaftar&cari=yat").text


def test_builder_cannot_approve_and_others_see_nothing(cast: Cast, client_as) -> None:
    make_siap(cast.sari.asn)
    bayu = client_as(cast.bayu)
    url = bayu.post("/kepesertaan/susun", data=hidden(bayu.get("/kepesertaan"))).headers["Location"]
    press(bayu, url, "kunci")
    assert bayu.post(f"{url}/setujui", data={}).status_code == 403
    hadi = client_as(cast.hadi)
    assert hadi.get(url).status_code == 404 and "DP-2026" not in hadi.get("/paket").text
    assert client_as(cast.wati).get(url).status_code == 403


def test_disabled_with_its_reason(cast: Cast, client_as) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    bayu = client_as(cast.bayu)
    assert "disabled" not in bayu.get("/kepesertaan").text
    url = bayu.post("/kepesertaan/susun", data=hidden(bayu.get("/kepesertaan"))).headers["Location"]
    worker.lokasi_kerja = None
    page = bayu.get(url).text
    assert "menghalangi penguncian" in page and 'aria-describedby="alasan-kunci"' in page
    answer = bayu.post(f"{url}/kunci", data={"versi": str(one_batch().versi)})
    assert answer.status_code == 422 and "belum dapat diajukan" in answer.text
    line = bayu.get(url).text.split(f"{url}/keluarkan/")[1].split('"')[0]
    data = {"versi": str(one_batch().versi)}
    assert bayu.post(f"{url}/keluarkan/{line}", data=data).status_code == 303
    assert "Belum ada baris dalam paket ini" in bayu.get(url).text
    assert bayu.post(f"{url}/batal", data={"versi": "1", "alasan": "x"}).status_code == 409
    versi = str(one_batch().versi)
    assert bayu.post(f"{url}/batal", data={"versi": versi, "alasan": ""}).status_code == 422
    assert bayu.post(f"{url}/batal", data={"versi": versi, "alasan": "ulang"}).status_code == 303


def test_second_batch_waits_for_the_first(cast: Cast, client_as) -> None:
    make_siap(cast.sari.asn)
    bayu = client_as(cast.bayu)
    assert bayu.post("/kepesertaan/susun", data=hidden(bayu.get("/kepesertaan"))).status_code == 303
    answer = bayu.post("/kepesertaan/susun", data={})
    assert answer.status_code == 422 and "Masih ada paket sejenis" in answer.text


def test_pages_of_many_lines(cast: Cast, client_as) -> None:
    for number in range(55):
        make_siap(cast.sari.asn, f"Orang {number:02d}")
    bayu = client_as(cast.bayu)
    url = bayu.post("/kepesertaan/susun", data=hidden(bayu.get("/kepesertaan"))).headers["Location"]
    page = bayu.get(url).text
    assert "Orang 49" in page and "Orang 50" not in page and "sesudah=50" in page
    assert "Orang 54" in bayu.get(f"{url}?sesudah=50").text


def test_exceptions_page(cast: Cast, client_as, tmp_path: Path) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    db.session.commit()
    runner = cast_runner(client_as(cast.bayu))
    path = tmp_path / "jawaban.xlsx"
    path.write_bytes(jawaban(answer(worker, nama="Bambang Lain")))
    runner.invoke(args=["kepesertaan", "import", str(path)])
    bayu = client_as(cast.bayu)
    assert "1 baris jawaban yang perlu dilihat" in bayu.get("/kepesertaan").text
    page = bayu.get("/paket/pengecualian?jenis=daftar")
    url = "/paket/pengecualian/" + page.text.split('href="/paket/pengecualian/')[1].split('"')[0]
    form = hidden(bayu.get(url)) | {"catatan": "sudah ditanyakan"}
    assert bayu.post(url, data=form).status_code == 303
    assert "sudah ditanyakan" in bayu.get("/paket/pengecualian?status=selesai").text
    assert client_as(cast.hadi).get(url).status_code == 404


def cast_runner(browser: Any) -> Any:
    return browser.application.test_cli_runner()


def test_commands(cast: Cast, client_as, tmp_path: Path) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    make_siap(cast.sari.asn, "Belum Lengkap", lokasi_kerja=None)
    db.session.commit()
    runner, file = cast_runner(client_as(cast.bayu)), tmp_path / "daftar.xlsx"

    def run(*args: str) -> Any:
        db.session.commit()
        answer = runner.invoke(args=list(args))
        db.session.expire_all()
        return answer

    dry = run("kepesertaan", "export", "--dry-run", "--json")
    assert json.loads(dry.stdout) == {"ready": 1, "excluded": {"kosong": 1}}
    assert run("kepesertaan", "export").exit_code == 2
    made = run("kepesertaan", "export", "-o", str(file), "--json")
    facts, data = json.loads(made.stdout), file.read_bytes()
    assert (made.exit_code, facts["rows"], facts["status"]) == (0, 1, "dikunci")
    run("kepesertaan", "export", "-o", str(file))
    assert file.read_bytes() == data and one_batch().sha256 == facts["sha256"]
    assert run("kepesertaan", "export", "-o", str(file), "--paket", "DP-2026-0009").exit_code == 1
    assert run("kepesertaan", "export", "-o", str(file), "--paket", facts["paket"]).exit_code == 0

    yuni, bayu = client_as(cast.yuni), client_as(cast.bayu)
    url = f"/paket/{one_batch().id}"
    press(yuni, url, "setujui")
    press(bayu, url, "kirim")
    file.write_bytes(jawaban(answer(worker)))
    dry = json.loads(run("kepesertaan", "import", str(file), "--dry-run", "--json").stdout)
    assert dry == {
        "read": 1, "good": 1, "refused": 0, "unchanged": 0, "changed": 1, "skipped_sheets": [], "rows": [],
    }  # fmt: skip
    assert run("kepesertaan", "import", str(file), "--json").exit_code == 0
    assert json.loads(run("kepesertaan", "import", str(file), "--json").stdout)["unchanged"] == 1
    file = tmp_path / "kpj.csv"
    file.write_text(f"NIK;NAMA;KPJ\n{reveal(worker, 'nik')};Yatno Rekaan;12345678901\n")
    assert run("kartu", "import", str(file), "--json").exit_code == 0
    db.session.refresh(worker)
    assert reveal(worker, "kpj") == "12345678901" and worker.status is StatusPekerja.TERDAFTAR
