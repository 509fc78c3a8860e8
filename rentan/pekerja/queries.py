"""Who can be covered (product.md §3), and reads of workers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.core.baca import after
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.ext import db, runtime
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan
from rentan.pekerja.naskah import naskah
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, PutusanDuplikat, StatusPekerja
from rentan.util.galat import Peringatan, TidakSah
from rentan.util.nama import kemiripan
from rentan.util.nik import SEBUTAN, Nik, check_nik, parse_nik
from rentan.util.tanggal import format_tanggal, usia

#: From this likeness on (0..1), two names with one birth date may be one person and a verifier looks (W3).
AMBANG_MIRIP = 0.85

LIHAT_PAPAN = "Pilih pekerja lain dari daftar calon."


@dataclass(frozen=True)
class Kelayakan:
    """The answer about one worker. ``alasan``, ``field`` only when refused; ``keterangan`` is for the page.

    ``terdaftar``: the answer tells that the number is in our tables, so it counts for MSK-2.
    """

    boleh: bool
    keterangan: str
    alasan: str | None = None
    kode: str = "memenuhi_syarat"
    field: str | None = None
    peringatan: tuple[Peringatan, ...] = ()
    nik: Nik | None = None

    @property
    def terdaftar(self) -> bool:
        return self.kode in {
            "sudah_diasuh",
            "sudah_asuhan_anda",
            "tercakup_lain",
            "pernah_ditolak",
            "nik_data_beda",
            "nik_terpakai",
        }


def refuse(kode: str, alasan: str, *, field: str = "nik", nik: Nik | None = None) -> Kelayakan:
    """A refused worker: the sentence is reason and explanation at once."""
    return Kelayakan(False, alasan, alasan, kode, field, nik=nik)


def periksa_kelayakan(
    *, nik_text: object, tanggal_lahir: date | None, jenis_kelamin: str | None, debet_pertama: date
) -> Kelayakan:
    """Number, age, cover elsewhere; who else sponsors him, ``asuhan.queries.periksa_kelayakan`` adds.

    Without ``tanggal_lahir`` or ``jenis_kelamin`` those of the NIK hold (while the form is being typed).
    Never raises for bad input: the refusal is the answer. product.md §3 Identity, Who can be covered.
    """
    try:
        nik = parse_nik(nik_text, today=today())
    except TidakSah as wrong:
        return refuse(wrong.kode, wrong.pesan)
    lahir = tanggal_lahir or nik.tanggal_lahir
    if lahir is None:
        return refuse(
            "lahir_tidak_diketahui", "Isi tanggal lahir sesuai KTP.", field="tanggal_lahir", nik=nik
        )
    row = find_pekerja(nik.digits)
    # BPJS's members go on at any age; only a lapse makes the limit count again (product.md §3).
    peserta = row is not None and row.status in TERDAFTAR_DI_BPJS
    if not peserta and (refused := _periksa_usia(lahir, debet_pertama, nik)) is not None:
        return refused
    if not peserta and tercakup(runtime().keyring.blind_index("nik", nik.digits), debet_pertama):
        return refuse("tercakup_lain", f"Pekerja ini sudah dilindungi program lain. {LIHAT_PAPAN}", nik=nik)
    if row is not None and row.status in (StatusPekerja.TIDAK_LAYAK, StatusPekerja.BERAKHIR):
        return refuse(
            "pernah_ditolak",
            f"Pekerja dengan NIK ini tidak dapat didaftarkan saat ini. {LIHAT_PAPAN}",
            nik=nik,
        )
    kelamin = jenis_kelamin or nik.jenis_kelamin
    orang = f"{SEBUTAN[kelamin]}, lahir {format_tanggal(lahir)}, {usia(lahir, today()).tahun} tahun"
    warnings = check_nik(
        nik,
        tanggal_lahir=tanggal_lahir,
        jenis_kelamin=jenis_kelamin,
        prefiks_daerah=sorted(runtime().profil.prefiks_nik),
        today=today(),
    )
    warnings = [_explain(one, nik, tanggal_lahir) for one in warnings]
    return Kelayakan(True, f"{orang}: memenuhi syarat", peringatan=tuple(warnings), nik=nik)


def _periksa_usia(lahir: date, debet: date, nik: Nik) -> Kelayakan | None:
    batas = runtime().profil.batas
    try:
        usia(lahir, today())
        tahun = usia(lahir, debet).tahun
    except TidakSah as refused:
        return refuse(refused.kode, refused.pesan, field="tanggal_lahir", nik=nik)
    saat = f"pada debet pertama, {format_tanggal(debet)}"
    if tahun < batas.usia_minimum:
        kurang = f"Pekerja harus berusia paling sedikit {batas.usia_minimum} tahun {saat}. {LIHAT_PAPAN}"
        return refuse("terlalu_muda", kurang, field="tanggal_lahir", nik=nik)
    if tahun >= batas.usia_maksimum:
        batasnya = f"batasnya di bawah {batas.usia_maksimum} tahun"
        lewat = f"Pekerja sudah berusia {tahun} tahun {saat}; {batasnya}. {LIHAT_PAPAN}"
        return refuse("terlalu_tua", lewat, field="tanggal_lahir", nik=nik)
    return None


def _explain(one: Peringatan, nik: Nik, tanggal_lahir: date | None) -> Peringatan:
    """Name both dates where the typed one differs: the reader sees which digit to look at (delight 11)."""
    if one.kode != "nik_beda_tanggal_lahir" or tanggal_lahir is None or nik.tanggal_lahir is None:
        return one
    sebut = SEBUTAN[nik.jenis_kelamin].lower()
    return replace(
        one,
        pesan=f"NIK ini menyebut {sebut} lahir {nik.tanggal_lahir:%d-%m-%Y}, sedangkan Anda mengetik "
        f"{tanggal_lahir:%d-%m-%Y}. Cocokkan dengan KTP.",
    )


def in_force(debet: date) -> ColumnElement[bool]:
    """List lines that bind: not over today, and begun by the first debit day."""
    return and_(Pelindungan.mulai <= debet, Pelindungan.selesai >= today())


def tercakup(nik_bi: bytes, debet: date) -> bool:
    """Does a list of otherwise covered workers bind this number (one payer per worker)?"""
    query = select(Pelindungan.id).where(Pelindungan.nik_bi == nik_bi, in_force(debet))
    return db.session.scalar(query.limit(1)) is not None


def naskah_pemberitahuan() -> tuple[str, ...]:
    """What is read out to a worker about the use of the own data; ``catat_pekerja`` stores its version."""
    return naskah()


def find_pekerja(digits: str) -> Pekerja | None:
    """The worker with this NIK; only for rules, never for a page."""
    return db.session.scalar(
        select(Pekerja).where(Pekerja.nik_bi == runtime().keyring.blind_index("nik", digits))
    )


def find_by_nik(nik_bi: Iterable[bytes]) -> dict[bytes, Pekerja]:
    """Workers by the blind index of their NIK, for thousands of them."""
    found: dict[bytes, Pekerja] = {}
    for some in chunks(sorted(set(nik_bi))):
        query = select(Pekerja).where(Pekerja.nik_bi.in_(some))
        found |= {one.nik_bi: one for one in db.session.scalars(query)}
    return found


def lahir_sesudah(debet_pertama: date) -> date:
    """Workers born after this date are still under the age limit on that debit day."""
    batas = runtime().profil.batas.usia_maksimum
    try:
        return debet_pertama.replace(year=debet_pertama.year - batas)
    except ValueError:  # 29 February
        return debet_pertama.replace(year=debet_pertama.year - batas, day=28)


@dataclass(frozen=True)
class Mirip:
    """A worker and whom he resembles: another worker, or an ASN. ``persen``: likeness of the names."""

    pekerja_id: uuid.UUID
    persen: int
    mirip_id: uuid.UUID | None = None
    mirip_asn_id: uuid.UUID | None = None


CHUNK = 500  # values of one IN list: far below the engines' limits


def list_mirip(pekerja_ids: Sequence[uuid.UUID]) -> list[Mirip]:
    """Whom these workers resemble: same birth date and a similar name (W3; product.md: a worker is no ASN).

    Each pair once, from the later record to the earlier one; pairs already before a verifier, or decided, are
    left out: nobody is asked twice.
    """
    wanted = list(dict.fromkeys(pekerja_ids))
    rows: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(Pekerja.id, Pekerja.nama, Pekerja.tanggal_lahir).where(
            Pekerja.id.in_(wanted[start : start + CHUNK])
        )
        rows += db.session.execute(query).all()
    dates = sorted({row.tanggal_lahir for row in rows})
    serving = Asn.status_aktif.in_((StatusAktif.AKTIF, StatusAktif.CUTI))
    apart = Pekerja.digabung_ke.is_(None)  # a merged record lives on in the older one
    workers, roster = _born_on(Pekerja, dates, apart), _born_on(Asn, dates, serving)
    known = _known_pairs(wanted)
    found: dict[frozenset[uuid.UUID], Mirip] = {}
    for row in rows:
        for other in workers.get(row.tanggal_lahir, ()):
            pair = frozenset((row.id, other.id))
            # Of two new ones the pair is met twice: the first meeting stands.
            if len(pair) == 2 and pair not in known and pair not in found and (persen := _persen(row, other)):
                found[pair] = Mirip(row.id, persen, mirip_id=other.id)
        for other in roster.get(row.tanggal_lahir, ()):
            pair = frozenset((row.id, other.id))
            if pair not in known and (persen := _persen(row, other)):
                found[pair] = Mirip(row.id, persen, mirip_asn_id=other.id)
    return list(found.values())


def _persen(a: Any, b: Any) -> int:
    """Likeness of two names in percent; 0 below the threshold."""
    likeness = kemiripan(a.nama, b.nama)
    return round(likeness * 100) if likeness >= AMBANG_MIRIP else 0


def _born_on(
    model: type[Pekerja] | type[Asn], dates: list[date], *where: ColumnElement[bool]
) -> dict[date, list[Any]]:
    """Everybody of that table with these birth dates, by date."""
    found: dict[date, list[Any]] = {}
    for start in range(0, len(dates), CHUNK):
        query = select(model.id, model.nama, model.tanggal_lahir).where(
            model.tanggal_lahir.in_(dates[start : start + CHUNK]), *where
        )
        for row in db.session.execute(query.order_by(model.id)):
            found.setdefault(row.tanggal_lahir, []).append(row)
    return found


def _known_pairs(pekerja_ids: list[uuid.UUID]) -> set[frozenset[uuid.UUID]]:
    found = set()
    for start in range(0, len(pekerja_ids), CHUNK):
        some = pekerja_ids[start : start + CHUNK]
        query = select(DugaDuplikat.pekerja_id, DugaDuplikat.mirip_id, DugaDuplikat.mirip_asn_id).where(
            DugaDuplikat.pekerja_id.in_(some) | DugaDuplikat.mirip_id.in_(some)
        )
        found |= {frozenset(one for one in row if one) for row in db.session.execute(query)}
    return found


HALAMAN = 50  # rows of a list


def list_duga_duplikat(sesudah: uuid.UUID | None = None, *, limit: int = HALAMAN) -> list[DugaDuplikat]:
    """The verifier's queue with both sides, oldest first; donors never see it."""
    query = (
        select(DugaDuplikat)
        .where(DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU)
        .options(
            db.joinedload(DugaDuplikat.pekerja).joinedload(Pekerja.kelurahan),
            db.joinedload(DugaDuplikat.mirip).joinedload(Pekerja.kelurahan),
            db.joinedload(DugaDuplikat.mirip_asn),
        )
    )
    urut = (DugaDuplikat.dibuat_pada, DugaDuplikat.id)
    return list(db.session.scalars(after(query, sesudah, *urut).order_by(*urut).limit(limit)))


@dataclass(frozen=True)
class Sumber:
    """Lines of one list that end on one day."""

    sumber: str
    mulai: date
    selesai: date
    jumlah: int

    @property
    def keadaan(self) -> str:
        if self.selesai < today():
            return "Sudah berakhir"
        if self.mulai > today():
            return "Belum mulai"
        return "Berakhir dalam 30 hari" if (self.selesai - today()).days <= 30 else "Berlaku"


def list_sumber() -> list[Sumber]:
    """How many lines each list has per period; counts only."""
    query = select(
        Pelindungan.sumber, Pelindungan.mulai, Pelindungan.selesai, db.func.count().label("jumlah")
    )
    query = query.group_by(Pelindungan.sumber, Pelindungan.mulai, Pelindungan.selesai)
    rows = db.session.execute(
        query.order_by(Pelindungan.selesai.desc(), Pelindungan.sumber, Pelindungan.mulai)
    )
    return [Sumber(**row._mapping) for row in rows]
