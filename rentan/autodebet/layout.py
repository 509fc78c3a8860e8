"""The bank's file layout and its answer codes, read from ``seed/layout_mandat.toml``: data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rentan.berkas.status import JenisBerkas
from rentan.core.sheets_write import escape
from rentan.core.status import Status

_BERKAS = Path(__file__).with_name("seed") / "layout_mandat.toml"


class KelasKode(Status):
    """What a refusal asks for (M15): a better picture of the same letter, or a new version of it."""

    GAMBAR = "gambar", "Gambar diperbaiki"
    DATA = "data", "Versi baru"


@dataclass(frozen=True)
class KodeTolak:
    """One refusal code of the bank: ``kata`` for staff, ``kalimat`` for the donor, ``alasan`` the reason."""

    kode: str
    kelas: KelasKode
    kata: str
    kalimat: str
    alasan: str
    berkas: tuple[JenisBerkas, ...]


@dataclass(frozen=True)
class LayoutMandat:
    """``kolom``: (title, field) in their order; ``jawaban``: our name of a column to the bank's title."""

    pemisah: str
    kepala: str
    kaki: str
    kolom: tuple[tuple[str, str], ...]
    jawaban: Mapping[str, str]
    diterima: frozenset[str]
    tolak: Mapping[str, KodeTolak]

    def write(
        self, kepala: Iterable[object], baris: Iterable[Mapping[str, object]], kaki: Iterable[object]
    ) -> bytes:
        """The file: header, titles, one line each, trailer; the same lines give the same bytes."""
        lines = [
            (self.kepala, *kepala),
            tuple(judul for judul, _ in self.kolom),
            *(tuple(satu[isi] for _, isi in self.kolom) for satu in baris),
            (self.kaki, *kaki),
        ]
        return "".join(f"{self.pemisah.join(map(self._cell, line))}\r\n" for line in lines).encode()

    def _cell(self, value: object) -> str:
        """Fixed columns without quotes, as banks read them: a separator inside a name becomes a blank."""
        return escape(str(value).replace(self.pemisah, " ").replace('"', " "))


@cache
def layout_mandat() -> LayoutMandat:
    """The layout in use. A key that is missing or unknown is a defect of the file (``KeyError``)."""
    data = tomllib.loads(_BERKAS.read_text(encoding="utf-8"))
    return LayoutMandat(
        pemisah=data["berkas"]["pemisah"],
        kepala=data["berkas"]["kepala"],
        kaki=data["berkas"]["kaki"],
        kolom=tuple((one["judul"], one["isi"]) for one in data["kolom"]),
        jawaban={name: judul for name, judul in data["jawaban"].items() if name != "diterima"},
        diterima=frozenset(data["jawaban"]["diterima"]),
        tolak={
            kode: KodeTolak(
                kode,
                KelasKode(one["kelas"]),
                one["kata"],
                one["kalimat"],
                one["alasan"],
                tuple(JenisBerkas(jenis) for jenis in one.get("berkas", ())),
            )
            for kode, one in data["kode"].items()
        },
    )


def arti_kode(kode: str | None) -> str:
    """What staff read for a stored code; an unknown one stays as it is."""
    satu = layout_mandat().tolak.get(kode or "")
    return satu.kata if satu else (kode or "")
