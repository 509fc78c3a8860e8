"""Long steps of a batch in the background: one at a time, each one transaction, with progress and an outcome.

A step that a stop of the machine cut off has done nothing at all; the next start says so, and a person asks
for it again. How far a running step is stands in the queue's own store, since the step holds the database.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import SISTEM, Pelaku, pelaku_kini
from rentan.core.audit import undo_changes
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.queue import BANYAK, at_start, enqueue, get_progress, reporting, task
from rentan.core.workflow import check_move
from rentan.ext import db
from rentan.paket import actions, uang
from rentan.paket.models import Paket, TugasPaket
from rentan.paket.status import MACHINE, UANG, JenisPaket
from rentan.util.angka import format_angka

log = logging.getLogger(__name__)

TERPUTUS = "Langkah ini terputus karena aplikasi berhenti. Tidak ada yang berubah; ulangi langkahnya."
SIBUK = "Langkah lain pada paket ini sedang dikerjakan. Tunggu sampai selesai, lalu muat ulang halaman."
GANGGUAN = (
    "Langkah ini gagal karena gangguan pada aplikasi. Tidak ada yang berubah; coba lagi, atau hubungi admin."
)


def _isi(paket: Paket, *, by: Pelaku, versi: int | None = None) -> str:
    banyak = actions.isi_lagi(paket, by=by, versi=versi)
    return f"Paket berisi {format_angka(banyak)} baris."


def _kunci(paket: Paket, *, by: Pelaku, versi: int | None = None) -> str:
    actions.kunci_paket(paket, by=by, versi=versi)
    return "Paket dikunci dan berkasnya dibuat. Sekarang paket menunggu persetujuan orang lain."


def _kirim(paket: Paket, *, by: Pelaku, versi: int | None = None, tanda_terima: str | None = None) -> str:
    actions.kirim_paket(paket, by=by, versi=versi, tanda_terima=tanda_terima)
    return "Paket dicatat sudah dikirim."


def _batal(paket: Paket, *, by: Pelaku, versi: int | None = None, alasan: str = "") -> str:
    actions.batal_paket(paket, by=by, versi=versi, alasan=alasan)
    return "Paket dibatalkan. Isinya dapat masuk ke paket berikutnya."


def _perbaiki(paket: Paket, *, by: Pelaku, versi: int | None = None) -> str:
    uang.perbaiki(paket, by=by, versi=versi)
    return "Paket terbuka kembali dengan baris yang sama. Kunci lagi untuk membuat berkas yang baru."


def _lengkap(paket: Paket, *, by: Pelaku, versi: int | None = None) -> str:
    uang.nyatakan_lengkap(paket, by=by, versi=versi)
    return "Jawaban dinyatakan lengkap. Baris tanpa jawaban menjadi urusan bendahara."


#: The steps by name: each answers what was done, as a sentence.
LANGKAH: dict[str, Callable[..., str]] = {
    "isi": _isi,
    "kunci": _kunci,
    "kirim": _kirim,
    "batal": _batal,
    "perbaiki": _perbaiki,
    "nyatakan_lengkap": _lengkap,
}

#: The move that a step makes, where the names differ.
PERISTIWA = {"isi": "ubah_baris"}


def register_langkah(nama: str, langkah: Callable[..., str], *, peristiwa: str) -> None:
    """A room to the right announces a step of its own kind of batch, which makes this move.

    The step takes JSON values only, since they wait with it.
    """
    LANGKAH[nama], PERISTIWA[nama] = langkah, peristiwa


def is_panjang(paket: Paket) -> bool:
    """Does a step of this batch take longer than a person waits at a page?"""
    return paket.jenis in UANG and paket.jumlah > BANYAK


def susun_latar(jenis: JenisPaket, periode: date, *, banyak: int, by: Pelaku) -> Paket:
    """B1: filled at once, or after the caller's commit when it is long; ``banyak`` lines are expected.

    Raises ``RuleError`` as :func:`rentan.paket.actions.susun_paket` does.
    """
    if banyak <= BANYAK:
        return actions.susun_paket(jenis, periode, by=by)
    paket = actions.buat_paket(jenis, periode, by=by)
    paket.jumlah = banyak  # the step that fills it counts again
    mulai_tugas(paket, "isi", by=by)
    return paket


def kerjakan(paket: Paket, langkah: str, *, by: Pelaku, versi: int | None = None, **pilihan: Any) -> str:
    """Do this step now or, for a long batch, after the caller's commit; answers what was done or begun.

    Raises ``RuleError``, for a step in the background as far as it can be told before it is done.
    """
    if not is_panjang(paket):
        return LANGKAH[langkah](paket, by=by, versi=versi, **pilihan)
    facts: dict[str, Any] = {"jumlah": paket.jumlah, "penghalang": actions.penghalang_kunci(paket)}
    check_move(MACHINE, paket, PERISTIWA.get(langkah, langkah), by=by, versi=versi, **facts)
    mulai_tugas(paket, langkah, by=by, versi=versi, **pilihan)
    return "Langkah ini dikerjakan di latar belakang. Kemajuannya tampil di bawah."


def mulai_tugas(paket: Paket, langkah: str, *, by: Pelaku, **pilihan: Any) -> TugasPaket:
    """Do this step in the background once the caller has committed. Raises ``RuleError`` while one runs.

    ``pilihan`` are the step's further arguments as JSON values.
    """
    tugas = TugasPaket(
        id=uuid.uuid4(),
        paket_id=paket.id,
        peristiwa=langkah,
        pilihan=pilihan,
        oleh=by.akun_id,
        mulai_pada=now(),
        kemajuan=0,
    )
    try:
        with db.session.begin_nested():
            db.session.add(tugas)
    except IntegrityError:
        raise _sibuk() from None
    enqueue("paket.tugas", tugas_id=str(tugas.id))
    return tugas


def is_sibuk(paket: Paket) -> bool:
    """Does a step of this batch run in the background?"""
    return (tugas := tugas_terakhir(paket)) is not None and tugas.selesai_pada is None


def check_sibuk(paket: Paket) -> None:
    """Raises ``RuleError`` while a step of this batch runs in the background."""
    if is_sibuk(paket):
        raise _sibuk()


def _sibuk() -> RuleError:
    return RuleError(SIBUK, kode="tugas_berjalan")


def tugas_terakhir(paket: Paket) -> TugasPaket | None:
    """The newest step that ran or runs in the background."""
    query = select(TugasPaket).where(TugasPaket.paket_id == paket.id)
    return db.session.scalar(query.order_by(TugasPaket.mulai_pada.desc(), TugasPaket.id).limit(1))


def kemajuan(tugas: TugasPaket) -> int:
    """0 to 100."""
    return 100 if tugas.selesai_pada else max(tugas.kemajuan, get_progress(str(tugas.id)))


@task("paket.tugas")
def run_tugas(tugas_id: str) -> None:
    """Carry a step out; its refusal is kept as its outcome. Safe to run twice."""
    key = uuid.UUID(tugas_id)
    tugas = db.session.get(TugasPaket, key, with_for_update=True)
    if tugas is None or tugas.selesai_pada is not None:
        return
    try:
        with reporting(tugas_id):
            by = pelaku_kini(tugas.oleh) if tugas.oleh else SISTEM
            paket = db.session.get_one(Paket, tugas.paket_id, with_for_update=True, populate_existing=True)
            pesan, galat = LANGKAH[tugas.peristiwa](paket, by=by, **tugas.pilihan), None
            db.session.flush()
    except RuleError as refused:
        undo_changes()
        pesan, galat = None, refused.pesan
    except Exception as defect:
        undo_changes()
        log.error("step of a batch failed: %s", type(defect).__name__, exc_info=defect)
        pesan, galat = None, GANGGUAN
    _selesai(key, pesan, galat)
    db.session.commit()


def _selesai(key: uuid.UUID, pesan: str | None, galat: str | None) -> None:
    db.session.execute(
        update(TugasPaket)
        .where(TugasPaket.id == key, TugasPaket.selesai_pada.is_(None))
        .values(selesai_pada=now(), kemajuan=100, pesan=pesan, galat=galat)
        .execution_options(synchronize_session=False)
    )


@at_start
def mark_cut_off() -> None:
    """Steps that a stopped process left unfinished did nothing; the page says so. One that runs in another
    process holds its row and is passed over."""
    query = select(TugasPaket.id).where(TugasPaket.selesai_pada.is_(None))
    for key in db.session.scalars(query.with_for_update(skip_locked=True)).all():
        _selesai(key, None, TERPUTUS)
