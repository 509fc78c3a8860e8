"""uang: contributions, ledger, debit and remittance batches, stand-ins, cover

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import rentan.ext
from rentan.migrations.ubah import (
    add_column,
    add_unique,
    change_check,
    drop_column,
    drop_unique,
    words,
)


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IMPOR = ("roster", "pelindungan", "calon", "jawaban_bpjs", "kpj", "jawaban_mandat")
IMPOR_BARU = (*IMPOR, "hasil_debet", "catatan_bpjs")
STATUS_IMPOR = ("dibaca", "siap", "diterapkan", "dibatalkan", "gagal")
STATUS_IMPOR_BARU = ("dibaca", "siap", "menerapkan", "diterapkan", "dibatalkan", "gagal")
PAKET = ("mandat", "daftar", "kartu")
PAKET_BARU = ("mandat", "debet", "ulang", "setor", "daftar", "kartu")
DUA_ORANG = "disetujui_oleh IS NULL OR disetujui_oleh <> dibuat_oleh"
DUA_ORANG_BARU = (
    "disetujui_oleh IS NULL OR (disetujui_oleh <> dibuat_oleh AND disetujui_oleh <> dikunci_oleh)"
)
#: Withdrawn rows of the tariff do not stand in the way of those that replace them.
TARIF = {
    "tarif_kelas": ("berlaku_mulai", "dasar"),
    "tarif_potongan": ("mulai", "sektor", "pendanaan", "program"),
}
SUMBER = words("sumber", ("dihitung", "dikonfirmasi"))
#: (table, column, type, default, CHECK as name:condition)
KOLOM = (
    ("pengecualian", "pemilik_id", sa.Uuid(), "", ""),
    ("pengecualian", "tenggat", sa.Date(), "", ""),
    ("asuhan", "sementara", sa.Boolean(), "0", ""),
    ("asuhan", "sampai", sa.Date(), "", ""),
    ("asuhan", "jeda_sejak", sa.Date(), "", ""),
    ("asuhan", "jeda_sampai", sa.Date(), "", ""),
    ("asuhan", "berhenti_pada", sa.Date(), "", ""),
    ("surat_kuasa", "jeda_sejak", sa.Date(), "", ""),
    ("surat_kuasa", "jeda_sampai", sa.Date(), "", ""),
    ("surat_kuasa", "alasan_jeda", sa.String(200), "", ""),
    ("pekerja", "lunas_sampai", sa.Date(), "", ""),
    ("pekerja", "sumber", sa.String(32), "", f"sumberperlindungan:{SUMBER}"),
    ("pekerja", "sumber_pada", sa.Date(), "", ""),
    ("pekerja", "sumber_impor_id", sa.Uuid(), "", ""),
    ("pekerja", "keluar_pada", sa.Date(), "", ""),
    ("pekerja", "usia65", sa.Boolean(), "0", ""),
    *(
        column
        for table in TARIF
        for column in (
            (table, "dicabut_oleh", sa.Uuid(), "", ""),
            (table, "dicabut_pada", sa.DateTime(timezone=True), "", ""),
            (table, "alasan_cabut", sa.String(200), "", ""),
        )
    ),
)


def upgrade() -> None:
    change_check("impor", "jenisimpor", words("jenis", IMPOR_BARU))
    change_check("impor", "statusimpor", words("status", STATUS_IMPOR_BARU))
    change_check("pengecualian", "pengecualian_jenis", words("jenis", IMPOR_BARU))
    change_check("paket", "jenispaket", words("jenis", PAKET_BARU))
    change_check("paket", "dua_orang", DUA_ORANG_BARU)
    for table, columns in TARIF.items():
        drop_unique(table, *columns)
    for table, name, kind, default, check in KOLOM:
        add_column(table, name, kind, default=default, check=check)
    op.create_table(
        "bulan_tutup",
        sa.Column("periode", sa.Date(), nullable=False),
        sa.Column("ditutup_oleh", sa.Uuid(), nullable=True),
        sa.Column("ditutup_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ringkasan", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("periode", name=op.f("pk_bulan_tutup")),
    )
    op.create_table(
        "paket_uang",
        sa.Column("paket_id", sa.Uuid(), nullable=False),
        sa.Column("tanggal", sa.Date(), nullable=False),
        sa.Column("layout", sa.String(length=200), nullable=False),
        sa.Column("jumlah_rupiah", sa.BigInteger(), nullable=False),
        sa.Column("banding_baris", sa.BigInteger(), nullable=True),
        sa.Column("banding_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("perlu_kedua", sa.Boolean(), nullable=False),
        sa.Column("setuju_pertama_oleh", sa.Uuid(), nullable=True),
        sa.Column("setuju_pertama_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ditolak_bank", sa.Text(), nullable=True),
        sa.Column("pengimpor", sa.Uuid(), nullable=True),
        sa.Column("kredit_bank", sa.BigInteger(), nullable=True),
        sa.Column("selisih", sa.JSON(), nullable=False),
        sa.Column("nomor_bukti", sa.String(length=200), nullable=True),
        sa.Column("kunci_bukti", sa.String(length=200), nullable=True),
        sa.Column("sha256_bukti", sa.String(length=200), nullable=True),
        sa.Column("rekonsiliasi_oleh", sa.Uuid(), nullable=True),
        sa.Column("rekonsiliasi_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ditutup_oleh", sa.Uuid(), nullable=True),
        sa.Column("ditutup_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kunci_bukti IS NULL) = (sha256_bukti IS NULL)", name=op.f("ck_paket_uang_bukti")
        ),
        sa.CheckConstraint(
            "ditutup_oleh IS NULL OR pengimpor IS NULL OR ditutup_oleh <> pengimpor",
            name=op.f("ck_paket_uang_penutup"),
        ),
        sa.CheckConstraint("jumlah_rupiah >= 0", name=op.f("ck_paket_uang_jumlah")),
        sa.CheckConstraint("kredit_bank IS NULL OR kredit_bank >= 0", name=op.f("ck_paket_uang_kredit_bank")),
        sa.ForeignKeyConstraint(["paket_id"], ["paket.id"], name=op.f("fk_paket_uang_paket_id_paket")),
        sa.PrimaryKeyConstraint("paket_id", name=op.f("pk_paket_uang")),
    )
    op.create_table(
        "tugas_paket",
        sa.Column("paket_id", sa.Uuid(), nullable=False),
        sa.Column("peristiwa", sa.String(length=200), nullable=False),
        sa.Column("pilihan", sa.JSON(), nullable=False),
        sa.Column("oleh", sa.Uuid(), nullable=True),
        sa.Column("mulai_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kemajuan", sa.BigInteger(), nullable=False),
        sa.Column("selesai_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("pesan", sa.Text(), nullable=True),
        sa.Column("galat", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kemajuan BETWEEN 0 AND 100", name=op.f("ck_tugas_paket_kemajuan")),
        sa.ForeignKeyConstraint(["paket_id"], ["paket.id"], name=op.f("fk_tugas_paket_paket_id_paket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tugas_paket")),
    )
    op.create_index(op.f("ix_tugas_paket_paket_id"), "tugas_paket", ["paket_id"], unique=False)
    op.create_index(
        "uq_tugas_paket_berjalan",
        "tugas_paket",
        ["paket_id"],
        unique=True,
        sqlite_where=sa.text("selesai_pada IS NULL"),
        postgresql_where=sa.text("selesai_pada IS NULL"),
    )
    op.create_table(
        "donatur_siaga",
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column("sejak", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("berhenti_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_donatur_siaga_asn_id_asn")),
        sa.PrimaryKeyConstraint("asn_id", name=op.f("pk_donatur_siaga")),
    )
    op.create_table(
        "pemberitahuan",
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column("jenis", sa.String(length=200), nullable=False),
        sa.Column("periode", sa.Date(), nullable=False),
        sa.Column("jumlah_lama", sa.BigInteger(), nullable=False),
        sa.Column("jumlah_baru", sa.BigInteger(), nullable=False),
        sa.Column("keterangan", sa.Text(), nullable=False),
        sa.Column("dibuat_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dibaca_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("jenis IN ('jumlah_berubah', 'tarif')", name=op.f("ck_pemberitahuan_jenis")),
        sa.CheckConstraint("jumlah_lama >= 0 AND jumlah_baru >= 0", name=op.f("ck_pemberitahuan_jumlah")),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_pemberitahuan_asn_id_asn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pemberitahuan")),
        sa.UniqueConstraint("asn_id", "jenis", "periode", name=op.f("uq_pemberitahuan_asn_id_jenis_periode")),
    )
    op.create_table(
        "penerimaan",
        sa.Column("nomor", sa.String(length=200), nullable=False),
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column(
            "saluran",
            sa.Enum(
                "tunai", "transfer", name="saluran", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("tanggal", sa.Date(), nullable=False),
        sa.Column("jumlah", sa.BigInteger(), nullable=False),
        sa.Column("bukti", sa.String(length=200), nullable=False),
        sa.Column("bulan_mulai", sa.Date(), nullable=False),
        sa.Column("jumlah_bulan", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "diajukan",
                "diterima",
                "ditolak",
                name="statususul",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("oleh", sa.Uuid(), nullable=True),
        sa.Column("dibuat_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("diputus_oleh", sa.Uuid(), nullable=True),
        sa.Column("diputus_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("catatan", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("versi", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'diajukan') = (diputus_pada IS NULL)", name=op.f("ck_penerimaan_diputus")
        ),
        sa.CheckConstraint(
            "diputus_oleh IS NULL OR diputus_oleh <> oleh", name=op.f("ck_penerimaan_dua_orang")
        ),
        sa.CheckConstraint("jumlah > 0", name=op.f("ck_penerimaan_jumlah")),
        sa.CheckConstraint("jumlah_bulan BETWEEN 1 AND 12", name=op.f("ck_penerimaan_bulan")),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_penerimaan_asn_id_asn")),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_penerimaan_asuhan_id_asuhan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penerimaan")),
        sa.UniqueConstraint("nomor", name=op.f("uq_penerimaan_nomor")),
        sa.UniqueConstraint("saluran", "bukti", name=op.f("uq_penerimaan_saluran_bukti")),
    )
    op.create_index(op.f("ix_penerimaan_asn_id"), "penerimaan", ["asn_id"], unique=False)
    op.create_index(op.f("ix_penerimaan_asuhan_id"), "penerimaan", ["asuhan_id"], unique=False)
    op.create_index("ix_penerimaan_status", "penerimaan", ["status", "dibuat_pada"], unique=False)
    op.create_table(
        "pengingat_masa",
        sa.Column("surat_kuasa_id", sa.Uuid(), nullable=False),
        sa.Column("hari", sa.BigInteger(), nullable=False),
        sa.Column("berakhir", sa.Date(), nullable=False),
        sa.Column("dikirim_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("hari IN (30, 90)", name=op.f("ck_pengingat_masa_hari")),
        sa.ForeignKeyConstraint(
            ["surat_kuasa_id"], ["surat_kuasa.id"], name=op.f("fk_pengingat_masa_surat_kuasa_id_surat_kuasa")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pengingat_masa")),
        sa.UniqueConstraint(
            "surat_kuasa_id", "hari", "berakhir", name=op.f("uq_pengingat_masa_surat_kuasa_id_hari_berakhir")
        ),
    )
    op.create_table(
        "talangan",
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ditawarkan",
                "diterima",
                "ditolak",
                "kedaluwarsa",
                "dibatalkan",
                name="statustalangan",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("bulan_mulai", sa.Date(), nullable=False),
        sa.Column("bulan_sampai", sa.Date(), nullable=False),
        sa.Column("ditawarkan_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("jawab_sebelum", sa.Date(), nullable=False),
        sa.Column("dijawab_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("pengganti_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("versi", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'diterima') = (pengganti_id IS NOT NULL)", name=op.f("ck_talangan_pengganti")
        ),
        sa.CheckConstraint("bulan_sampai >= bulan_mulai", name=op.f("ck_talangan_urut")),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_talangan_asn_id_asn")),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_talangan_asuhan_id_asuhan")),
        sa.ForeignKeyConstraint(
            ["pengganti_id"], ["asuhan.id"], name=op.f("fk_talangan_pengganti_id_asuhan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talangan")),
    )
    op.create_index("ix_talangan_asn", "talangan", ["asn_id", "status"], unique=False)
    op.create_index(
        "uq_talangan_asuhan",
        "talangan",
        ["asuhan_id"],
        unique=True,
        sqlite_where=sa.text("status = 'ditawarkan'"),
        postgresql_where=sa.text("status = 'ditawarkan'"),
    )
    op.create_table(
        "usul_buka",
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("catatan", sa.Text(), nullable=False),
        sa.Column("diusulkan_oleh", sa.Uuid(), nullable=False),
        sa.Column("diusulkan_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("diputus_oleh", sa.Uuid(), nullable=True),
        sa.Column("diputus_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("diterima", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(diputus_pada IS NULL) = (diterima IS NULL)", name=op.f("ck_usul_buka_putusan")),
        sa.CheckConstraint(
            "diputus_oleh IS NULL OR diputus_oleh <> diusulkan_oleh", name=op.f("ck_usul_buka_dua_orang")
        ),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_usul_buka_asuhan_id_asuhan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usul_buka")),
    )
    op.create_index(
        "uq_usul_buka_asuhan",
        "usul_buka",
        ["asuhan_id"],
        unique=True,
        sqlite_where=sa.text("diputus_pada IS NULL"),
        postgresql_where=sa.text("diputus_pada IS NULL"),
    )
    op.create_table(
        "iuran",
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("pekerja_id", sa.Uuid(), nullable=False),
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column("opd_id", sa.Uuid(), nullable=False),
        sa.Column("surat_kuasa_id", sa.Uuid(), nullable=True),
        sa.Column("periode", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "terjadwal",
                "ditahan",
                "dalam_batch",
                "dikirim",
                "tanpa_kabar",
                "berhasil",
                "gagal",
                "dibayar_lain",
                "dari_kredit",
                "dihapuskan",
                "dikembalikan",
                name="statusiuran",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status_bpjs",
            sa.Enum(
                "belum",
                "dalam_setoran",
                "disetor",
                "tercatat",
                "ditolak_bpjs",
                name="statusbpjs",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("jumlah", sa.BigInteger(), nullable=False),
        sa.Column("jkk", sa.BigInteger(), nullable=False),
        sa.Column("jkm", sa.BigInteger(), nullable=False),
        sa.Column("jht", sa.BigInteger(), nullable=False),
        sa.Column("kredit_dipakai", sa.BigInteger(), nullable=False),
        sa.Column("program", sa.String(length=200), nullable=False),
        sa.Column("sektor", sa.String(length=200), nullable=False),
        sa.Column("pendanaan", sa.String(length=200), nullable=False),
        sa.Column("penghasilan", sa.BigInteger(), nullable=False),
        sa.Column("tarif_kelas_id", sa.Uuid(), nullable=False),
        sa.Column("rekening_enc", sa.LargeBinary(), nullable=True),
        sa.Column("nama_rekening", sa.String(length=200), nullable=True),
        sa.Column(
            "alasan_tahan",
            sa.Enum(
                "mandat",
                "jeda",
                "plafon",
                "rekening",
                "diminta",
                name="alasantahan",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "kelas_gagal",
            sa.Enum(
                "coba_lagi",
                "perbaiki_data",
                "hentikan",
                name="kelasgagal",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("dijadwalkan_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dibayar_pada", sa.Date(), nullable=True),
        sa.Column("nomor_bukti", sa.String(length=200), nullable=True),
        sa.Column("penerimaan_id", sa.Uuid(), nullable=True),
        sa.Column("tercatat_pada", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("versi", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status <> 'dari_kredit' OR kredit_dipakai = jumlah", name=op.f("ck_iuran_dari_kredit")
        ),
        sa.CheckConstraint("status <> 'ditahan' OR alasan_tahan IS NOT NULL", name=op.f("ck_iuran_ditahan")),
        sa.CheckConstraint("status <> 'gagal' OR kelas_gagal IS NOT NULL", name=op.f("ck_iuran_gagal")),
        sa.CheckConstraint(
            "status NOT IN ('berhasil', 'dibayar_lain', 'dari_kredit') OR dibayar_pada IS NOT NULL",
            name=op.f("ck_iuran_dibayar"),
        ),
        sa.CheckConstraint(
            "status_bpjs <> 'tercatat' OR tercatat_pada IS NOT NULL", name=op.f("ck_iuran_tercatat")
        ),
        sa.CheckConstraint("jumlah > 0 AND jumlah = jkk + jkm + jht", name=op.f("ck_iuran_jumlah")),
        sa.CheckConstraint("kredit_dipakai >= 0 AND kredit_dipakai <= jumlah", name=op.f("ck_iuran_kredit")),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_iuran_asn_id_asn")),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_iuran_asuhan_id_asuhan")),
        sa.ForeignKeyConstraint(["opd_id"], ["opd.id"], name=op.f("fk_iuran_opd_id_opd")),
        sa.ForeignKeyConstraint(["pekerja_id"], ["pekerja.id"], name=op.f("fk_iuran_pekerja_id_pekerja")),
        sa.ForeignKeyConstraint(
            ["penerimaan_id"], ["penerimaan.id"], name=op.f("fk_iuran_penerimaan_id_penerimaan")
        ),
        sa.ForeignKeyConstraint(
            ["surat_kuasa_id"], ["surat_kuasa.id"], name=op.f("fk_iuran_surat_kuasa_id_surat_kuasa")
        ),
        sa.ForeignKeyConstraint(
            ["tarif_kelas_id"], ["tarif_kelas.id"], name=op.f("fk_iuran_tarif_kelas_id_tarif_kelas")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_iuran")),
        sa.UniqueConstraint("nomor_bukti", name=op.f("uq_iuran_nomor_bukti")),
    )
    op.create_index("ix_iuran_asn", "iuran", ["asn_id", "periode"], unique=False)
    op.create_index("ix_iuran_bpjs", "iuran", ["status_bpjs", "periode"], unique=False)
    op.create_index("ix_iuran_opd", "iuran", ["opd_id", "periode"], unique=False)
    op.create_index(op.f("ix_iuran_penerimaan_id"), "iuran", ["penerimaan_id"], unique=False)
    op.create_index("ix_iuran_periode", "iuran", ["periode", "status", "id"], unique=False)
    op.create_index(op.f("ix_iuran_surat_kuasa_id"), "iuran", ["surat_kuasa_id"], unique=False)
    op.create_index(
        "uq_iuran_asuhan",
        "iuran",
        ["asuhan_id", "periode"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('dihapuskan', 'dikembalikan')"),
        postgresql_where=sa.text("status NOT IN ('dihapuskan', 'dikembalikan')"),
    )
    op.create_index(
        "uq_iuran_pekerja",
        "iuran",
        ["pekerja_id", "periode"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('dihapuskan', 'dikembalikan')"),
        postgresql_where=sa.text("status NOT IN ('dihapuskan', 'dikembalikan')"),
    )
    op.create_table(
        "baris_setor",
        sa.Column("paket_id", sa.Uuid(), nullable=False),
        sa.Column("iuran_id", sa.Uuid(), nullable=False),
        sa.Column("pekerja_id", sa.Uuid(), nullable=False),
        sa.Column("urutan", sa.BigInteger(), nullable=False),
        sa.Column("jumlah", sa.BigInteger(), nullable=False),
        sa.Column("isi_enc", sa.LargeBinary(), nullable=True),
        sa.Column(
            "hasil",
            sa.Enum(
                "menunggu",
                "tercatat",
                "ditolak",
                "dikeluarkan",
                name="hasilsetor",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kode_hasil", sa.String(length=200), nullable=True),
        sa.Column("keterangan", sa.Text(), nullable=True),
        sa.Column("dijawab_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("impor_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(hasil IN ('menunggu', 'dikeluarkan')) = (dijawab_pada IS NULL)",
            name=op.f("ck_baris_setor_dijawab"),
        ),
        sa.CheckConstraint("jumlah > 0", name=op.f("ck_baris_setor_jumlah")),
        sa.ForeignKeyConstraint(["impor_id"], ["impor.id"], name=op.f("fk_baris_setor_impor_id_impor")),
        sa.ForeignKeyConstraint(["iuran_id"], ["iuran.id"], name=op.f("fk_baris_setor_iuran_id_iuran")),
        sa.ForeignKeyConstraint(["paket_id"], ["paket.id"], name=op.f("fk_baris_setor_paket_id_paket")),
        sa.ForeignKeyConstraint(
            ["pekerja_id"], ["pekerja.id"], name=op.f("fk_baris_setor_pekerja_id_pekerja")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baris_setor")),
        sa.UniqueConstraint("paket_id", "urutan", name=op.f("uq_baris_setor_paket_id_urutan")),
    )
    op.create_index(op.f("ix_baris_setor_iuran_id"), "baris_setor", ["iuran_id"], unique=False)
    op.create_index(
        "uq_baris_setor_baris",
        "baris_setor",
        ["paket_id", "iuran_id"],
        unique=True,
        sqlite_where=sa.text("hasil <> 'dikeluarkan'"),
        postgresql_where=sa.text("hasil <> 'dikeluarkan'"),
    )
    op.create_index(
        "uq_baris_setor_menunggu",
        "baris_setor",
        ["iuran_id"],
        unique=True,
        sqlite_where=sa.text("hasil IN ('menunggu', 'tercatat')"),
        postgresql_where=sa.text("hasil IN ('menunggu', 'tercatat')"),
    )
    op.create_table(
        "percobaan",
        sa.Column("paket_id", sa.Uuid(), nullable=False),
        sa.Column("iuran_id", sa.Uuid(), nullable=False),
        sa.Column("asn_id", sa.Uuid(), nullable=False),
        sa.Column("urutan", sa.BigInteger(), nullable=False),
        sa.Column("ke", sa.BigInteger(), nullable=False),
        sa.Column("referensi", sa.String(length=200), nullable=True),
        sa.Column("referensi_lama", sa.JSON(), nullable=False),
        sa.Column("jumlah", sa.BigInteger(), nullable=False),
        sa.Column("isi_enc", sa.LargeBinary(), nullable=True),
        sa.Column(
            "hasil",
            sa.Enum(
                "terbuka",
                "berhasil",
                "gagal",
                "tanpa_kabar",
                "dikeluarkan",
                name="hasilcoba",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kode_hasil", sa.String(length=200), nullable=True),
        sa.Column("keterangan", sa.Text(), nullable=True),
        sa.Column("ref_bank", sa.String(length=200), nullable=True),
        sa.Column("dijawab_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("impor_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "hasil NOT IN ('berhasil', 'gagal') OR dijawab_pada IS NOT NULL",
            name=op.f("ck_percobaan_dijawab"),
        ),
        sa.CheckConstraint("jumlah > 0", name=op.f("ck_percobaan_jumlah")),
        sa.CheckConstraint("ke > 0", name=op.f("ck_percobaan_ke")),
        sa.CheckConstraint(
            "referensi IS NULL OR length(referensi) <= 20", name=op.f("ck_percobaan_referensi")
        ),
        sa.ForeignKeyConstraint(["asn_id"], ["asn.id"], name=op.f("fk_percobaan_asn_id_asn")),
        sa.ForeignKeyConstraint(["impor_id"], ["impor.id"], name=op.f("fk_percobaan_impor_id_impor")),
        sa.ForeignKeyConstraint(["iuran_id"], ["iuran.id"], name=op.f("fk_percobaan_iuran_id_iuran")),
        sa.ForeignKeyConstraint(["paket_id"], ["paket.id"], name=op.f("fk_percobaan_paket_id_paket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_percobaan")),
        sa.UniqueConstraint("paket_id", "urutan", name=op.f("uq_percobaan_paket_id_urutan")),
        sa.UniqueConstraint("referensi", name=op.f("uq_percobaan_referensi")),
    )
    op.create_index(op.f("ix_percobaan_iuran_id"), "percobaan", ["iuran_id"], unique=False)
    op.create_index(
        "uq_percobaan_baris",
        "percobaan",
        ["paket_id", "iuran_id"],
        unique=True,
        sqlite_where=sa.text("hasil <> 'dikeluarkan'"),
        postgresql_where=sa.text("hasil <> 'dikeluarkan'"),
    )
    op.create_index(
        "uq_percobaan_ref_bank",
        "percobaan",
        ["ref_bank"],
        unique=True,
        sqlite_where=sa.text("ref_bank IS NOT NULL"),
        postgresql_where=sa.text("ref_bank IS NOT NULL"),
    )
    op.create_index(
        "uq_percobaan_terbuka",
        "percobaan",
        ["iuran_id"],
        unique=True,
        sqlite_where=sa.text("hasil IN ('terbuka', 'tanpa_kabar')"),
        postgresql_where=sa.text("hasil IN ('terbuka', 'tanpa_kabar')"),
    )
    op.create_table(
        "urusan",
        sa.Column(
            "jenis",
            sa.Enum(
                "tanpa_kabar",
                "pengembalian",
                "kurang_bayar",
                "ditolak_bpjs",
                "cermin",
                "talangan",
                "sisa_kredit",
                "tak_tersetor",
                name="jenisurusan",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("periode", sa.Date(), nullable=False),
        sa.Column("iuran_id", sa.Uuid(), nullable=True),
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("sel", sa.String(length=200), nullable=False),
        sa.Column("keterangan", sa.Text(), nullable=False),
        sa.Column(
            "pemilik",
            sa.Enum(
                "asn",
                "operator_opd",
                "petugas_kecamatan",
                "verifikator",
                "bendahara",
                "penyetuju",
                "petugas_bpjs",
                "pimpinan",
                "admin",
                name="pemilik",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("pemilik_id", sa.Uuid(), nullable=True),
        sa.Column("tenggat", sa.Date(), nullable=True),
        sa.Column("dibuat_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("selesai_oleh", sa.Uuid(), nullable=True),
        sa.Column("selesai_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("catatan", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("versi", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(pemilik_id IS NULL) = (tenggat IS NULL)", name=op.f("ck_urusan_dimiliki")),
        sa.CheckConstraint("(selesai_pada IS NULL) = (catatan IS NULL)", name=op.f("ck_urusan_selesai")),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_urusan_asuhan_id_asuhan")),
        sa.ForeignKeyConstraint(["iuran_id"], ["iuran.id"], name=op.f("fk_urusan_iuran_id_iuran")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urusan")),
    )
    op.create_index(op.f("ix_urusan_asuhan_id"), "urusan", ["asuhan_id"], unique=False)
    op.create_index(op.f("ix_urusan_iuran_id"), "urusan", ["iuran_id"], unique=False)
    op.create_index("ix_urusan_terbuka", "urusan", ["pemilik", "selesai_pada", "periode"], unique=False)
    op.create_index(
        "uq_urusan_terbuka",
        "urusan",
        ["jenis", "asuhan_id", "periode"],
        unique=True,
        sqlite_where=sa.text("selesai_pada IS NULL"),
        postgresql_where=sa.text("selesai_pada IS NULL"),
    )
    op.create_table(
        "usul_iuran",
        sa.Column("iuran_id", sa.Uuid(), nullable=True),
        sa.Column("asuhan_id", sa.Uuid(), nullable=False),
        sa.Column("jumlah", sa.BigInteger(), nullable=True),
        sa.Column(
            "saluran",
            sa.Enum(
                "tunai", "transfer", name="saluran", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("bukti", sa.String(length=200), nullable=True),
        sa.Column("tanggal_bukti", sa.Date(), nullable=True),
        sa.Column(
            "jenis",
            sa.Enum(
                "hapuskan",
                "kembalikan",
                "sisa",
                name="jenisusul",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("alasan", sa.String(length=200), nullable=False),
        sa.Column("keterangan", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "diajukan",
                "diterima",
                "ditolak",
                name="statususul",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("oleh", sa.Uuid(), nullable=True),
        sa.Column("dibuat_pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("diputus_oleh", sa.Uuid(), nullable=True),
        sa.Column("diputus_pada", rentan.ext.UtcDateTime(timezone=True), nullable=True),
        sa.Column("catatan", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("versi", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(jenis = 'sisa') = (iuran_id IS NULL) AND (iuran_id IS NULL) = (jumlah IS NOT NULL AND jumlah > 0 AND saluran IS NOT NULL AND bukti IS NOT NULL AND tanggal_bukti IS NOT NULL)",
            name=op.f("ck_usul_iuran_sisa"),
        ),
        sa.CheckConstraint(
            "(status = 'diajukan') = (diputus_pada IS NULL)", name=op.f("ck_usul_iuran_diputus")
        ),
        sa.CheckConstraint(
            "diputus_oleh IS NULL OR diputus_oleh <> oleh", name=op.f("ck_usul_iuran_dua_orang")
        ),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_usul_iuran_asuhan_id_asuhan")),
        sa.ForeignKeyConstraint(["iuran_id"], ["iuran.id"], name=op.f("fk_usul_iuran_iuran_id_iuran")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usul_iuran")),
    )
    op.create_index(op.f("ix_usul_iuran_asuhan_id"), "usul_iuran", ["asuhan_id"], unique=False)
    op.create_index("ix_usul_iuran_status", "usul_iuran", ["status", "dibuat_pada"], unique=False)
    op.create_index(
        "uq_usul_iuran_bukti",
        "usul_iuran",
        ["saluran", "bukti"],
        unique=True,
        sqlite_where=sa.text("bukti IS NOT NULL AND status <> 'ditolak'"),
        postgresql_where=sa.text("bukti IS NOT NULL AND status <> 'ditolak'"),
    )
    op.create_index(
        "uq_usul_iuran_sisa",
        "usul_iuran",
        ["asuhan_id"],
        unique=True,
        sqlite_where=sa.text("jenis = 'sisa' AND status = 'diajukan'"),
        postgresql_where=sa.text("jenis = 'sisa' AND status = 'diajukan'"),
    )
    op.create_index(
        "uq_usul_iuran_terbuka",
        "usul_iuran",
        ["iuran_id"],
        unique=True,
        sqlite_where=sa.text("status = 'diajukan'"),
        postgresql_where=sa.text("status = 'diajukan'"),
    )
    op.create_table(
        "jurnal",
        sa.Column(
            "jenis",
            sa.Enum(
                "debet",
                "pakai_kredit",
                "penerimaan",
                "kelebihan",
                "setoran",
                "pengembalian",
                "piutang",
                "penghapusan",
                "pemindahan",
                "pembalikan",
                name="jenisjurnal",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tanggal", sa.Date(), nullable=False),
        sa.Column("pada", rentan.ext.UtcDateTime(timezone=True), nullable=False),
        sa.Column("iuran_id", sa.Uuid(), nullable=True),
        sa.Column("paket_id", sa.Uuid(), nullable=True),
        sa.Column("penerimaan_id", sa.Uuid(), nullable=True),
        sa.Column("usul_id", sa.Uuid(), nullable=True),
        sa.Column("membalik_id", sa.Uuid(), nullable=True),
        sa.Column("oleh", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["iuran_id"], ["iuran.id"], name=op.f("fk_jurnal_iuran_id_iuran")),
        sa.ForeignKeyConstraint(["membalik_id"], ["jurnal.id"], name=op.f("fk_jurnal_membalik_id_jurnal")),
        sa.ForeignKeyConstraint(["paket_id"], ["paket.id"], name=op.f("fk_jurnal_paket_id_paket")),
        sa.ForeignKeyConstraint(
            ["penerimaan_id"], ["penerimaan.id"], name=op.f("fk_jurnal_penerimaan_id_penerimaan")
        ),
        sa.ForeignKeyConstraint(["usul_id"], ["usul_iuran.id"], name=op.f("fk_jurnal_usul_id_usul_iuran")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurnal")),
        sa.UniqueConstraint("membalik_id", name=op.f("uq_jurnal_membalik_id")),
    )
    op.create_index(op.f("ix_jurnal_iuran_id"), "jurnal", ["iuran_id"], unique=False)
    op.create_index(op.f("ix_jurnal_paket_id"), "jurnal", ["paket_id"], unique=False)
    op.create_index("ix_jurnal_tanggal", "jurnal", ["tanggal", "jenis"], unique=False)
    op.create_table(
        "entri",
        sa.Column("jurnal_id", sa.Uuid(), nullable=False),
        sa.Column("urutan", sa.BigInteger(), nullable=False),
        sa.Column(
            "akun",
            sa.Enum(
                "bank_penampung",
                "kas",
                "titipan_iuran",
                "kredit_donatur",
                "piutang_donatur",
                "piutang_bpjs",
                "beban_kota",
                name="akunbuku",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "sisi",
            sa.Enum("D", "K", name="sisi", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("jumlah", sa.BigInteger(), nullable=False),
        sa.Column("asuhan_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(akun = 'kredit_donatur') = (asuhan_id IS NOT NULL)", name=op.f("ck_entri_kredit")
        ),
        sa.CheckConstraint("jumlah > 0", name=op.f("ck_entri_jumlah")),
        sa.ForeignKeyConstraint(["asuhan_id"], ["asuhan.id"], name=op.f("fk_entri_asuhan_id_asuhan")),
        sa.ForeignKeyConstraint(["jurnal_id"], ["jurnal.id"], name=op.f("fk_entri_jurnal_id_jurnal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entri")),
        sa.UniqueConstraint("jurnal_id", "urutan", name=op.f("uq_entri_jurnal_id_urutan")),
    )
    op.create_index("ix_entri_akun", "entri", ["akun", "sisi"], unique=False)
    op.create_index("ix_entri_kredit", "entri", ["asuhan_id", "sisi"], unique=False)
    op.create_index(
        "uq_paket_debet",
        "paket",
        ["periode", "lingkup"],
        unique=True,
        sqlite_where=sa.text("jenis = 'debet' AND status <> 'dibatalkan'"),
        postgresql_where=sa.text("jenis = 'debet' AND status <> 'dibatalkan'"),
    )
    op.create_index(
        "uq_tarif_kelas_berlaku",
        "tarif_kelas",
        ["berlaku_mulai", "dasar"],
        unique=True,
        sqlite_where=sa.text("dicabut_pada IS NULL"),
        postgresql_where=sa.text("dicabut_pada IS NULL"),
    )
    op.create_index(
        "uq_tarif_potongan_berlaku",
        "tarif_potongan",
        ["mulai", "sektor", "pendanaan", "program"],
        unique=True,
        sqlite_where=sa.text("dicabut_pada IS NULL"),
        postgresql_where=sa.text("dicabut_pada IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("uq_paket_debet"), table_name="paket")
    op.drop_index(op.f("uq_tarif_kelas_berlaku"), table_name="tarif_kelas")
    op.drop_index(op.f("uq_tarif_potongan_berlaku"), table_name="tarif_potongan")
    op.drop_table("entri")
    op.drop_table("jurnal")
    op.drop_table("usul_iuran")
    op.drop_table("urusan")
    op.drop_table("percobaan")
    op.drop_table("baris_setor")
    op.drop_table("iuran")
    op.drop_table("usul_buka")
    op.drop_table("talangan")
    op.drop_table("pengingat_masa")
    op.drop_table("penerimaan")
    op.drop_table("pemberitahuan")
    op.drop_table("donatur_siaga")
    op.drop_table("tugas_paket")
    op.drop_table("paket_uang")
    op.drop_table("bulan_tutup")
    for table in TARIF:
        op.execute(f"DELETE FROM {table} WHERE dicabut_pada IS NOT NULL")
    for table, name, _kind, _default, check in reversed(KOLOM):
        drop_column(table, name, check=check.partition(":")[0])
    for table, columns in TARIF.items():
        add_unique(table, *columns)
    change_check("paket", "dua_orang", DUA_ORANG)
    change_check("paket", "jenispaket", words("jenis", PAKET))
    change_check("pengecualian", "pengecualian_jenis", words("jenis", IMPOR))
    change_check("impor", "statusimpor", words("status", STATUS_IMPOR))
    change_check("impor", "jenisimpor", words("jenis", IMPOR))
