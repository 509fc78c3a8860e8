"""The answers of a draft as lines to check, and the receipt of a sent sign-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from rentan.asn.models import Asn
from rentan.asuhan.queries import harga
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.core.cetak_data import BarisPekerja, Jadwal, TandaTerima
from rentan.core.clock import to_local
from rentan.core.kop import kop_kota
from rentan.core.subject import load_deks, reveal
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.pendaftaran.isian import LUAR_KOTA, Isian
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import Keadaan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.tarif.price import iuran, kelas_untuk
from rentan.tarif.queries import batas_berkas, bulan_pertama, hari_debet, tarif_pada
from rentan.util.nik import mask_nik
from rentan.util.nip import format_nip
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_tanggal
from rentan.util.telepon import format_hp
from rentan.wilayah.queries import find_kelurahan


@dataclass(frozen=True)
class Bagian:
    """Lines of a step, each ``label nilai`` and perhaps ``uji``; ``endpoint`` (with ``id``) changes them."""

    judul: str
    endpoint: str | None
    baris: list[dict[str, Any]]
    id: Any = None


def nama_opd(asn: Asn) -> str:
    """The agency of a roster row."""
    return db.session.get_one(Opd, asn.opd_id).nama


def nama_kelurahan(kode: str | None) -> str:
    """A ward with its kecamatan; outside the city in words."""
    if kode == LUAR_KOTA:
        return f"Di luar {runtime().profil.nama_kota}"
    found = find_kelurahan(kode)
    return found.label if found else ""


def alamat_lengkap(isian: Isian) -> str | None:
    """The home address as the letter carries it, with ward and district."""
    found = find_kelurahan(isian.kelurahan)
    return f"{isian.alamat}, Kelurahan {found.label}" if isian.alamat and found else isian.alamat


def harga_seorang(keadaan: Keadaan) -> int:
    """Rupiah for one worker in the first month, in the lowest class unless another one was chosen."""
    bulan = keadaan.bulan_pertama
    tarif = tarif_pada(bulan)
    kelas = kelas_untuk(keadaan.penghasilan, tarif)
    return iuran(bulan, kelas, cast(Any, keadaan.program), "lain", "pribadi", tarif).total


def ringkasan_jawaban(keadaan: Keadaan) -> list[Bagian]:
    """Everything the donor has answered, in the order of the steps."""
    asn, isian = keadaan.asn, keadaan.isian
    load_deks(one.pekerja_id for one in keadaan.pekerja)
    roster = Bagian(
        "Data kepegawaian",
        None,
        [
            {"label": "Nama", "nilai": asn.nama},
            {"label": "NIP", "nilai": format_nip(asn.nip)},
            {"label": "Jabatan", "nilai": asn.jabatan},
            {"label": "OPD", "nilai": nama_opd(asn)},
        ],
    )
    contact = Bagian(
        "Data diri",
        "pendaftaran.own_data",
        [
            {"label": "Alamat rumah", "nilai": isian.alamat},
            {"label": "Kelurahan", "nilai": nama_kelurahan(isian.kelurahan)},
            {"label": "Nomor HP", "nilai": format_hp(isian.hp) if isian.hp else ""},
        ],
    )
    return [roster, contact, *_workers(keadaan), _money(keadaan), _papers(keadaan)]


def _workers(keadaan: Keadaan) -> list[Bagian]:
    found = []
    for nomor, one in enumerate(keadaan.pekerja, 1):
        pekerja = one.pekerja
        lines = [
            {"label": "Nama", "nilai": pekerja.nama, "uji": f"pekerja-{nomor}"},
            # The birth date stands beside it, so the serial stays hidden (MSK-1).
            {"label": "NIK", "nilai": mask_nik(reveal(pekerja, "nik") or "", lahir_terlihat=True)},
            {"label": "Tanggal lahir", "nilai": format_tanggal(pekerja.tanggal_lahir)},
            {"label": "Pekerjaan", "nilai": pekerja.pekerjaan},
            {"label": "Sektor", "nilai": pekerja.sektor.label},
            {"label": "Alamat", "nilai": f"{pekerja.alamat}, {pekerja.kelurahan.label}"},
        ]
        found.append(Bagian(f"Pekerja {nomor}", "pendaftaran.edit_worker", lines, one.id))
    return found


def _money(keadaan: Keadaan) -> Bagian:
    isian = keadaan.isian
    filled = isian.nomor_rekening is not None
    return Bagian(
        "Iuran dan rekening",
        "pendaftaran.contribution",
        [
            {"label": "Program", "nilai": keadaan.program if filled else ""},
            {"label": "Dibayar untuk", "nilai": f"{keadaan.periode} bulan" if filled else ""},
            {
                "label": "Bulan pertama",
                "nilai": format_bulan(isian.bulan_pertama) if isian.bulan_pertama else "",
            },
            {"label": "Rekening", "nilai": isian.nomor_rekening},
            {"label": "Nama pemilik rekening", "nilai": isian.nama_rekening},
            {
                "label": "Batas tertinggi iuran sebulan",
                "nilai": format_rupiah(keadaan.plafon) if filled and keadaan.pekerja else "",
                "uji": "plafon",
            },
        ],
    )


def _papers(keadaan: Keadaan) -> Bagian:
    surat, signed = keadaan.surat, keadaan.isian.ditandatangani_pada
    letter = f"{surat.nomor}, versi {surat.urutan_versi}" if surat and surat.nomor else ""
    return Bagian(
        "Surat dan berkas",
        "pendaftaran.papers",
        [
            {"label": "Nomor surat kuasa", "nilai": letter},
            {"label": "Tanggal tanda tangan", "nilai": format_tanggal(signed) if signed else ""},
            *(
                {"label": one.label, "nilai": "Sudah diunggah" if one in keadaan.berkas else ""}
                for one in WAJIB_UNGGAH
            ),
        ],
    )


def susun_tanda_terima(pendaftaran: Pendaftaran) -> TandaTerima:
    """The receipt, from the letter as it was sent: page and PDF say the same. Only for a sent sign-up."""
    surat = db.session.get_one(SuratKuasa, pendaftaran.surat_kuasa_id)
    sent = pendaftaran.diajukan_pada
    assert sent is not None and pendaftaran.nomor is not None  # CHECK diajukan  # noqa: S101
    first = bulan_debet(surat, to_local(sent).date())
    asn = surat.asn
    return TandaTerima(
        kop=kop_kota(),
        nomor=pendaftaran.nomor,
        waktu=sent,
        nama=asn.nama,
        nip=asn.nip,
        opd=nama_opd(asn),
        pekerja=tuple(
            BarisPekerja(
                nama=one.asuhan.pekerja.nama,
                nik="",
                pekerjaan=one.asuhan.pekerja.pekerjaan,
                program=one.asuhan.program,
                iuran=harga(one.asuhan, first).total,
            )
            for one in surat.daftar
        ),
        plafon=surat.plafon or 0,
        periode=surat.daftar[0].asuhan.periode,
        bulan_pertama=first,
        jadwal=(
            Jadwal(teks="Surat kuasa, KTP, dan buku rekening diperiksa verifikator."),
            Jadwal(
                teks=f"Batas daftar debet {format_bulan(first)}. Berkas yang belum disetujui ikut bulan "
                "berikutnya.",
                tanggal=batas_berkas(first),
            ),
            Jadwal(teks=f"Debet pertama, untuk iuran {format_bulan(first)}.", tanggal=hari_debet(first)),
        ),
        catatan=(
            "Lembar asli surat kuasa bermeterai diserahkan kepada operator di sekretariat OPD Anda.",
            "Tanda terima ini bukan bukti perlindungan. Pekerja terlindungi setelah dinyatakan aktif oleh "
            "BPJS Ketenagakerjaan.",
        ),
    )


def bulan_debet(surat: SuratKuasa, dikirim: date) -> date:
    """The first month that can be debited: the one asked for, unless its list was closed by then."""
    earliest = bulan_pertama(dikirim)
    return max(surat.bulan_pertama or earliest, earliest)
