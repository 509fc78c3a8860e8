"""A fictional city in an empty database: donors with a letter in force and workers whom BPJS has registered.

For rehearsals and benchmarks. The rows are written in a few statements, each with the history that its
machine would have left; names, numbers and accounts belong to nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from rentan.akun.models import Akun, PeranAkun
from rentan.asn.hitungan import naik_banyak
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.core.subject import seal_values
from rentan.core.workflow import Machine, Riwayat
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.nama import nama_inti, nama_urut
from rentan.wilayah.models import Kelurahan

JALAN_SURAT = ("buat", "cetak", "unggah", "ambil", "setujui", "masuk_paket", "bank_menerima")
JALAN_ASUHAN = ("usulkan", "layak", "siap")
JALAN_PEKERJA = ("catat", "layak", "kirim", "terdaftar")
#: Donors and staff have been there since this day.
LAMA = date(2020, 1, 1)
PLAFON, HARGA_TERTINGGI = 200_000, 16_800
NAMA = (
    "Adi",
    "Bima",
    "Citra",
    "Dian",
    "Endah",
    "Fajar",
    "Gita",
    "Hana",
    "Indra",
    "Jaya",
    "Kirana",
    "Lestari",
)


@dataclass(frozen=True)
class Petugas:
    """The fictional staff."""

    bendahara: Pelaku
    penyetuju: Pelaku
    penyetuju_kedua: Pelaku
    bpjs: Pelaku


def make_petugas() -> Petugas:
    """One person for each task, without a password: nobody can sign in."""
    return Petugas(
        bendahara=_petugas("bendahara-gladi", "Bendahara Rekaan", Peran.BENDAHARA),
        penyetuju=_petugas("penyetuju-gladi", "Penyetuju Rekaan", Peran.PENYETUJU),
        penyetuju_kedua=_petugas("penyetuju-gladi-2", "Penyetuju Kedua Rekaan", Peran.PENYETUJU),
        bpjs=_petugas("bpjs-gladi", "Petugas BPJS Rekaan", Peran.PETUGAS_BPJS),
    )


def _petugas(pengenal: str, nama: str, peran: Peran) -> Pelaku:
    akun = Akun(
        id=uuid.uuid4(), pengenal=pengenal, nama=nama, sandi_diubah_pada=now(), dibuat_pada=now(), aktif=True
    )
    db.session.add(akun)
    db.session.flush()
    db.session.add(PeranAkun(akun_id=akun.id, peran=peran, mulai=LAMA, diberi_pada=now()))
    db.session.flush()
    return Pelaku(akun_id=akun.id, peran=frozenset({peran}))


def isi_kota(donatur: int, baris: int, mulai: date) -> None:
    """So many donors, and so many workers shared among them, whose first month is ``mulai``.

    Raises ``ValueError`` for fewer workers than donors.
    """
    if not 0 < donatur <= baris:
        raise ValueError("every donor has at least one worker")
    opd = db.session.scalars(select(Opd.id).order_by(Opd.urutan, Opd.id)).all()
    kelurahan = db.session.scalars(select(Kelurahan.kode).order_by(Kelurahan.kode)).all()
    asn, surat = _ids(donatur), _ids(donatur)
    pekerja, asuhan = _ids(baris), _ids(baris)
    _many(Asn, [_asn(n, one, opd[n % len(opd)]) for n, one in enumerate(asn)])
    _many(NipRiwayat, [{"asn_id": one, "nip": _nip(n), "mulai": LAMA} for n, one in enumerate(asn)])
    _many(Penempatan, [_tempat(one, opd[n % len(opd)]) for n, one in enumerate(asn)])
    akun = seal_values(
        "surat_kuasa", "rekening", ((surat[n], one, _rekening(n)) for n, one in enumerate(asn))
    )
    isi = seal_values("surat_kuasa", "isi", ((surat[n], one, "{}") for n, one in enumerate(asn)))
    rows = [_surat(n, one, surat[n], mulai) for n, one in enumerate(asn)]
    _many(SuratKuasa, [row | {"rekening_enc": akun[row["id"]], "isi_enc": isi[row["id"]]} for row in rows])
    wilayah = kelurahan[0].replace(".", "")[:6]
    nik = {one: _nik(wilayah, n) for n, one in enumerate(pekerja)}
    sealed = seal_values("pekerja", "nik", ((one, one, digits) for one, digits in nik.items()))
    workers = [_pekerja(n, one, kelurahan[n % len(kelurahan)], mulai) for n, one in enumerate(pekerja)]
    index = runtime().keyring.blind_index
    _many(
        Pekerja,
        [row | {"nik_enc": sealed[row["id"]], "nik_bi": index("nik", nik[row["id"]])} for row in workers],
    )
    _many(Asuhan, [_asuhan(asuhan[n], asn[n % donatur], one, mulai) for n, one in enumerate(pekerja)])
    _many(
        SuratPekerja,
        [
            {
                "surat_kuasa_id": surat[n % donatur], "asuhan_id": one, "urutan": n // donatur + 1,
                "harga_tertinggi": HARGA_TERTINGGI,
            }
            for n, one in enumerate(asuhan)
        ],
    )  # fmt: skip
    _many(Riwayat, list(_jejak(SURAT, surat, JALAN_SURAT)))
    _many(Riwayat, list(_jejak(ASUHAN, asuhan, JALAN_ASUHAN)))
    _many(Riwayat, list(_jejak(PEKERJA, pekerja, JALAN_PEKERJA)))
    naik_banyak(asn, Tahap.DIAJUKAN, pada=today())
    hitung_ulang(today())


def _ids(banyak: int) -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(banyak)]


def _many(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    for some in chunks(rows):
        db.session.execute(insert(model), list(some))


def _jejak(mesin: Machine, ids: Sequence[uuid.UUID], events: Sequence[str]) -> Iterator[dict[str, Any]]:
    """History rows as if each of these had made the moves."""
    moves, state = [], None
    for event in events:
        move = mesin.move(event, state)
        moves.append((move, event, state))
        state = move.ke
    for one in ids:
        for n, (move, event, dari) in enumerate(moves, 1):
            yield {
                "mesin": mesin.nama, "objek_id": one, "langkah": move.kode, "peristiwa": event,
                "dari": None if dari is None else dari.value, "ke": move.ke.value, "peran": "sistem",
                "pada": now(), "dokumen": [], "permintaan_id": "gladi", "urutan": n,
            }  # fmt: skip


def _nip(n: int) -> str:
    return f"19850302200901{n % 2 + 1}{n:03d}" if n < 1_000 else f"1985{n:014d}"


def _rekening(n: int) -> str:
    """Of no bank: real accounts of the city's bank begin otherwise."""
    return f"99{n:08d}"


def _lahir(n: int) -> date:
    return date(1980, 5, 1 + n // 9_000)


def _nik(wilayah: str, n: int) -> str:
    return f"{wilayah}{_lahir(n):%d%m%y}{1 + n % 9_000:04d}"


def _asn(n: int, key: uuid.UUID, opd_id: uuid.UUID) -> dict[str, Any]:
    nama = f"{NAMA[n % len(NAMA)]} Donatur Rekaan {n + 1}"
    return {
        "id": key, "nip": _nip(n), "nama": nama, "nama_urut": nama_urut(nama), "jabatan": "Penata Rekaan",
        "opd_id": opd_id, "status_asn": StatusAsn.PNS, "status_aktif": StatusAktif.AKTIF,
        "tanggal_lahir": date(1985, 3, 2),
    }  # fmt: skip


def _tempat(key: uuid.UUID, opd_id: uuid.UUID) -> dict[str, Any]:
    return {
        "asn_id": key, "opd_id": opd_id, "status_asn": StatusAsn.PNS, "status_aktif": StatusAktif.AKTIF,
        "jabatan": "Penata Rekaan", "mulai": LAMA,
    }  # fmt: skip


def _surat(n: int, asn_id: uuid.UUID, key: uuid.UUID, mulai: date) -> dict[str, Any]:
    return {
        "id": key, "asn_id": asn_id, "nomor": f"SK/{n + 1:05d}/{mulai.year}", "ref": f"GLD{n:07d}",
        "urutan_versi": 1, "status": StatusSurat.AKTIF, "asli_di": AsliDi.BANK, "plafon": PLAFON,
        "nama_rekening": f"{NAMA[n % len(NAMA)]} Donatur Rekaan {n + 1}",
        "rekening_bi": runtime().keyring.blind_index("rekening", _rekening(n)), "sha256": "0" * 64,
        "halaman": 2, "dicetak_pada": now(), "diunggah_pada": now(), "ditandatangani_pada": today(),
        "berlaku_mulai": today(), "bulan_pertama": mulai, "dibuat_pada": now(),
    }  # fmt: skip


def _pekerja(n: int, key: uuid.UUID, kelurahan: str, mulai: date) -> dict[str, Any]:
    nama = f"{NAMA[n % len(NAMA)]} Pekerja Rekaan {n + 1}"
    return {
        "id": key, "nama": nama, "nama_inti": nama_inti(nama), "tanggal_lahir": _lahir(n),
        "jenis_kelamin": JenisKelamin.L,
        "pekerjaan": "buruh", "sektor": Sektor.LAIN, "alamat": "Jalan Rekaan", "kelurahan_kode": kelurahan,
        "status": StatusPekerja.TERDAFTAR, "asal": AsalPekerja.ASN, "dicatat_pada": now(),
        "mulai_masa": mulai, "terdaftar_pada": mulai,
    }  # fmt: skip


def _asuhan(key: uuid.UUID, asn_id: uuid.UUID, pekerja_id: uuid.UUID, mulai: date) -> dict[str, Any]:
    return {
        "id": key, "asn_id": asn_id, "pekerja_id": pekerja_id, "status": StatusAsuhan.SIAP,
        "program": "JKK+JKM", "penghasilan": 1_000_000, "bulan_pertama": mulai, "dibuat_pada": now(),
    }  # fmt: skip
