"""Verdicts per paper and per worker, requests for repair with their points, second opinions."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asuhan.models import Asuhan
from rentan.berkas.models import Berkas
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.surat_kuasa.models import SuratKuasa
from rentan.verifikasi.status import HasilPutusan, Jawaban, JawabanPendapat, JenisPendapat


class Putusan(IdMixin, Base):
    """One verdict on one paper or one worker of a letter. It stands until ``gugur_pada``: a replaced paper is
    a row of its own and has no verdict yet; a contested one loses its verdict, to be looked at again.

    ``alasan`` is the code, ``kalimat`` the sentence the donor reads. The crop (``halaman`` from 1; ``kiri
    atas lebar tinggi`` in thousandths of the page as shown upright) marks what is wrong.
    """

    __tablename__ = "putusan"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    berkas_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("berkas.id"))
    berkas: Mapped[Berkas | None] = relationship(lazy="select")
    asuhan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asuhan.id"))
    asuhan: Mapped[Asuhan | None] = relationship(lazy="select")
    hasil: Mapped[HasilPutusan] = mapped_column(enum_column(HasilPutusan))
    alasan: Mapped[str | None]
    kalimat: Mapped[str | None] = mapped_column(Text)
    halaman: Mapped[int | None]
    kiri: Mapped[int | None]
    atas: Mapped[int | None]
    lebar: Mapped[int | None]
    tinggi: Mapped[int | None]
    oleh: Mapped[uuid.UUID]
    pada: Mapped[datetime]
    gugur_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique(
            "uq_putusan_berkas", "berkas_id", where="gugur_pada IS NULL AND berkas_id IS NOT NULL"
        ),
        partial_unique(
            "uq_putusan_asuhan",
            "surat_kuasa_id",
            "asuhan_id",
            where="gugur_pada IS NULL AND asuhan_id IS NOT NULL",
        ),
        CheckConstraint("(berkas_id IS NULL) <> (asuhan_id IS NULL)", name="satu_hal"),
        CheckConstraint("hasil <> 'tolak' OR asuhan_id IS NOT NULL", name="tolak_pekerja"),
        CheckConstraint("hasil = 'ya' OR (alasan IS NOT NULL AND kalimat IS NOT NULL)", name="beralasan"),
        CheckConstraint(
            "kiri IS NULL OR (halaman >= 1 AND kiri >= 0 AND atas >= 0 AND lebar > 0 AND tinggi > 0 "
            "AND kiri + lebar <= 1000 AND atas + tinggi <= 1000)",
            name="potongan",
        ),
    )


class PermintaanPerbaikan(IdMixin, VersionMixin, Base):
    """A request for repair (M7); one open one per letter. The reminders are counted by M23."""

    __tablename__ = "permintaan_perbaikan"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    surat: Mapped[SuratKuasa] = relationship(lazy="select")
    dibuka_oleh: Mapped[uuid.UUID | None]
    dibuka_pada: Mapped[datetime]
    pengingat_1_pada: Mapped[datetime | None]
    pengingat_2_pada: Mapped[datetime | None]
    ditutup_pada: Mapped[datetime | None]
    butir: Mapped[list[ButirPerbaikan]] = relationship(
        back_populates="permintaan", order_by="ButirPerbaikan.urutan", cascade="all, delete-orphan"
    )
    __table_args__ = (
        partial_unique("uq_permintaan_perbaikan_terbuka", "surat_kuasa_id", where="ditutup_pada IS NULL"),
        Index("ix_permintaan_perbaikan_terbuka", "ditutup_pada", "dibuka_pada"),
    )


class ButirPerbaikan(IdMixin, Base):
    """One point of a request: the verdict it comes from, and what was done about it.

    ``berkas_baru_id`` is the paper that took the refused one's place; ``catatan`` the note of who contests.
    """

    __tablename__ = "butir_perbaikan"
    permintaan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("permintaan_perbaikan.id"))
    permintaan: Mapped[PermintaanPerbaikan] = relationship(back_populates="butir")
    putusan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("putusan.id"), unique=True)
    putusan: Mapped[Putusan] = relationship(lazy="select")
    urutan: Mapped[int]
    jawaban: Mapped[Jawaban] = mapped_column(enum_column(Jawaban))
    berkas_baru_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("berkas.id"))
    catatan: Mapped[str | None] = mapped_column(Text)
    dijawab_oleh: Mapped[uuid.UUID | None]
    dijawab_pada: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("jawaban <> 'disanggah' OR catatan IS NOT NULL", name="sanggahan"),
        CheckConstraint("(jawaban = 'menunggu') = (dijawab_pada IS NULL)", name="dijawab"),
        Index("ix_butir_perbaikan_permintaan", "permintaan_id", "urutan"),
    )


class PendapatKedua(IdMixin, VersionMixin, Base):
    """What one verifikator asks another: to refuse a letter (M10), or to let an exception pass (M9)."""

    __tablename__ = "pendapat_kedua"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    jenis: Mapped[JenisPendapat] = mapped_column(enum_column(JenisPendapat))
    alasan: Mapped[str]
    catatan: Mapped[str | None] = mapped_column(Text)
    diminta_oleh: Mapped[uuid.UUID]
    diminta_pada: Mapped[datetime]
    jawaban: Mapped[JawabanPendapat] = mapped_column(enum_column(JawabanPendapat))
    catatan_jawaban: Mapped[str | None] = mapped_column(Text)
    dijawab_oleh: Mapped[uuid.UUID | None]
    dijawab_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique("uq_pendapat_kedua_menunggu", "surat_kuasa_id", "jenis", where="jawaban = 'menunggu'"),
        CheckConstraint("dijawab_oleh IS NULL OR dijawab_oleh <> diminta_oleh", name="orang_lain"),
        CheckConstraint("(jawaban IN ('menunggu', 'ditarik')) = (dijawab_oleh IS NULL)", name="dijawab"),
    )
