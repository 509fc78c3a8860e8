"""Rehearsals beside the real data: a folder each, and a process of its own that knows nothing else.

``RENTAN_INSTANCE/gladi/<id>`` holds what was asked for, how far it is, and what came of it. The rehearsal
runs in a child process whose environment names the copy alone: no address of the real database, documents or
queue, no key. The copy is deleted as soon as it is done, the rest after a day.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from rentan.autodebet.debet_tanggal import bulan_kerja
from rentan.config import ROOT
from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak, Peristiwa, record
from rentan.core.clock import now, start_of_day, today
from rentan.core.errors import NotFound, RuleError
from rentan.core.queue import enqueue, task
from rentan.ext import db, runtime
from rentan.gladi.bank import SELURUH, TAMBAHAN, Salah
from rentan.gladi.latihan import PALING_BANYAK, TANDA, Catatan, Permintaan
from rentan.iuran.models import Percobaan
from rentan.paket.models import Paket
from rentan.util.angka import format_angka

log = logging.getLogger(__name__)

PER_HARI = 5
CONTOH = 50
#: Seconds after which a rehearsal is stopped, and after which one without a word is given up.
BATAS, HILANG = 600, 900
UMUR = timedelta(days=1)
GAGAL = "Gladi ini gagal karena gangguan pada program. Data sungguhan tidak tersentuh. Jalankan lagi."
TERPUTUS = "Gladi ini terputus karena aplikasi berhenti. Data sungguhan tidak tersentuh. Jalankan lagi."


@dataclass(frozen=True)
class Gladi:
    """One rehearsal. ``persen`` 0 to 100; ``hasil`` once it is done, ``galat`` when it went wrong."""

    id: uuid.UUID
    dibuat_pada: datetime
    paket: str
    bulan: date
    baris: int
    salah: tuple[tuple[Salah, int], ...]
    persen: int
    hasil: dict[str, Any] | None
    galat: str | None

    @property
    def selesai(self) -> bool:
        return self.hasil is not None or self.galat is not None


# -- asking -------------------------------------------------------------------------------------------------


def minta_gladi(paket: Paket | None, salah: Mapping[Salah, int], *, by: Pelaku) -> uuid.UUID:
    """Rehearse in the background once the caller has committed; the rehearsal's id. Raises ``RuleError``."""
    gladi_id = siapkan_gladi(paket, salah, by=by)
    enqueue("gladi.jalankan", gladi_id=str(gladi_id))
    return gladi_id


def siapkan_gladi(paket: Paket | None, salah: Mapping[Salah, int], *, by: Pelaku) -> uuid.UUID:
    """A folder with what is asked for: a batch as large as this one (``None``: an example), these faults.

    Raises ``RuleError``: ``gladi_habis`` (so many a day), ``gladi_terlalu_banyak`` (more faults than lines).
    """
    _check_jatah(by)
    minta = _permintaan(paket, {one: n for one, n in salah.items() if n})
    gladi_id = uuid.uuid4()
    folder = _folder(gladi_id)
    folder.mkdir(mode=0o700, parents=True)
    kata = {
        "oleh": str(by.akun_id or ""),
        "pada": now().isoformat(),
        "paket": (paket.nomor or "yang sedang disusun") if paket else "",
        **tulis_permintaan(minta),
    }
    (folder / "permintaan.json").write_text(json.dumps(kata), encoding="utf-8")
    record(Peristiwa.GLADI_DIJALANKAN, by=by, objek=paket, baris=minta.baris, salah=kata["salah"])
    return gladi_id


def _check_jatah(by: Pelaku) -> None:
    if by.is_system:
        return
    sudah = db.session.scalar(
        select(func.count()).where(
            Jejak.pelaku_id == by.akun_id,
            Jejak.peristiwa == Peristiwa.GLADI_DIJALANKAN.value,
            Jejak.waktu >= start_of_day(today()),
        )
    )
    if (sudah or 0) >= PER_HARI:
        raise RuleError(
            f"Anda sudah menjalankan {PER_HARI} gladi hari ini, batas untuk satu hari. Lanjutkan besok; "
            "hasil gladi hari ini masih dapat dibuka.",
            kode="gladi_habis",
        )


def _permintaan(paket: Paket | None, salah: dict[Salah, int]) -> Permintaan:
    baris, donatur, layout = CONTOH, CONTOH * 4 // 5, ""
    if paket is not None:
        query = select(func.count(func.distinct(Percobaan.asn_id))).where(Percobaan.paket_id == paket.id)
        semua = max(1, paket.jumlah)
        baris = min(semua, PALING_BANYAK)
        donatur = max(1, min(baris, (db.session.scalar(query) or semua) * baris // semua))
        layout = paket.uang.layout if paket.uang else ""
    untuk_baris = sum(n for one, n in salah.items() if one not in (*SELURUH, *TAMBAHAN))
    if untuk_baris > baris or max(salah.values(), default=0) > baris:
        raise RuleError(
            f"Paket gladi ini berisi {format_angka(baris)} baris. Kurangi jumlah kesalahannya.",
            kode="gladi_terlalu_banyak",
        )
    bulan = paket.periode if paket else bulan_kerja()
    return Permintaan(bulan, donatur, baris, salah, layout, benih=int(now().timestamp()) % 10_000)


def tulis_permintaan(minta: Permintaan) -> dict[str, Any]:
    """As JSON values."""
    return {
        "bulan": minta.bulan.isoformat(), "donatur": minta.donatur, "baris": minta.baris,
        "salah": {one.value: n for one, n in minta.salah.items()}, "layout": minta.layout,
        "benih": minta.benih,
    }  # fmt: skip


def baca_permintaan(kata: Mapping[str, Any]) -> Permintaan:
    """The reverse of :func:`tulis_permintaan`."""
    return Permintaan(
        date.fromisoformat(kata["bulan"]), kata["donatur"], kata["baris"],
        {Salah(one): n for one, n in kata["salah"].items()}, kata["layout"], kata["benih"],
    )  # fmt: skip


# -- running ------------------------------------------------------------------------------------------------


@task("gladi.jalankan")
def jalankan_gladi(gladi_id: str) -> None:
    """Make the copy, rehearse in it, delete it. Done already: nothing happens."""
    folder = _folder(uuid.UUID(gladi_id))
    if not (folder / "permintaan.json").exists() or (folder / "hasil.json").exists():
        return
    salinan = folder / "salinan"
    salinan.mkdir(mode=0o700, exist_ok=True)
    (salinan / TANDA).touch()
    try:
        run_child(folder)
    except (OSError, subprocess.SubprocessError) as failure:
        log.error("rehearsal failed: %s", type(failure).__name__)
        (folder / "galat").write_text(GAGAL, encoding="utf-8")
    finally:
        shutil.rmtree(salinan, ignore_errors=True)


def run_child(folder: Path) -> None:
    """The rehearsal in a process that is told of the copy alone. Raises ``OSError``, ``SubprocessError``."""
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "rentan.factory:create_app", "gladi", "child", str(folder)],
        cwd=ROOT,
        env=child_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=BATAS,
        check=True,
    )


def child_environment(folder: Path) -> dict[str, str]:
    """All that the child knows."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "RENTAN_ENV": "demo",
        "RENTAN_INSTANCE": str(folder / "salinan"),
        "RENTAN_QUEUE_URL": "segera:",
        "RENTAN_PROFIL_KOTA": str(runtime().settings.profil_path),
    }


def simpan_hasil(folder: Path, catatan: Catatan) -> None:
    """What came of a rehearsal, with the files; the outcome last, since it says that all is there."""
    if catatan.debet:
        (folder / "debet").write_bytes(catatan.debet.data)
    for n, berkas in enumerate(catatan.jawaban, 1):
        (folder / f"jawaban-{n}").write_bytes(berkas.data)
    nama = {
        "debet": catatan.debet.nama if catatan.debet else "",
        "jawaban": [one.nama for one in catatan.jawaban],
    }
    baru = folder / "hasil.baru"
    baru.write_text(json.dumps(catatan.json() | {"nama": nama}, ensure_ascii=False), encoding="utf-8")
    baru.replace(folder / "hasil.json")


# -- reading ------------------------------------------------------------------------------------------------


def get_gladi(gladi_id: uuid.UUID, *, seen_by: Pelaku) -> Gladi:
    """One of the viewer's own rehearsals. Raises ``NotFound``, also for one that has been swept."""
    found = _baca(_folder(gladi_id), seen_by)
    if found is None:
        raise NotFound
    return found


def list_gladi(*, seen_by: Pelaku) -> list[Gladi]:
    """The viewer's own rehearsals that are still there, the newest first."""
    root = _root()
    folders = list(root.iterdir()) if root.is_dir() else []
    found = [one for folder in folders if (one := _baca(folder, seen_by))]
    return sorted(found, key=lambda one: (one.dibuat_pada, one.id), reverse=True)


def hasil_gladi(gladi_id: uuid.UUID) -> dict[str, Any] | None:
    """What came of a rehearsal, for the command that ran it; ``None`` when it failed."""
    text = _teks(_folder(gladi_id) / "hasil.json")
    return json.loads(text) if text else None


def read_berkas_gladi(gladi: Gladi, nomor: int) -> tuple[str, bytes]:
    """Name and bytes of a file: 0 is the debit file, 1 the bank's first answer. Raises ``NotFound``."""
    if gladi.hasil is None:
        raise NotFound
    nama = [gladi.hasil["nama"]["debet"], *gladi.hasil["nama"]["jawaban"]]
    if nomor >= len(nama) or not nama[nomor]:
        raise NotFound
    try:
        return nama[nomor], (_folder(gladi.id) / (f"jawaban-{nomor}" if nomor else "debet")).read_bytes()
    except FileNotFoundError:
        raise NotFound from None


def sapu_gladi() -> int:
    """Job "sapu-gladi": delete rehearsals that are older than a day; how many."""
    root, batas, banyak = _root(), (now() - UMUR).timestamp(), 0
    for folder in list(root.iterdir()) if root.is_dir() else []:
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < batas:
                shutil.rmtree(folder, ignore_errors=True)
                banyak += 1
    return banyak


def _root() -> Path:
    found: Path = runtime().settings.instance / "gladi"
    return found


def _folder(gladi_id: uuid.UUID) -> Path:
    return _root() / str(gladi_id)


def _baca(folder: Path, by: Pelaku) -> Gladi | None:
    try:
        kata = json.loads((folder / "permintaan.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if kata["oleh"] != str(by.akun_id):
        return None
    dibuat = datetime.fromisoformat(kata["pada"])
    hasil = _teks(folder / "hasil.json")
    galat = _teks(folder / "galat")
    if hasil is None and galat is None and now() - dibuat > timedelta(seconds=HILANG):
        galat = TERPUTUS
    persen = _teks(folder / "kemajuan") or "0"
    return Gladi(
        id=uuid.UUID(folder.name),
        dibuat_pada=dibuat,
        paket=kata["paket"],
        bulan=date.fromisoformat(kata["bulan"]),
        baris=kata["baris"],
        salah=tuple((Salah(one), n) for one, n in kata["salah"].items()),
        persen=int(persen),
        hasil=json.loads(hasil) if hasil else None,
        galat=None if hasil else galat,
    )


def _teks(path: Path) -> str | None:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8") or None
    return None
