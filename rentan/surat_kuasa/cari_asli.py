"""Where is this letter? One search, the scan of printed codes, and who had the original when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from rentan.akun.models import Akun
from rentan.asn.models import Asn
from rentan.core.actor import Pelaku
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.core.qr import KodePemisah, KodeSurat, parse_kode
from rentan.ext import db
from rentan.surat_kuasa.asli import pindah_asli
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.queries import visible
from rentan.surat_kuasa.status import TERKIRIM, AsliDi, StatusSurat

#: A search shows this many letters; more of them ask for a narrower word.
PALING_BANYAK = 20


@dataclass(frozen=True)
class BarisAsli:
    """One letter in the answer, with the last hand-over of its original."""

    id: uuid.UUID
    nama: str
    nip: str
    nomor: str | None
    ref: str
    versi: int
    status: StatusSurat
    asli_di: AsliDi
    sejak: datetime | None
    oleh: str


@dataclass(frozen=True)
class HasilPindai:
    """What became of one scanned code: ``berhasil`` or why not."""

    kode: str
    berhasil: bool
    kalimat: str


def cari_asli(teks: str, *, seen_by: Pelaku) -> list[BarisAsli]:
    """Printed letters by number, reference, NIP or part of the name; newest version first, one too many.

    Only letters that the viewer may see; at most ``PALING_BANYAK`` + 1 rows, so that the page can say that
    there are more.
    """
    besar, angka = teks.strip().upper(), "".join(teks.split())
    kode = parse_kode(besar)
    ref = kode.ref if isinstance(kode, KodeSurat | KodePemisah) else besar
    if not besar:
        return []
    query = (
        select(SuratKuasa, Asn.nama, Asn.nip)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(
            SuratKuasa.dicetak_pada.is_not(None),
            (SuratKuasa.ref == ref)
            | (SuratKuasa.nomor == besar)
            | (Asn.nip == angka)
            | Asn.nama_urut.contains(besar, autoescape=True),
        )
        .order_by(Asn.nama_urut, SuratKuasa.urutan_versi.desc(), SuratKuasa.id)
        .limit(PALING_BANYAK + 1)
    )
    return _baris(visible(query, seen_by))


def list_pada_admin(*, seen_by: Pelaku, banyak: int) -> list[BarisAsli]:
    """Originals that lie at the city's admin and belong to the bank, by donor's name; none for others."""
    if not seen_by.has(Peran.ADMIN):
        return []
    query = (
        select(SuratKuasa, Asn.nama, Asn.nip)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.asli_di == AsliDi.ADMIN, SuratKuasa.status.in_(TERKIRIM))
        .order_by(Asn.nama_urut, SuratKuasa.id)
        .limit(banyak)
    )
    return _baris(query)


def _baris(query: Any) -> list[BarisAsli]:
    """(letter, name, NIP) rows with the last hand-over of each."""
    rows = db.session.execute(query).all()
    terakhir = _last_moves(surat.id for surat, *_ in rows)
    nama = nama_petugas(terakhir.values())
    return [
        BarisAsli(
            surat.id, nama_asn, nip, surat.nomor, surat.ref, surat.urutan_versi, surat.status, surat.asli_di,
            terakhir[surat.id].pada if surat.id in terakhir else None,
            nama.get(terakhir[surat.id].oleh, "") if surat.id in terakhir else "",
        )
        for surat, nama_asn, nip in rows
    ]  # fmt: skip


def nama_petugas(perpindahan: Iterable[PerpindahanAsli]) -> dict[uuid.UUID | None, str]:
    """Names of those who noted these hand-overs, by account id."""
    ids = {one.oleh for one in perpindahan if one.oleh is not None}
    query = select(Akun.id, Akun.nama).where(Akun.id.in_(ids))
    return {row.id: row.nama for row in db.session.execute(query)}


def _last_moves(surat_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PerpindahanAsli]:
    ids = list(surat_ids)
    last = (
        select(PerpindahanAsli.surat_kuasa_id, func.max(PerpindahanAsli.urutan).label("urutan"))
        .where(PerpindahanAsli.surat_kuasa_id.in_(ids))
        .group_by(PerpindahanAsli.surat_kuasa_id)
        .subquery()
    )
    same = (PerpindahanAsli.surat_kuasa_id == last.c.surat_kuasa_id) & (
        PerpindahanAsli.urutan == last.c.urutan
    )
    return {one.surat_kuasa_id: one for one in db.session.scalars(select(PerpindahanAsli).join(last, same))}


def pindai_asli(kode: Sequence[str], ke: AsliDi, *, by: Pelaku) -> list[HasilPindai]:
    """Move the original of each scanned letter to ``ke``; every code gets its own answer, none stops others.

    A code is what a letter's QR says, or its reference typed by hand. Several pages of one letter are one
    letter. The print of an older version answers that it must not be used.
    """
    refs = {text: ref for text in dict.fromkeys(kode) if (ref := _ref_of(text))}
    letters = _locked(set(refs.values()), by)
    found: list[HasilPindai] = []
    done: set[str] = set()
    for text in dict.fromkeys(kode):
        ref = refs.get(text)
        if ref in done:
            continue
        surat = letters.get(ref or "")
        if ref is None or surat is None:
            tak_dikenal = "Kode ini bukan kode surat kuasa, atau suratnya di luar jangkauan Anda."
            found.append(HasilPindai(ref or text[:40], False, tak_dikenal))
            continue
        done.add(ref)
        found.append(_move_one(surat, ke, by))
    return found


def _ref_of(text: str) -> str | None:
    besar = text.strip().upper()
    kode = parse_kode(besar)
    if isinstance(kode, KodeSurat | KodePemisah):
        return kode.ref
    return besar if besar.startswith("SK-") and len(besar) <= 40 else None


def _locked(refs: set[str], by: Pelaku) -> dict[str, SuratKuasa]:
    """In the order of their ids, so that two people scanning cannot wait for each other."""
    query = visible(select(SuratKuasa).where(SuratKuasa.ref.in_(refs)), by).order_by(SuratKuasa.id)
    return {one.ref: one for one in db.session.scalars(query.with_for_update(of=SuratKuasa, key_share=True))}


def _move_one(surat: SuratKuasa, ke: AsliDi, by: Pelaku) -> HasilPindai:
    sebutan = f"{surat.nomor or surat.ref} – {surat.asn.nama}"
    if surat.status is StatusSurat.DIBATALKAN and ke is not AsliDi.KEMBALI:
        kalimat = "Versi lama atau dibatalkan, jangan dipakai. Kembalikan lembar ini kepada pemiliknya."
        return HasilPindai(sebutan, False, kalimat)
    dari = surat.asli_di
    if ke is dari:
        return HasilPindai(sebutan, True, f"Sudah tercatat “{ke.label}”.")
    try:
        pindah_asli(surat, ke, by=by)
    except RuleError as refused:
        return HasilPindai(sebutan, False, refused.pesan)
    return HasilPindai(sebutan, True, f"Dicatat: {ke.label} (sebelumnya: {dari.label}).")
