"""One table from role to permission (product.md §1, AUZ-3). A permission is named ``thing:action``."""

from __future__ import annotations

from enum import StrEnum


class Peran(StrEnum):
    """The roles of product.md §1; the value is stored, the label is shown."""

    ASN = "asn"
    OPERATOR_OPD = "operator_opd"
    PETUGAS_KECAMATAN = "petugas_kecamatan"
    VERIFIKATOR = "verifikator"
    BENDAHARA = "bendahara"
    PENYETUJU = "penyetuju"
    PETUGAS_BPJS = "petugas_bpjs"
    PIMPINAN = "pimpinan"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return _LABEL[self]


_LABEL = {
    Peran.ASN: "ASN",
    Peran.OPERATOR_OPD: "Operator OPD",
    Peran.PETUGAS_KECAMATAN: "Petugas kecamatan",
    Peran.VERIFIKATOR: "Verifikator",
    Peran.BENDAHARA: "Bendahara",
    Peran.PENYETUJU: "Penyetuju",
    Peran.PETUGAS_BPJS: "Petugas BPJS",
    Peran.PIMPINAN: "Pimpinan",
    Peran.ADMIN: "Admin",
}

#: Roles for the whole city: they sign in with a second factor (AUT-5) and idle out sooner (SES-2).
PERAN_KOTA = frozenset({Peran.VERIFIKATOR, Peran.BENDAHARA, Peran.PENYETUJU, Peran.PETUGAS_BPJS, Peran.ADMIN})
#: Roles that carry a place: the grant names an OPD or a kecamatan.
PERAN_OPD = frozenset({Peran.OPERATOR_OPD})
PERAN_KECAMATAN = frozenset({Peran.PETUGAS_KECAMATAN})


class Permission(StrEnum):
    """What a signed-in person may ask the application to do."""

    AKUN_SENDIRI = "akun:sendiri"
    AKUN_KELOLA = "akun:kelola"
    ASN_KELOLA = "asn:kelola"
    AKTIVASI_CETAK = "aktivasi:cetak"
    ASUHAN_SENDIRI = "asuhan:sendiri"
    CALON_PILIH = "calon:pilih"
    CALON_USULKAN = "calon:usulkan"
    CALON_TAWARKAN = "calon:tawarkan"
    CALON_IMPOR = "calon:impor"
    PELINDUNGAN_IMPOR = "pelindungan:impor"
    DUPLIKAT_LIHAT = "duplikat:lihat"
    PENDAFTARAN_SENDIRI = "pendaftaran:sendiri"
    SURAT_SENDIRI = "surat:sendiri"
    SURAT_BANTU = "surat:bantu"
    BERKAS_LIHAT = "berkas:lihat"
    BERKAS_ASAL = "berkas:asal"
    PARTISIPASI_LIHAT = "partisipasi:lihat"
    PARTISIPASI_NAMA = "partisipasi:nama"
    DASBOR_LIHAT = "dasbor:lihat"
    JEJAK_LIHAT = "jejak:lihat"
    PENGATURAN_UBAH = "pengaturan:ubah"
    NIK_BUKA = "nik:buka"
    VERIFIKASI = "verifikasi:periksa"
    PERBAIKAN = "perbaikan:jawab"
    PINDAI = "pindai:unggah"
    ASLI_PINDAH = "asli:pindah"
    MANDAT_KIRIM = "mandat:kirim"
    PAKET_SETUJUI = "paket:setujui"
    KEPESERTAAN_KELOLA = "kepesertaan:kelola"
    KARTU_KELOLA = "kartu:kelola"
    KARTU_SERAH = "kartu:serah"
    KARTU_LIHAT = "kartu:lihat"
    BERHENTI = "berhenti:ajukan"
    MACET_LIHAT = "macet:lihat"
    PERIKSA_LIHAT = "periksa:lihat"
    IURAN_SENDIRI = "iuran:sendiri"
    IURAN_LIHAT = "iuran:lihat"
    IURAN_CATAT = "iuran:catat"
    IURAN_PUTUS = "iuran:putus"
    DEBET_KELOLA = "debet:kelola"
    SETORAN_KELOLA = "setoran:kelola"
    SETORAN_BAYAR = "setoran:bayar"
    TARIF_UBAH = "tarif:ubah"
    PERLINDUNGAN_LIHAT = "perlindungan:lihat"
    CERMIN_LIHAT = "cermin:lihat"
    BULAN_TUTUP = "bulan:tutup"
    SIAGA_SENDIRI = "siaga:sendiri"
    SIAGA_KELOLA = "siaga:kelola"
    MASA_LIHAT = "masa:lihat"
    GLADI = "gladi:jalankan"


P = Permission
_SETIAP_ORANG = frozenset({P.AKUN_SENDIRI})

PERMISSIONS: dict[Peran, frozenset[Permission]] = {
    Peran.ASN: _SETIAP_ORANG
    | {
        P.ASUHAN_SENDIRI,
        P.BERHENTI,
        P.BERKAS_LIHAT,
        P.CALON_PILIH,
        P.IURAN_SENDIRI,
        P.PENDAFTARAN_SENDIRI,
        P.PERBAIKAN,
        P.SIAGA_SENDIRI,
        P.SURAT_SENDIRI,
    },
    Peran.OPERATOR_OPD: _SETIAP_ORANG
    | {
        P.AKTIVASI_CETAK,
        P.ASLI_PINDAH,
        P.BERHENTI,
        P.CALON_TAWARKAN,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.MASA_LIHAT,
        P.PARTISIPASI_LIHAT,
        P.PARTISIPASI_NAMA,
        P.PERBAIKAN,
        P.PERLINDUNGAN_LIHAT,
        P.PINDAI,
        P.SURAT_BANTU,
    },
    Peran.PETUGAS_KECAMATAN: _SETIAP_ORANG | {P.CALON_USULKAN, P.KARTU_LIHAT, P.KARTU_SERAH, P.MACET_LIHAT},
    Peran.VERIFIKATOR: _SETIAP_ORANG
    | {
        P.BERKAS_ASAL,
        P.BERKAS_LIHAT,
        P.DUPLIKAT_LIHAT,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.NIK_BUKA,
        P.VERIFIKASI,
    },
    Peran.BENDAHARA: _SETIAP_ORANG
    | {
        P.ASLI_PINDAH,
        P.BERHENTI,
        P.CERMIN_LIHAT,
        P.DEBET_KELOLA,
        P.GLADI,
        P.IURAN_CATAT,
        P.IURAN_LIHAT,
        P.MACET_LIHAT,
        P.MANDAT_KIRIM,
        P.PERLINDUNGAN_LIHAT,
        P.SETORAN_BAYAR,
    },
    Peran.PENYETUJU: _SETIAP_ORANG
    | {P.BULAN_TUTUP, P.CERMIN_LIHAT, P.IURAN_LIHAT, P.IURAN_PUTUS, P.MACET_LIHAT, P.PAKET_SETUJUI},
    Peran.PETUGAS_BPJS: _SETIAP_ORANG
    | {
        P.CALON_IMPOR,
        P.KARTU_KELOLA,
        P.KARTU_LIHAT,
        P.KEPESERTAAN_KELOLA,
        P.CERMIN_LIHAT,
        P.GLADI,
        P.MACET_LIHAT,
        P.MASA_LIHAT,
        P.NIK_BUKA,
        P.PELINDUNGAN_IMPOR,
        P.PERLINDUNGAN_LIHAT,
        P.SETORAN_KELOLA,
        P.SIAGA_KELOLA,
    },
    Peran.PIMPINAN: _SETIAP_ORANG
    | {
        P.PARTISIPASI_LIHAT,
        P.PARTISIPASI_NAMA,
        P.PERLINDUNGAN_LIHAT,
        P.DASBOR_LIHAT,
        P.MACET_LIHAT,
        P.PERIKSA_LIHAT,
    },
    Peran.ADMIN: _SETIAP_ORANG
    | {
        P.AKUN_KELOLA,
        P.ASLI_PINDAH,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.ASN_KELOLA,
        P.BERKAS_ASAL,
        P.AKTIVASI_CETAK,
        P.CALON_IMPOR,
        P.CALON_TAWARKAN,
        P.PELINDUNGAN_IMPOR,
        P.PARTISIPASI_LIHAT,
        P.PARTISIPASI_NAMA,
        P.DASBOR_LIHAT,
        P.JEJAK_LIHAT,
        P.PENGATURAN_UBAH,
        P.PERIKSA_LIHAT,
        P.TARIF_UBAH,
    },
}


def permissions_of(peran: set[Peran] | frozenset[Peran]) -> frozenset[Permission]:
    """Everything that one of these roles may do."""
    return frozenset().union(*(PERMISSIONS[one] for one in peran)) if peran else frozenset()
