"""One ASN sponsoring one worker."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.asuhan.status import TERBUKA_SQL, StatusAsuhan
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.pekerja.models import Pekerja


class Asuhan(IdMixin, VersionMixin, Base):
    """A sponsorship; its key is the own id, not the pair. ``garis_asuh_id`` stays for a successor.

    ``penghasilan`` is the class base the contribution is computed from, ``periode`` the months paid at once.
    ``sementara``: a stand-in, who pays through the month ``sampai``. ``jeda_sejak`` and ``jeda_sampai`` are
    the first and last month of a pause (A9); ``berhenti_pada`` is the day the donor stopped (A10).
    """

    __tablename__ = "asuhan"
    garis_asuh_id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, index=True)
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    asn: Mapped[Asn] = relationship(lazy="select")
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    pekerja: Mapped[Pekerja] = relationship(lazy="select")
    status: Mapped[StatusAsuhan] = mapped_column(enum_column(StatusAsuhan))
    program: Mapped[str]
    penghasilan: Mapped[int]
    periode: Mapped[int] = mapped_column(default=1)
    bulan_pertama: Mapped[date | None]
    ditahan_sampai: Mapped[date | None]
    diperpanjang: Mapped[bool] = mapped_column(default=False)
    dibantu: Mapped[bool] = mapped_column(default=False)
    alasan_akhir: Mapped[str | None]
    sementara: Mapped[bool] = mapped_column(default=False)
    sampai: Mapped[date | None]
    jeda_sejak: Mapped[date | None]
    jeda_sampai: Mapped[date | None]
    berhenti_pada: Mapped[date | None]
    dibuat_pada: Mapped[datetime]
    __table_args__ = (
        partial_unique("uq_asuhan_pekerja_terbuka", "pekerja_id", where=f"status IN ({TERBUKA_SQL})"),
        Index("ix_asuhan_asn", "asn_id", "status"),
        Index("ix_asuhan_ditahan", "status", "ditahan_sampai"),
        CheckConstraint("status <> 'ditahan' OR ditahan_sampai IS NOT NULL", name="ditahan"),
        CheckConstraint("periode IN (1, 3, 6, 12)", name="periode"),
        CheckConstraint("program IN ('JKK+JKM', 'JKK+JKM+JHT')", name="program"),
        CheckConstraint("penghasilan > 0", name="penghasilan"),
    )
