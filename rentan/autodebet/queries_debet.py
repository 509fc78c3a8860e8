"""The treasurer's month on one page: its dates, where it stands, what comes next."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from rentan.autodebet.debet_isi import list_calon
from rentan.autodebet.debet_tanggal import hari_debet_paket, penghalang_susun
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import AlasanTahan, HasilCoba, StatusIuran
from rentan.paket.models import Paket
from rentan.paket.queries import list_paket
from rentan.paket.status import DEBET, DI_LUAR, TERBUKA, JenisPaket, StatusPaket
from rentan.tarif.queries import JadwalBulan, jadwal_bulan
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_bulan, format_rentang_bulan, format_tanggal

S = StatusPaket
_TERKUNCI = (S.DIKUNCI, S.DISETUJUI, *DI_LUAR)
_TERJAWAB = (S.HASIL_LENGKAP, S.DIREKONSILIASI, S.DITUTUP)
_SELESAI = (S.DITUTUP, S.DIBATALKAN)


@dataclass(frozen=True)
class Tahap:
    """One date of the month; ``keadaan`` as in components/garis_waktu.html."""

    judul: str
    tanggal: date
    keadaan: str
    kata: str


@dataclass(frozen=True)
class Berikutnya:
    """What to do now. With ``susun`` a button builds that kind of batch, else ``paket_id`` or ``url`` leads
    on; ``alasan`` is why the button cannot be pressed yet."""

    kalimat: str
    tombol: str = ""
    susun: JenisPaket | None = None
    paket_id: uuid.UUID | None = None
    url: str = ""
    alasan: str = ""


@dataclass(frozen=True)
class Bulan:
    """Everything about one month; amounts in whole rupiah.

    ``jumlah`` counts the contributions of this month whenever they are debited; ``di_muka`` are those of
    them that an earlier debit brought in. ``ditahan``: held by reason, (of this month, of months before).
    ``sisa``: debit batches of months before that are not closed.
    """

    bulan: date
    jadwal: JadwalBulan
    tahap: Sequence[Tahap]
    berikutnya: Berikutnya
    jumlah: dict[StatusIuran, int]
    rupiah: dict[StatusIuran, int]
    di_muka: int
    ditahan: dict[AlasanTahan, tuple[int, int]]
    paket: Sequence[Paket]
    sisa: Sequence[Paket]


def lihat_bulan(bulan: date, *, seen_by: Pelaku) -> Bulan:
    """The month as it stands."""
    jadwal = jadwal_bulan(bulan)
    paket = list(
        db.session.scalars(
            select(Paket)
            .where(Paket.periode == bulan, Paket.jenis.in_((*DEBET, JenisPaket.SETOR)))
            .order_by(Paket.dibuat_pada, Paket.id)
        )
    )
    hidup = [one for one in paket if one.status is not S.DIBATALKAN]
    jumlah, rupiah = _per_status(bulan)
    semua = sorted(
        (one for jenis in DEBET for one in list_paket(jenis, seen_by=seen_by)),
        key=lambda one: (one.dibuat_pada, one.id),
        reverse=True,
    )
    return Bulan(
        bulan=bulan,
        jadwal=jadwal,
        tahap=_tahap(jadwal, hidup),
        berikutnya=_berikutnya(bulan, hidup),
        jumlah=jumlah,
        rupiah=rupiah,
        di_muka=_di_muka(bulan),
        ditahan=_ditahan(bulan),
        paket=semua,
        sisa=[one for one in semua if one.periode < bulan and one.status not in _SELESAI],
    )


def _per_status(bulan: date) -> tuple[dict[StatusIuran, int], dict[StatusIuran, int]]:
    query = (
        select(Iuran.status, func.count(), func.sum(Iuran.jumlah))
        .where(Iuran.periode == bulan)
        .group_by(Iuran.status)
    )
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}, {row[0]: int(row[2]) for row in rows}


def _di_muka(bulan: date) -> int:
    """Contributions of this month that a debit of an earlier month paid."""
    dulu = select(Paket.id).where(Paket.jenis.in_(DEBET), Paket.periode < bulan)
    query = (
        select(func.count(Iuran.id.distinct()))
        .join(Percobaan, Percobaan.iuran_id == Iuran.id)
        .where(
            Iuran.periode == bulan,
            Iuran.status == StatusIuran.BERHASIL,
            Percobaan.hasil == HasilCoba.BERHASIL,
            Percobaan.paket_id.in_(dulu),
        )
    )
    return db.session.scalar(query) or 0


def _ditahan(bulan: date) -> dict[AlasanTahan, tuple[int, int]]:
    kini = func.sum(case((Iuran.periode == bulan, 1), else_=0))
    query = (
        select(Iuran.alasan_tahan, kini, func.count() - kini)
        .where(Iuran.periode <= bulan, Iuran.status == StatusIuran.DITAHAN)
        .group_by(Iuran.alasan_tahan)
    )
    found = {row[0]: (int(row[1]), int(row[2])) for row in db.session.execute(query)}
    both = {one: found.get(one, (0, 0)) for one in AlasanTahan}
    return {one: counts for one, counts in both.items() if any(counts)}


def _tahap(jadwal: JadwalBulan, paket: Sequence[Paket]) -> list[Tahap]:
    hari = today()
    debet = next((one for one in paket if one.jenis is JenisPaket.DEBET), None)
    keluar = {one.jenis for one in paket if one.status in DI_LUAR}
    status = debet.status if debet else None
    dikirim = status in DI_LUAR
    rows = (
        ("Daftar calon dan pemberitahuan", jadwal.kandidat, hari >= jadwal.kandidat),
        ("Kunci", jadwal.kunci, status in _TERKUNCI),
        ("Setujui", jadwal.setuju, status is S.DISETUJUI or dikirim),
        ("Kirim ke bank", jadwal.kirim, dikirim),
        ("Hari debet", jadwal.debet, dikirim and hari >= jadwal.debet),
        ("Baca hasil bank", jadwal.hasil, status in _TERJAWAB),
        ("Debet ulang", jadwal.ulang, JenisPaket.ULANG in keluar),
        ("Setor ke BPJS", jadwal.setor, JenisPaket.SETOR in keluar),
        ("Jawaban BPJS", jadwal.jawab, False),
    )
    kini = next((n for n, (_, _, sudah) in enumerate(rows) if not sudah), len(rows))
    found = []
    for n, (judul, tanggal, sudah) in enumerate(rows):
        if sudah:
            keadaan, kata = "lewat", "selesai"
        elif tanggal < hari:
            keadaan, kata = "gagal", "sudah lewat"
        else:
            keadaan, kata = ("kini", "berikutnya") if n == kini else ("nanti", "")
        found.append(Tahap(judul, tanggal, keadaan, "hari ini" if tanggal == hari and not sudah else kata))
    return found


def _berikutnya(bulan: date, paket: Sequence[Paket]) -> Berikutnya:
    """One step: the open batch first, then what the month still asks for."""
    terbuka = next((one for one in paket if one.jenis in DEBET and one.status in TERBUKA), None)
    if terbuka is not None:
        return _untuk_paket(terbuka)
    debet = next((one for one in paket if one.jenis is JenisPaket.DEBET), None)
    if debet is None:
        return _susun(JenisPaket.DEBET, bulan)
    belum = next((one for one in paket if one.jenis in DEBET and one.status not in _TERJAWAB), None)
    if belum is not None:
        return _untuk_paket(belum)
    ulang = _susun(JenisPaket.ULANG, bulan)
    if ulang.susun and not ulang.alasan:
        return ulang
    belum = next((one for one in paket if one.jenis in DEBET and one.status is not S.DITUTUP), None)
    if belum is not None:
        return _untuk_paket(belum)
    return Berikutnya(f"Debet {format_bulan(bulan)} sudah selesai dan ditutup.")


def _susun(jenis: JenisPaket, bulan: date) -> Berikutnya:
    sentence = penghalang_susun(jenis, bulan)
    calon = [] if sentence else list_calon(jenis, bulan, hari_debet_paket(jenis, bulan))
    siap = Counter(one.periode for one in calon if one.alasan is None)
    kata = "debet" if jenis is JenisPaket.DEBET else "debet ulang"
    kalimat = f"{format_angka(siap.total())} iuran siap masuk paket {kata} {format_bulan(bulan)}"
    return Berikutnya(
        f"{kalimat}{rincian_bulan(siap, bulan)}." if siap else "",
        f"Susun {kata} {format_bulan(bulan)}",
        susun=jenis,
        alasan=sentence or ("" if siap else f"Belum ada iuran yang siap untuk {kata}."),
    )


def rincian_bulan(siap: Mapping[date, int], bulan: date) -> str:
    """Of which months: ``: 241 untuk Desember 2026 dan 10 dibayar di muka untuk Januari–Februari 2027``;
    empty when all are of the batch's own month."""
    kelompok = (
        ("susulan untuk", [one for one in siap if one < bulan]),
        ("untuk", [one for one in siap if one == bulan]),
        ("dibayar di muka untuk", [one for one in siap if one > bulan]),
    )
    bagian = [
        f"{format_angka(sum(siap[one] for one in isi))} {kata} {format_rentang_bulan(min(isi), max(isi))}"
        for kata, isi in kelompok
        if isi
    ]
    if set(siap) == {bulan} or not bagian:
        return ""
    awal = ", ".join(bagian[:-1])
    return f": {awal} dan {bagian[-1]}" if awal else f": {bagian[-1]}"


_KATA = {
    S.DISUSUN: ("Paket {nama} sudah disusun. Periksa isinya, lalu kunci.", "Periksa dan kunci"),
    S.DIKUNCI: ("Paket {nama} menunggu persetujuan orang lain.", "Lihat paket"),
    S.DISETUJUI: ("Paket {nama} disetujui. Unduh berkasnya dan kirim ke bank.", "Kirim ke bank"),
    S.DITOLAK_BERKAS: ("Bank menolak berkas {nama}. Perbaiki dan kirim lagi.", "Perbaiki berkas"),
    S.HASIL_LENGKAP: ("Hasil {nama} lengkap. Cocokkan dengan rekening penampung.", "Cocokkan"),
    S.DIREKONSILIASI: ("Paket {nama} sudah dicocokkan; penyetuju menutupnya.", "Lihat paket"),
}


def _untuk_paket(paket: Paket) -> Berikutnya:
    nama = f"{paket.jenis.label.lower()} {format_bulan(paket.periode)}"
    if paket.status in (S.DIKIRIM, S.HASIL_SEBAGIAN):
        hari = format_tanggal(paket.uang.tanggal) if paket.uang else ""
        return Berikutnya(
            f"Paket {nama} ada pada bank (hari debet {hari}). Unggah hasilnya begitu diterima.",
            "Unggah hasil bank",
            url="/autodebet/hasil",
        )
    kalimat, tombol = _KATA[paket.status]
    return Berikutnya(kalimat.format(nama=nama), tombol, paket_id=paket.id)
