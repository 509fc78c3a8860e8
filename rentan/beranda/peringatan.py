"""Lines of the inbox about cover at risk, for everybody who may see it; and what the donor has to answer."""

from __future__ import annotations

from sqlalchemy import func, select

from rentan.beranda.tugas import Mendesak, Tugas, tanggal
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.pemberitahuan import count_belum_dibaca
from rentan.iuran.status import StatusIuran
from rentan.perlindungan.peringatan import list_peringatan
from rentan.siaga.masa import pengingat_donatur
from rentan.siaga.models import Talangan
from rentan.siaga.status import StatusTalangan
from rentan.surat_kuasa.queries import find_hidup
from rentan.util.tanggal import format_bulan


def tugas_peringatan(by: Pelaku) -> list[Tugas]:
    """One or two months without a record at BPJS: counts, the worst first."""
    return [
        Tugas(
            one.judul,
            Mendesak.TERLAMBAT if one.gawat else Mendesak.PERLU,
            one.kalimat,
            one.url,
            "peringatan_gawat" if one.gawat else "peringatan",
        )
        for one in list_peringatan(by)
    ]


def tugas_iuran(by: Pelaku) -> list[Tugas]:
    """The donor's own money: end of service, an offer to stand in, notices, a month not debited."""
    assert by.asn_id is not None  # noqa: S101 (the caller asked)
    return [*_masa(by), *_talangan(by), *_pemberitahuan(by), *_gagal(by)]


def _masa(by: Pelaku) -> list[Tugas]:
    """M21: the letter ends with the service; told for so long as the first reminder reaches back."""
    assert by.asn_id is not None  # noqa: S101 (the caller asked)
    surat = find_hidup(by.asn_id)
    berakhir = None if surat is None else pengingat_donatur(surat, today())
    if berakhir is None:
        return []
    return [
        Tugas(
            f"Masa kerja Anda berakhir {tanggal(berakhir)} menurut daftar pegawai",
            Mendesak.PERLU,
            "Surat kuasa Anda berakhir dengan sendirinya dan pekerja Anda dicarikan donatur lain. Bila "
            "kontrak diperpanjang, beri tahu operator OPD.",
            "/asuhan",
            "masa_kerja",
        )
    ]


def _talangan(by: Pelaku) -> list[Tugas]:
    query = select(Talangan.jawab_sebelum).where(
        Talangan.asn_id == by.asn_id, Talangan.status == StatusTalangan.DITAWARKAN
    )
    return [
        Tugas(
            "Jawab permintaan menalangi seorang pekerja",
            Mendesak.PERLU,
            f"Paling lama dua bulan. Jawab sebelum {tanggal(batas)}; Anda boleh menolak tanpa alasan.",
            "/siaga",
            "talangan",
        )
        for batas in db.session.scalars(query.order_by(Talangan.jawab_sebelum))
    ]


def _pemberitahuan(by: Pelaku) -> list[Tugas]:
    assert by.asn_id is not None  # noqa: S101 (the caller asked)
    banyak = count_belum_dibaca(by.asn_id)
    if not banyak:
        return []
    return [
        Tugas(
            f"{banyak} pemberitahuan jumlah potongan belum dibaca",
            Mendesak.PERLU,
            "Jumlah potongan Anda berubah; lihat jumlah dan sebabnya.",
            "/pemberitahuan",
            "pemberitahuan",
        )
    ]


def _gagal(by: Pelaku) -> list[Tugas]:
    query = select(Iuran.periode, func.count()).where(
        Iuran.asn_id == by.asn_id, Iuran.status == StatusIuran.GAGAL
    )
    return [
        Tugas(
            f"Iuran {format_bulan(bulan)} untuk {banyak} pekerja belum berhasil didebet",
            Mendesak.PERLU,
            "Lihat sebabnya dan apa yang dapat Anda lakukan.",
            f"/iuran/{bulan:%Y-%m}",
            "gagal",
        )
        for bulan, banyak in db.session.execute(
            query.group_by(Iuran.periode).order_by(Iuran.periode.desc()).limit(2)
        )
    ]
