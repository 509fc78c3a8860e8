"""Contributions, attempts at the bank, ledger, receipts, proposals, notices, open matters."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.core.permissions import Peran
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.status import (
    GUGUR,
    GUGUR_SQL,
    SAMPAI_BPJS,
    AlasanTahan,
    HasilCoba,
    JenisUrusan,
    JenisUsul,
    KelasGagal,
    Saluran,
    StatusBpjs,
    StatusIuran,
    StatusUsul,
)
from rentan.pekerja.models import Pekerja


class Iuran(IdMixin, VersionMixin, Base):
    """The contribution of one sponsorship for one month (``periode``: first day). Amounts: whole rupiah.

    Donor, OPD, letter, account, sector, funding and price are those of the cut-off, copied in (states.md §5);
    a later move or price changes nothing here. ``jumlah`` is the price, ``kredit_dipakai`` what carried-over
    money pays of it: the bank is asked for the difference. ``dibayar_pada`` is the day the money came in,
    ``nomor_bukti`` the receipt. ``opd_id`` is where the donor served at the month's cut-off.
    """

    __tablename__ = "iuran"
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"))
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    pekerja: Mapped[Pekerja] = relationship(lazy="select")
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    asn: Mapped[Asn] = relationship(lazy="select")
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"))
    surat_kuasa_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    periode: Mapped[date]
    status: Mapped[StatusIuran] = mapped_column(enum_column(StatusIuran))
    status_bpjs: Mapped[StatusBpjs] = mapped_column(enum_column(StatusBpjs))
    jumlah: Mapped[int]
    jkk: Mapped[int]
    jkm: Mapped[int]
    jht: Mapped[int]
    kredit_dipakai: Mapped[int] = mapped_column(default=0)
    program: Mapped[str]
    sektor: Mapped[str]
    pendanaan: Mapped[str]
    penghasilan: Mapped[int]
    tarif_kelas_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tarif_kelas.id"))
    rekening_enc: Mapped[bytes | None]
    nama_rekening: Mapped[str | None]
    alasan_tahan: Mapped[AlasanTahan | None] = mapped_column(enum_column(AlasanTahan))
    kelas_gagal: Mapped[KelasGagal | None] = mapped_column(enum_column(KelasGagal))
    dijadwalkan_pada: Mapped[datetime]
    dibayar_pada: Mapped[date | None]
    nomor_bukti: Mapped[str | None] = mapped_column(unique=True)
    penerimaan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("penerimaan.id"), index=True)
    tercatat_pada: Mapped[date | None]
    __table_args__ = (
        partial_unique("uq_iuran_asuhan", "asuhan_id", "periode", where=f"status NOT IN ({GUGUR_SQL})"),
        partial_unique("uq_iuran_pekerja", "pekerja_id", "periode", where=f"status NOT IN ({GUGUR_SQL})"),
        Index("ix_iuran_periode", "periode", "status", "id"),
        Index("ix_iuran_bpjs", "status_bpjs", "periode"),
        Index("ix_iuran_asn", "asn_id", "periode"),
        Index("ix_iuran_opd", "opd_id", "periode"),
        CheckConstraint("jumlah > 0 AND jumlah = jkk + jkm + jht", name="jumlah"),
        CheckConstraint("kredit_dipakai >= 0 AND kredit_dipakai <= jumlah", name="kredit"),
        CheckConstraint("status <> 'dari_kredit' OR kredit_dipakai = jumlah", name="dari_kredit"),
        CheckConstraint("status <> 'ditahan' OR alasan_tahan IS NOT NULL", name="ditahan"),
        CheckConstraint("status <> 'gagal' OR kelas_gagal IS NOT NULL", name="gagal"),
        CheckConstraint(
            "status NOT IN ('berhasil', 'dibayar_lain', 'dari_kredit') OR dibayar_pada IS NOT NULL",
            name="dibayar",
        ),
        CheckConstraint("status_bpjs <> 'tercatat' OR tercatat_pada IS NOT NULL", name="tercatat"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.asn_id

    @property
    def tagihan(self) -> int:
        """What the bank is asked for, in whole rupiah."""
        return self.jumlah - self.kredit_dipakai


#: A row whose month nobody else may pay: one that stands, or one that BPJS has, though its money went back to
#: the donor (C14) or was the city's (C13).
TERAMBIL = or_(Iuran.status.not_in(GUGUR), Iuran.status_bpjs.in_(SAMPAI_BPJS))


class Percobaan(IdMixin, Base):
    """One line of a DEBET or ULANG batch: one attempt to collect one contribution.

    ``referensi`` (at most 20 characters) is what the bank answers with; ``isi_enc`` the frozen line of the
    file; ``ke`` the number of the attempt for this contribution. A voided file (B7) gives the line a new
    reference: the old ones stay in ``referensi_lama``, so that a late answer is still recognised.
    """

    __tablename__ = "percobaan"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"))
    iuran_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("iuran.id"), index=True)
    iuran: Mapped[Iuran] = relationship(lazy="select")
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    urutan: Mapped[int]
    ke: Mapped[int]
    referensi: Mapped[str | None] = mapped_column(unique=True)
    referensi_lama: Mapped[list[Any]] = mapped_column(default=list)
    jumlah: Mapped[int]
    isi_enc: Mapped[bytes | None]
    hasil: Mapped[HasilCoba] = mapped_column(enum_column(HasilCoba))
    kode_hasil: Mapped[str | None]
    keterangan: Mapped[str | None] = mapped_column(Text)
    ref_bank: Mapped[str | None]
    dijawab_pada: Mapped[datetime | None]
    impor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("impor.id"))
    __table_args__ = (
        UniqueConstraint("paket_id", "urutan"),
        partial_unique("uq_percobaan_baris", "paket_id", "iuran_id", where="hasil <> 'dikeluarkan'"),
        partial_unique("uq_percobaan_terbuka", "iuran_id", where="hasil IN ('terbuka', 'tanpa_kabar')"),
        partial_unique("uq_percobaan_ref_bank", "ref_bank", where="ref_bank IS NOT NULL"),
        CheckConstraint("jumlah > 0", name="jumlah"),
        CheckConstraint("ke > 0", name="ke"),
        CheckConstraint("referensi IS NULL OR length(referensi) <= 20", name="referensi"),
        CheckConstraint("hasil NOT IN ('berhasil', 'gagal') OR dijawab_pada IS NOT NULL", name="dijawab"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.asn_id


class Jurnal(IdMixin, Base):
    """One balanced posting of the ledger; append-only (MON-2). A correction is a reversal that names it."""

    __tablename__ = "jurnal"
    jenis: Mapped[JenisJurnal] = mapped_column(enum_column(JenisJurnal))
    tanggal: Mapped[date]
    pada: Mapped[datetime]
    iuran_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("iuran.id"), index=True)
    paket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("paket.id"), index=True)
    penerimaan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("penerimaan.id"))
    usul_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("usul_iuran.id"))
    membalik_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("jurnal.id"), unique=True)
    oleh: Mapped[uuid.UUID | None]
    entri: Mapped[list[Entri]] = relationship(order_by="Entri.urutan", lazy="select")
    __table_args__ = (Index("ix_jurnal_tanggal", "tanggal", "jenis"),)


class Entri(IdMixin, Base):
    """One side of a posting, in whole rupiah; append-only."""

    __tablename__ = "entri"
    jurnal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jurnal.id"))
    urutan: Mapped[int]
    akun: Mapped[AkunBuku] = mapped_column(enum_column(AkunBuku))
    sisi: Mapped[Sisi] = mapped_column(enum_column(Sisi))
    jumlah: Mapped[int]
    asuhan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asuhan.id"))
    __table_args__ = (
        UniqueConstraint("jurnal_id", "urutan"),
        CheckConstraint("jumlah > 0", name="jumlah"),
        CheckConstraint("(akun = 'kredit_donatur') = (asuhan_id IS NOT NULL)", name="kredit"),
        Index("ix_entri_kredit", "asuhan_id", "sisi"),
        Index("ix_entri_akun", "akun", "sisi"),
    )


class Penerimaan(IdMixin, VersionMixin, Base):
    """Cash or a transfer for the months ``bulan_mulai`` onwards of one sponsorship, or a prepayment.

    Recorded by the treasurer (``oleh``) with the receipt's number, accepted by another (U1-U3). ``jumlah`` in
    whole rupiah; ``jumlah_bulan`` 1, 3, 6 or 12.
    """

    __tablename__ = "penerimaan"
    nomor: Mapped[str] = mapped_column(unique=True)
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"), index=True)
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"), index=True)
    asn: Mapped[Asn] = relationship(lazy="select")
    saluran: Mapped[Saluran] = mapped_column(enum_column(Saluran))
    tanggal: Mapped[date]
    jumlah: Mapped[int]
    bukti: Mapped[str]
    bulan_mulai: Mapped[date]
    jumlah_bulan: Mapped[int]
    status: Mapped[StatusUsul] = mapped_column(enum_column(StatusUsul))
    oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime]
    diputus_oleh: Mapped[uuid.UUID | None]
    diputus_pada: Mapped[datetime | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("saluran", "bukti"),
        Index("ix_penerimaan_status", "status", "dibuat_pada"),
        CheckConstraint("jumlah > 0", name="jumlah"),
        CheckConstraint("jumlah_bulan BETWEEN 1 AND 12", name="bulan"),
        CheckConstraint("diputus_oleh IS NULL OR diputus_oleh <> oleh", name="dua_orang"),
        CheckConstraint("(status = 'diajukan') = (diputus_pada IS NULL)", name="diputus"),
    )


class UsulIuran(IdMixin, VersionMixin, Base):
    """A write-off or refund that the treasurer proposes and the approver decides (C13, C14).

    ``SISA`` is about a sponsorship instead of a contribution: ``jumlah`` (whole rupiah) of what is carried
    over goes back to the donor by ``saluran``, with the voucher ``bukti`` of the day ``tanggal_bukti``.
    """

    __tablename__ = "usul_iuran"
    iuran_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("iuran.id"))
    iuran: Mapped[Iuran | None] = relationship(lazy="select")
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"), index=True)
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    jumlah: Mapped[int | None]
    saluran: Mapped[Saluran | None] = mapped_column(enum_column(Saluran))
    bukti: Mapped[str | None]
    tanggal_bukti: Mapped[date | None]
    jenis: Mapped[JenisUsul] = mapped_column(enum_column(JenisUsul))
    alasan: Mapped[str]
    keterangan: Mapped[str] = mapped_column(Text)
    status: Mapped[StatusUsul] = mapped_column(enum_column(StatusUsul))
    oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime]
    diputus_oleh: Mapped[uuid.UUID | None]
    diputus_pada: Mapped[datetime | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        partial_unique("uq_usul_iuran_terbuka", "iuran_id", where="status = 'diajukan'"),
        partial_unique("uq_usul_iuran_sisa", "asuhan_id", where="jenis = 'sisa' AND status = 'diajukan'"),
        partial_unique(
            "uq_usul_iuran_bukti", "saluran", "bukti", where="bukti IS NOT NULL AND status <> 'ditolak'"
        ),
        Index("ix_usul_iuran_status", "status", "dibuat_pada"),
        CheckConstraint("diputus_oleh IS NULL OR diputus_oleh <> oleh", name="dua_orang"),
        CheckConstraint("(status = 'diajukan') = (diputus_pada IS NULL)", name="diputus"),
        CheckConstraint(
            "(jenis = 'sisa') = (iuran_id IS NULL) AND (iuran_id IS NULL) = (jumlah IS NOT NULL "
            "AND jumlah > 0 AND saluran IS NOT NULL AND bukti IS NOT NULL AND tanggal_bukti IS NOT NULL)",
            name="sisa",
        ),
    )

    @property
    def asn_id(self) -> uuid.UUID:
        return self.asuhan.asn_id

    @property
    def rupiah(self) -> int:
        """What it is about, in whole rupiah."""
        return self.iuran.jumlah if self.iuran is not None else self.jumlah or 0


class Pemberitahuan(IdMixin, Base):
    """A notice to one donor, one per subject and month: amounts old and new in whole rupiah.

    ``jenis`` is ``jumlah_berubah`` (before a lock, states.md §6) or ``tarif`` (a change of the tariff).
    """

    __tablename__ = "pemberitahuan"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    asn: Mapped[Asn] = relationship(lazy="select")
    jenis: Mapped[str]
    periode: Mapped[date]
    jumlah_lama: Mapped[int]
    jumlah_baru: Mapped[int]
    keterangan: Mapped[str] = mapped_column(Text)
    dibuat_pada: Mapped[datetime]
    dibaca_pada: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("asn_id", "jenis", "periode"),
        CheckConstraint("jenis IN ('jumlah_berubah', 'tarif')", name="jenis"),
        CheckConstraint("jumlah_lama >= 0 AND jumlah_baru >= 0", name="jumlah"),
    )


class Urusan(IdMixin, VersionMixin, Base):
    """A matter that somebody must see to, until it is closed with a note.

    ``pemilik`` is the role whose turn it is, ``pemilik_id`` and ``tenggat`` who has taken it and until when:
    a month is closed only when each open matter of it has both (B11). ``sel`` is the cell of the mirror.
    """

    __tablename__ = "urusan"
    jenis: Mapped[JenisUrusan] = mapped_column(enum_column(JenisUrusan))
    periode: Mapped[date]
    iuran_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("iuran.id"), index=True)
    iuran: Mapped[Iuran | None] = relationship(lazy="select")
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"), index=True)
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    sel: Mapped[str] = mapped_column(default="")
    keterangan: Mapped[str] = mapped_column(Text)
    pemilik: Mapped[Peran] = mapped_column(enum_column(Peran, nama="pemilik"))
    pemilik_id: Mapped[uuid.UUID | None]
    tenggat: Mapped[date | None]
    dibuat_pada: Mapped[datetime]
    selesai_oleh: Mapped[uuid.UUID | None]
    selesai_pada: Mapped[datetime | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        partial_unique("uq_urusan_terbuka", "jenis", "asuhan_id", "periode", where="selesai_pada IS NULL"),
        Index("ix_urusan_terbuka", "pemilik", "selesai_pada", "periode"),
        CheckConstraint("(selesai_pada IS NULL) = (catatan IS NULL)", name="selesai"),
        CheckConstraint("(pemilik_id IS NULL) = (tenggat IS NULL)", name="dimiliki"),
    )


class BulanTutup(Base):
    """A month that is closed for good: by whom, and the counts of the mirror on that day."""

    __tablename__ = "bulan_tutup"
    periode: Mapped[date] = mapped_column(primary_key=True)
    ditutup_oleh: Mapped[uuid.UUID | None]
    ditutup_pada: Mapped[datetime]
    ringkasan: Mapped[dict[str, Any]] = mapped_column(default=dict)
