"""DEBET and ULANG batches: their lines are attempts to collect contributions (states.md §5 and §6).

Every step is set-based and one transaction. Rows are locked in the order batch, letters, contributions, each
by id. The lines follow their contributions until the lock; from then on the frozen line is what goes out.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from rentan.autodebet.debet_baris import (
    count_tidak_berlaku,
    list_usang,
    load_baris,
    load_iuran,
    milik,
    referensi_batal,
    tampil,
    urutkan,
)
from rentan.autodebet.debet_berkas import berkas_debet, isi_baris
from rentan.autodebet.debet_isi import Calon, count_ke, dikecualikan, list_calon
from rentan.autodebet.debet_tanggal import penghalang_tanggal, tanggal_debet
from rentan.autodebet.hasil_catat import pengimpor_paket
from rentan.autodebet.kait import SETELAH_KIRIM_DEBET
from rentan.autodebet.layout_debet import layout_debet
from rentan.autodebet.susulan import hitung_susulan
from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound, RuleError
from rentan.core.massal import chunks, set_many
from rentan.core.permissions import Peran
from rentan.core.queue import lapor
from rentan.core.subject import load_deks, seal_values
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran import gerak
from rentan.iuran.beritahu import beri_tahu, donatur_tanpa_pemberitahuan
from rentan.iuran.gugur import keluarkan_berakhir
from rentan.iuran.models import Iuran, Percobaan, Urusan
from rentan.iuran.status import MACHINE, HasilCoba, JenisUrusan, StatusIuran
from rentan.iuran.tagihan import periksa_tagihan
from rentan.iuran.urusan import UrusanBaru, buka_banyak
from rentan.paket.models import Paket, PaketUang, Pengecualian
from rentan.paket.penangan import Baris, BerkasPaket, Dikecualikan, Susulan, register
from rentan.paket.status import JenisPaket

H = HasilCoba
#: Taken out by hand: the line does not come in again by itself, unlike one that was refreshed.
OLEH_ORANG = "Dikeluarkan penyusun paket."


class PenanganDebet:
    """What DEBET and ULANG have in common; they differ in which contributions they take."""

    sebutan = "iuran"
    halaman = "autodebet.index"

    def __init__(self, jenis: JenisPaket) -> None:
        self.jenis = jenis

    # -- lines --------------------------------------------------------------------------------

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """B1, B2 (C4, C11). Lines that have changed since they were put in go out and come in anew."""
        uang = self._uang(paket)
        usang = {one.baris_id for one in list_usang(paket)}
        self._lepas([one for one in load_baris(paket) if one.id in usang] if usang else [], by)
        periksa_tagihan(paket.periode)
        lapor(20)
        keluar = self._dikeluarkan(paket)
        calon = [
            one
            for one in list_calon(self.jenis, paket.periode, uang.tanggal)
            if one.alasan is None and one.iuran_id not in keluar
        ]
        lapor(40)
        self._masukkan(paket, calon, by)
        lapor(90)
        return self._hitung(paket)[0]

    def _masukkan(self, paket: Paket, calon: Sequence[Calon], by: Pelaku) -> None:
        # Read anew under the lock: what somebody has just paid otherwise or written off is not asked for.
        held = load_iuran([one.iuran_id for one in calon])
        rows = {
            key: row for key, row in held.items() if row.status in (StatusIuran.TERJADWAL, StatusIuran.GAGAL)
        }
        calon = [one for one in calon if one.iuran_id in rows]
        ke = count_ke(rows)
        akhir = db.session.scalar(select(func.max(Percobaan.urutan)).where(milik(paket))) or 0
        baris = [
            {
                "id": uuid.uuid4(),
                "paket_id": paket.id,
                "iuran_id": one.iuran_id,
                "asn_id": rows[one.iuran_id].asn_id,
                "urutan": urutan,
                "ke": ke.get(one.iuran_id, 0) + 1,
                "referensi_lama": [],
                "jumlah": rows[one.iuran_id].tagihan,
                "hasil": H.TERBUKA,
            }
            for urutan, one in enumerate(calon, akhir + 1)
        ]
        if not baris:
            return
        try:
            with db.session.begin_nested():
                for some in chunks(baris):
                    db.session.execute(insert(Percobaan), list(some))
        except IntegrityError:
            raise RuleError(
                "Sebagian iuran baru saja masuk ke paket lain. Muat ulang halaman, lalu coba lagi.",
                kode="iuran_terpakai",
            ) from None
        lapor(60)
        baru = [row for row in rows.values() if row.status is StatusIuran.TERJADWAL]
        ulang = [row for row in rows.values() if row.status is StatusIuran.GAGAL]
        advance_many(MACHINE, baru, "masuk_batch", by=by)
        advance_many(MACHINE, ulang, "ulang", by=by)

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        """B2, C5. Raises ``NotFound``."""
        baris = db.session.get(Percobaan, baris_id)
        if baris is None or baris.paket_id != paket.id or baris.hasil is not H.TERBUKA:
            raise NotFound
        self._lepas([baris], by)
        baris.keterangan = OLEH_ORANG

    def _lepas(self, baris: Sequence[Percobaan], by: Pelaku) -> None:
        """C5: the lines stay as a trace, their contributions are scheduled again."""
        rows = load_iuran([one.iuran_id for one in baris])
        for some in chunks([one.id for one in baris]):
            db.session.execute(
                update(Percobaan)
                .where(Percobaan.id.in_(some))
                .values(hasil=H.DIKELUARKAN)
                .execution_options(synchronize_session="fetch")
            )
        advance_many(
            MACHINE, [row for row in rows.values() if row.status is StatusIuran.DALAM_BATCH], "keluar", by=by
        )

    # -- the page -----------------------------------------------------------------------------

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        """Donor and worker, month, account masked, rupiah."""
        query = (
            select(Percobaan)
            .where(milik(paket), Percobaan.urutan > sesudah)
            .options(
                db.joinedload(Percobaan.iuran).joinedload(Iuran.asn),
                db.joinedload(Percobaan.iuran).joinedload(Iuran.pekerja),
            )
            .order_by(Percobaan.urutan)
            .limit(banyak)
        )
        rows = db.session.scalars(query).all()
        load_deks(row.asn_id for row in rows)
        return [tampil(row) for row in rows]

    def count_hasil(self, paket: Paket) -> dict[HasilCoba, int]:
        query = select(Percobaan.hasil, func.count()).where(milik(paket)).group_by(Percobaan.hasil)
        found = {row[0]: row[1] for row in db.session.execute(query)}
        return {one: found[one] for one in H if one in found}

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        calon = list_calon(self.jenis, paket.periode, self._tanggal(paket))
        return dikecualikan(calon, self._dikeluarkan(paket), banyak)

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Lines whose letter, price or account is not what it was when they were put in."""
        return [
            Dikecualikan(one.iuran_id, one.judul, one.alasan, "bendahara, dengan “Tambahkan yang sudah siap”")
            for one in list_usang(paket)[:banyak]
        ]

    # -- lock ---------------------------------------------------------------------------------

    def penghalang_kunci(self, paket: Paket) -> str | None:
        """B3: too late for the bank, or something that could be in is neither in nor taken out."""
        if sentence := penghalang_tanggal(paket):
            return sentence
        keluar = self._dikeluarkan(paket)
        calon = list_calon(self.jenis, paket.periode, self._tanggal(paket))
        tertinggal = sum(one.alasan is None and one.iuran_id not in keluar for one in calon)
        if tertinggal:
            return (
                f"{tertinggal} iuran yang siap belum masuk. Tekan “Tambahkan yang sudah siap” lebih dahulu."
            )
        return None

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        """B3: references, sealed lines and the file. Raises ``RuleError``."""
        uang = self._uang(paket)
        uang.tanggal = tanggal_debet(paket)
        self._beri_tahu(paket)
        lapor(15)
        baris = urutkan(paket, load_baris(paket))
        if list_usang(paket):
            raise RuleError(
                "Ada baris yang suratnya, harganya, atau pekerjanya berubah. Tekan “Tambahkan yang sudah "
                "siap” dahulu.",
                kode="baris_terhambat",
            )
        lapor(30)
        uang.layout = layout_debet().nama
        isi = isi_baris(paket, uang, baris)
        lapor(55)
        sealed = seal_values(
            "percobaan",
            "isi",
            (
                (one.id, one.asn_id, json.dumps(satu, ensure_ascii=False))
                for one, satu in zip(baris, isi, strict=True)
            ),
        )
        set_many(
            baris,
            {
                one.id: {
                    "referensi": satu["referensi"],
                    "referensi_lama": referensi_batal(one),
                    "isi_enc": sealed[one.id],
                    "jumlah": satu["nominal"],
                }
                for one, satu in zip(baris, isi, strict=True)
            },
        )
        lapor(80)
        paket.jumlah = len(baris)
        return berkas_debet(paket, uang, isi)

    def _beri_tahu(self, paket: Paket) -> None:
        """Nobody is debited another amount than before without having been told (states.md §6)."""
        if self.jenis is not JenisPaket.DEBET:
            return
        beri_tahu(paket.periode, dikunci=True)
        if belum := donatur_tanpa_pemberitahuan(paket.periode, dikunci=True):
            raise RuleError(
                f"{belum} donatur belum diberi tahu bahwa potongannya berubah. Coba kunci lagi.",
                kode="belum_diberi_tahu",
            )

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """The contributions wait in the batch; they move when it is sent (C6)."""
        if self._hitung(paket) != (paket.jumlah, self._uang(paket).jumlah_rupiah):
            raise RuleError(
                "Isi paket berubah selagi dikunci. Muat ulang, lalu coba lagi.", kode="paket_berubah"
            )

    # -- sent, refused, cancelled ----------------------------------------------------------------------------

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """B5, C6, all lines or none. Raises ``RuleError`` when a line dropped out since the lock."""
        baris = load_baris(paket)
        lapor(30)
        uang = self._uang(paket)
        if (len(baris), sum(one.jumlah for one in baris)) != (
            paket.jumlah,
            uang.jumlah_rupiah,
        ) or count_tidak_berlaku(paket):
            raise RuleError(
                "Sejak paket ini dikunci, ada donatur yang berhenti atau suratnya tidak berlaku lagi, "
                "sehingga berkas ini tidak boleh dikirim. Batalkan paket ini, lalu susun yang baru.",
                kode="paket_berubah",
            )
        if sentence := penghalang_tanggal(paket, kirim=True):
            raise RuleError(sentence, kode="terlambat")
        advance_many(MACHINE, [one.iuran for one in baris], "kirim", by=by)
        lapor(80)
        for ikut in SETELAH_KIRIM_DEBET:
            ikut(paket, by)

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """B12: everything is scheduled again."""
        self._lepas(load_baris(paket), by)

    def setelah_tolak_berkas(self, paket: Paket, *, by: Pelaku) -> None:
        """B6: nothing yet; whether the same lines go again is decided by B7."""

    def setelah_perbaiki(self, paket: Paket, *, by: Pelaku) -> None:
        """B7: the contributions wait in the batch again; their references are void."""
        baris = load_baris(paket)
        advance_many(MACHINE, [one.iuran for one in baris], "berkas_ditolak", by=by)
        set_many(
            baris, {one.id: {"referensi": None, "referensi_lama": referensi_batal(one)} for one in baris}
        )
        keluarkan_berakhir([one.iuran for one in baris])

    def setelah_lengkap(self, paket: Paket, *, by: Pelaku) -> None:
        """B9, C9: no answer is no failure; each becomes a matter for the treasurer."""
        baris = load_baris(paket)
        set_many(baris, {one.id: {"hasil": H.TANPA_KABAR} for one in baris})
        rows = [one.iuran for one in baris]
        gerak.tanpa_kabar(rows)
        kalimat = (
            f"Bank tidak menyebut baris ini dalam jawaban atas paket {paket.nomor}. Tanyakan kepada bank; "
            "iuran ini tidak didebet lagi sebelum jelas."
        )
        buka_banyak(
            [
                UrusanBaru(
                    JenisUrusan.TANPA_KABAR, row.asuhan_id, row.periode, kalimat, Peran.BENDAHARA, row.id
                )
                for row in rows
            ]
        )

    # -- sums -----------------------------------------------------------------------------------------------

    def jumlah_rupiah(self, paket: Paket) -> int:
        return self._hitung(paket)[1]

    def bulan_isi(self, paket: Paket) -> tuple[date, date] | None:
        query = select(func.min(Iuran.periode), func.max(Iuran.periode)).select_from(Percobaan)
        first, last = db.session.execute(
            query.join(Iuran, Iuran.id == Percobaan.iuran_id).where(
                milik(paket), Percobaan.hasil != H.DIKELUARKAN
            )
        ).one()
        return (first, last) if first else None

    def berhasil_rupiah(self, paket: Paket) -> int:
        query = select(func.sum(Percobaan.jumlah)).where(milik(paket), Percobaan.hasil == H.BERHASIL)
        return int(db.session.scalar(query) or 0)

    def susulan(self, paket: Paket) -> Susulan:
        return hitung_susulan(paket)

    def list_pembaca(self, paket: Paket) -> set[uuid.UUID]:
        return pengimpor_paket(paket)

    def count_tanpa_pemilik(self, paket: Paket) -> int:
        """B11: exceptions of this batch and matters of its contributions that nobody has taken."""
        exceptions = select(func.count()).where(
            Pengecualian.paket_id == paket.id,
            Pengecualian.selesai_pada.is_(None),
            Pengecualian.pemilik_id.is_(None),
        )
        lines = select(Percobaan.iuran_id).where(milik(paket), Percobaan.hasil != H.DIKELUARKAN)
        matters = select(func.count()).where(
            Urusan.iuran_id.in_(lines), Urusan.selesai_pada.is_(None), Urusan.pemilik_id.is_(None)
        )
        return (db.session.scalar(exceptions) or 0) + (db.session.scalar(matters) or 0)

    def _hitung(self, paket: Paket) -> tuple[int, int]:
        query = select(func.count(), func.sum(Percobaan.jumlah)).where(
            milik(paket), Percobaan.hasil != H.DIKELUARKAN
        )
        row = db.session.execute(query).one()
        return row[0], int(row[1] or 0)

    def _dikeluarkan(self, paket: Paket) -> set[uuid.UUID]:
        """Taken out by hand, and not put in again since."""
        query = select(Percobaan.iuran_id).where(milik(paket), Percobaan.keterangan == OLEH_ORANG)
        return set(db.session.scalars(query))

    def _uang(self, paket: Paket) -> PaketUang:
        if paket.uang is None:
            paket.uang = PaketUang(paket_id=paket.id, tanggal=tanggal_debet(paket), layout="", selisih=[])
            db.session.flush()
        return paket.uang

    def _tanggal(self, paket: Paket) -> date:
        return paket.uang.tanggal if paket.uang else tanggal_debet(paket)


#: The two kinds, announced to the batches' room.
PENANGAN = {one.jenis: one for one in (PenanganDebet(JenisPaket.DEBET), PenanganDebet(JenisPaket.ULANG))}
for satu in PENANGAN.values():
    register(satu)
