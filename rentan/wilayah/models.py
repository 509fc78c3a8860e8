"""Areas by Kemendagri code; names repeat, codes do not."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.ext import Base


class Kecamatan(Base):
    __tablename__ = "kecamatan"
    kode: Mapped[str] = mapped_column(primary_key=True)
    nama: Mapped[str]
    prefiks_nik: Mapped[str]


class Kelurahan(Base):
    __tablename__ = "kelurahan"
    kode: Mapped[str] = mapped_column(primary_key=True)
    nama: Mapped[str]
    kecamatan_kode: Mapped[str] = mapped_column(ForeignKey("kecamatan.kode"), index=True)
    kecamatan: Mapped[Kecamatan] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        """With its kecamatan, since kelurahan names repeat (Purwosari, Mangunharjo)."""
        return f"{self.nama}, Kecamatan {self.kecamatan.nama}"
