"""The bank's answer on letters (M13, M14): every line gets an outcome, one bad line stops nothing.

What fits nowhere becomes an exception for a person: nothing is guessed. The same answer again, in the same
file or in another one, changes nothing.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from rentan.autodebet.berlaku import lock_surat, terima_bank, tolak_bank
from rentan.autodebet.layout import arti_kode, layout_mandat
from rentan.autodebet.models import BarisMandat
from rentan.core.actor import Pelaku
from rentan.core.clock import now, to_local, today
from rentan.core.errors import RuleError
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault
from rentan.core.sheets import Row
from rentan.core.subject import seal
from rentan.ext import db, runtime
from rentan.paket.actions import catat_hasil
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat

_L = layout_mandat().jawaban
REFERENSI, REKENING, KODE = _L["referensi"], _L["rekening"], _L["kode"]
KETERANGAN, TANGGAL = _L["keterangan"], _L["tanggal"]
PANJANG_KETERANGAN = 200

#: Why a line fits nowhere: what it means and what to do, without numbers or names.
PENGECUALIAN = {
    "referensi_tidak_dikenal": "Referensi ini bukan surat kuasa kita. Tanyakan kepada bank.",
    "belum_dikirim": "Surat ini belum pernah diajukan ke bank. Tanyakan kepada bank dari mana asalnya.",
    "rekening_beda": "Nomor rekening berbeda dari yang diajukan. Cocokkan dengan surat, lalu tanyakan bank.",
    "kode_tidak_dikenal": "Kode hasil ini belum dikenal. Tanyakan artinya kepada bank; surat tetap menunggu.",
    "jawaban_berubah": "Bank pernah menjawab lain untuk surat ini. Minta penjelasan bank secara tertulis.",
    "jawaban_bertentangan": "Berkas ini memuat dua jawaban yang berbeda untuk surat ini. Tanyakan bank.",
    "tanggal_tidak_mungkin": "Tanggal jawaban sebelum surat dikirim atau sesudah hari ini. Tanyakan bank.",
    "surat_sendiri": "Ini surat kuasa Anda sendiri. Minta bendahara lain mengimpor jawaban ini.",
    "tidak_menunggu": "Surat ini tidak sedang menunggu jawaban bank. Periksa halaman suratnya.",
    "surat_dijeda": "Surat lama donatur ini sedang dijeda dan belum dapat diganti. Setelah jedanya diakhiri, "
    "unggah baris ini dalam berkas baru.",
    "tidak_dapat_diterapkan": "Keadaan surat tidak mengizinkan jawaban ini. Periksa halaman suratnya.",
}


@dataclass(frozen=True)
class _Baris:
    """A line and what it does: ``diterima``, ``ditolak``, ``tetap``, or an exception with its ``sebab``."""

    lembar: str
    nomor: int
    ref: str
    rekening: str
    kode: str
    keterangan: str
    tanggal: date
    keadaan: str = "pengecualian"
    sebab: str = ""
    baris_id: uuid.UUID | None = None
    surat_id: uuid.UUID | None = None
    paket_id: uuid.UUID | None = None

    @property
    def isi(self) -> str:
        """The line in one text: the same answer in another file is the same matter."""
        return "|".join((self.ref, self.rekening, self.kode, self.tanggal.isoformat()))

    def menjadi(self, sebab: str) -> _Baris:
        return replace(self, keadaan="pengecualian", sebab=sebab)


class PenanganJawabanMandat:
    """Answers to packets of letters."""

    jenis = JenisImpor.JAWABAN_MANDAT
    judul = "Jawaban bank atas surat kuasa"
    columns: tuple[Column, ...] = (
        Column(REFERENSI, wajib=True),
        Column(REKENING, wajib=True, jenis="angka_teks"),
        Column(KODE, wajib=True),
        Column(KETERANGAN),
        Column(TANGGAL, wajib=True, jenis="tanggal"),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every line against the packets that have left."""
        refused: list[Ditolak] = []
        read: list[_Baris] = []
        wajib = [one for one in self.columns if one.wajib]
        for row in table.rows:
            if fault := first_fault(row, wajib):
                refused.append(fault)
            else:
                read.append(_read(row))
        good = _decide(read, by)
        counts = Counter(one.keadaan for one in good)
        tolak = Counter(arti_kode(one.kode) for one in good if one.keadaan == "ditolak")
        sebab = Counter(one.sebab for one in good if one.keadaan == "pengecualian")
        return Hasil(
            read=len(table.rows),
            good=good,
            refused=refused,
            unchanged=counts["tetap"],
            changed=counts["diterima"] + counts["ditolak"],
            rincian={
                "Diterima bank": counts["diterima"],
                "Ditolak bank": counts["ditolak"],
                **{f"Ditolak: {kata}": jumlah for kata, jumlah in sorted(tolak.items())},
                "Sudah tercatat sebelumnya": counts["tetap"],
                "Menjadi pengecualian": counts["pengecualian"],
                **{f"Pengecualian: {PENGECUALIAN[kode]}": n for kode, n in sorted(sebab.items())},
            },
            warnings=_check_trailer(table),
        )

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Make the moves, keep what the bank said with each line, list the exceptions, close the packets."""
        good: list[_Baris] = hasil.good
        surat = lock_surat([one.surat_id for one in good if one.surat_id and one.keadaan != "tetap"])
        for one in good:
            if one.keadaan in ("diterima", "ditolak"):
                try:
                    with db.session.begin_nested():
                        _answer(one, surat[one.surat_id], impor, by)  # type: ignore[index]
                except RuleError:
                    one = one.menjadi("tidak_dapat_diterapkan")
            if one.keadaan == "pengecualian":
                _note(one, impor)
        db.session.flush()
        answered = {one.paket_id for one in good if one.keadaan in ("diterima", "ditolak")}
        _close_pakets({one for one in answered if one is not None}, by)


def _read(row: Row) -> _Baris:
    cells: dict[str, Any] = row.values
    return _Baris(
        lembar=row.sheet,
        nomor=row.row,
        ref=str(cells[REFERENSI]).strip().upper(),
        rekening="".join(filter(str.isdigit, str(cells[REKENING]))),
        kode=str(cells[KODE]).strip(),
        keterangan=str(cells[KETERANGAN] or "").strip()[:PANJANG_KETERANGAN],
        tanggal=cells[TANGGAL],
    )


def _decide(read: list[_Baris], by: Pelaku) -> list[_Baris]:
    sent = _sent_lines({one.ref for one in read})
    known = set(
        db.session.scalars(select(SuratKuasa.ref).where(SuratKuasa.ref.in_({one.ref for one in read})))
    )
    dijeda = _dijeda([surat.asn_id for _, surat, _ in sent.values()])
    answers: dict[str, set[str]] = {}
    for one in read:
        answers.setdefault(one.ref, set()).add(one.kode)
    decided, seen = [], set()
    for one in read:
        if one.ref in sent:
            found = _decide_one(one, *sent[one.ref], len(answers[one.ref]) > 1, by)
            if found.keadaan == "diterima" and sent[one.ref][1].asn_id in dijeda:
                found = found.menjadi("surat_dijeda")
        else:
            found = one.menjadi("belum_dikirim" if one.ref in known else "referensi_tidak_dikenal")
        if found.isi in seen:
            found = replace(found, keadaan="tetap", sebab="")
        seen.add(found.isi)
        decided.append(found)
    return _without_known(decided)


def _sent_lines(refs: set[str]) -> dict[str, tuple[BarisMandat, SuratKuasa, Paket]]:
    """By reference: the line that waits for its answer, else the last one that was answered."""
    query = (
        select(BarisMandat, SuratKuasa, Paket)
        .join(SuratKuasa, SuratKuasa.id == BarisMandat.surat_kuasa_id)
        .join(Paket, Paket.id == BarisMandat.paket_id)
        .where(
            SuratKuasa.ref.in_(refs),
            Paket.dikirim_pada.is_not(None),
            BarisMandat.hasil != HasilBaris.DIKELUARKAN,
        )
        .order_by(Paket.dikirim_pada, BarisMandat.id)
    )
    return {surat.ref: (baris, surat, paket) for baris, surat, paket in db.session.execute(query)}


def _dijeda(asn_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Donors whose letter in force is paused: no newer one can replace it meanwhile (M20)."""
    query = select(SuratKuasa.asn_id).where(
        SuratKuasa.asn_id.in_(asn_ids), SuratKuasa.status == StatusSurat.DITANGGUHKAN
    )
    return set(db.session.scalars(query))


def _decide_one(
    one: _Baris, baris: BarisMandat, surat: SuratKuasa, paket: Paket, bertentangan: bool, by: Pelaku
) -> _Baris:
    one = replace(one, baris_id=baris.id, surat_id=surat.id, paket_id=paket.id)
    if runtime().keyring.blind_index("rekening", one.rekening) != surat.rekening_bi:
        return one.menjadi("rekening_beda")
    layout = layout_mandat()
    diterima = one.kode in layout.diterima
    if not diterima and one.kode not in layout.tolak:
        return one.menjadi("kode_tidak_dikenal")
    if bertentangan:
        return one.menjadi("jawaban_bertentangan")
    if baris.hasil is not HasilBaris.MENUNGGU:
        sama = baris.kode_hasil == one.kode
        return replace(one, keadaan="tetap") if sama else one.menjadi("jawaban_berubah")
    if surat.status is not StatusSurat.DIAJUKAN_BANK or paket.dikirim_pada is None:
        return one.menjadi("tidak_menunggu")
    if not to_local(paket.dikirim_pada).date() <= one.tanggal <= today():
        return one.menjadi("tanggal_tidak_mungkin")
    if by.asn_id is not None and surat.asn_id == by.asn_id:
        return one.menjadi("surat_sendiri")
    return replace(one, keadaan="diterima" if diterima else "ditolak")


def _bi(one: _Baris) -> bytes:
    return runtime().keyring.blind_index("pengecualian", one.isi)


def _without_known(decided: list[_Baris]) -> list[_Baris]:
    """What is on the list already, open or closed, is not put there again."""
    mine = {_bi(one) for one in decided if one.keadaan == "pengecualian"}
    query = select(Pengecualian.kode, Pengecualian.nilai_bi).where(
        Pengecualian.jenis == JenisImpor.JAWABAN_MANDAT, Pengecualian.nilai_bi.in_(mine)
    )
    listed = {(row.kode, row.nilai_bi) for row in db.session.execute(query)}
    return [
        replace(one, keadaan="tetap", sebab="")
        if one.keadaan == "pengecualian" and (one.sebab, _bi(one)) in listed
        else one
        for one in decided
    ]


def _answer(one: _Baris, surat: SuratKuasa, impor: Impor, by: Pelaku) -> None:
    if one.keadaan == "diterima":
        terima_bank(surat, one.tanggal, by=by)
    else:
        tolak_bank(surat, kode=one.kode, by=by)
    baris = db.session.get_one(BarisMandat, one.baris_id)
    baris.hasil = HasilBaris.DITERIMA if one.keadaan == "diterima" else HasilBaris.DITOLAK
    baris.kode_hasil, baris.dijawab_pada, baris.impor_id = one.kode, now(), impor.id
    baris.keterangan = one.keterangan or arti_kode(one.kode)
    baris.berlaku_mulai = surat.berlaku_mulai if one.keadaan == "diterima" else None
    db.session.flush()


def _note(one: _Baris, impor: Impor) -> None:
    row = Pengecualian(
        id=uuid.uuid4(),
        jenis=JenisImpor.JAWABAN_MANDAT,
        impor_id=impor.id,
        paket_id=one.paket_id,
        lembar=one.lembar,
        baris=one.nomor,
        kode=one.sebab,
        pesan=PENGECUALIAN[one.sebab],
        nilai_bi=_bi(one),
        dibuat_pada=now(),
    )
    seal(row, "nilai", f"{one.ref}, rekening {one.rekening}, kode {one.kode}")
    db.session.add(row)


def _close_pakets(ids: set[uuid.UUID], by: Pelaku) -> None:
    """B8, in the order of ids."""
    for paket_id in sorted(ids):
        paket = db.session.get_one(Paket, paket_id, with_for_update=True)
        waiting = select(BarisMandat.id).where(
            BarisMandat.paket_id == paket_id, BarisMandat.hasil == HasilBaris.MENUNGGU
        )
        catat_hasil(paket, lengkap=db.session.scalar(waiting.limit(1)) is None, by=by)


def _check_trailer(table: Table) -> list[str]:
    """A TOTAL line whose number is not the number of lines: a file cut in half says so."""
    read = len(table.rows)
    for total in table.total_rows:
        angka = [cell for cell in total.cells if cell.strip().isdigit()]
        if angka and int(angka[0]) != read:
            return [
                f"Baris penutup menyebut {int(angka[0])} jawaban, sedangkan berkas berisi {read}. Berkas "
                "mungkin terpotong; mintalah berkas lengkap kepada bank."
            ]
    return []


PENANGAN = register(PenanganJawabanMandat())
