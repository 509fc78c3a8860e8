"""Who can be covered (product.md §3), and reads of workers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.core.clock import today
from rentan.ext import db, runtime
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan
from rentan.pekerja.status import PutusanDuplikat, StatusPekerja
from rentan.util.galat import Peringatan, TidakSah
from rentan.util.nama import kemiripan, nama_inti
from rentan.util.nik import SEBUTAN, Nik, check_nik, parse_nik
from rentan.util.tanggal import format_tanggal, usia

#: From this likeness on (0..1), two names with one birth date may be one person and a verifier looks (W3).
AMBANG_MIRIP = 0.85

LIHAT_PAPAN = "Pilih pekerja lain dari daftar calon."


@dataclass(frozen=True)
class Kelayakan:
    """The answer about one worker. ``alasan`` and ``field`` only when refused; ``keterangan`` is for the page.

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
        }


def refuse(kode: str, alasan: str, *, field: str = "nik", nik: Nik | None = None) -> Kelayakan:
    """A refused worker: the sentence is reason and explanation at once."""
    return Kelayakan(False, alasan, alasan, kode, field, nik=nik)


def periksa_kelayakan(
    *, nik_text: object, tanggal_lahir: date | None, jenis_kelamin: str | None, debet_pertama: date
) -> Kelayakan:
    """Number, age and cover elsewhere; who else sponsors the worker, ``asuhan.queries.periksa_kelayakan`` adds.

    Without ``tanggal_lahir`` or ``jenis_kelamin`` those of the NIK hold (while the form is being typed).
    Never raises for bad input: the refusal is the answer. product.md §3 Identity, Who can be covered.
    """
    try:
        nik = parse_nik(nik_text, today=today())
    except TidakSah as refused:
        return refuse(refused.kode, refused.pesan)
    lahir = tanggal_lahir or nik.tanggal_lahir
    if lahir is None:
        return refuse(
            "lahir_tidak_diketahui", "Isi tanggal lahir sesuai KTP.", field="tanggal_lahir", nik=nik
        )
    if (refused := _periksa_usia(lahir, debet_pertama, nik)) is not None:
        return refused
    if tercakup(runtime().keyring.blind_index("nik", nik.digits), debet_pertama):
        return refuse("tercakup_lain", f"Pekerja ini sudah dilindungi program lain. {LIHAT_PAPAN}", nik=nik)
    row = find_pekerja(nik.digits)
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
        lewat = f"Pekerja sudah berusia {tahun} tahun {saat}; batasnya di bawah {batas.usia_maksimum} tahun. {LIHAT_PAPAN}"
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


def tercakup(nik_bi: bytes, pada: date) -> bool:
    """Is this number on a list of otherwise covered workers that is in force on that date?"""
    query = select(Pelindungan.id).where(
        Pelindungan.nik_bi == nik_bi, Pelindungan.mulai <= pada, Pelindungan.selesai >= pada
    )
    return db.session.scalar(query.limit(1)) is not None


def find_pekerja(digits: str) -> Pekerja | None:
    """The worker with this NIK; only for rules, never for a page."""
    return db.session.scalar(
        select(Pekerja).where(Pekerja.nik_bi == runtime().keyring.blind_index("nik", digits))
    )


def lahir_sesudah(debet_pertama: date) -> date:
    """Workers born after this date are still under the age limit on that debit day."""
    batas = runtime().profil.batas.usia_maksimum
    try:
        return debet_pertama.replace(year=debet_pertama.year - batas)
    except ValueError:  # 29 February
        return debet_pertama.replace(year=debet_pertama.year - batas, day=28)


@dataclass(frozen=True)
class Mirip:
    """Somebody whom a new worker resembles: ``persen`` likeness of the names, birth date equal."""

    persen: int
    pekerja_id: uuid.UUID | None = None
    asn_id: uuid.UUID | None = None


def list_mirip(pekerja: Pekerja) -> list[Mirip]:
    """Workers and roster ASN with the same birth date and a similar name (W3; product.md: a worker is no ASN)."""
    found = []
    others = select(Pekerja.id, Pekerja.nama).where(
        Pekerja.tanggal_lahir == pekerja.tanggal_lahir, Pekerja.id != pekerja.id
    )
    for row in db.session.execute(others.order_by(Pekerja.dicatat_pada, Pekerja.id)):
        if (mirip := kemiripan(row.nama, pekerja.nama)) >= AMBANG_MIRIP:
            found.append(Mirip(round(mirip * 100), pekerja_id=row.id))
    roster = select(Asn.id, Asn.nama).where(
        Asn.tanggal_lahir == pekerja.tanggal_lahir,
        Asn.status_aktif.in_((StatusAktif.AKTIF, StatusAktif.CUTI)),
    )
    for row in db.session.execute(roster.order_by(Asn.id)):
        if nama_inti(row.nama) == pekerja.nama_inti or kemiripan(row.nama, pekerja.nama) >= AMBANG_MIRIP:
            found.append(Mirip(round(kemiripan(row.nama, pekerja.nama) * 100), asn_id=row.id))
    return found


def list_duga_duplikat(sesudah: uuid.UUID | None = None, *, limit: int = 50) -> list[DugaDuplikat]:
    """The verifier's queue, oldest first; both people stay unnamed to donors."""
    query = select(DugaDuplikat).where(DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU)
    if sesudah is not None and (last := db.session.get(DugaDuplikat, sesudah)) is not None:
        query = query.where(
            db.tuple_(DugaDuplikat.dibuat_pada, DugaDuplikat.id) > db.tuple_(last.dibuat_pada, last.id)
        )
    return list(db.session.scalars(query.order_by(DugaDuplikat.dibuat_pada, DugaDuplikat.id).limit(limit)))
