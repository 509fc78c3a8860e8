"""The audit trail (jejak): a closed list of events, chained with a keyed hash (AUD-1, 2, 3).

``record`` only queues; the rows are numbered and chained in the same transaction right before its commit, so
that the chain lock is held for the shortest time and a rolled-back change leaves no row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Text, event, insert, select, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.ext import Base, db, runtime

CHAIN_LOCK = 7_264_001  # advisory lock number of the chain on PostgreSQL; SQLite has one writer anyway


class Peristiwa(StrEnum):
    """Every kind of event that the trail knows; the facts it must carry stand in ``FACTS``."""

    MASUK = "masuk"
    MASUK_GAGAL = "masuk_gagal"
    AKUN_DITAHAN = "akun_ditahan"
    KELUAR = "keluar"
    KELUAR_SEMUA = "keluar_semua"
    SANDI_DIUBAH = "sandi_diubah"
    SANDI_DIRESET = "sandi_direset"
    TOTP_DIAKTIFKAN = "totp_diaktifkan"
    TOTP_DIRESET = "totp_direset"
    KODE_PEMULIHAN_DIPAKAI = "kode_pemulihan_dipakai"
    KODE_PEMULIHAN_DIBUAT = "kode_pemulihan_dibuat"
    AKTIVASI = "aktivasi"
    AKTIVASI_GAGAL = "aktivasi_gagal"
    SLIP_DICETAK = "slip_dicetak"
    AKUN_DIBUAT = "akun_dibuat"
    AKUN_DINONAKTIFKAN = "akun_dinonaktifkan"
    AKUN_DIAKTIFKAN = "akun_diaktifkan"
    PERAN_DIBERI = "peran_diberi"
    PERAN_DICABUT = "peran_dicabut"
    IMPOR_DIPERIKSA = "impor_diperiksa"
    IMPOR_DITERAPKAN = "impor_diterapkan"
    IMPOR_DIBATALKAN = "impor_dibatalkan"
    OPD_DIUBAH = "opd_diubah"
    EJAAN_OPD_DIPETAKAN = "ejaan_opd_dipetakan"
    ASN_DIUBAH = "asn_diubah"
    PENGATURAN_DIUBAH = "pengaturan_diubah"
    NIK_DIBUKA = "nik_dibuka"
    NIK_DICARI = "nik_dicari"
    PERINGATAN_DITERIMA = "peringatan_diterima"
    PEKERJA_DIBERI_TAHU = "pekerja_diberi_tahu"
    PEKERJA_DICATAT = "pekerja_dicatat"
    PEKERJA_DIUBAH = "pekerja_diubah"
    CALON_DITAWARKAN = "calon_ditawarkan"
    TAWARAN_DIJAWAB = "tawaran_dijawab"
    STATUS_BERPINDAH = "status_berpindah"
    SURAT_DICETAK = "surat_dicetak"
    SURAT_DILIHAT = "surat_dilihat"
    ASLI_BERPINDAH = "asli_berpindah"
    BERKAS_DIUNGGAH = "berkas_diunggah"
    BERKAS_DITOLAK = "berkas_ditolak"
    BERKAS_DILIHAT = "berkas_dilihat"
    PUTUSAN_DIBERI = "putusan_diberi"
    PENDAPAT_DIMINTA = "pendapat_diminta"
    PENDAPAT_DIJAWAB = "pendapat_dijawab"
    PERBAIKAN_DIMINTA = "perbaikan_diminta"
    PERBAIKAN_DIJAWAB = "perbaikan_dijawab"
    PENGINGAT_DIKIRIM = "pengingat_dikirim"
    DUPLIKAT_DIPUTUS = "duplikat_diputus"
    TUMPUKAN_DIUNGGAH = "tumpukan_diunggah"
    HALAMAN_DILIHAT = "halaman_dilihat"
    HALAMAN_DITEMPATKAN = "halaman_ditempatkan"
    PENGECUALIAN_SELESAI = "pengecualian_selesai"
    PENGECUALIAN_DIAMBIL = "pengecualian_diambil"
    JAWABAN_BANK_DICATAT = "jawaban_bank_dicatat"
    PENCABUTAN_DICATAT = "pencabutan_dicatat"
    PENCABUTAN_DITERUSKAN = "pencabutan_diteruskan"
    ACARA_DIUBAH = "acara_diubah"
    BERITA_ACARA_DIBUAT = "berita_acara_dibuat"
    BUKTI_DILIHAT = "bukti_dilihat"
    TARIF_DIUBAH = "tarif_diubah"
    HARI_DIUBAH = "hari_diubah"
    IURAN_DIJADWALKAN = "iuran_dijadwalkan"
    PENERIMAAN_DICATAT = "penerimaan_dicatat"
    USUL_DICATAT = "usul_dicatat"
    URUSAN_DIBUKA = "urusan_dibuka"
    URUSAN_DIAMBIL = "urusan_diambil"
    URUSAN_SELESAI = "urusan_selesai"
    PEMBERITAHUAN_DIBUAT = "pemberitahuan_dibuat"
    BULAN_DITUTUP = "bulan_ditutup"
    SIAGA_DIUBAH = "siaga_diubah"
    GLADI_DIJALANKAN = "gladi_dijalankan"
    KUITANSI_DICETAK = "kuitansi_dicetak"
    NAMA_DILIHAT = "nama_dilihat"
    EKSPOR = "ekspor"
    AKSES_DITOLAK = "akses_ditolak"
    KOLOM_TAK_DIKENAL = "kolom_tak_dikenal"
    DEMO_DIBUAT = "demo_dibuat"


#: Facts an event cannot go without. Other facts are welcome; values of personal data never are.
FACTS: dict[Peristiwa, frozenset[str]] = {
    Peristiwa.MASUK_GAGAL: frozenset({"sebab"}),
    Peristiwa.PERAN_DIBERI: frozenset({"peran"}),
    Peristiwa.PERAN_DICABUT: frozenset({"peran"}),
    Peristiwa.SLIP_DICETAK: frozenset({"jumlah"}),
    Peristiwa.IMPOR_DIPERIKSA: frozenset({"jenis", "dibaca", "baik", "ditolak"}),
    Peristiwa.IMPOR_DITERAPKAN: frozenset({"jenis", "baik", "ditolak"}),
    Peristiwa.NIK_DIBUKA: frozenset({"alasan"}),
    Peristiwa.PERINGATAN_DITERIMA: frozenset({"peringatan", "alasan"}),
    Peristiwa.STATUS_BERPINDAH: frozenset({"mesin", "langkah", "dari", "ke"}),
    Peristiwa.ASLI_BERPINDAH: frozenset({"dari", "ke"}),
    Peristiwa.BERKAS_DIUNGGAH: frozenset({"jenis", "ukuran"}),
    Peristiwa.BERKAS_DILIHAT: frozenset({"jenis"}),
    Peristiwa.PUTUSAN_DIBERI: frozenset({"hal", "putusan"}),
    Peristiwa.PENDAPAT_DIMINTA: frozenset({"jenis", "alasan"}),
    Peristiwa.PENDAPAT_DIJAWAB: frozenset({"jenis", "jawaban"}),
    Peristiwa.DUPLIKAT_DIPUTUS: frozenset({"putusan"}),
    Peristiwa.TUMPUKAN_DIUNGGAH: frozenset({"ukuran"}),
    Peristiwa.NAMA_DILIHAT: frozenset({"daftar", "jumlah"}),
    Peristiwa.EKSPOR: frozenset({"daftar", "jumlah", "saringan"}),
    Peristiwa.PENGATURAN_DIUBAH: frozenset({"kunci"}),
    Peristiwa.TARIF_DIUBAH: frozenset({"jenis", "mulai"}),
    Peristiwa.HARI_DIUBAH: frozenset({"tanggal"}),
    Peristiwa.IURAN_DIJADWALKAN: frozenset({"periode", "jumlah"}),
    Peristiwa.URUSAN_DIBUKA: frozenset({"jenis"}),
    Peristiwa.URUSAN_SELESAI: frozenset({"jenis"}),
    Peristiwa.PEMBERITAHUAN_DIBUAT: frozenset({"jenis", "jumlah"}),
    Peristiwa.BULAN_DITUTUP: frozenset({"periode"}),
    Peristiwa.KOLOM_TAK_DIKENAL: frozenset({"kolom"}),
}


class Jejak(Base):
    """One chained row. ``mac`` covers every other column and the ``mac`` of the row before it."""

    __tablename__ = "jejak"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    waktu: Mapped[datetime] = mapped_column(index=True)
    peristiwa: Mapped[str] = mapped_column(index=True)
    pelaku_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    peran: Mapped[str]
    alamat: Mapped[str]
    permintaan_id: Mapped[str]
    objek_jenis: Mapped[str]
    objek_id: Mapped[str] = mapped_column(index=True)
    hasil: Mapped[str]
    rincian: Mapped[str] = mapped_column(Text)
    sebelum: Mapped[bytes]
    mac: Mapped[bytes]


@dataclass(frozen=True)
class ChainFault:
    """The first place where the chain does not hold."""

    seq: int
    sebab: str


def record(peristiwa: Peristiwa, *, by: Pelaku, objek: Any = None, hasil: str = "ok", **facts: Any) -> None:
    """Queue one event for the transaction in progress; a missing required fact is a ``ValueError``.

    ``objek`` is the row concerned (or ``None``). Facts are counts, codes, dates and ids, never personal data.
    """
    missing = FACTS.get(peristiwa, frozenset()) - facts.keys()
    if missing:
        raise ValueError(f"{peristiwa}: missing facts {sorted(missing)}")
    session = db.session()
    if not session.in_transaction():
        session.begin()  # else a rollback before the first query would not be noticed
    session.info.setdefault("jejak", []).append(
        {
            "waktu": now(),
            "peristiwa": peristiwa.value,
            "pelaku_id": by.akun_id,
            "peran": "sistem" if by.is_system else ",".join(sorted(by.peran)) or "tamu",
            "alamat": by.alamat,
            "permintaan_id": by.permintaan_id,
            "objek_jenis": "" if objek is None else objek.__tablename__,
            "objek_id": "" if objek is None else str(objek.id),
            "hasil": hasil,
            "rincian": _canonical({key: _plain(value) for key, value in facts.items()}),
        }
    )


def undo_changes() -> None:
    """Roll back what was begun, but keep the events of refusals: a denied attempt did happen (AUD-3)."""
    refused = [row for row in db.session.info.get("jejak", ()) if row["hasil"] != "ok"]
    db.session.rollback()
    if refused:
        db.session.info["jejak"] = refused


def pending(session: Session | None = None) -> int:
    """How many queued events wait for a commit (a page that only reads writes them after its reading)."""
    return len((session or db.session()).info.get("jejak", []))


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint ends here, not the transaction: the chain lock would be held while others wait
    queued = session.info.pop("jejak", None)
    if not queued:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": CHAIN_LOCK})
    last = session.execute(select(Jejak.seq, Jejak.mac).order_by(Jejak.seq.desc()).limit(1)).first()
    seq, before = (last.seq, last.mac) if last else (0, b"")
    rows = []
    for row in queued:
        seq += 1
        row |= {"seq": seq, "sebelum": before}
        before = row["mac"] = runtime().keyring.chain_mac(_message(row))
        rows.append(row)
    session.execute(insert(Jejak.__table__), rows)  # type: ignore[arg-type]


@event.listens_for(Session, "after_transaction_create")
def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("jejak_batas", {})[transaction] = pending(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    """What was rolled back did not happen: a savepoint takes its own events along, a transaction all."""
    if previous.nested:
        del session.info.get("jejak", [])[session.info["jejak_batas"][previous] :]
    elif previous.parent is None:
        session.info.pop("jejak", None)


@event.listens_for(Session, "after_transaction_end")
def _unmark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("jejak_batas", None)


def verify_chain() -> Iterator[ChainFault | int]:
    """Walk the whole trail: yields faults, and last the number of rows read (``flask jejak verify``).

    A removed, inserted, changed or swapped row is named by its number. Removal of the newest rows is noticed
    only against the exported head hash (AUD-2).
    """
    keyring = runtime().keyring
    expected_seq, before, count = 1, b"", 0
    table = Jejak.__table__
    result = db.session.execute(select(table).order_by(table.c.seq).execution_options(yield_per=5000))
    for row in result.mappings():
        count += 1
        if row["seq"] != expected_seq:
            yield ChainFault(expected_seq, "baris hilang" if row["seq"] > expected_seq else "baris ganda")
        if row["sebelum"] != before:
            yield ChainFault(row["seq"], "tidak bersambung dengan baris sebelumnya")
        if keyring.chain_mac(_message(row)) != row["mac"]:
            yield ChainFault(row["seq"], "isi baris berubah")
        expected_seq, before = row["seq"] + 1, row["mac"]
    yield count


#: One encoder for all rows: ``json.dumps`` with options builds a new one per call; a million rows notice it.
_encode = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode

_COVERED = (
    "seq",
    "waktu",
    "peristiwa",
    "pelaku_id",
    "peran",
    "alamat",
    "permintaan_id",
    "objek_jenis",
    "objek_id",
    "hasil",
    "rincian",
)


def _message(row: Any) -> bytes:
    return bytes(row["sebelum"]) + _canonical([_plain(row[column]) for column in _COVERED]).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | StrEnum):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(str(one) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value


def _canonical(value: Any) -> str:
    return _encode(value)
