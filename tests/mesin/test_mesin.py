"""Every machine walked at random: nothing happens that states.md does not write (issue: "states are proved").

The tables below are states.md once more, by hand: number, from, to, who. The walker tries any event with any
actor and any facts; what succeeds must stand in the table, what is refused must have changed nothing, the
history replayed must give the present state, and a button must say why exactly when the move is refused.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import Machine, advance, check_move, list_riwayat, offers
from rentan.ext import db, runtime
from rentan.kartu.models import Kartu
from rentan.kartu.status import MACHINE as KARTU
from rentan.kartu.status import Penerima, StatusKartu
from rentan.paket.models import Paket
from rentan.paket.status import MACHINE as PAKET
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests import factories
from tests.cast import Cast

LANGKAH = 10_000
SINGKATAN = {
    "ASN": Peran.ASN, "OPR": Peran.OPERATOR_OPD, "VER": Peran.VERIFIKATOR, "BEN": Peran.BENDAHARA,
    "APP": Peran.PENYETUJU, "KEC": Peran.PETUGAS_KECAMATAN, "LIA": Peran.PETUGAS_BPJS, "ADM": Peran.ADMIN,
    "PIM": Peran.PIMPINAN,
}  # fmt: skip

#: states.md §1. M3 voids the print; M11 is made when the packet leaves; M15 "draf n+1" ends this version.
TABEL_SURAT = """
M2 draf > dicetak : ASN OPR
M3 dicetak > dibatalkan : ASN OPR
M4 dicetak > diunggah : ASN OPR
M5 diunggah diperiksa > diperiksa : VER
M6 diperiksa > diunggah : VER ADM
M7 diperiksa > perlu_perbaikan : VER
M8 perlu_perbaikan > diunggah : ASN OPR
M9 diperiksa > terverifikasi : VER
M10 diperiksa > ditolak : VER
M11 terverifikasi > diajukan_bank : BEN
M12 terverifikasi > aktif : BEN
M13 diajukan_bank > aktif : BEN
M14 diajukan_bank > ditolak_bank : BEN
M15 ditolak_bank > perlu_perbaikan : VER
M15 ditolak_bank > dibatalkan : VER
M18 aktif ditangguhkan > dicabut_menunggu : ASN OPR BEN
M19 dicabut_menunggu > dicabut : BEN SYS
M20 aktif > diganti : SYS
M22 draf dicetak diunggah perlu_perbaikan terverifikasi ditolak_bank > dibatalkan : ASN VER
M23 perlu_perbaikan > dibatalkan : SYS
"""
#: §2. A15 by the system is the consequence of M18 for workers who were never debited.
TABEL_ASUHAN = """
A2 ditahan > ditahan : ASN
A3 ditahan > kedaluwarsa : SYS
A4 ditahan > diusulkan : ASN OPR
A5 diusulkan > menunggu_mandat : VER SYS
A6 diusulkan > ditolak : VER
A7 menunggu_mandat > siap : SYS
A10 siap aktif dijeda > mencari_pengganti : ASN SYS
A14 ditahan diusulkan menunggu_mandat siap aktif dijeda mencari_pengganti > berakhir : LIA VER
A15 ditahan diusulkan menunggu_mandat siap > berakhir : ASN SYS
"""
#: §3. W2 of the verifikator may come after the automatic one ("layak").
TABEL_PEKERJA = """
W2 calon > layak : SYS
W2 calon layak > tidak_layak : SYS VER
W3 calon layak > duga_duplikat : SYS
W4 duga_duplikat > layak : VER
W4 duga_duplikat > berakhir : VER
W4 duga_duplikat > tidak_layak : VER
W5 calon layak nonaktif > ditanggung_lain : SYS
W6 ditanggung_lain > layak : SYS
W7 layak > diajukan_bpjs : LIA
W8 diajukan_bpjs > terdaftar : LIA
W9 diajukan_bpjs > ditolak_bpjs : LIA
W10 ditolak_bpjs > layak : VER
W10 ditolak_bpjs > tidak_layak : VER
W17 calon layak tidak_layak duga_duplikat ditanggung_lain diajukan_bpjs ditolak_bpjs > berakhir : LIA
W17 terdaftar aktif tenggang_1 tenggang_2 nonaktif > berakhir : LIA
W18 terdaftar aktif tenggang_1 tenggang_2 > berakhir : LIA VER
"""
#: §4.
TABEL_KARTU = """
K2 diminta > terbit : LIA
K3 terbit > dicetak : LIA
K4 dicetak > dikirim_kec : LIA
K5 dikirim_kec > diterima_kec : KEC
K6 diterima_kec tidak_ketemu > dijadwalkan : KEC
K7 diterima_kec dijadwalkan tidak_ketemu > diserahkan : KEC
K8 dijadwalkan > tidak_ketemu : KEC
K9 tidak_ketemu > dikembalikan : KEC
K10 dikembalikan > dikirim_kec : LIA
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > hilang : KEC LIA ASN
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > rusak : KEC LIA ASN
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > salah_data : KEC LIA ASN
K12 diminta terbit dicetak dikirim_kec diterima_kec > dibatalkan : LIA
K13 diserahkan > diterima_kec : KEC LIA
"""  # noqa: E501
#: §6, for a batch of the BPJS liaison.
TABEL_PAKET = """
B2 disusun > disusun : LIA
B3 disusun > dikunci : LIA
B4 dikunci > disusun : LIA
B5a dikunci > disetujui : APP
B5 disetujui > dikirim : LIA
B8 dikirim hasil_sebagian > hasil_sebagian : LIA
B8 dikirim hasil_sebagian > hasil_lengkap : LIA SYS
B12 disusun dikunci disetujui > dibatalkan : LIA APP
"""


def read_table(text: str) -> dict[tuple[str, str, str], set[Peran | None]]:
    """(number, from, to) -> who; ``None`` stands for the system."""
    found: dict[tuple[str, str, str], set[Peran | None]] = {}
    for line in text.strip().splitlines():
        left, siapa = line.split(" : ")
        nomor, *dari = left.split(" > ")[0].split()
        for satu in dari:
            who = {None if one == "SYS" else SINGKATAN[one] for one in siapa.split()}
            found.setdefault((nomor, satu, left.split(" > ")[1].strip()), set()).update(who)
    return found


@dataclass
class Jalan:
    """One machine on its walk. ``sempurna(nomor, facts)``: what the guard must have seen to let it pass."""

    mesin: Machine
    tabel: str
    awal: tuple[Any, ...]
    buat: Callable[[random.Random, Any], Any]
    fakta: Callable[[random.Random, Any], dict[str, Any]]
    sempurna: Callable[[str, Any, Pelaku, dict[str, Any]], bool]
    milik: Callable[[Any], uuid.UUID | None]
    sesudah: Callable[[Any, str, Pelaku, random.Random], None] = lambda row, peristiwa, by, acak: None


_nomor = count(1)
KELURAHAN = "33.74.15.1001"
#: A few accounts, so that "the same person" happens often.
AKUN = [uuid.UUID(int=n) for n in range(1, 5)]


def mungkin(acak: random.Random, baik: Any, buruk: Any) -> Any:
    """Mostly the good fact: long walks need it."""
    return baik if acak.random() < 0.85 else buruk


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
    asn = factories.make_asn(f"Jalan {next(_nomor)}", nip=f"19850302200901{1 + next(_nomor):04d}")
    row = SuratKuasa(
        id=uuid.uuid4(), asn_id=asn.id, asn=asn, ref=f"J{next(_nomor)}", nomor=f"NOMOR-{next(_nomor)}",
        urutan_versi=1, status=status, asli_di=AsliDi.NONE, plafon=100_000, nama_rekening="JALAN",
        bulan_pertama=date(2026, 12, 1), sha256="0" * 64, halaman=2, dicetak_pada=now() - timedelta(days=2),
        diunggah_pada=now(), ditandatangani_pada=today(), dibuat_pada=now(), rekening_enc=b"x", isi_enc=b"x",
        berlaku_mulai=date(2026, 1, 1),
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
        "mulai_pengganti": acak.choice([date(2026, 1, 1), date(2026, 2, 1)]),
    }  # fmt: skip


def sempurna_surat(nomor: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
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
        "M20": f["mulai_pengganti"] > date(2026, 1, 1),
        "M23": f["hari_terbuka"] >= 60 and f["pengingat"] >= 2,
    }.get(nomor, True)  # fmt: skip


def pegang_surat(row: Any, peristiwa: str, by: Pelaku, acak: random.Random) -> None:
    """What the room does beside the move: the claim comes and goes."""
    if peristiwa == "ambil":
        row.diperiksa_oleh = by.akun_id
        row.diperiksa_sejak = now() - timedelta(hours=acak.choice([0, 0, 0, 3]))
    elif row.status is not StatusSurat.DIPERIKSA:
        row.diperiksa_oleh = row.diperiksa_sejak = None


def buat_asuhan(acak: random.Random, status: Any) -> Asuhan:
    asn = donatur()  # one donor may sponsor many
    pekerja = buat_pekerja(acak, StatusPekerja.LAYAK)
    row = Asuhan(
        id=uuid.uuid4(), asn_id=asn.id, asn=asn, pekerja_id=pekerja.id, pekerja=pekerja, status=status,
        program="JKK+JKM", penghasilan=1_000_000, periode=1, dibuat_pada=now(), diperpanjang=False,
        ditahan_sampai=today() + timedelta(days=acak.choice([-1, 5])),
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_pekerja(acak: random.Random, status: Any) -> Pekerja:
    """A worker without secrets: the walk reads none, and their keys would take most of its time."""
    nomor = next(_nomor)
    row = Pekerja(
        id=uuid.uuid4(), nik_enc=b"x", nik_bi=nomor.to_bytes(32, "big"), nama=f"Jalan {nomor}",
        nama_inti=f"JALAN {nomor}", tanggal_lahir=date(1980, 5, 17), jenis_kelamin=JenisKelamin.L,
        pekerjaan="pedagang", sektor=Sektor.LAIN, alamat="Jalan", kelurahan_kode=KELURAHAN, status=status,
        asal=AsalPekerja.IMPOR, dicatat_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_kartu(acak: random.Random, status: Any) -> Kartu:
    pekerja = buat_pekerja(acak, StatusPekerja.TERDAFTAR)
    paket = kiriman()
    row = Kartu(
        id=uuid.uuid4(), pekerja_id=pekerja.id, pekerja=pekerja, kecamatan_kode="33.74.15", status=status,
        kode=f"J{next(_nomor):07d}", nomor_enc=b"x", nomor_bi=uuid.uuid4().bytes, sejak=now(), percobaan=0,
        paket_id=paket.id,
    )  # fmt: skip
    db.session.add(row)
    return row


def buat_paket(acak: random.Random, status: Any, jenis: JenisPaket = JenisPaket.DAFTAR) -> Paket:
    nomor = next(_nomor)
    row = Paket(
        id=uuid.uuid4(), jenis=jenis, status=status, nomor=f"J-{nomor}", periode=date(2026, 11, 1),
        lingkup=f"jalan-{nomor}", jumlah=1, sha256="0" * 64, kunci_berkas="x", dibuat_oleh=acak.choice(AKUN),
        dibuat_pada=now(), dikunci_pada=now(), disetujui_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    return row


def fakta_kartu(acak: random.Random, row: Kartu) -> dict[str, Any]:
    wakil = {"nama_wakil": "Rekaan", "hubungan": mungkin(acak, "anak", None), "alasan_wakil": "sakit"}
    return wakil | {
        "terdaftar": True, "penerima": acak.choice(list(Penerima)), "maks_percobaan": 3, "maks_hari": 60,
        "identitas_dilihat": mungkin(acak, True, False), "hari_di_kecamatan": acak.choice([10, 60]),
        "tanggal": mungkin(acak, today(), today() + timedelta(days=1)), "diserahkan_oleh": acak.choice(AKUN),
        "masih_seketika": acak.choice([True, False]), "hari_sama": acak.choice([True, False]),
        "alasan": acak.choice(["", "salah baris"]),
    }  # fmt: skip


def sempurna_kartu(nomor: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    sendiri = f["penerima"] is Penerima.PEKERJA
    return {
        "K7": f["tanggal"] <= today() and (f["identitas_dilihat"] if sendiri else f["hubungan"] is not None),
        "K9": row.percobaan >= 3 or f["hari_di_kecamatan"] >= 60,
        "K13": f["masih_seketika"]
        or (f["diserahkan_oleh"] != by.akun_id and (f["hari_sama"] or bool(f["alasan"]))),
    }.get(nomor, True)


def hitung_percobaan(row: Any, peristiwa: str, by: Pelaku, acak: random.Random) -> None:
    row.percobaan += peristiwa == "tidak_datang"


JALAN = {
    "surat_kuasa": Jalan(
        SURAT, TABEL_SURAT, tuple(StatusSurat), buat_surat, fakta_surat, sempurna_surat,
        lambda row: row.asn_id, pegang_surat,
    ),
    "asuhan": Jalan(
        ASUHAN, TABEL_ASUHAN, tuple(StatusAsuhan), buat_asuhan,
        lambda acak, row: {
            "mandat_berlaku": acak.choice([True, False]), "terdaftar": mungkin(acak, True, False),
        },
        lambda nomor, row, by, f: nomor != "A7" or (f["mandat_berlaku"] and f["terdaftar"]),
        lambda row: row.asn_id,
    ),
    "pekerja": Jalan(
        PEKERJA, TABEL_PEKERJA, tuple(StatusPekerja), buat_pekerja,
        lambda acak, row: {
            "kosong": mungkin(acak, [], ["lokasi kerja"]), "mandat_disetujui": mungkin(acak, True, False),
            "berubah": mungkin(acak, True, False),
        },
        lambda nomor, row, by, f: (nomor != "W7" or (not f["kosong"] and f["mandat_disetujui"]))
        and (nomor != "W10" or row.ke == "tidak_layak" or f["berubah"]),
        lambda row: None,
    ),
    "kartu": Jalan(
        KARTU, TABEL_KARTU, tuple(one for one in StatusKartu if one is not StatusKartu.BELUM), buat_kartu,
        fakta_kartu, sempurna_kartu, lambda row: None, hitung_percobaan,
    ),
    "paket": Jalan(
        PAKET, TABEL_PAKET, tuple(StatusPaket), buat_paket,
        lambda acak, row: {"jumlah": mungkin(acak, 1, 0), "sha256": mungkin(acak, "0" * 64, "1" * 64)},
        lambda nomor, row, by, f: {
            "B3": f["jumlah"] > 0, "B5": f["sha256"] == row.sha256, "B5a": by.akun_id != row.dibuat_oleh,
        }.get(nomor, True),
        lambda row: None,
    ),
}  # fmt: skip


# -- the walk -----------------------------------------------------------------------------------------------


def pelaku(
    acak: random.Random, jalan: Jalan, row: Any, opd: uuid.UUID, siapa: frozenset[Peran] = frozenset()
) -> Pelaku:
    """Anybody: the system, one role or two, the owner or not, of this OPD and kecamatan or not.

    ``siapa``: mostly one of these, so that walks get somewhere.
    """
    if acak.random() < (0.15 if siapa else 0.4):
        return SISTEM
    peran = frozenset(acak.sample(list(Peran), acak.choice([1, 1, 1, 2])))
    if siapa and acak.random() < 0.8:
        peran = frozenset({acak.choice(sorted(siapa))})
    return Pelaku(
        akun_id=acak.choice(AKUN),
        peran=peran,
        asn_id=jalan.milik(row) if acak.random() < 0.4 else uuid.UUID(int=99),
        opd_ids=frozenset({opd}) if acak.random() < 0.7 else frozenset(),
        kecamatan=frozenset({"33.74.15"}) if acak.random() < 0.7 else frozenset({"33.74.16"}),
    )


def may(nama: str, jalan: Jalan, row: Any, by: Pelaku, siapa: set[Peran | None]) -> bool:
    """states.md's "Who", with its scopes, said once more."""
    if by.is_system:
        return None in siapa
    own = jalan.milik(row) is not None and by.asn_id == jalan.milik(row)
    for peran in siapa & by.peran:
        if peran is Peran.ASN and not (own or nama == "pekerja"):
            continue
        if peran is Peran.OPERATOR_OPD and nama != "pekerja" and row.asn.opd_id not in by.opd_ids:
            continue
        if peran is Peran.PETUGAS_KECAMATAN and nama == "kartu" and row.kecamatan_kode not in by.kecamatan:
            continue
        if peran not in (Peran.ASN, Peran.OPERATOR_OPD) and own and nama in ("surat_kuasa", "asuhan"):
            continue  # nobody decides on his own record
        return True
    return False


@pytest.mark.kedua_basis
@pytest.mark.parametrize("nama", sorted(JALAN))
def test_random_walk_never_leaves_the_table(app: Flask, cast: Cast, nama: str) -> None:
    jalan, acak = JALAN[nama], random.Random(f"jalan {nama}")
    tabel = read_table(jalan.tabel)
    mesin = jalan.mesin
    peristiwa = sorted({one.peristiwa for one in mesin.moves if one.dari})
    opd = factories.opd("DISKOMINFO").id
    awal: dict[uuid.UUID, Any] = {}

    def new_row(status: Any = None) -> Any:
        row = jalan.buat(acak, status or acak.choice(jalan.awal))
        db.session.flush()
        awal[row.id] = row.status
        return row

    rows = [new_row(status) for status in jalan.awal]
    made: set[tuple[str, str, str]] = set()
    refused = 0
    for langkah in range(LANGKAH):
        pilih = acak.randrange(len(rows))
        row = rows[pilih]
        facts, event, siapa = jalan.fakta(acak, row), acak.choice(peristiwa), frozenset[Peran]()
        possible = [one for one in mesin.moves if row.status in one.dari]
        if possible and acak.random() < 0.3:
            event, siapa = (one := acak.choice(possible)).peristiwa, one.siapa
        by = pelaku(acak, jalan, row, opd, siapa)
        sebelum, versi = row.status, row.versi
        seen = SimpleNamespace(
            **{
                nama_kolom: getattr(row, nama_kolom, None)
                for nama_kolom in (
                    "diperiksa_oleh",
                    "diperiksa_sejak",
                    "plafon",
                    "percobaan",
                    "sha256",
                    "dibuat_oleh",
                )
            }  # fmt: skip
        )
        try:
            riwayat = advance(mesin, row, event, by=by, **facts)
        except (RuleError, Forbidden):
            refused += 1
            assert row.status is sebelum and row.versi == versi
            assert not db.session.dirty
            if not possible:
                rows[pilih] = new_row()
            continue
        kunci = (riwayat.langkah, sebelum.value, row.status.value)
        assert kunci in tabel, f"{kunci} is not in states.md"
        assert may(nama, jalan, row, by, tabel[kunci]), f"{kunci} by {by.peran or 'sistem'}"
        seen.ke = row.status.value
        assert jalan.sempurna(riwayat.langkah, seen, by, facts), f"{kunci} with {facts}"
        made.add(kunci)
        jalan.sesudah(row, event, by, acak)
        db.session.flush()
        if acak.random() < 0.03:
            rows[pilih] = new_row()
        if langkah % 500 == 0:
            db.session.commit()
            rows = [db.session.merge(one) for one in rows]
    db.session.commit()
    assert refused > LANGKAH / 10
    # Every arrow of the table was really walked, so that the table is not wider than the machine.
    never = set(tabel) - made - NEVER
    assert not never, sorted(never)
    for row in db.session.scalars(db.select(type(rows[0])).where(type(rows[0]).id.in_(list(awal)))):
        status = awal[row.id].value
        for satu in list_riwayat(mesin, row):
            assert satu.dari == status
            status = satu.ke
        assert status == row.status.value


#: M12 is closed where the bank registers letters (the default); tests/autodebet opens it.
NEVER = {("M12", "terverifikasi", "aktif")}


@pytest.mark.parametrize("nama", sorted(JALAN))
def test_a_button_says_why_exactly_when_the_move_is_refused(app: Flask, cast: Cast, nama: str) -> None:
    jalan, acak = JALAN[nama], random.Random(f"tombol {nama}")
    opd = factories.opd("DISKOMINFO").id
    for status in jalan.awal:
        row = jalan.buat(acak, status)
        db.session.flush()
        for _ in range(60):
            by, facts = pelaku(acak, jalan, row, opd), jalan.fakta(acak, row)
            buttons = {one.move: one.alasan for one in offers(jalan.mesin, row, by, **facts)}
            for move in (one for one in jalan.mesin.moves if status in one.dari):
                try:
                    check_move(jalan.mesin, row, move.peristiwa, by=by, **facts)
                    said: str | None = "boleh"
                except Forbidden:
                    said = None
                except RuleError as refusal:
                    said = refusal.pesan
                shown = buttons[move] or "boleh" if move in buttons else None
                assert shown == said, (move.kode, status)


@pytest.mark.parametrize("nama", sorted(JALAN))
def test_the_machine_has_no_arrow_beyond_the_table(nama: str) -> None:
    tabel = read_table(JALAN[nama].tabel)
    for move in (one for one in JALAN[nama].mesin.moves if one.dari):
        for dari in move.dari:
            siapa = tabel[move.kode, dari.value, move.ke.value]
            mine = set(move.siapa) | ({None} if move.sistem else set())
            if nama == "paket":  # the same machine serves the treasurer's batches
                mine = {one for one in mine if one is not Peran.BENDAHARA}
            assert mine == siapa, (move.kode, dari)


def test_the_city_of_the_walk_registers_letters_at_the_bank(app: Flask) -> None:
    assert runtime().profil.batas.bank_mendaftar_mandat
