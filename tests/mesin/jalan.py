"""The walks over letters, sponsorships, workers, cards and batches of paper."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.kartu.models import Kartu
from rentan.kartu.status import MACHINE as KARTU
from rentan.kartu.status import Penerima, StatusKartu
from rentan.paket.models import Paket
from rentan.paket.status import MACHINE as PAKET
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja, SumberPerlindungan
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.penjaga import JEDA_BLOKIR, JEDA_SENDIRI
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests import factories
from tests.mesin.dasar import AKUN, KELURAHAN, Jalan, mungkin, nomor
from tests.mesin.tabel import TABEL_ASUHAN, TABEL_KARTU, TABEL_PAKET, TABEL_PEKERJA, TABEL_SURAT

# -- rows and facts -----------------------------------------------------------------------------------------


def donatur() -> Asn:
    """The same donor for all sponsorships of a walk."""
    found = db.session.scalars(db.select(Asn).where(Asn.nama == "Jalan Donatur")).first()
    return found or factories.make_asn("Jalan Donatur")


def kiriman() -> Paket:
    """The same packing list for all cards of a walk."""
    found = db.session.scalars(db.select(Paket).where(Paket.jenis == JenisPaket.KARTU)).first()
    return found or buat_paket(random.Random("kiriman"), StatusPaket.DIKIRIM, JenisPaket.KARTU)


def buat_surat(acak: random.Random, status: Any) -> SuratKuasa:
    asn = factories.make_asn(f"Jalan {next(nomor)}", nip=f"19850302200901{1 + next(nomor):04d}")
    row = SuratKuasa(
        id=uuid.uuid4(), asn_id=asn.id, asn=asn, ref=f"J{next(nomor)}", nomor=f"NOMOR-{next(nomor)}",
        urutan_versi=1, status=status, asli_di=AsliDi.NONE, plafon=100_000, nama_rekening="JALAN",
        bulan_pertama=date(2026, 12, 1), sha256="0" * 64, halaman=2, dicetak_pada=now() - timedelta(days=2),
        diunggah_pada=now(), ditandatangani_pada=today(), dibuat_pada=now(), rekening_enc=b"x", isi_enc=b"x",
        berlaku_mulai=date(2026, 1, 1), alasan_jeda=acak.choice([JEDA_SENDIRI, JEDA_BLOKIR]),
    )  # fmt: skip
    db.session.add(row)
    if status is StatusSurat.DRAF:  # a letter is printed for somebody
        asuhan = buat_asuhan(acak, StatusAsuhan.DIUSULKAN)
        row.daftar.append(SuratPekerja(asuhan=asuhan, urutan=1, harga_tertinggi=16_800))
    return row


def fakta_surat(acak: random.Random, row: SuratKuasa) -> dict[str, Any]:
    lembar = SimpleNamespace(halaman=2, halaman_dikenal=2)
    return {
        "ada_berjalan": False, "jumlah_asuhan": 1, "alamat": "Jalan", "telepon": "+628",
        "rekening_wajar": True, "ada_asuhan_berakhir": mungkin(acak, False, True), "periode_berbeda": False,
        "bulan_tersedia": date(2026, 12, 1), "plafon_perlu": mungkin(acak, 90_000, 110_000),
        "berkas": mungkin(acak, dict.fromkeys(WAJIB_UNGGAH, lembar), {}),
        "ditandatangani_pada": mungkin(acak, today(), today() + timedelta(days=1)),
        "pengunggah": mungkin(acak, set(), set(AKUN[:2])), "pemeriksa": "Rekaan",
        "belum_diputus": mungkin(acak, [], ["KTP ASN"]), "perlu_perbaikan": acak.choice([[], ["KTP ASN"]]),
        "pekerja_diterima": mungkin(acak, 1, 0), "permintaan_terbuka": mungkin(acak, False, True),
        "pendapat_menunggu": mungkin(acak, False, True), "perlu_pendapat": mungkin(acak, [], ["Nama beda."]),
        "asli_kurang": mungkin(acak, False, True), "usul_tolak_oleh": acak.choice([None, *AKUN]),
        "belum_dijawab": mungkin(acak, [], ["KTP ASN"]), "hari_terbuka": acak.choice([59, 60, 61]),
        "pengingat": acak.choice([1, 2]),
        "bulan_jeda": mungkin(acak, 2, 3), "ada_siaga": acak.random() < 0.1,
        "habis": mungkin(acak, True, False),
        "mulai_pengganti": acak.choice([date(2026, 1, 1), date(2026, 2, 1)]),
    }  # fmt: skip


def sempurna_surat(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """The guards of states.md §1, said once more. ``row`` is as it was before the move."""
    memegang = row.diperiksa_oleh == by.akun_id
    masih = row.diperiksa_sejak is not None and row.diperiksa_sejak > now() - timedelta(hours=2)
    return {
        "M2": not f["ada_asuhan_berakhir"] and f["plafon_perlu"] <= row.plafon,
        "M4": len(f["berkas"]) == 3 and f["ditandatangani_pada"] <= today(),
        "M5": by.akun_id not in f["pengunggah"] and (row.diperiksa_oleh is None or not masih),
        "M6": (memegang or Peran.ADMIN in by.peran) and not f["pendapat_menunggu"],
        "M7": memegang and bool(f["perlu_perbaikan"]) and not f["permintaan_terbuka"],
        "M8": not f["belum_dijawab"],
        "M9": memegang and not f["perlu_perbaikan"] and not f["belum_diputus"] and f["pekerja_diterima"] > 0
        and not f["perlu_pendapat"] and not f["asli_kurang"] and by.akun_id not in f["pengunggah"],
        "M10": f["usul_tolak_oleh"] not in (None, by.akun_id),
        "M12": False,  # this city's bank registers letters
        "M15": True,
        "M16": f["bulan_jeda"] <= 2 or f["ada_siaga"],
        "M17": by.is_system
        or (by.asn_id == row.asn_id if row.alasan_jeda == JEDA_SENDIRI else Peran.BENDAHARA in by.peran),
        "M21": f["habis"],
        "M20": f["mulai_pengganti"] > date(2026, 1, 1),
        "M23": f["hari_terbuka"] >= 60 and f["pengingat"] >= 2,
    }.get(langkah, True)  # fmt: skip


def pegang_surat(row: Any, peristiwa: str, by: Pelaku, acak: random.Random) -> None:
    """What the room does beside the move: the claim comes and goes."""
    if peristiwa == "ambil":
        row.diperiksa_oleh = by.akun_id
        row.diperiksa_sejak = now() - timedelta(hours=acak.choice([0, 0, 0, 3]))
    elif row.status is not StatusSurat.DIPERIKSA:
        row.diperiksa_oleh = row.diperiksa_sejak = None


def buat_asuhan(acak: random.Random, status: Any) -> Asuhan:
    asn = donatur()  # one donor may sponsor many
    # Registered at BPJS, or A12 and A16 would refuse every row (tests/siaga/test_buka.py has the others).
    pekerja = buat_pekerja(acak, StatusPekerja.TERDAFTAR)
    row = Asuhan(
        id=uuid.uuid4(), asn_id=asn.id, asn=asn, pekerja_id=pekerja.id, pekerja=pekerja, status=status,
        program="JKK+JKM", penghasilan=1_000_000, periode=1, dibuat_pada=now(), diperpanjang=False,
        ditahan_sampai=today() + timedelta(days=acak.choice([-1, 5])),
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_pekerja(acak: random.Random, status: Any) -> Pekerja:
    """A worker without secrets: the walk reads none, and their keys would take most of its time."""
    ke = next(nomor)
    row = Pekerja(
        id=uuid.uuid4(), nik_enc=b"x", nik_bi=ke.to_bytes(32, "big"), nama=f"Jalan {ke}",
        nama_inti=f"JALAN {ke}", tanggal_lahir=date(1980, 5, 17), jenis_kelamin=JenisKelamin.L,
        pekerjaan="pedagang", sektor=Sektor.LAIN, alamat="Jalan", kelurahan_kode=KELURAHAN, status=status,
        asal=AsalPekerja.IMPOR, dicatat_pada=now(), sumber=SumberPerlindungan.DIHITUNG,
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_kartu(acak: random.Random, status: Any) -> Kartu:
    pekerja = buat_pekerja(acak, StatusPekerja.TERDAFTAR)
    paket = kiriman()
    row = Kartu(
        id=uuid.uuid4(), pekerja_id=pekerja.id, pekerja=pekerja, kecamatan_kode="33.74.15", status=status,
        kode=f"J{next(nomor):07d}", nomor_enc=b"x", nomor_bi=uuid.uuid4().bytes, sejak=now(), percobaan=0,
        paket_id=paket.id,
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_paket(acak: random.Random, status: Any, jenis: JenisPaket = JenisPaket.DAFTAR) -> Paket:
    ke = next(nomor)
    row = Paket(
        id=uuid.uuid4(), jenis=jenis, status=status, nomor=f"J-{ke}", periode=date(2026, 11, 1),
        lingkup=f"jalan-{ke}", jumlah=1, sha256="0" * 64, kunci_berkas="x", dibuat_oleh=acak.choice(AKUN),
        dibuat_pada=now(), dikunci_pada=now(), disetujui_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    return row


def fakta_asuhan(acak: random.Random, row: Asuhan) -> dict[str, Any]:
    return {
        "mandat_berlaku": acak.choice([True, False]), "terdaftar": mungkin(acak, True, False),
        "bulan_jeda": mungkin(acak, 2, 3), "tanpa_sela": mungkin(acak, True, False),
        "bulan_kosong": acak.choice([0, 2, 3]), "diasuh_lain": mungkin(acak, False, True),
        "hari_berakhir": mungkin(acak, 30, 31), "diusulkan_oleh": acak.choice(AKUN),
    }  # fmt: skip


def sempurna_asuhan(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """The guards of states.md §2, said once more."""
    return {
        "A7": f["mandat_berlaku"] and f["terdaftar"],
        "A9": row.dari == "dijeda" or f["bulan_jeda"] <= 2,
        "A11": f["tanpa_sela"],
        "A12": f["mandat_berlaku"] and f["bulan_kosong"] < 3 and not f["diasuh_lain"],
        "A13": f["bulan_kosong"] >= 2,
        "A16": f["hari_berakhir"] <= 30 and f["diusulkan_oleh"] != by.akun_id and not f["diasuh_lain"],
    }.get(langkah, True)


def fakta_pekerja(acak: random.Random, row: Pekerja) -> dict[str, Any]:
    return {
        "kosong": mungkin(acak, [], ["lokasi kerja"]), "mandat_disetujui": mungkin(acak, True, False),
        "berubah": mungkin(acak, True, False), "tertinggal": acak.choice([0, 1, 2, 3]),
        "terlalu_tua": mungkin(acak, False, True),
    }  # fmt: skip


def sempurna_pekerja(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """The guards of states.md §3, said once more."""
    return {
        "W7": not f["kosong"] and f["mandat_disetujui"],
        "W10": row.ke == "tidak_layak" or f["berubah"],
        "W11": f["tertinggal"] == 0,
        "W12": f["tertinggal"] >= 1,
        "W13": f["tertinggal"] >= 2,
        "W14": f["tertinggal"] == 0,
        "W15": row.dari == "nonaktif" or f["tertinggal"] >= 3,
        "W16": not f["terlalu_tua"],
    }.get(langkah, True)


def fakta_kartu(acak: random.Random, row: Kartu) -> dict[str, Any]:
    wakil = {"nama_wakil": "Rekaan", "hubungan": mungkin(acak, "anak", None), "alasan_wakil": "sakit"}
    return wakil | {
        "terdaftar": True, "penerima": acak.choice(list(Penerima)), "maks_percobaan": 3, "maks_hari": 60,
        "identitas_dilihat": mungkin(acak, True, False), "hari_di_kecamatan": acak.choice([10, 60]),
        "tanggal": mungkin(acak, today(), today() + timedelta(days=1)), "diserahkan_oleh": acak.choice(AKUN),
        "masih_seketika": acak.choice([True, False]), "hari_sama": acak.choice([True, False]),
        "alasan": acak.choice(["", "salah baris"]),
    }  # fmt: skip


def sempurna_kartu(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    sendiri = f["penerima"] is Penerima.PEKERJA
    return {
        "K7": f["tanggal"] <= today() and (f["identitas_dilihat"] if sendiri else f["hubungan"] is not None),
        "K9": row.percobaan >= 3 or f["hari_di_kecamatan"] >= 60,
        "K13": f["masih_seketika"]
        or (f["diserahkan_oleh"] != by.akun_id and (f["hari_sama"] or bool(f["alasan"]))),
    }.get(langkah, True)


def hitung_percobaan(row: Any, peristiwa: str, by: Pelaku, acak: random.Random) -> None:
    row.percobaan += peristiwa == "tidak_datang"


JALAN = {
    "surat_kuasa": Jalan(
        SURAT, TABEL_SURAT, tuple(StatusSurat), buat_surat, fakta_surat, sempurna_surat,
        lambda row: row.asn_id, sesudah=pegang_surat,
    ),
    "asuhan": Jalan(
        ASUHAN, TABEL_ASUHAN, tuple(StatusAsuhan), buat_asuhan, fakta_asuhan, sempurna_asuhan,
        lambda row: row.asn_id,
    ),
    "pekerja": Jalan(
        PEKERJA, TABEL_PEKERJA, tuple(StatusPekerja), buat_pekerja, fakta_pekerja, sempurna_pekerja,
        lambda row: None,
    ),
    "kartu": Jalan(
        KARTU, TABEL_KARTU, tuple(one for one in StatusKartu if one is not StatusKartu.BELUM), buat_kartu,
        fakta_kartu, sempurna_kartu, lambda row: None, sesudah=hitung_percobaan,
    ),
    "paket": Jalan(
        PAKET, TABEL_PAKET, tuple(StatusPaket), buat_paket,
        lambda acak, row: {"jumlah": mungkin(acak, 1, 0), "sha256": mungkin(acak, "0" * 64, "1" * 64)},
        lambda langkah, row, by, f: {
            "B3": f["jumlah"] > 0, "B5": f["sha256"] == row.sha256, "B5a": by.akun_id != row.dibuat_oleh,
        }.get(langkah, True),
        lambda row: None,
    ),
}  # fmt: skip
