"""The treasurer's month on one page: its dates, where it stands, what comes next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from rentan.autodebet.debet_susun import count_siap
from rentan.autodebet.debet_tanggal import penghalang_susun
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import AlasanTahan, StatusIuran
from rentan.paket.models import Paket
from rentan.paket.queries import list_paket
from rentan.paket.status import DEBET, DI_LUAR, TERBUKA, JenisPaket, StatusPaket
from rentan.tarif.queries import JadwalBulan, jadwal_bulan
from rentan.util.tanggal import format_bulan, format_tanggal

S = StatusPaket
_TERKUNCI = (S.DIKUNCI, S.DISETUJUI, *DI_LUAR)
_TERJAWAB = (S.HASIL_LENGKAP, S.DIREKONSILIASI, S.DITUTUP)


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
    """Everything about one month; amounts in whole rupiah."""

    bulan: date
    jadwal: JadwalBulan
    tahap: Sequence[Tahap]
    berikutnya: Berikutnya
    jumlah: dict[StatusIuran, int]
    rupiah: dict[StatusIuran, int]
    ditahan: dict[AlasanTahan, int]
    paket: Sequence[Paket]


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
    return Bulan(
        bulan=bulan,
        jadwal=jadwal,
        tahap=_tahap(jadwal, hidup),
        berikutnya=_berikutnya(bulan, hidup),
        jumlah=jumlah,
        rupiah=rupiah,
        ditahan=_ditahan(bulan),
        paket=sorted(
            (one for jenis in DEBET for one in list_paket(jenis, seen_by=seen_by)),
            key=lambda one: (one.dibuat_pada, one.id),
            reverse=True,
        ),
    )


def _per_status(bulan: date) -> tuple[dict[StatusIuran, int], dict[StatusIuran, int]]:
    query = (
        select(Iuran.status, func.count(), func.sum(Iuran.jumlah))
        .where(Iuran.periode == bulan)
        .group_by(Iuran.status)
    )
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}, {row[0]: int(row[2]) for row in rows}


def _ditahan(bulan: date) -> dict[AlasanTahan, int]:
    query = (
        select(Iuran.alasan_tahan, func.count())
        .where(Iuran.periode <= bulan, Iuran.status == StatusIuran.DITAHAN)
        .group_by(Iuran.alasan_tahan)
    )
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {one: found[one] for one in AlasanTahan if one in found}


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
    siap = 0 if sentence else count_siap(jenis, bulan)
    kata = "debet" if jenis is JenisPaket.DEBET else "debet ulang"
    return Berikutnya(
        f"{siap} iuran siap masuk paket {kata} {format_bulan(bulan)}." if siap else "",
        f"Susun {kata} {format_bulan(bulan)}",
        susun=jenis,
        alasan=sentence or ("" if siap else f"Belum ada iuran yang siap untuk {kata}."),
    )


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
