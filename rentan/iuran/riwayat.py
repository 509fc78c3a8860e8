"""What each move of a contribution means, in a sentence; and its part on the timeline of a sponsorship."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import exists, or_, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.riwayat import TANPA_TANGGAL
from rentan.core.clock import today
from rentan.core.riwayat import Kalimat, Kejadian, list_langkah
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import BELUM_KELUAR, MACHINE, MACHINE_BPJS, StatusIuran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import bulan_pertama
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan

KALIMAT: Kalimat = {
    ("C1", "jadwalkan"): "Iuran dijadwalkan",
    ("C1", "pakai_kredit"): "Iuran dibayar dari kelebihan bayar",
    ("C2", "tahan"): "Potongan ditahan",
    ("C3", "lepas"): "Potongan tidak ditahan lagi",
    ("C4", "masuk_batch"): "Masuk paket debet",
    ("C5", "keluar"): "Dikeluarkan dari paket debet sebelum dikirim",
    ("C6", "kirim"): "Permintaan debet dikirim ke bank",
    ("B7", "berkas_ditolak"): "Bank menolak berkasnya; tidak ada yang didebet",
    ("C7", "berhasil"): "Berhasil didebet",
    ("C8", "gagal"): "Bank tidak dapat mendebet",
    ("C9", "tanpa_kabar"): "Jawaban bank tidak menyebut iuran ini",
    ("C10", "jawaban_berhasil"): "Bank memastikan: ternyata sudah didebet",
    ("C10", "jawaban_gagal"): "Bank memastikan: tidak didebet",
    ("C11", "ulang"): "Masuk paket debet ulang",
    ("C12", "bayar_lain"): "Dibayar lewat jalan lain",
    ("C13", "hapuskan"): "Tagihan dihapuskan",
    ("C13", "gugur"): "Tagihan gugur karena asuhan berhenti",
    ("C14", "kembalikan"): "Uang dikembalikan",
    ("C15", "terlambat_gagal"): "Debet dibatalkan bank",
}
KALIMAT_BPJS: Kalimat = {
    ("P1", "masuk_setoran"): "Masuk paket setoran ke BPJS",
    ("P2", "keluar_setoran"): "Dikeluarkan dari paket setoran sebelum dibayarkan",
    ("P3", "setor"): "Disetor ke BPJS",
    ("P4", "tercatat"): "Tercatat di BPJS",
    ("P5", "ditolak"): "Iuran ditolak BPJS",
    ("P6", "perbaiki"): "Data diperbaiki untuk disetor ulang",
}
_USUL = {
    "U1": "diajukan bendahara",
    "U2": "disetujui",
    "U3": "ditolak",
}
KALIMAT_USUL: Kalimat = {
    ("U1", "ajukan"): f"Usul {_USUL['U1']}",
    ("U2", "terima"): f"Usul {_USUL['U2']}",
    ("U3", "tolak"): f"Usul {_USUL['U3']} penyetuju",
}
KALIMAT_PENERIMAAN: Kalimat = {
    ("U1", "ajukan"): f"Penerimaan {_USUL['U1']}",
    ("U2", "terima"): f"Penerimaan {_USUL['U2']}",
    ("U3", "tolak"): f"Penerimaan {_USUL['U3']} penyetuju",
}

#: What the donor's timeline tells of a month: the outcome. The way there stands on the month's own page.
HASIL: dict[tuple[str, str], str] = {
    ("C1", "pakai_kredit"): "dibayar dari kelebihan bayar",
    ("C7", "berhasil"): "berhasil didebet",
    ("C8", "gagal"): "tidak dapat didebet",
    ("C10", "jawaban_berhasil"): "ternyata sudah didebet",
    ("C10", "jawaban_gagal"): "ternyata tidak didebet",
    ("C12", "bayar_lain"): "dibayar lewat jalan lain",
    ("C13", "hapuskan"): "dihapuskan tagihannya",
    ("C14", "kembalikan"): "dikembalikan uangnya",
    ("C15", "terlambat_gagal"): "dibatalkan debetnya oleh bank",
    ("P4", "tercatat"): "tercatat di BPJS",
    ("P5", "ditolak"): "ditolak BPJS",
}


def sumber(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The outcomes of every month of these sponsorships; months with the same one at once are one event."""
    iuran = {
        one.id: one
        for one in db.session.execute(
            select(Iuran.id, Iuran.asuhan_id, Iuran.periode, Iuran.jumlah).where(
                Iuran.asuhan_id.in_([one.id for one in rows])
            )
        )
    }
    sama: dict[tuple[uuid.UUID, datetime, str, str], list[tuple[date, int]]] = {}
    for mesin in (MACHINE, MACHINE_BPJS):
        for one in list_langkah(mesin.nama, iuran.keys()):
            if hasil := HASIL.get((one.langkah, one.peristiwa)):
                satu = iuran[one.objek_id]
                kunci = (satu.asuhan_id, one.pada, hasil, one.peran)
                sama.setdefault(kunci, []).append((satu.periode, satu.jumlah))
    for (asuhan_id, pada, hasil, peran), bulan in sama.items():
        awal, akhir = min(bulan)[0], max(bulan)[0]
        sebutan = (
            format_bulan(awal) if len(bulan) == 1 else f"{format_bulan(awal)} sampai {format_bulan(akhir)}"
        )
        jumlah = format_rupiah(sum(one[1] for one in bulan))
        yield asuhan_id, Kejadian(pada, f"Iuran {sebutan} {hasil}", peran, jumlah)


def _tanpa_tanggal(rows: Sequence[Asuhan]) -> set[uuid.UUID]:
    """Those with a month under way whose list has left, or under a paused letter: no next day can be told."""
    berjalan = exists().where(
        Iuran.asuhan_id == Asuhan.id,
        Iuran.status.in_((*BELUM_KELUAR, StatusIuran.DIKIRIM, StatusIuran.TANPA_KABAR)),
        Iuran.periode < bulan_pertama(today()),
    )
    dijeda = exists().where(SuratKuasa.asn_id == Asuhan.asn_id, SuratKuasa.status == StatusSurat.DITANGGUHKAN)
    query = select(Asuhan.id).where(Asuhan.id.in_([one.id for one in rows]), or_(berjalan, dijeda))
    return set(db.session.scalars(query))


TANPA_TANGGAL.append(_tanpa_tanggal)
