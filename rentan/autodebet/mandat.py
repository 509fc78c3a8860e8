"""The MANDAT batch: which letters go to the bank, their frozen file, and M11 when it leaves."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import IntegrityError

from rentan.akun.models import Akun
from rentan.asn.masa import habis_pada, kalimat_habis, masa_habis
from rentan.asn.models import Asn
from rentan.autodebet.layout import layout_mandat
from rentan.autodebet.models import BarisMandat
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.core.subject import load_deks, reveal, seal
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.paket.models import Paket
from rentan.paket.penangan import Baris, BerkasPaket, Dikecualikan, register
from rentan.paket.status import JenisPaket
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa.asli import catat_asli
from rentan.surat_kuasa.kait import SETELAH_BATAL
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, AsliDi, StatusSurat
from rentan.util.rekening import mask_rekening
from rentan.util.rupiah import format_rupiah

#: The bank wants the paper: it must at least have left the OPD.
ASLI_CUKUP = (AsliDi.ADMIN, AsliDi.BANK)
_ASLI_GILIRAN = {AsliDi.NONE: "ASN", AsliDi.ASN: "ASN", AsliDi.KEMBALI: "ASN", AsliDi.HILANG: "operator OPD"}


class PenanganMandat:
    """Letters that a verifikator has accepted and whose paper is at hand, the longest waiting first."""

    jenis = JenisPaket.MANDAT
    sebutan = "surat kuasa"
    halaman = "autodebet.letters"

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """B1, B2. Raises ``RuleError`` when another batch takes a letter at the same moment."""
        last = db.session.scalar(select(func.max(BarisMandat.urutan)).where(BarisMandat.paket_id == paket.id))
        query = _kandidat(paket).where(SuratKuasa.asli_di.in_(ASLI_CUKUP), ~_habis_masa())
        if by.asn_id is not None:
            query = query.where(SuratKuasa.asn_id != by.asn_id)
        rows = [
            BarisMandat(paket_id=paket.id, surat_kuasa_id=surat.id, urutan=urutan, hasil=HasilBaris.MENUNGGU)
            for urutan, surat in enumerate(db.session.scalars(query), (last or 0) + 1)
        ]
        try:
            with db.session.begin_nested():
                db.session.add_all(rows)
        except IntegrityError:
            raise RuleError(
                "Sebagian surat baru saja masuk ke paket lain. Muat ulang halaman, lalu coba lagi.",
                kode="surat_terpakai",
            ) from None
        return self.count_hasil(paket).get(HasilBaris.MENUNGGU, 0)

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        """B2. Raises ``NotFound``."""
        baris = db.session.get(BarisMandat, baris_id)
        if baris is None or baris.paket_id != paket.id or baris.hasil is not HasilBaris.MENUNGGU:
            raise NotFound
        baris.hasil = HasilBaris.DIKELUARKAN
        db.session.flush()

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        query = (
            select(BarisMandat)
            .where(BarisMandat.paket_id == paket.id, BarisMandat.urutan > sesudah)
            .order_by(BarisMandat.urutan)
            .limit(banyak)
        )
        rows = db.session.scalars(query).all()
        load_deks(one.subjek_id for one in rows)
        return [_shown(one) for one in rows]

    def count_hasil(self, paket: Paket) -> dict[HasilBaris, int]:
        query = select(BarisMandat.hasil, func.count().label("n")).where(BarisMandat.paket_id == paket.id)
        return {row.hasil: row.n for row in db.session.execute(query.group_by(BarisMandat.hasil))}

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Accepted letters that are in no batch, and why they are not in this one."""
        penyusun = db.session.scalar(select(Akun.asn_id).where(Akun.id == paket.dibuat_oleh))
        out = set(
            db.session.scalars(
                select(BarisMandat.surat_kuasa_id).where(
                    BarisMandat.paket_id == paket.id, BarisMandat.hasil == HasilBaris.DIKELUARKAN
                )
            )
        )
        rows = db.session.scalars(_kandidat().limit(banyak))
        return [_excluded(surat, penyusun, surat.id in out) for surat in rows]

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Lines whose letter has moved on, or whose paper has gone back, since they were put in."""
        query = (
            select(BarisMandat)
            .join(SuratKuasa, SuratKuasa.id == BarisMandat.surat_kuasa_id)
            .where(
                BarisMandat.paket_id == paket.id,
                BarisMandat.hasil == HasilBaris.MENUNGGU,
                or_(
                    SuratKuasa.status != StatusSurat.TERVERIFIKASI,
                    SuratKuasa.asli_di.not_in(ASLI_CUKUP),
                    _habis_masa(),
                ),
            )
            .order_by(BarisMandat.urutan)
            .limit(banyak)
        )
        return [
            Dikecualikan(one.id, one.surat.asn.nama, *_why_not(one.surat))
            for one in db.session.scalars(query)
        ]

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        """B3: every line as it goes out, sealed, and the file. Raises ``RuleError``."""
        lines = _waiting(paket)
        for baris in lines:
            if baris.surat.status is not StatusSurat.TERVERIFIKASI or baris.surat.asli_di not in ASLI_CUKUP:
                alasan, _ = _why_not(baris.surat)
                raise RuleError(f"Surat {baris.surat.nomor}: {alasan}", kode="baris_terhambat")
        load_deks(one.subjek_id for one in lines)
        isi = [_content(no, baris) for no, baris in enumerate(lines, 1)]
        for baris, satu in zip(lines, isi, strict=True):
            seal(baris, "isi", json.dumps(satu, ensure_ascii=False))
        paket.jumlah = len(lines)
        jumlah, plafon = len(lines), sum(satu["plafon"] for satu in isi)
        sebutan = paket.id.hex[:8].upper()
        data = layout_mandat().write(
            (sebutan, f"{paket.periode:%Y-%m}", jumlah, plafon), isi, (jumlah, plafon)
        )
        return BerkasPaket(data, f"surat-kuasa-{paket.periode:%Y-%m}-{sebutan}.csv")

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """The letters move when the packet leaves, not before: until then a donor may still cancel (M22)."""

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """B5: M11 for each letter; its paper is at the bank. Raises ``RuleError`` when one dropped out."""
        lines = _waiting(paket)
        if len(lines) != paket.jumlah:
            raise RuleError(
                "Ada surat dalam paket ini yang dibatalkan pemiliknya sesudah berkas dibuat, sehingga berkas "
                "ini tidak boleh dikirim. Batalkan paket, lalu susun yang baru.",
                kode="paket_berubah",
            )
        for baris in lines:
            if by.asn_id is not None and baris.surat.asn_id == by.asn_id:
                raise RuleError(
                    "Paket ini memuat surat kuasa Anda sendiri, sehingga bendahara lain yang mengirimkannya.",
                    kode="surat_sendiri",
                )
            advance(MACHINE, baris.surat, "masuk_paket", by=by)
            if baris.surat.asli_di is not AsliDi.BANK:
                catat_asli(baris.surat, AsliDi.BANK, by=by, catatan=f"Paket {paket.nomor}")

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """B12: the letters may go into the next batch."""
        for baris in _waiting(paket):
            baris.hasil = HasilBaris.DIKELUARKAN
        db.session.flush()


def _kandidat(paket: Paket | None = None) -> Select[SuratKuasa]:
    """Accepted letters that wait in no batch; with ``paket`` also none that was taken out of that one."""
    taken = select(BarisMandat.surat_kuasa_id).where(BarisMandat.hasil == HasilBaris.MENUNGGU)
    query = select(SuratKuasa).where(
        SuratKuasa.status == StatusSurat.TERVERIFIKASI, SuratKuasa.id.not_in(taken)
    )
    if paket is not None:
        query = query.where(
            SuratKuasa.id.not_in(select(BarisMandat.surat_kuasa_id).where(BarisMandat.paket_id == paket.id))
        )
    return query.order_by(SuratKuasa.diputus_pada, SuratKuasa.id)


def _habis_masa() -> ColumnElement[bool]:
    """The donor has left the service: a letter that came into force now would end at once (M21)."""
    return SuratKuasa.asn_id.in_(select(Asn.id).where(habis_pada(today())))


def _waiting(paket: Paket) -> list[BarisMandat]:
    """The batch's waiting lines in their order, their letters held and read anew (in the order of ids)."""
    of_this = (BarisMandat.paket_id == paket.id, BarisMandat.hasil == HasilBaris.MENUNGGU)
    letters = select(BarisMandat.surat_kuasa_id).where(*of_this)
    db.session.scalars(
        select(SuratKuasa)
        .where(SuratKuasa.id.in_(letters))
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    # Read after the letters are held: who cancelled one meanwhile has taken its line out.
    query = select(BarisMandat).where(*of_this).order_by(BarisMandat.urutan)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _content(no: int, baris: BarisMandat) -> dict[str, Any]:
    surat = baris.surat
    return {
        "no": no,
        "referensi": surat.ref,
        "nama": surat.asn.nama,
        "rekening": reveal(surat, "rekening") or "",
        "nama_rekening": surat.nama_rekening or "",
        "plafon": surat.plafon or 0,
        "bulan_pertama": f"{surat.bulan_pertama:%Y-%m}" if surat.bulan_pertama else "",
    }


def _shown(baris: BarisMandat) -> Baris:
    surat = baris.surat
    rekening = mask_rekening(reveal(surat, "rekening") or "0000")
    rincian = f"{surat.nomor} · {surat.ref} · rekening {rekening} · {format_rupiah(surat.plafon or 0)}"
    return Baris(baris.id, baris.urutan, surat.asn.nama, rincian, baris.hasil, baris.keterangan or "")


def _why_not(surat: SuratKuasa) -> tuple[str, str]:
    if surat.status is not StatusSurat.TERVERIFIKASI:
        return f"Surat sekarang berstatus “{surat.status.label}”.", ""
    if sebab := kalimat_habis(surat.asn, today()):
        return f"{sebab} Batalkan surat ini, atau perbarui daftar pegawai.", "verifikator"
    return (
        f"Lembar asli tercatat “{surat.asli_di.label}”, sedangkan bank memerlukannya bersama paket.",
        _ASLI_GILIRAN.get(surat.asli_di, "operator OPD"),
    )


def _excluded(surat: SuratKuasa, penyusun: uuid.UUID | None, dikeluarkan: bool) -> Dikecualikan:
    judul = f"{surat.asn.nama}, {surat.nomor}"
    if dikeluarkan:
        return Dikecualikan(surat.id, judul, "Dikeluarkan dari paket ini; ikut paket berikutnya.")
    if surat.asn_id == penyusun:
        return Dikecualikan(surat.id, judul, "Surat penyusun paket ini sendiri.", "bendahara lain")
    if surat.asli_di not in ASLI_CUKUP or masa_habis(surat.asn, today()):
        return Dikecualikan(surat.id, judul, *_why_not(surat))
    return Dikecualikan(surat.id, judul, "Baru saja siap. Segarkan isi paket untuk memasukkannya.")


def keluarkan_surat(surat: SuratKuasa, _by: Pelaku) -> None:
    """After M22: no batch that has not left holds this letter any more.

    Only the line is touched: a locked batch then has fewer lines than its file, and cannot be sent.
    """
    query = select(BarisMandat).where(
        BarisMandat.surat_kuasa_id == surat.id, BarisMandat.hasil == HasilBaris.MENUNGGU
    )
    for baris in db.session.scalars(query):
        baris.hasil = HasilBaris.DIKELUARKAN
    db.session.flush()


PENANGAN = register(PenanganMandat())
SETELAH_BATAL.append(keluarkan_surat)
