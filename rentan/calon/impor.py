"""Pool lists: ``NIK, NAMA, TANGGAL LAHIR, … KELURAHAN, ALAMAT, HP`` (product.md §5)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.calon.models import Calon
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault, place_of, refused_row
from rentan.core.sheets import Row
from rentan.core.subject import load_deks, reveal, seal, seal_values
from rentan.core.workflow import advance_new
from rentan.ext import db, runtime
from rentan.pekerja.actions import DataPekerja, flag_duplicates_among, segarkan_tercakup
from rentan.pekerja.models import Pekerja, Pelindungan, PeringatanDiterima
from rentan.pekerja.queries import AMBANG_MIRIP, in_force
from rentan.pekerja.status import MACHINE, AsalPekerja, JenisKelamin, Sektor, StatusPekerja, sektor_dari
from rentan.tarif.queries import debet_pertama
from rentan.util.galat import Peringatan, TidakSah
from rentan.util.nama import kemiripan, nama_inti
from rentan.util.nik import check_nik, parse_nik
from rentan.util.tanggal import usia
from rentan.util.teks import rapikan
from rentan.util.telepon import parse_hp
from rentan.wilayah.models import Kelurahan
from rentan.wilayah.queries import kelurahan_by_name, nama_wilayah

ALASAN_IMPOR = "Diterima bersama daftar yang diimpor"
_KELAMIN = {
    "l": JenisKelamin.L, "lakilaki": JenisKelamin.L, "pria": JenisKelamin.L, "lk": JenisKelamin.L,
    "p": JenisKelamin.P, "perempuan": JenisKelamin.P, "wanita": JenisKelamin.P, "pr": JenisKelamin.P,
}  # fmt: skip


@dataclass(frozen=True)
class _Baris:
    """A good row and what it does: ``baru``, ``masuk`` (a known worker joins), ``berubah``, ``tetap``."""

    id: uuid.UUID
    data: DataPekerja
    nik_bi: bytes
    kecamatan_kode: str
    peringatan: tuple[Peringatan, ...]
    tercakup: bool
    keadaan: str


class _Kota:
    """What the rows are compared with, read once: wards, lists, workers, pool, sponsorships."""

    def __init__(self) -> None:
        self.debet = debet_pertama(today())
        self.kelurahan = kelurahan_by_name()
        self.per_kode = {one.kode: one for many in self.kelurahan.values() for one in many}
        self.tercakup = set(db.session.scalars(select(Pelindungan.nik_bi).where(in_force(self.debet))))
        self.pekerja = {one.nik_bi: one for one in db.session.scalars(select(Pekerja))}
        self.calon = {one.pekerja_id: one for one in db.session.scalars(select(Calon))}
        self.diasuh = set(db.session.scalars(select(Asuhan.pekerja_id).where(Asuhan.status.in_(TERBUKA))))
        load_deks(one.id for one in self.pekerja.values())


class PenanganCalon:
    """Adds workers to the pool, corrects those who wait there, and never touches a sponsored one."""

    jenis = JenisImpor.CALON
    judul = "Calon pekerja"
    wajib: tuple[Column, ...] = (
        Column("NIK", wajib=True, jenis="angka_teks"),
        Column("NAMA", wajib=True),
        Column("TANGGAL LAHIR", wajib=True, jenis="tanggal", alias=("TGL LAHIR",)),
        Column("JENIS KELAMIN", wajib=True, alias=("JK", "L/P")),
        Column("PEKERJAAN", wajib=True),
        Column("KELURAHAN", wajib=True),
        Column("ALAMAT", wajib=True),
    )
    columns: tuple[Column, ...] = (
        *wajib,
        Column("HP", jenis="angka_teks", alias=("NO HP", "NOMOR HP")),
        Column("KECAMATAN"),
        Column("SEKTOR"),
        Column("LOKASI KERJA"),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row against the city and the rows above it."""
        kota = _Kota()
        good: list[_Baris] = []
        refused: list[Ditolak] = []
        seen: dict[bytes, tuple[Row, _Baris]] = {}
        for row in table.rows:
            answer = self._decide(row, kota, seen)
            if isinstance(answer, Ditolak):
                refused.append(answer)
            else:
                good.append(answer)
                seen.setdefault(answer.nik_bi, (row, answer))
        return Hasil(
            read=len(table.rows),
            good=good,
            refused=refused,
            unchanged=_count(good, "tetap"),
            changed=_count(good, "berubah"),
            rincian={
                "Calon baru": _count(good, "baru") + _count(good, "masuk"),
                "Data berubah": _count(good, "berubah"),
                "Sudah dilindungi program lain (tidak ditawarkan)": sum(one.tercakup for one in good),
                "Diterima dengan peringatan NIK": sum(bool(one.peringatan) for one in good),
            },
        )

    def _decide(self, row: Row, kota: _Kota, seen: dict[bytes, tuple[Row, _Baris]]) -> _Baris | Ditolak:
        if fault := first_fault(row, self.wajib):
            return fault
        try:
            data, kelurahan = _read(row, kota)
            _check_age(data, kota)
        except TidakSah as wrong:
            return refused_row(row, wrong.kode, wrong.pesan)
        nik_bi = runtime().keyring.blind_index("nik", data.nik)
        warnings = check_nik(
            data.nik,
            tanggal_lahir=data.tanggal_lahir,
            jenis_kelamin=data.jenis_kelamin.value,
            prefiks_daerah=sorted(runtime().profil.prefiks_nik),
            today=today(),
        )
        covered = nik_bi in kota.tercakup

        def found(row_id: uuid.UUID, keadaan: str) -> _Baris:
            return _Baris(row_id, data, nik_bi, kelurahan.kecamatan_kode, tuple(warnings), covered, keadaan)

        if nik_bi in seen:
            first, taken = seen[nik_bi]
            if taken.data == data:
                return found(taken.id, "tetap")
            return refused_row(
                row, "nik_duplicate", f"NIK ini sudah ada di {place_of(first)} dengan data lain."
            )
        if (known := kota.pekerja.get(nik_bi)) is None:
            return found(uuid.uuid4(), "baru")
        if not _same_person(known, data):
            return refused_row(
                row,
                "nik_data_beda",
                "NIK ini sudah tercatat dengan nama atau tanggal lahir lain. Periksa KTP.",
            )
        return found(known.id, _difference(known, data, kota))

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Insert set-based, correct one by one, then find those covered elsewhere and doubtful duplicates."""
        new = [one for one in hasil.good if one.keadaan == "baru"]
        _insert_workers(new, by)
        _insert_pool([one for one in hasil.good if one.keadaan in ("baru", "masuk")], by)
        for one in hasil.good:
            if one.keadaan == "berubah":
                _correct(one)
        db.session.flush()
        segarkan_tercakup()
        flag_duplicates_among([one.id for one in new])


def _count(good: list[_Baris], keadaan: str) -> int:
    return sum(one.keadaan == keadaan for one in good)


def _read(row: Row, kota: _Kota) -> tuple[DataPekerja, Kelurahan]:
    """The cells as data. Raises ``TidakSah`` with code and sentence."""
    cells: dict[str, Any] = row.values
    nik = parse_nik(cells["NIK"])
    kelamin = _KELAMIN.get(nama_wilayah(cells["JENIS KELAMIN"]).replace("-", ""))
    if kelamin is None:
        raise TidakSah("jenis_kelamin_invalid", "JENIS KELAMIN diisi L atau P.")
    pekerjaan = rapikan(cells["PEKERJAAN"])
    kelurahan = _ward(cells["KELURAHAN"], cells["KECAMATAN"], kota)
    data = DataPekerja(
        nik=nik.digits,
        nama=rapikan(cells["NAMA"]),
        tanggal_lahir=cells["TANGGAL LAHIR"],
        jenis_kelamin=kelamin,
        pekerjaan=pekerjaan,
        sektor=_sector(cells["SEKTOR"], pekerjaan),
        alamat=rapikan(cells["ALAMAT"]),
        kelurahan_kode=kelurahan.kode,
        lokasi_kerja=rapikan(cells["LOKASI KERJA"] or "") or None,
        hp=parse_hp(cells["HP"]) if cells["HP"] else None,
    )
    if max(map(len, (data.nama, data.pekerjaan, data.alamat, data.lokasi_kerja or ""))) > 200:
        raise TidakSah(
            "teks_too_long", "NAMA, PEKERJAAN, ALAMAT, dan LOKASI KERJA paling panjang 200 karakter."
        )
    return data, kelurahan


def _ward(nama: str, kecamatan: str | None, kota: _Kota) -> Kelurahan:
    """Names repeat: without KECAMATAN an ambiguous one is refused, never guessed (product.md §3 Identity)."""
    if rapikan(nama) in kota.per_kode:
        return kota.per_kode[rapikan(nama)]
    found = kota.kelurahan.get(nama_wilayah(nama), [])
    if kecamatan:
        wanted = nama_wilayah(kecamatan)
        found = [one for one in found if nama_wilayah(one.kecamatan.nama) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise TidakSah(
            "kelurahan_ambiguous",
            "Ada lebih dari satu kelurahan dengan nama ini. Tambahkan kolom KECAMATAN, lalu impor kembali.",
        )
    raise TidakSah(
        "kelurahan_unknown", "KELURAHAN tidak dikenal, atau tidak ada di KECAMATAN itu. Periksa ejaannya."
    )


def _sector(text: str | None, pekerjaan: str) -> Sektor:
    if not text:
        return sektor_dari(pekerjaan)
    word = rapikan(text).casefold()
    found = next((one for one in Sektor if word in (one.value, one.label.casefold())), None)
    if found is None:
        raise TidakSah("sektor_invalid", "SEKTOR diisi transportasi atau lain, atau dikosongkan.")
    return found


def _check_age(data: DataPekerja, kota: _Kota) -> None:
    batas = runtime().profil.batas
    usia(data.tanggal_lahir, today())
    tahun = usia(data.tanggal_lahir, kota.debet).tahun
    if tahun >= batas.usia_maksimum:
        raise TidakSah(
            "terlalu_tua", f"Usia pada debet pertama sudah {batas.usia_maksimum} tahun atau lebih."
        )
    if tahun < batas.usia_minimum:
        raise TidakSah("terlalu_muda", f"Usia pada debet pertama belum {batas.usia_minimum} tahun.")


def _same_person(known: Pekerja, data: DataPekerja) -> bool:
    return known.tanggal_lahir == data.tanggal_lahir and kemiripan(known.nama, data.nama) >= AMBANG_MIRIP


def _difference(known: Pekerja, data: DataPekerja, kota: _Kota) -> str:
    """What the row means for a recorded worker. A sponsored one is corrected by the donor, not by a list."""
    if known.id in kota.diasuh:
        return "tetap"
    pool = kota.calon.get(known.id)
    if pool is None:
        ended = known.status in (StatusPekerja.TIDAK_LAYAK, StatusPekerja.BERAKHIR)
        return "tetap" if ended else "masuk"
    if pool.keluar_pada is not None:
        return "tetap"
    same = all(getattr(known, name) == value for name, value in _correctable(data))
    return "tetap" if same and reveal(known, "hp") == data.hp else "berubah"


def _correctable(data: DataPekerja) -> Iterator[tuple[str, Any]]:
    for name in ("pekerjaan", "sektor", "alamat", "kelurahan_kode", "lokasi_kerja"):
        yield name, getattr(data, name)


def _insert_workers(new: list[_Baris], by: Pelaku) -> None:
    if not new:
        return
    status = advance_new(MACHINE, [one.id for one in new], ("catat", "layak"), by=by)
    nik = seal_values("pekerja", "nik", [(one.id, one.id, one.data.nik) for one in new])
    hp = seal_values("pekerja", "hp", [(one.id, one.id, one.data.hp) for one in new if one.data.hp])
    moment = now()
    rows = [
        {
            "id": one.id,
            "versi": 1,
            "nik_enc": nik[one.id],
            "nik_bi": one.nik_bi,
            "nama": one.data.nama,
            "nama_inti": nama_inti(one.data.nama),
            "tanggal_lahir": one.data.tanggal_lahir,
            "jenis_kelamin": one.data.jenis_kelamin,
            "hp_enc": hp.get(one.id),
            "status": status,
            "asal": AsalPekerja.IMPOR,
            "dicatat_oleh": by.akun_id,
            "dicatat_pada": moment,
        }
        | dict(_correctable(one.data))
        for one in new
    ]
    db.session.execute(insert(Pekerja), rows)
    warnings = [
        {
            "id": uuid.uuid4(),
            "pekerja_id": one.id,
            "kode": warning.kode,
            "alasan": ALASAN_IMPOR,
            "diterima_oleh": by.akun_id,
            "diterima_pada": moment,
        }
        for one in new
        for warning in one.peringatan
    ]
    if warnings:
        db.session.execute(insert(PeringatanDiterima), warnings)


def _insert_pool(joining: list[_Baris], by: Pelaku) -> None:
    if not joining:
        return
    moment = now()
    db.session.execute(
        insert(Calon),
        [
            {
                "id": uuid.uuid4(),
                "pekerja_id": one.id,
                "kecamatan_kode": one.kecamatan_kode,
                "kelurahan_kode": one.data.kelurahan_kode,
                "menunggu_sejak": moment,
                "diusulkan_oleh": by.akun_id,
            }
            for one in joining
        ],
    )


def _correct(one: _Baris) -> None:
    worker = db.session.get_one(Pekerja, one.id)
    for name, value in _correctable(one.data):
        setattr(worker, name, value)
    seal(worker, "hp", one.data.hp)
    pool = db.session.scalars(select(Calon).where(Calon.pekerja_id == one.id)).one()
    pool.kelurahan_kode, pool.kecamatan_kode = one.data.kelurahan_kode, one.kecamatan_kode


PENANGAN = register(PenanganCalon())
